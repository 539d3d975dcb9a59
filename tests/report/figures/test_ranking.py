"""ROC and precision-recall: the threshold, several models, missing classes, many classes."""

import numpy as np
import pytest
from sklearn import metrics

from fallline.report.figures import ranking_curves, save_figure

RARE = "a rather long class name in $ and $"


def two(rows, seed=0):
    generator = np.random.default_rng(seed)
    true = np.arange(rows) % 3 // 2
    p = 1 / (1 + np.exp(-(generator.normal(size=rows) + 2 * true - 1)))
    return true, np.stack([1 - p, p], axis=1)


def words(figure):
    return " ".join(figure.get_suptitle().split())


def test_the_title_says_the_area_and_what_the_threshold_does():
    true = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    p = np.array([0.1, 0.2, 0.6, 0.3, 0.7, 0.8, 0.5, 0.2])
    figure = ranking_curves(true, {"network": np.stack([1 - p, p], axis=1)}, ["no", "yes"])
    # Of 16 pairs 12.5 are right. Above 0.5 are 0.6, 0.7 and 0.8: two of four are found, two of three are right.
    assert words(figure).startswith("AUC 0.781 (95 % interval ")
    assert words(figure).endswith(
        "at the threshold 0.5, 50 % of yes are found, and 67 % of those named so are right"
    )
    roc, recall = figure.axes
    marked = [line for line in roc.lines if line.get_label() == "threshold 0.5"]
    assert (marked[0].get_xdata()[0], marked[0].get_ydata()[0]) == (0.25, 0.5)
    assert "chance: the base rate, 50 %" in recall.get_legend_handles_labels()[1]


@pytest.mark.parametrize(("threshold", "found"), [(0.05, 1.0), (0.2, 0.75), (0.75, 0.25)])
def test_the_point_of_a_threshold_is_what_it_decides(threshold, found):
    true = np.array([0, 0, 1, 1, 1, 1])
    p = np.array([0.1, 0.6, 0.7, 0.8, 0.5, 0.2])
    assert found == metrics.recall_score(true, p > threshold)
    figure = ranking_curves(true, {"network": np.stack([1 - p, p], axis=1)}, ["no", "yes"], threshold)
    marked = [line for line in figure.axes[1].lines if line.get_label() == f"threshold {threshold}"]
    assert marked[0].get_xdata()[0] == found
    assert marked[0].get_ydata()[0] == metrics.precision_score(true, p > threshold)


def test_a_threshold_above_all_names_nobody():
    true, said = two(30)
    figure = ranking_curves(true, {"network": said}, ["no", "yes"], 0.999)
    assert words(figure).endswith("at the threshold 0.999 no row is named yes")


def test_an_interval_that_is_given_is_the_one_that_is_said():
    true, said = two(300)
    figure = ranking_curves(true, {"network": said}, ["no", "yes"], intervals={"network": (0.25, 0.75)})
    assert "(95 % interval 0.250 to 0.750)" in words(figure)
    assert "(0.250 to 0.750)" in figure.axes[0].get_legend_handles_labels()[1][0]


def test_other_models_are_drawn_beside_the_network():
    true, said = two(300)
    figure = ranking_curves(true, {"network": said, "logistic regression": said**2}, ["no", "yes"])
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert [label.partition(":")[0] for label in labels[:2]] == ["network", "logistic regression"]


@pytest.mark.parametrize("rows", [3, 20, 5000])
def test_any_number_of_rows_draws(tmp_path, rows):
    true, said = two(rows)
    save_figure(ranking_curves(true, {"network": said}, ["no", RARE]), tmp_path / "f.png")


def test_rows_of_one_class_cannot_be_ranked():
    assert ranking_curves(np.zeros(9, int), {"network": two(9)[1]}, ["no", "yes"]) is None


def test_constant_predictions_are_chance():
    figure = ranking_curves(np.arange(40) % 2, {"network": np.full((40, 2), 0.5)}, ["no", "yes"])
    assert words(figure) == "AUC 0.500; at the threshold 0.5 no row is named yes"


def test_of_more_classes_each_stands_against_the_rest():
    generator = np.random.default_rng(1)
    true = np.arange(400) % 4
    said = generator.dirichlet(np.ones(4), 400) + 0.4 * np.eye(4)[true] * (1 + true[:, None])
    said /= said.sum(axis=1, keepdims=True)
    figure = ranking_curves(true, {"network": said}, list("abcd"))
    mean = metrics.roc_auc_score(true, said, multi_class="ovr", average="macro")
    assert words(figure).startswith(f"Each class against the rest: mean AUC {mean:.3f}; hardest is a, ")
    assert len(figure.axes[0].get_legend_handles_labels()[1]) == 4


def test_a_class_without_test_rows_is_left_out_and_said():
    true = np.array([0, 0, 2, 2, 0, 2])
    said = np.random.default_rng(2).dirichlet(np.ones(3), 6)
    figure = ranking_curves(true, {"network": said}, list("abc"))
    assert words(figure).endswith("1 class has no test row")
    assert not [label for label in figure.axes[0].get_legend_handles_labels()[1] if label.startswith("b")]


def test_many_classes_show_their_areas_the_hardest_first(tmp_path):
    true = np.arange(400) % 40
    said = np.random.default_rng(3).dirichlet(np.ones(40), 400) + 0.02 * np.eye(40)[true] * true[:, None]
    figure = ranking_curves(
        true, {"network": said / said.sum(axis=1, keepdims=True)}, [f"{k} {RARE}" for k in range(40)]
    )
    assert "the 30 hardest of 40" in words(figure)
    assert len(figure.axes[0].get_yticklabels()) == 30
    assert figure.axes[0].get_ylim()[0] > figure.axes[0].get_ylim()[1]
    save_figure(figure, tmp_path / "f.png")
