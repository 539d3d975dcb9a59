"""The confusion matrix: the worst confusion in words, few errors, many classes."""

import numpy as np
import pytest
from matplotlib.image import imread

from fallline.report.figures import confusion_matrix, save_figure


def test_confusion_matrix_names_the_worst_confusion():
    true = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    said = np.array([0, 1, 1, 1, 1, 2, 2, 0])
    figure = confusion_matrix(true, said, ["cat", "dog", "cow$"])
    axis = figure.axes[0]
    assert axis.get_title() == "62.5 % of 8 test rows right;\nmost often cat is taken for dog (2 times)"
    np.testing.assert_allclose(axis.images[0].get_array()[0], [100 / 3, 200 / 3, 0])
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("predicted class", "true class")


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ([0, 1], "100.0 % of 2 test rows right: no confusions"),
        ([0, 0], "50.0 % of 2 test rows right;\n1 wrong"),
        ([1, 0], "0.0 % of 2 test rows right;\n2 wrong, each a different confusion"),
    ],
)
def test_confusion_matrix_of_few_errors(said, title):
    figure = confusion_matrix(np.array([0, 1]), np.array(said), ["a", "b"])
    assert figure.axes[0].get_title() == title


def test_names_with_one_beginning_are_told_apart():
    names = [f"the class with the long name number {k} of three" for k in range(3)]
    figure = confusion_matrix(np.array([0, 0, 1, 2]), np.array([1, 1, 1, 2]), names)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(set(labels)) == 3
    assert f"{labels[0]} is taken for\n{labels[1]}" in figure.axes[0].get_title()


def test_many_classes_with_long_names_still_draw(tmp_path):
    codes = np.arange(200)
    names = [f"{k}: a class with quite a long name" for k in codes]
    figure = confusion_matrix(codes, codes, names)
    axis = figure.axes[0]
    labels = [label.get_text() for label in axis.get_xticklabels()]
    assert 2 <= len(labels) < len(codes)
    for code, label in zip(axis.get_xticks(), labels, strict=True):
        assert label.startswith(f"{code}: a ")
        assert len(label) < len(names[0])
    np.testing.assert_array_equal(np.diag(axis.images[0].get_array()), 100)
    save_figure(figure, tmp_path / "f.png")
    assert imread(tmp_path / "f.png").shape[0] > 100
