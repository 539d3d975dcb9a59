"""Intervals of numbers: by hand, as counted over many draws, and as files."""

import json

import numpy as np
import pytest

from fallline.calibration import ConformalIntervals, Spread, fewest_rows
from fallline.calibration.scores import KEPT, Scores
from fallline.errors import DataError, SavedFileError, UsageError


def rows(count, seed, growing=True):
    """Values whose errors grow with the prediction, or do not."""
    generator = np.random.default_rng(seed)
    predicted = generator.uniform(1, 10, count)
    return predicted + (predicted if growing else 3.0) * generator.standard_t(4, count), predicted


def test_the_quantile_is_the_one_of_the_paper():
    # Nine rows at 0.9: the ceil(10 * 0.9) = 9th, the largest.
    true, predicted = np.arange(1.0, 10.0), np.zeros(9)
    low, high = ConformalIntervals.fit(true, predicted)(np.array([100.0]), 0.9)
    assert (low[0], high[0]) == (91.0, 109.0)
    assert ConformalIntervals.fit(true, predicted).half_widths(predicted, 0.5).tolist() == [5.0] * 9
    # Eight cannot bound a tenth.
    assert np.isinf(ConformalIntervals.fit(true[:8], predicted[:8]).half_widths(predicted, 0.9)).all()


@pytest.mark.parametrize(
    ("level", "fewest"), [(0.9, 9), (0.95, 19), (0.5, 1), (0.8, 4), (0.99, 99), (0.9999, 9999)]
)
def test_the_fewest_rows_are_the_first_that_suffice(level, fewest):
    assert fewest_rows(level) == fewest
    assert np.isfinite(Scores.of(np.arange(float(fewest))).quantile(level))
    assert not np.isfinite(Scores.of(np.arange(float(fewest - 1))).quantile(level))


@pytest.mark.parametrize("adaptive", [False, True])
@pytest.mark.parametrize("level", [0.6, 0.9])
def test_new_rows_are_held_as_often_as_is_said(adaptive, level):
    held = []
    for seed in range(150):
        low, high = ConformalIntervals.fit(*rows(299, seed), adaptive=adaptive)(
            (new := rows(300, 1000 + seed))[1], level
        )
        held.append(np.mean((low <= new[0]) & (new[0] <= high)))
    # Of 299 rows at 0.9 the 270th: 270/300 exactly, on average over draws.
    assert np.mean(held) == pytest.approx(level, abs=4 * np.std(held) / np.sqrt(len(held)))


def test_they_are_wider_where_errors_are_larger_and_only_there():
    growing = ConformalIntervals.fit(*rows(2000, 0))
    assert growing.spread is not None
    half = growing.half_widths(np.array([1.5, 9.5]))
    assert half[1] > 3 * half[0]
    equal = ConformalIntervals.fit(*rows(2000, 0), adaptive=False)
    true, predicted = rows(20_000, 1)
    for place in (1.5, 9.5):
        near = np.abs(predicted - place) < 0.5
        shares = []
        for intervals in (growing, equal):
            low, high = intervals(predicted[near])
            shares.append(np.mean((low <= true[near]) & (true[near] <= high)))
        # A tenth of the mean error, which is added everywhere, widens those of small errors a little.
        assert shares[0] == pytest.approx(0.9, abs=0.06)
        assert abs(shares[1] - 0.9) > 0.07
    assert ConformalIntervals.fit(*rows(2000, 0, growing=False)).spread is None


def test_a_spread_is_the_mean_error_of_stretches():
    predicted = np.repeat([0.0, 1.0], 60)
    errors = np.repeat([1.0, 3.0], 60)
    spread = Spread.fit(predicted, errors)
    assert spread is not None
    # A tenth of the mean error, 2, is added.
    np.testing.assert_allclose(spread(np.array([-5.0, 0.0, 0.5, 1.0, 9.0])), [1.2, 1.2, 2.2, 3.2, 3.2])
    assert Spread.fit(predicted[:99], errors[:99]) is None
    assert Spread.fit(predicted, np.zeros(120)) is None
    assert Spread.fit(np.ones(200), np.arange(200.0)) is None


def test_of_many_rows_a_thousand_scores_are_kept():
    scores = np.random.default_rng(0).random(12_345)
    kept = Scores.of(scores)
    assert len(kept.kept) == KEPT
    for level in (0.1, 0.5, 0.9, 0.999):
        rank = int(np.ceil(round(12_346 * level, 9)))
        # Never below what is wanted, and at most a thousandth of the rows above.
        assert np.sort(scores)[rank - 1] <= kept.quantile(level) <= np.sort(scores)[min(rank + 12, 12_344)]
    assert kept.quantile(0.9999) == scores.max()


@pytest.mark.parametrize("adaptive", [False, True])
def test_they_come_back_from_a_file(adaptive):
    intervals = ConformalIntervals.fit(*rows(400, 0), adaptive=adaptive)
    again = ConformalIntervals.from_config(json.loads(json.dumps(intervals.to_config())))
    assert again == intervals


def test_a_damaged_file_is_said():
    config = ConformalIntervals.fit(*rows(100, 0)).to_config()
    for wrong in ({}, config | {"scores": 3}, config | {"spread": {"places": [1.0]}}):
        with pytest.raises(SavedFileError, match="the saved intervals"):
            ConformalIntervals.from_config(wrong)


@pytest.mark.parametrize(
    ("true", "predicted", "said"),
    [
        ([], [], "at least one"),
        ([1.0, 2.0], [1.0], "2 values and 1 predictions"),
        ([1.0, np.nan], [1.0, 2.0], "row 2 is nan"),
        ([[1.0]], [[1.0]], "one number a row"),
        (["a"], [1.0], "one number a row"),
    ],
)
def test_what_gives_no_intervals_is_said(true, predicted, said):
    with pytest.raises(DataError, match=said):
        ConformalIntervals.fit(np.array(true), np.array(predicted))


def test_too_few_rows_for_intervals_of_different_width():
    with pytest.raises(DataError, match="too few, or too alike"):
        ConformalIntervals.fit(*rows(60, 0), adaptive=True)
    assert ConformalIntervals.fit(*rows(60, 0)).spread is None


@pytest.mark.parametrize("level", [0, 1, 90, -0.1, True, "0.9"])
def test_a_level_is_a_share(level):
    with pytest.raises(UsageError, match="between 0 and 1"):
        ConformalIntervals.fit(*rows(60, 0))(np.zeros(1), level)


@pytest.mark.parametrize("new", [[1.0, np.inf], [[1.0]], ["a"]])
def test_no_interval_is_told_around_what_is_no_number(new):
    with pytest.raises(DataError, match="must be finite; row 2|one number a row"):
        ConformalIntervals.fit(*rows(60, 0))(np.array(new))


@pytest.mark.parametrize("errors", [np.ones(3), -np.ones(120), np.full(120, np.nan)])
def test_a_spread_is_of_sizes(errors):
    with pytest.raises(DataError, match="Spread.fit"):
        Spread.fit(np.arange(120.0), errors)
