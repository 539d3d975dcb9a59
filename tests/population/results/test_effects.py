"""What axes change: means by value, bins, the share of variance against SciPy and chance, what was pruned or diverged."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from fallline.errors import UnknownNameError
from fallline.population.results.effects import effect, effects, ranks_explained
from fallline.population.results.record import AxisRecord

from .made import members

GRID = [{"rate": rate, "units": units} for rate in (0.1, 0.01, 0.001) for units in (16, 32, 64, 128)]


def grid(generator, seeds=3):
    """Scores that the rate decides and the units do not."""
    good = {0.1: 1.0, 0.01: 0.2, 0.001: 0.5}
    return [[good[settings["rate"]] + 0.05 * generator.normal() for _ in range(seeds)] for settings in GRID]


def test_levels_are_means_over_the_candidates_that_have_them():
    scores = grid(np.random.default_rng(0))
    found = effect(members(scores, settings=GRID), "rate", minimise=True)
    assert [level.name for level in found.levels] == ["0.001", "0.01", "0.1"]
    of_candidates = np.mean(scores, axis=1)
    for level, rate in zip(found.levels, (0.001, 0.01, 0.1), strict=True):
        own = [mean for mean, settings in zip(of_candidates, GRID, strict=True) if settings["rate"] == rate]
        assert (level.units, level.diverged) == (4, 0)
        assert level.mean == pytest.approx(np.mean(own))
        ends = stats.t.interval(0.95, 3, np.mean(own), stats.sem(own))
        assert (level.low, level.high) == pytest.approx(ends)
        assert level.median == pytest.approx(np.median(own))
    assert found.best(minimise=True).name == "0.01"
    assert found.best(minimise=False).name == "0.1"
    assert found.units == "candidates"


def test_what_matters_comes_first_and_what_does_not_is_chance():
    first, second = effects(members(grid(np.random.default_rng(0)), settings=GRID), minimise=True)
    assert (first.axis, second.axis) == ("rate", "units")
    assert first.is_real
    assert first.share > 0.8
    assert not second.is_real
    assert second.share < second.chance + 0.1
    assert first.adjusted == pytest.approx(2 * first.p)  # two axes were looked at


def test_the_share_is_that_of_kruskal_and_wallis():
    generator = np.random.default_rng(2)
    scores, groups = generator.normal(size=20), np.repeat([0, 1, 2, 3], 5)
    share, chance, p = ranks_explained(scores, groups)
    known = stats.kruskal(*(scores[groups == k] for k in range(4)))
    assert share == pytest.approx(known.statistic / 19)
    assert chance == pytest.approx(3 / 19)
    ranks = stats.rankdata(scores)
    assert p == pytest.approx(stats.f_oneway(*(ranks[groups == k] for k in range(4))).pvalue)


def test_chance_is_what_a_share_is_on_average_without_an_effect():
    generator = np.random.default_rng(4)
    groups = np.repeat([0, 1, 2], [3, 4, 8])
    found = np.array([ranks_explained(generator.standard_cauchy(15), groups) for _ in range(1500)])
    assert found[:, 0].mean() == pytest.approx(2 / 14, abs=0.01)
    assert 0.03 < np.mean(found[:, 2] < 0.05) < 0.07


@pytest.mark.parametrize(
    ("scores", "groups", "expected"),
    [
        ([1.0, 1.0, 1.0, 1.0], [0, 0, 1, 1], (0.0, 1 / 3, 1.0)),
        ([1.0, 2.0], [0, 1], (math.nan,) * 3),
        ([1.0, 2.0, 3.0], [0, 0, 0], (math.nan,) * 3),
        ([1.0, 1.0, 2.0, 2.0], [0, 0, 1, 1], (1.0, 1 / 3, 0.0)),
    ],
)
def test_shares_at_the_edges(scores, groups, expected):
    assert ranks_explained(np.array(scores), np.array(groups)) == pytest.approx(expected, nan_ok=True)


def test_one_huge_loss_is_not_all_the_variance():
    settings = GRID * 3
    scores = [row for seed in range(3) for row in grid(np.random.default_rng(seed))]
    scores[5] = [1e9, 1e9, 1e9]
    found = effect(members(scores, settings=settings), "rate", minimise=True)
    assert found.share > 0.6  # of the scores themselves it would be what chance gives, 2 / 35


def test_what_diverged_is_last_in_rank_and_in_no_mean():
    scores = [[math.nan] * 3 if settings["rate"] == 0.1 else [0.5, 0.6, 0.7] for settings in GRID]
    found = effect(members(scores, settings=GRID), "rate", minimise=False)
    assert [level.diverged for level in found.levels] == [0, 0, 4]
    assert math.isnan(found.levels[2].mean)
    assert found.levels[0].mean == pytest.approx(0.6)
    assert found.share == 1.0


def test_a_continuous_axis_is_put_in_bins_of_equally_many():
    generator = np.random.default_rng(5)
    rates = 10 ** generator.uniform(-4, -1, size=40)
    scores = [[(math.log10(rate) + 2.5) ** 2 + 0.01 * generator.normal()] for rate in rates]
    axes = {"rate": AxisRecord("float", log=True)}
    found = effect(members(scores, settings=[{"rate": rate} for rate in rates]), "rate", True, axes=axes)
    assert [level.units for level in found.levels] == [8] * 5
    assert found.log
    assert found.is_real
    best = found.best(minimise=True)
    assert best.low_edge < 10**-2.5 < best.high_edge
    edges = [edge for level in found.levels for edge in (level.low_edge, level.high_edge)]
    assert edges == sorted(edges)


def test_one_axis_alone_is_judged_by_its_runs():
    found = effect(
        members([[1.0, 1.1, 1.2], [2.0, 2.1, 2.2]], settings=[{"opt": "a"}, {"opt": "b"}]), "opt", True
    )
    assert found.units == "runs"
    assert [level.units for level in found.levels] == [3, 3]
    assert found.is_real


def test_runs_of_a_candidate_say_nothing_of_an_axis_that_varies_with_others():
    generator = np.random.default_rng(6)
    settings = [{"a": a, "b": b} for a, b in generator.uniform(size=(6, 2))]
    made = members(generator.normal(size=(6, 1)) + 0.01 * generator.normal(size=(6, 20)), settings=settings)
    axes = {"a": AxisRecord("float"), "b": AxisRecord("float")}
    assert not any(each.is_real for each in effects(made, True, axes=axes))


class Counted:
    """A value that counts how often it is looked at."""

    looks = 0

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        Counted.looks += 1
        return f"<{self.value}>"


def test_the_work_grows_with_the_candidates_not_with_their_square():
    settings = [{axis: Counted(k % n) for axis, n in (("a", 2), ("b", 3), ("c", 5))} for k in range(300)]
    Counted.looks = 0
    effects(members([[float(k % 2)] for k in range(300)], settings=settings, epochs=1), True)
    assert Counted.looks < 300 * 3 * 20


def test_a_conditional_axis_is_judged_where_it_applies():
    settings = [{"opt": "sgd", "momentum": m} for m in (0.0, 0.5, 0.9) for _ in range(3)] + [
        {"opt": "adam"}
    ] * 3
    scores = [[0.9, 0.8], [0.8, 0.9], [0.9, 0.9], *[[0.5, 0.5]] * 3, *[[0.1, 0.2]] * 3, *[[0.3, 0.3]] * 3]
    found = effect(members(scores, settings=settings), "momentum", True)
    assert [(level.name, level.units) for level in found.levels] == [("0", 3), ("0.5", 3), ("0.9", 3)]


def test_what_was_pruned_is_compared_at_the_epoch_that_all_reached():
    settings = [{"units": 16}, {"units": 32}] * 4
    made = []
    for member in members([[0.1]] * 8, settings=settings, epochs=9):
        bad = member.settings["units"] == 16
        curve = np.linspace(2.0, 1.0, 9) if bad else np.linspace(1.0, 0.1, 9)
        epochs = 3 if bad and member.number else 9
        status = "pruned" if epochs == 3 else "completed"
        made.append(
            dataclasses.replace(member, values={"val_loss": curve[:epochs]}, status=status, epochs=epochs)
        )
    found = effect(made, "units", True, monitor="val_loss")
    assert found.epochs == 3
    assert [level.units for level in found.levels] == [4, 4]
    assert [level.mean for level in found.levels] == pytest.approx([1.75, 0.775])
    # Without the recorded values only those that ran to their end are left.
    assert [level.units for level in effect(made, "units", True).levels] == [1, 4]


def test_an_unknown_axis_is_named():
    with pytest.raises(UnknownNameError, match='Did you mean "units"'):
        effect(members(grid(np.random.default_rng(0)), settings=GRID), "unit", True)
