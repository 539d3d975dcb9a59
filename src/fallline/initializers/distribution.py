"""Initializers of a fixed distribution, whatever the shape: normal, truncated normal, uniform."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from fallline._random import Key
from fallline._ranges import FINITE, NOT_NEGATIVE, number
from fallline._tree import static, tree
from fallline._types import Number
from fallline.errors import UsageError
from fallline.initializers.initializer import RandomInitializer, Samples, initializers

STDDEV_WITHIN_TWO = math.sqrt(
    1.0 - 4.0 * math.exp(-2.0) / math.sqrt(2.0 * math.pi) / math.erf(math.sqrt(2.0))
)
"""Standard deviation of a standard normal variable cut off at +-2: sqrt(1 - 2 * 2 phi(2) / (2 Phi(2) - 1)), 0.88."""


def normal_samples(
    key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any], mean: Number, stddev: Number
) -> Samples:
    """Values of N(mean, stddev^2)."""
    return jax.random.normal(key, shape, dtype) * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


def truncated_normal_samples(
    key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any], mean: Number, stddev: Number
) -> Samples:
    """Values of N(mean, stddev^2) within mean +- 2 stddev."""
    unit = jax.random.truncated_normal(key, -2.0, 2.0, shape, dtype)
    return unit * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


@initializers.register("random_normal", "normal")
@tree
class RandomNormal(RandomInitializer):
    """Normal values, N(mean, stddev^2).

    Args:
        mean: The mean.
        stddev: The standard deviation, >= 0.
        seed: Its own seed; None draws from the run's.

    Raises:
        UsageError: a number is out of its range.

    Source: Keras 3 for names and defaults.
    """

    mean: Number = number(0.0, FINITE)
    stddev: Number = number(0.05, NOT_NEGATIVE)
    seed: int | None = static(default=None)

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of N(mean, stddev^2)."""
        return normal_samples(key, shape, dtype, self.mean, self.stddev)


@initializers.register("truncated_normal")
@tree
class TruncatedNormal(RandomInitializer):
    """Normal values drawn again where they lie more than two standard deviations from the mean.

    N(mean, stddev^2) given |x - mean| <= 2 stddev; the values' own standard deviation is 0.88 stddev.

    Args:
        mean: The mean.
        stddev: The standard deviation before the cut, >= 0.
        seed: Its own seed; None draws from the run's.

    Raises:
        UsageError: a number is out of its range.

    Source: Keras 3 for names and defaults.
    """

    mean: Number = number(0.0, FINITE)
    stddev: Number = number(0.05, NOT_NEGATIVE)
    seed: int | None = static(default=None)

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of N(mean, stddev^2) within mean +- 2 stddev."""
        return truncated_normal_samples(key, shape, dtype, self.mean, self.stddev)


@initializers.register("random_uniform", "uniform")
@tree
class RandomUniform(RandomInitializer):
    """Uniform values, U(minval, maxval), without maxval itself.

    Args:
        minval: The lower limit.
        maxval: The upper limit, not below the lower.
        seed: Its own seed; None draws from the run's.

    Raises:
        UsageError: a limit is no finite number, or the limits are the wrong way round.

    Source: Keras 3 for names and defaults.
    """

    minval: Number = number(-0.05, FINITE)
    maxval: Number = number(0.05, FINITE)
    seed: int | None = static(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.minval, self.maxval
        if isinstance(low, float) and isinstance(high, float) and low > high:
            raise UsageError(f"RandomUniform: minval {low:g} is above maxval {high:g}.")

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of U(minval, maxval)."""
        low, high = jnp.asarray(self.minval, dtype), jnp.asarray(self.maxval, dtype)
        return jax.random.uniform(key, shape, dtype, low, high)
