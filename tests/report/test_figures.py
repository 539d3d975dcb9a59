"""Figures: titles that say the finding, axes with units, and odd runs that must not break them."""

import sys

import numpy as np
import pytest
from matplotlib.image import imread

from fallline.report.figures import confusion_matrix, learning_curves, residuals, save_figure

HISTORY = {
    "loss": [1.0, 0.5, 0.3],
    "val_loss": [0.9, 0.6, 0.7],
    "accuracy": [0.5, 0.7, 0.9],
    "val_accuracy": [0.5, 0.6, 0.6],
}


def test_learning_curves_mark_the_best_epoch():
    figure = learning_curves(HISTORY, best_epoch=2, labels={"loss": "cross-entropy (nats a row)"})
    assert figure.get_suptitle() == "Validation loss is lowest, 0.6, at epoch 2; the training ran to epoch 3"
    loss, accuracy = figure.axes
    assert (loss.get_xlabel(), loss.get_ylabel(), accuracy.get_ylabel()) == (
        "epoch",
        "cross-entropy (nats a row)",
        "accuracy",
    )
    assert [line.get_xdata()[0] for line in loss.lines if line.get_label() == "kept: epoch 2"] == [2]
    assert loss.lines[1].get_ydata().tolist() == HISTORY["val_loss"]


@pytest.mark.parametrize(
    ("history", "best", "title"),
    [
        ({"loss": [1.0, 0.5]}, None, "Training loss 0.5 after 2 epochs; no validation rows"),
        ({"loss": [np.nan], "val_loss": [np.nan]}, None, "The loss stopped being finite in epoch 1"),
        ({"loss": [1.0, np.nan], "val_loss": [1.0, np.nan]}, 1, "The loss stopped being finite in epoch 2"),
        (
            {"loss": [2.0, 1.0], "val_loss": [2.0, 1.0]},
            2,
            "Validation loss is 1 and still falling at epoch 2, the last: more epochs may help",
        ),
    ],
)
def test_learning_curves_of_odd_runs(tmp_path, history, best, title):
    figure = learning_curves(history, best_epoch=best, labels={})
    assert figure.get_suptitle().startswith(title)
    save_figure(figure, tmp_path / "f.png")


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_epochs_are_whole_numbers_on_the_axis(tmp_path, epochs):
    figure = learning_curves({"loss": list(np.linspace(2, 1, epochs))}, best_epoch=None, labels={})
    save_figure(figure, tmp_path / "f.png")
    axis = figure.axes[0]
    low, high = axis.get_xlim()
    shown = [tick for tick in axis.get_xticks() if low <= tick <= high]
    assert shown == list(range(1, epochs + 1))


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


def test_many_classes_with_long_names_still_draw(tmp_path):
    codes = np.arange(200)
    names = [f"{k}: a class with quite a long name" for k in codes]
    figure = confusion_matrix(codes, codes, names)
    axis = figure.axes[0]
    labels = [label.get_text() for label in axis.get_xticklabels()]
    assert 2 <= len(labels) < len(codes)
    for code, label in zip(axis.get_xticks(), labels, strict=True):
        assert label.startswith(f"{code}: a class")
        assert len(label) < len(names[0])
    np.testing.assert_array_equal(np.diag(axis.images[0].get_array()), 100)
    save_figure(figure, tmp_path / "f.png")
    assert imread(tmp_path / "f.png").shape[0] > 100


def test_residuals_say_the_typical_error_in_the_targets_unit(tmp_path):
    true = np.arange(100.0)
    figure = residuals(true, true + np.where(true < 50, 2.0, -4.0), "price in $")
    assert figure.get_suptitle().startswith("Half of 100 predictions are within 3 of the true price")
    assert "price" in figure.axes[0].get_xlabel()
    assert "price" in figure.axes[1].get_xlabel()
    save_figure(figure, tmp_path / "f.png")
    assert imread(tmp_path / "f.png").shape[0] > 100


def test_figures_leave_pyplot_alone():
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
