"""The paired test against its formula, SciPy and published numbers; Holm against a worked example."""

import math

import numpy as np
import pytest
from scipy import stats

from fallline.population.results.paired import holm, mean_interval, paired_test

FOLDS = np.array([0.02, 0.02, -0.01, 0.03, 0.02])
"""Differences over five folds, of which the plain and the corrected t were measured with other software."""


def test_over_seeds_it_is_the_paired_t_test_of_scipy():
    generator = np.random.default_rng(0)
    first, second = generator.normal([[0.5], [0.0]], 1.0, size=(2, 9))
    test, known = paired_test(first - second), stats.ttest_rel(first, second)
    assert (test.t, test.p) == pytest.approx((known.statistic, known.pvalue), rel=1e-12)
    assert (test.low, test.high) == pytest.approx(tuple(known.confidence_interval(0.95)), rel=1e-12)
    assert (test.runs, test.wins) == (9, np.sum(first > second))


def test_without_correction_five_folds_look_better_than_they_are():
    test = paired_test(FOLDS)
    assert (round(test.t, 4), round(test.p, 4)) == (2.3591, 0.0777)


def test_folds_are_corrected_for_the_rows_that_they_share():
    test = paired_test(FOLDS, overlap=1 / 4)  # a fifth tests, four fifths train
    assert (round(test.t, 4), round(test.p, 4)) == (1.5727, 0.1909)
    by_hand = FOLDS.mean() / math.sqrt(FOLDS.var(ddof=1) * (1 / 5 + 1 / 4))
    assert test.t == pytest.approx(by_hand, rel=1e-12)
    assert round(test.probability, 6) == 0.904555  # as baycomp's two_on_single says
    reach = stats.t.ppf(0.975, 4) * math.sqrt(FOLDS.var(ddof=1) * 0.45)
    assert (test.low, test.high) == pytest.approx((0.016 - reach, 0.016 + reach), rel=1e-12)


def test_the_other_way_round_it_is_the_same_test():
    there, back = paired_test(FOLDS, 0.25), paired_test(-FOLDS, 0.25)
    assert (back.t, back.p, back.probability) == pytest.approx((-there.t, there.p, 1 - there.probability))
    assert there.wins + back.wins == 5


def test_equal_runs_show_no_difference():
    test = paired_test(np.zeros(4))
    assert (test.t, test.p, test.probability, test.win_rate) == (0.0, 1.0, 0.5, 0.5)


@pytest.mark.parametrize(
    "differences", [np.full(3, -0.25), np.array([0.2, 0.3, 0.4]) - np.array([0.3, 0.4, 0.5])]
)
def test_the_same_difference_in_each_run_is_judged_by_its_sign(differences):
    # Three of three right in 0.25 more of 4 rows: a variance of 0 would make it certain.
    test = paired_test(differences)
    assert (test.t, test.wins) == (-math.inf, 0.0)
    assert test.p == stats.binomtest(0, 3).pvalue == 0.25
    assert test.probability == 0.125


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_runs_say_nothing(count):
    test = paired_test(np.ones(count))
    assert math.isnan(test.p)
    assert math.isnan(test.standard_error)
    assert test.runs == count


def test_an_interval_of_a_mean_is_that_of_scipy():
    mean, error, low, high = mean_interval(FOLDS)
    assert (mean, error) == pytest.approx((FOLDS.mean(), stats.sem(FOLDS)), rel=1e-12)
    assert (low, high) == pytest.approx(stats.t.interval(0.95, 4, FOLDS.mean(), stats.sem(FOLDS)), rel=1e-12)


def test_holm_by_hand():
    # 4 x 0.005, 3 x 0.01, 2 x 0.03, and the last not below the one before it.
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def test_holm_does_not_count_what_was_not_tested():
    adjusted = holm(np.array([0.01, math.nan, 0.04]))
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert math.isnan(adjusted[1])
    assert holm(np.array([])).size == 0


def test_folds_of_equal_candidates_are_seldom_taken_for_different():
    # Scores of folds share most training rows: their differences correlate by test / all rows. The plain test is
    # wrong far more often than it says, the corrected one is not.
    generator = np.random.default_rng(1)
    shared, own = generator.normal(size=(2000, 1)), generator.normal(size=(2000, 5))
    differences = math.sqrt(0.2) * shared + math.sqrt(0.8) * own
    plain = np.mean([paired_test(row).p < 0.05 for row in differences])
    corrected = np.mean([paired_test(row, 0.25).p < 0.05 for row in differences])
    assert plain > 0.1
    assert corrected < 0.06
