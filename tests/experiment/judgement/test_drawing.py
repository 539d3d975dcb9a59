"""What a bootstrap draws: rows, whole groups, and blocks of rows that follow each other in time."""

import numpy as np
import polars as pl
import pytest

from fallline.experiment.judgement.bootstrap import estimates
from fallline.experiment.judgement.drawing import (
    Drawing,
    block_length,
    blocks_note,
    drawing_of,
    standard_error,
)
from fallline.experiment.parts import Part
from fallline.experiment.settings import Settings


def autoregressive(rows, factor, seed):
    """x(t) = factor x(t-1) + noise."""
    noise = np.random.default_rng(seed).normal(size=rows + 100)
    values = np.zeros(rows + 100)
    for t in range(1, rows + 100):
        values[t] = factor * values[t - 1] + noise[t]
    return values[100:]


def test_rows_of_a_group_are_drawn_together():
    groups = np.repeat(np.arange(40), 10)
    drawing = Drawing(400, groups)
    assert drawing.units == 40
    assert drawing.words == "the 40 groups of test rows"
    weights = next(drawing.resamples())
    assert (weights.reshape(40, 10) == weights[::10, None]).all()


def test_a_resample_has_as_many_rows_and_is_the_same_again():
    first, again = (list(Drawing(50).resamples(seed=4)) for _ in range(2))
    assert len(first) == 1000
    assert all(weights.sum() == 50 for weights in first)
    np.testing.assert_array_equal(first, again)
    assert len(list(Drawing(20_000).resamples())) == 250


def test_a_block_is_rows_that_follow_each_other_on_a_circle():
    order = np.random.default_rng(0).permutation(10)
    drawing = Drawing(10, order=order, length=4)
    assert drawing.units == 3
    found = np.array(list(drawing.resamples()))
    assert (found.sum(axis=1) == 10).all()
    np.testing.assert_allclose(found.mean(axis=0), 1, atol=0.1)  # no row is left out, nor drawn more
    # By hand: three starts, the last block shorter.
    starts = np.random.default_rng(0).integers(10, size=3)
    by_hand = np.zeros(10)
    for start, length in zip(starts, (4, 4, 2), strict=True):
        for k in range(length):
            by_hand[order[(start + k) % 10]] += 1
    np.testing.assert_array_equal(found[0], by_hand)


@pytest.mark.parametrize(("factor", "rows"), [(0.3, 2000), (0.5, 2000), (0.8, 500)])
def test_the_length_of_blocks_is_that_of_theory(factor, rows):
    # Of such a series G = 2 f / (1 - f)^2 R(0) and g = (1 + f) / (1 - f) R(0), so that G / g = 2 f / (1 - f^2).
    wanted = rows ** (1 / 3) * (6 * factor**2 / (1 - factor**2) ** 2) ** (1 / 3)
    found = np.median([block_length([autoregressive(rows, factor, seed)]) for seed in range(30)])
    assert found == pytest.approx(wanted, rel=0.3)


def test_the_error_of_a_mean_is_that_of_rows_that_stay_alike():
    # The variance of the mean of such a series of n rows is near R(0) (1 + f) / (1 - f) / n.
    found = np.median([standard_error(autoregressive(1000, 0.6, seed)) for seed in range(20)])
    assert found == pytest.approx(np.sqrt(1 / (1 - 0.6**2) * 1.6 / 0.4 / 1000), rel=0.15)
    alone = np.random.default_rng(0).normal(size=500)
    assert standard_error(alone) == pytest.approx(alone.std() / np.sqrt(500), rel=0.2)
    assert standard_error(np.ones(5)) == 0


def test_the_longest_of_some_series_counts_and_none_is_longer_than_a_third():
    calm, slow = np.random.default_rng(0).normal(size=300), autoregressive(300, 0.9, 0)
    assert block_length([calm]) <= 4
    assert block_length([calm, slow]) == block_length([slow]) > 10
    assert block_length([np.arange(90.0)]) <= 30
    assert block_length([np.ones(50)]) == block_length([calm[:8]]) == block_length([]) == 1


def test_intervals_of_blocks_hold_the_truth_where_those_of_rows_do_not():
    held = np.zeros(2)
    for seed in range(20):
        values = autoregressive(400, 0.7, seed)
        blocks = Drawing(400, order=np.arange(400), length=block_length([values]))
        for k, drawing in enumerate((Drawing(400), blocks)):
            mean = {"one": lambda weights, x=values: {"mean": float(x @ weights / weights.sum())}}
            low, high = estimates(mean, drawing)["one"]["mean"].interval()
            held[k] += low < 0 < high
    assert held[0] <= 14
    assert held[1] >= 17


def test_the_settings_say_what_is_drawn():
    frame = pl.DataFrame({"when": [3.0, 1.0, 2.0, 4.0] * 30, "who": ["b", "a", "b", "a"] * 30})
    part = Part(np.zeros((120, 1)), np.zeros(120), np.arange(120), frame)
    errors = [[autoregressive(120, 0.5, seed)] for seed in range(2)]
    alone = drawing_of(Settings("d"), part, errors)
    assert (alone.groups, alone.order, alone.words) == (None, None, "the test rows")
    assert blocks_note(Settings("d"), alone) == ""
    assert drawing_of(Settings("d", group="who"), part, errors).groups.tolist() == [1, 0, 1, 0] * 30
    settings = Settings("d", time="when")
    in_time = drawing_of(settings, part, errors)
    assert (np.diff(frame["when"].to_numpy()[in_time.order]) >= 0).all()
    assert 'The test rows follow each other by "when"' in blocks_note(settings, in_time)
