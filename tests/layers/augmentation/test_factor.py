"""Strengths: one number, a pair, what they are drawn to, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._random import uniform
from fallline.errors import UsageError
from fallline.layers.augmentation import RandomBrightness, RandomContrast, RandomRotation, RandomZoom
from fallline.layers.augmentation.factor import drawn, whole_below

FRACTIONS = uniform(jax.random.key(0), (20000,))


@pytest.mark.parametrize(
    ("factor", "start", "low", "high"),
    [(0.3, -1, -0.3, 0.3), (0.3, 0, 0, 0.3), (0.3, 1, 0.3, 0.3), ((-0.1, 0.4), -1, -0.1, 0.4)],
)
def test_strengths_are_uniform_between_their_two(factor, start, low, high):
    values = np.asarray(drawn(FRACTIONS, factor, start))
    assert values.min() >= np.float32(low)
    assert values.max() <= np.float32(high)
    np.testing.assert_allclose(values.mean(), (low + high) / 2, atol=0.005)
    np.testing.assert_allclose(values.std(), (high - low) / np.sqrt(12), atol=0.003)


@pytest.mark.parametrize("count", [1, 2, 5, 4097, 2**20 + 1])
def test_whole_numbers_stay_below_their_count(count):
    extremes = whole_below(jnp.asarray([0.0, 1 - 2.0**-24], jnp.float32), count)
    assert extremes.tolist() == [0, count - 1]


def test_whole_numbers_are_equally_likely():
    counts = np.bincount(whole_below(FRACTIONS, 8), minlength=8)
    np.testing.assert_allclose(counts, len(FRACTIONS) / 8, atol=5 * np.sqrt(len(FRACTIONS) / 8))


def test_a_pair_is_put_in_order():
    assert RandomRotation([0.2, -0.1]).factor == (-0.1, 0.2)
    assert RandomContrast((0.5, 0.1)).factor == (0.5, 0.1)


@pytest.mark.parametrize("factor", [1.5, -2, "a", None, float("nan"), True])
def test_a_factor_must_be_in_its_range(factor):
    with pytest.raises(UsageError, match=r"^RandomRotation: factor must be a (finite )?number from -1 to 1"):
        RandomRotation(factor)


def test_a_zoom_must_leave_something():
    with pytest.raises(UsageError, match=r"^RandomZoom: height_factor must be .* above -1"):
        RandomZoom(-1)
    with pytest.raises(UsageError, match=r"^RandomZoom: width_factor must be .* above -1"):
        RandomZoom(0.1, (-1.0, 0.5))


@pytest.mark.parametrize("factor", [(1,), (0.1, 0.2, 0.3)])
def test_a_pair_has_two_numbers(factor):
    with pytest.raises(UsageError, match="factor must be two numbers"):
        RandomRotation(factor)


@pytest.mark.parametrize("value_range", [(1, 0), (0, 0), 255, (0, 1, 2)])
def test_a_value_range_must_be_one(value_range):
    with pytest.raises(UsageError, match=r"^RandomBrightness: value_range must be"):
        RandomBrightness(0.1, value_range)
