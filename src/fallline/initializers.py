"""Initial values of parameters.

A layer calls `sample(key, shape, dtype)` with a key that names its parameter; an initializer with a seed
of its own draws from that seed instead, so the same initializer gives the same values everywhere.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key, root_key
from fallline._registry import Registry
from fallline._tree import assign, static, tree
from fallline._types import Number
from fallline.errors import UsageError

Mode = Literal["fan_in", "fan_out", "fan_avg"]
Distribution = Literal["truncated_normal", "untruncated_normal", "uniform"]
Samples = Float[Array, "*shape"]

# Standard deviation of a standard normal variable cut off at +-2: sqrt(1 - 2 * 2 phi(2) / (2 Phi(2) - 1)),
# 0.8796. Dividing by it gives the truncated distribution the variance that was asked for.
_STDDEV_WITHIN_TWO = math.sqrt(
    1.0 - 4.0 * math.exp(-2.0) / math.sqrt(2.0 * math.pi) / math.erf(math.sqrt(2.0))
)


def compute_fans(shape: Sequence[int]) -> tuple[int, int]:
    """The number of inputs and outputs that one unit of a kernel of this shape joins: (fan_in, fan_out).

    A dense kernel is (features, units); a longer shape is a convolution kernel (*window, features, units),
    whose window counts in both; of a vector both are its length, of a scalar 1.
    """
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    window = math.prod(shape[:-2])
    return int(shape[-2] * window), int(shape[-1] * window)


class Initializer(ABC):
    """Makes the initial values of a parameter. Subclasses are declared with `@tree`."""

    @abstractmethod
    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Values of the given shape and type; pure, so a layer may call it inside the compiled program."""

    def __call__(self, shape: Sequence[int], dtype: Any = "float32") -> Samples:
        """Values of the given shape: the same at each call with a seed, fresh ones without."""
        # `sample` prefers the initializer's own seed, so this entropy counts only where there is none.
        return self.sample(root_key(int(np.random.SeedSequence().generate_state(1)[0])), shape, dtype)


class RandomInitializer(Initializer):
    """An initializer that draws at random, from its own seed where it has one."""

    seed: int | None

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Random values drawn from `key`, or from the initializer's own seed where it has one."""
        return self.draw(key if self.seed is None else root_key(self.seed), tuple(shape), jnp.dtype(dtype))

    @abstractmethod
    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Random values drawn from `key`."""


def _wrap(function: Callable[..., Any]) -> Initializer:
    return function if isinstance(function, Initializer) else Custom(function)


initializers: Registry[Initializer] = Registry("initializer", "initializers", wrap=_wrap)


@initializers.register("zeros", "zero")
@tree
class Zeros(Initializer):
    """All values 0."""

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Zeros; the key is not used."""
        return jnp.zeros(shape, dtype)


@initializers.register("ones", "one")
@tree
class Ones(Initializer):
    """All values 1."""

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Ones; the key is not used."""
        return jnp.ones(shape, dtype)


@initializers.register("constant")
@tree
class Constant(Initializer):
    """All values `value`."""

    value: Number = 0.0

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """The constant; the key is not used."""
        return jnp.full(shape, jnp.asarray(self.value, dtype))


def _normal(key: Key, shape: tuple[int, ...], dtype: Any, mean: Number, stddev: Number) -> Samples:
    return jax.random.normal(key, shape, dtype) * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


def _truncated_normal(key: Key, shape: tuple[int, ...], dtype: Any, mean: Number, stddev: Number) -> Samples:
    unit = jax.random.truncated_normal(key, -2.0, 2.0, shape, dtype)
    return unit * jnp.asarray(stddev, dtype) + jnp.asarray(mean, dtype)


@initializers.register("random_normal", "normal")
@tree
class RandomNormal(RandomInitializer):
    """Normal values with the given mean and standard deviation."""

    mean: Number = 0.0
    stddev: Number = 0.05
    seed: int | None = static(default=None)

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of N(mean, stddev^2)."""
        return _normal(key, shape, dtype, self.mean, self.stddev)


@initializers.register("truncated_normal")
@tree
class TruncatedNormal(RandomInitializer):
    """Normal values drawn again where they lie more than two standard deviations from the mean.

    The values' own standard deviation is therefore 0.88 `stddev`.
    """

    mean: Number = 0.0
    stddev: Number = 0.05
    seed: int | None = static(default=None)

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of N(mean, stddev^2) within mean +- 2 stddev."""
        return _truncated_normal(key, shape, dtype, self.mean, self.stddev)


@initializers.register("random_uniform", "uniform")
@tree
class RandomUniform(RandomInitializer):
    """Uniform values in [minval, maxval)."""

    minval: Number = -0.05
    maxval: Number = 0.05
    seed: int | None = static(default=None)

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of U(minval, maxval)."""
        low, high = jnp.asarray(self.minval, dtype), jnp.asarray(self.maxval, dtype)
        return jax.random.uniform(key, shape, dtype, low, high)


class _ScaledByFans(RandomInitializer):
    """Zero-mean values whose variance is scale / n, where n counts a unit's inputs, outputs or both."""

    @abstractmethod
    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """Values of variance scale / n."""
        scale, mode, distribution = self.scaling()
        fan_in, fan_out = compute_fans(shape)
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[mode]
        stddev = jnp.sqrt(jnp.asarray(scale, dtype) / max(1.0, count))
        if distribution == "uniform":
            limit = math.sqrt(3.0) * stddev
            return jax.random.uniform(key, shape, dtype, -limit, limit)
        if distribution == "truncated_normal":
            return _truncated_normal(key, shape, dtype, 0.0, stddev / _STDDEV_WITHIN_TWO)
        return _normal(key, shape, dtype, 0.0, stddev)


@initializers.register("variance_scaling")
@tree
class VarianceScaling(_ScaledByFans):
    """Zero-mean values of variance scale / n, which keeps the size of signals through the layers.

    Args:
        scale: The factor, > 0.
        mode: What n counts: `fan_in`, `fan_out`, or their mean `fan_avg`.
        distribution: `truncated_normal` (also `normal`), `untruncated_normal` or `uniform`.
        seed: Its own seed; None draws from the run's.

    Raises:
        UsageError: the scale is not positive, or the mode or distribution is unknown.

    Source: He et al., "Delving deep into rectifiers" (2015), sec. 2.2.
    """

    scale: Number = 1.0
    mode: Mode = static(default="fan_in")
    distribution: Distribution = static(default="truncated_normal")
    seed: int | None = static(default=None)

    def __post_init__(self) -> None:
        if isinstance(self.scale, int | float) and not self.scale > 0:
            raise UsageError(f"VarianceScaling: scale must be > 0, got {self.scale!r}.")
        if self.mode not in ("fan_in", "fan_out", "fan_avg"):
            raise UsageError(
                f'VarianceScaling: mode must be "fan_in", "fan_out" or "fan_avg", got {self.mode!r}.'
            )
        distribution = str(self.distribution).casefold()
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise UsageError(
                'VarianceScaling: distribution must be "truncated_normal", "untruncated_normal" or "uniform", '
                f"got {self.distribution!r}."
            )
        assign(self, distribution=distribution)

    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""
        return self.scale, self.mode, self.distribution


@initializers.register("glorot_uniform")
@tree
class GlorotUniform(_ScaledByFans):
    """Uniform within +-sqrt(6 / (fan_in + fan_out)). Source: Glorot and Bengio (2010), eq. 16."""

    seed: int | None = static(default=None)

    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""
        return 1.0, "fan_avg", "uniform"


@initializers.register("glorot_normal")
@tree
class GlorotNormal(_ScaledByFans):
    """Truncated normal of variance 2 / (fan_in + fan_out). Source: Glorot and Bengio (2010), eq. 12."""

    seed: int | None = static(default=None)

    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""
        return 1.0, "fan_avg", "truncated_normal"


@initializers.register("he_uniform")
@tree
class HeUniform(_ScaledByFans):
    """Uniform within +-sqrt(6 / fan_in). Source: He et al. (2015), eq. 10."""

    seed: int | None = static(default=None)

    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""
        return 2.0, "fan_in", "uniform"


@initializers.register("he_normal")
@tree
class HeNormal(_ScaledByFans):
    """Truncated normal of variance 2 / fan_in. Source: He et al. (2015), eq. 10."""

    seed: int | None = static(default=None)

    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""
        return 2.0, "fan_in", "truncated_normal"


@initializers.register("lecun_uniform")
@tree
class LecunUniform(_ScaledByFans):
    """Uniform within +-sqrt(3 / fan_in). Source: LeCun et al., "Efficient backprop" (1998), sec. 4.6."""

    seed: int | None = static(default=None)

    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""
        return 1.0, "fan_in", "uniform"


@initializers.register("lecun_normal")
@tree
class LecunNormal(_ScaledByFans):
    """Truncated normal of variance 1 / fan_in. Source: LeCun et al., "Efficient backprop" (1998), sec. 4.6."""

    seed: int | None = static(default=None)

    def scaling(self) -> tuple[Number, Mode, Distribution]:
        """The scale, what n counts, and the distribution."""
        return 1.0, "fan_in", "truncated_normal"


@tree
class Custom(Initializer):
    """A function of the user's own, `function(shape, dtype) -> array`. It cannot be saved."""

    function: Callable[..., Any] = static()

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """What the function returns; the key is not used.

        Raises:
            UsageError: the function returns an array of another shape.
        """
        values = jnp.asarray(self.function(tuple(shape), dtype))
        if values.shape != tuple(shape):
            raise UsageError(
                f"initializer {self.function!r:.60}: asked for {tuple(shape)}, got {values.shape}."
            )
        return values.astype(dtype)


def get(identifier: Any) -> Initializer:
    """Resolves a name, an initializer, a configuration or a function `f(shape, dtype)`.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return initializers.get(identifier)
