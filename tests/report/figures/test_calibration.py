"""Calibration: what the title says of true, bold, timid and too few probabilities."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from fallline.calibration import reliability
from fallline.report.figures import reliability_diagram, save_figure
from fallline.report.figures.calibration import calibration_finding


def two(rows, truth, seed=0):
    """Rows that are given p and come true with probability `truth(p)`."""
    generator = np.random.default_rng(seed)
    p = generator.random(rows)
    return (generator.random(rows) < truth(p)).astype(int), np.stack([1 - p, p], axis=1)


def words(figure):
    return " ".join(figure.get_suptitle().split())


@pytest.mark.parametrize("seed", range(1, 6))
def test_true_probabilities_are_not_blamed(seed):
    figure = reliability_diagram(*two(3000, lambda p: p, seed), ["no", "yes"])
    assert words(figure).startswith(
        "No gap beyond chance between what is said and what comes true: 3,000 test"
    )


@pytest.mark.parametrize(
    ("truth", "leaning"),
    [
        (lambda p: 0.5 + 0.5 * (p - 0.5), "over-confident"),
        (lambda p: np.clip(0.5 + 2 * (p - 0.5), 0, 1), "under-confident"),
        (lambda p: np.clip(p - 0.2, 0, 1), "too high"),
        (lambda p: np.clip(p + 0.2, 0, 1), "too low"),
    ],
)
def test_probabilities_that_do_not_come_true_are(truth, leaning):
    title = words(reliability_diagram(*two(4000, truth), ["no", "yes"]))
    assert title.startswith("Probabilities of ")
    assert title.endswith(f" of rows: {leaning}")


def test_the_title_names_what_was_said_and_what_came_true():
    p = np.full(200, 0.8)
    true = (np.arange(200) % 100 < 71).astype(int)
    assert words(reliability_diagram(true, np.stack([1 - p, p], axis=1), ["no", "$yes$"])) == (
        r"Probabilities of 80 % for \$yes\$ come true in 71 % of rows: over-confident"
    )


def test_of_more_classes_it_is_the_predicted_one():
    generator = np.random.default_rng(0)
    said = np.tile([0.1, 0.8, 0.1], (300, 1))
    true = np.where(generator.random(300) < 0.5, 1, 0)
    figure = reliability_diagram(true, said, list("abc"))
    assert (
        words(figure)
        == f"Probabilities of 80 % are right in {100 * true.mean():.0f} % of rows: over-confident"
    )
    brier = brier_score_loss(true, said, labels=range(3), scale_by_half=False)
    [label] = [text for text in figure.axes[0].get_legend_handles_labels()[1] if "Brier" in text]
    assert (
        label == f"expected calibration error {100 * (0.8 - true.mean()):.1f} points, Brier score {brier:.3f}"
    )


@pytest.mark.parametrize("rows", [1, 2, 20])
def test_few_rows_prove_nothing(tmp_path, rows):
    figure = reliability_diagram(*two(rows, lambda p: p), ["no", "yes"])
    assert "too few to say" in words(figure)
    save_figure(figure, tmp_path / "f.png")


def test_rows_of_one_class_and_one_probability_draw(tmp_path):
    figure = reliability_diagram(np.zeros(30, int), np.full((30, 2), 0.5), ["no", "yes"])
    assert words(figure) == "Probabilities of 50 % for yes come true in 0 % of rows: over-confident"
    save_figure(figure, tmp_path / "f.png")


def test_rare_true_probabilities_are_seldom_blamed():
    # At a level of 1 %, of 300 figures 3 are to be expected, 9 or more in 4 of 1,000 such tests.
    generator, blamed = np.random.default_rng(0), 0
    for _ in range(300):
        p = 1 / (1 + np.exp(3 - generator.normal(size=120)))
        blamed += calibration_finding(reliability(generator.random(120) < p, p), "yes").startswith("Prob")
    assert blamed < 9
