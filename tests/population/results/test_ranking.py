"""Rankings: order, tests against the best, who cannot be told from it, and what diverged."""

import math

import numpy as np
import pytest
from scipy import stats

from fallline.errors import UsageError
from fallline.population.results.paired import paired_test
from fallline.population.results.ranking import compare_pair, rank

from .made import members

SCORES = np.array([[0.80, 0.82, 0.81, 0.83], [0.90, 0.91, 0.93, 0.92], [0.91, 0.90, 0.92, 0.93]])


def test_means_errors_and_tests_over_seeds_are_those_of_scipy():
    ranking = rank(members(SCORES), minimise=False)
    best, second, last = ranking.standings
    assert [standing.candidate for standing in ranking.standings] == [1, 2, 0]
    assert (best.mean, best.standard_error) == pytest.approx((SCORES[1].mean(), stats.sem(SCORES[1])))
    known = [stats.ttest_rel(SCORES[1], SCORES[k]).pvalue for k in (2, 0)]
    assert [second.against.p, last.against.p] == pytest.approx(known)
    assert [second.p, last.p] == pytest.approx([known[0], 2 * known[1]])  # Holm: the smaller one twice
    assert [standing.with_best for standing in ranking.standings] == [True, True, False]
    assert ranking.runs == "seeds"
    assert "on this split" in ranking.caveat


def test_lower_scores_win_where_a_loss_is_monitored():
    ranking = rank(members(SCORES), minimise=True)
    assert ranking.best.candidate == 0
    assert ranking.standings[1].against.difference > 0
    assert ranking.standings[1].against.wins == 4


def test_over_folds_tests_and_errors_are_corrected():
    ranking = rank(members(SCORES, folds=True), minimise=False)
    differences = SCORES[1] - SCORES[0]
    assert ranking.standings[-1].against.t == pytest.approx(paired_test(differences, 1 / 3).t)
    assert ranking.best.standard_error == pytest.approx(SCORES[1].std(ddof=1) * math.sqrt(1 / 4 + 1 / 3))
    given = rank(members(SCORES, folds=True), minimise=False, overlap=0.5)
    assert given.standings[-1].against.t == pytest.approx(paired_test(differences, 0.5).t)


def test_seeds_within_a_fold_are_averaged_and_make_no_new_rows():
    made = members(np.repeat(SCORES, 2, axis=1), folds=True)
    made = [
        type(member)(**{**vars(member), "fold": member.fold // 2, "seed": member.fold % 2}) for member in made
    ]
    once = rank(members(SCORES, folds=True), minimise=False)
    twice = rank(made, minimise=False)
    assert twice.standings[-1].against == once.standings[-1].against
    assert twice.standings[0].members == 8


def test_equal_scores_are_no_difference():
    ranking = rank(members([[1.0, 2.0, 3.0]] * 2), minimise=True)
    assert [standing.candidate for standing in ranking.standings] == [0, 1]
    assert ranking.standings[1].p == 1.0
    assert len(ranking.with_best) == 2


def test_a_candidate_that_diverged_stands_below_and_is_named():
    ranking = rank(members([[0.5, math.nan, 0.5], [0.9, 0.8, 0.85], [math.nan] * 3]), minimise=True)
    assert [standing.candidate for standing in ranking.standings] == [1, 0, 2]
    assert [standing.diverged for standing in ranking.standings] == [(), (1,), (6, 7, 8)]
    assert [standing.with_best for standing in ranking.standings] == [True, False, False]
    partly = ranking.standings[1]
    assert partly.mean == 0.5  # of the runs that have one, with the others counted beside
    assert partly.against.wins == 1.0  # the one that diverged
    assert math.isnan(ranking.standings[2].mean)
    assert math.isnan(ranking.standings[2].against.p)


def test_only_runs_in_common_are_compared():
    made = members(SCORES)
    without = [
        member for member in made if member.number not in (0, 7)
    ]  # seed 0 of the first, seed 3 of the second
    ranking = rank(without, minimise=False)
    against = next(standing.against for standing in ranking.standings if standing.candidate == 0)
    common = SCORES[2, 1:] - SCORES[0, 1:] if ranking.best.candidate == 2 else SCORES[1, 1:3] - SCORES[0, 1:3]
    assert against.runs == len(common)
    assert against.difference == pytest.approx(common.mean())


def test_single_runs_say_nothing_of_chance():
    ranking = rank(members([[0.3], [0.2], [0.4]]), minimise=True)
    assert [standing.candidate for standing in ranking.standings] == [1, 0, 2]
    assert len(ranking.with_best) == 3
    assert ranking.runs == "single"
    assert "seeds=" in ranking.caveat


def test_pruned_candidates_are_not_ranked():
    status = ["completed", "pruned", "early_stopped", "waiting"]
    made = members([[0.5, 0.4], [0.1, 0.1], [0.6, 0.6], [math.nan, math.nan]], status=status)
    ranking = rank(made, minimise=True)
    assert [standing.candidate for standing in ranking.standings] == [0, 2]
    assert ranking.unranked == (1, 3)


def test_what_was_interrupted_is_ranked_as_far_as_it_came():
    ranking = rank(members([[0.5, 0.4], [0.1, 0.2]], status=["interrupted"] * 2), minimise=True)
    assert ranking.unfinished
    assert ranking.best.candidate == 1


def test_any_two_candidates_are_compared():
    ranking = rank(members(SCORES), minimise=False)
    assert compare_pair(ranking, 2, 0).p == pytest.approx(stats.ttest_rel(SCORES[2], SCORES[0]).pvalue)
    with pytest.raises(UsageError, match="candidate 9 is not ranked"):
        compare_pair(ranking, 2, 9)


def test_nothing_to_rank():
    with pytest.raises(UsageError, match="no member has a score yet"):
        _ = rank([], minimise=True).best


def test_the_truly_best_is_seldom_left_out():
    # Ten candidates, two of them equally good, three worse, five much worse; ten seeds.
    generator = np.random.default_rng(3)
    true = np.array([1.0, 1.0, 0.8, 0.8, 0.8, -3.0, -3.0, -3.0, -3.0, -3.0])
    found = np.zeros(2)
    for _ in range(150):
        ranking = rank(members(true[:, None] + generator.normal(size=(10, 10)), epochs=1), minimise=False)
        names = {standing.candidate for standing in ranking.with_best}
        found += [0 in names, not names & set(range(5, 10))]
    assert found[0] / 150 >= 0.93
    assert found[1] / 150 >= 0.99
