"""The numbers behind the figures, against scikit-learn, by hand, and by drawing again and again."""

import numpy as np
import pytest
from sklearn import metrics

from fallline.report.figures.curves import area, brier_score, curve, thinned


def scores_of(rows, seed=0, digits=2):
    """Rows of two kinds and a score with ties, positive rows higher."""
    generator = np.random.default_rng(seed)
    positive = generator.random(rows) < 0.3
    return positive, np.round(generator.normal(size=rows) + positive, digits)


def test_curves_are_scikit_learns():
    positive, score = scores_of(500)
    drawn = curve(positive, score)
    false_alarms, found, thresholds = metrics.roc_curve(positive, score, drop_intermediate=False)
    np.testing.assert_allclose(drawn.false_alarms, false_alarms)
    np.testing.assert_allclose(drawn.found, found)
    np.testing.assert_allclose(drawn.thresholds, thresholds)
    precision, recall, _ = metrics.precision_recall_curve(positive, score)
    np.testing.assert_allclose(drawn.precision, precision[::-1])
    np.testing.assert_allclose(drawn.found, recall[::-1])
    assert drawn.average_precision == pytest.approx(metrics.average_precision_score(positive, score))
    assert drawn.base_rate == positive.mean()


@pytest.mark.parametrize("digits", [0, 6])
def test_the_area_is_scikit_learns_ties_counting_half(digits):
    positive, score = scores_of(300, digits=digits)
    assert area(positive, score).value == pytest.approx(metrics.roc_auc_score(positive, score))


def test_the_area_and_its_variance_by_hand():
    # Positive 3 and 1, negative 2 and 0: of four pairs three are right. Of the positives 1 and 1/2, of the negatives 1/2
    # and 1: both variances are 1/8, so the standard error is sqrt(1/8 / 2 + 1/8 / 2) = 0.3536; logit 1.0986 +- 3.696.
    found = area(np.array([True, True, False, False]), np.array([3.0, 1.0, 2.0, 0.0]))
    assert found.value == 0.75
    half = 1.959964 * np.sqrt(1 / 8) / (0.75 * 0.25)
    expected = [1 / (1 + np.exp(-(np.log(3) + sign * half))) for sign in (-1, 1)]
    np.testing.assert_allclose([found.low, found.high], expected, rtol=1e-6)


def test_the_interval_of_the_area_holds_the_truth_in_95_of_100_samples():
    # Normal scores one standard deviation apart: the area is Phi(1 / sqrt 2).
    generator, truth, held = np.random.default_rng(0), 0.7602499389, 0
    for _ in range(400):
        positive = np.arange(120) < 40
        found = area(positive, generator.normal(size=120) + positive)
        held += found.low < truth < found.high
    assert 0.925 <= held / 400 <= 0.975


@pytest.mark.parametrize("score", [[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
def test_rows_that_show_no_spread_give_no_interval(score):
    found = area(np.array([False, False, True, True]), np.array(score))
    assert (found.low, found.high) == (None, None)
    assert found.words == f"{found.value:.3f}"


def test_few_points_keep_both_ends():
    kept = thinned(np.arange(5000))
    assert (len(kept), kept[0], kept[-1]) == (1000, 0, 4999)
    assert len(thinned(np.arange(7))) == 7


def test_the_brier_score_is_scikit_learns():
    generator = np.random.default_rng(2)
    shares = generator.dirichlet(np.ones(4), size=50)
    true = generator.integers(0, 4, 50)
    assert brier_score(true, shares) == pytest.approx(
        metrics.brier_score_loss(true, shares, labels=range(4), scale_by_half=False)
    )
    p = generator.random(50)
    two = np.stack([1 - p, p], axis=1)
    assert brier_score(true % 2, two) == pytest.approx(metrics.brier_score_loss(true % 2, p))
