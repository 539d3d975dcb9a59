"""Initialisers under TensorFlow 1's names: `tf.zeros_initializer()`, and `tf.initializers.zeros()`.

Each is called with a shape and gives a tensor. Draws take their seeds as other random operations do: with a seed of the
graph, the first numbers of a variable depend on how many random operations without a seed of their own came before.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import constant as fixed, node
from fallline.graph.core.dtypes import DType, as_dtype, float32
from fallline.graph.core.failures import GraphError, GraphTypeError, absent
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variable_lists import (
    global_variables_initializer,
    local_variables_initializer,
    variables_initializer,
)

__all__ = [
    "constant_initializer",
    "glorot_normal_initializer",
    "glorot_uniform_initializer",
    "ones_initializer",
    "orthogonal_initializer",
    "random_normal_initializer",
    "random_uniform_initializer",
    "truncated_normal_initializer",
    "uniform_unit_scaling_initializer",
    "variance_scaling_initializer",
    "zeros_initializer",
]

_TRUNCATED_SD = 0.87962566103423978
"""The standard deviation of a standard normal number that is drawn again beyond two standard deviations."""


class Initializer:
    """What gives a variable its first value: called with a shape, it gives a tensor."""

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """The first value.

        Args:
            shape: Its shape.
            dtype: Its type; by default that of the initialiser.
            partition_info: Taken and left alone.
        """
        del partition_info
        sizes = shapes.sizes_of(shape)
        if sizes is None or None in sizes:
            raise GraphError(
                f"{type(self).__name__}: the shape must be fully known, got {shapes.shown(sizes)}."
            )
        return self._value(
            [int(size or 0) for size in sizes], as_dtype(getattr(self, "dtype", float32) if dtype is None else dtype).base_dtype
        )  # fmt: skip

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        raise NotImplementedError(
            f"{type(self).__name__} writes no _value(sizes, dtype), nor a __call__ of its own."
        )

    def get_config(self) -> dict[str, Any]:
        """Its arguments."""
        found = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
        }
        return {key: as_dtype(value).name if key == "dtype" else value for key, value in found.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The initialiser of these arguments."""
        return cls(**config)


@dataclasses.dataclass(frozen=True)
class Zeros(Initializer):
    """Zeros."""

    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        from fallline.graph.ops.arrays import zeros

        return zeros(sizes, dtype)


@dataclasses.dataclass(frozen=True)
class Ones(Initializer):
    """Ones."""

    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        return fixed(np.ones(sizes, dtype.numpy), name="ones")


@dataclasses.dataclass(frozen=True, eq=False)
class Constant(Initializer):
    """Given numbers; where there are fewer than places, the last one is repeated.

    Attributes:
        value: A number, a list or an array.
        dtype: Of the tensor.
        verify_shape: Whether the value must have the shape that is asked for.
    """

    value: Any = 0
    dtype: Any = float32
    verify_shape: bool = False

    def __post_init__(self) -> None:
        if not (np.isscalar(self.value) or isinstance(self.value, list | tuple | np.ndarray)):
            raise GraphTypeError(
                f"Invalid type for initial value: {type(self.value)} (expected Python scalar, list or tuple of values, or numpy.ndarray)."
            )

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        return fixed(self.value, dtype, sizes, verify_shape=self.verify_shape)


@dataclasses.dataclass(frozen=True)
class RandomUniform(Initializer):
    """Evenly drawn from `[minval, maxval)`, by default `[0, 1)`."""

    minval: Any = 0.0
    maxval: Any = None
    seed: int | None = None
    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        return _drawn("random_uniform", sizes, self.minval, self.maxval, dtype, self.seed)


@dataclasses.dataclass(frozen=True)
class RandomNormal(Initializer):
    """Drawn from a normal distribution, by default the standard one."""

    mean: Any = 0.0
    stddev: Any = 1.0
    seed: int | None = None
    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        return _drawn("random_normal", sizes, self.mean, self.stddev, dtype, self.seed)


@dataclasses.dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """Drawn from a normal distribution, and again where a number is more than two standard deviations off."""

    mean: Any = 0.0
    stddev: Any = 1.0
    seed: int | None = None
    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        return _drawn("truncated_normal", sizes, self.mean, self.stddev, dtype, self.seed)


def _drawn(kind: str, sizes: Sequence[int], one: Any, two: Any, dtype: DType, seed: int | None) -> Tensor:
    from fallline.graph.ops import random

    return getattr(random, kind)(list(sizes), one, two, dtype=dtype, seed=seed)


def fans(sizes: Sequence[int]) -> tuple[float, float]:
    """How many inputs and outputs a weight of this shape connects."""
    if len(sizes) < 2:
        size = float(sizes[0]) if sizes else 1.0
        return size, size
    field = math.prod(sizes[:-2])
    return float(sizes[-2] * field), float(sizes[-1] * field)


@dataclasses.dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Drawn with variance `scale / n`, n being the inputs, the outputs or their mean.

    Attributes:
        scale: A positive number.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal" or "normal" (both are truncated, the deviation made up for), "untruncated_normal",
            "uniform".
        seed: Of the draw.
        dtype: Of the tensor.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: int | None = None
    dtype: Any = float32

    def __post_init__(self) -> None:
        if self.scale <= 0.0:
            raise GraphError(f"Argument `scale` must be a positive float. Received: {self.scale}")
        if self.mode not in ("fan_in", "fan_out", "fan_avg"):
            raise GraphError(
                f"Argument `mode` should be one of ('fan_in', 'fan_out', 'fan_avg'). Received: {self.mode}"
            )
        if self.distribution.lower() not in _DISTRIBUTIONS:
            raise GraphError(
                f"Argument `distribution` should be one of {_DISTRIBUTIONS}. Received: {self.distribution}"
            )

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        into, out = fans(sizes)
        number = {"fan_in": into, "fan_out": out, "fan_avg": (into + out) / 2.0}[self.mode]
        variance, kind = self.scale / max(1.0, number), self.distribution.lower()
        if kind == "uniform":
            limit = math.sqrt(3.0 * variance)
            return _drawn("random_uniform", sizes, -limit, limit, dtype, self.seed)
        if kind == "untruncated_normal":
            return _drawn("random_normal", sizes, 0.0, math.sqrt(variance), dtype, self.seed)
        return _drawn("truncated_normal", sizes, 0.0, math.sqrt(variance) / _TRUNCATED_SD, dtype, self.seed)


_DISTRIBUTIONS = ("normal", "uniform", "truncated_normal", "untruncated_normal")


class GlorotUniform(VarianceScaling):
    """Evenly drawn within `sqrt(6 / (inputs + outputs))`; Glorot and Bengio (2010), equation 16."""

    def __init__(self, seed: int | None = None, dtype: Any = float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        """Its arguments."""
        return {"seed": self.seed, "dtype": as_dtype(self.dtype).name}


class GlorotNormal(VarianceScaling):
    """Truncated normal with variance `2 / (inputs + outputs)`; Glorot and Bengio (2010), equation 12."""

    def __init__(self, seed: int | None = None, dtype: Any = float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        """Its arguments."""
        return {"seed": self.seed, "dtype": as_dtype(self.dtype).name}


@dataclasses.dataclass(frozen=True)
class UniformUnitScaling(Initializer):
    """Evenly drawn within `factor sqrt(3 / n)`, n being the product of all sizes but the last."""

    factor: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        limit = math.sqrt(3.0 / max(1.0, math.prod(map(float, sizes[:-1])))) * self.factor
        return _drawn("random_uniform", sizes, -limit, limit, dtype, self.seed)


def _orthogonal(draw: Any, *, gain: float, turned: bool, sizes: tuple[int, ...]) -> Any:
    q, r = jnp.linalg.qr(draw.astype("float32" if draw.dtype.itemsize < 4 else draw.dtype))
    q = q * jnp.sign(jnp.diagonal(r))
    return jnp.asarray(gain, q.dtype) * jnp.reshape(q.T if turned else q, sizes)


_ORTHOGONAL = Formula(_orthogonal, differentiable=False)


@dataclasses.dataclass(frozen=True)
class Orthogonal(Initializer):
    """Orthonormal rows or columns (whichever are fewer), times `gain`; Saxe et al. (2014)."""

    gain: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        _at_least_two_axes(sizes)
        rows, columns = math.prod(sizes[:-1]), sizes[-1]
        flat = (max(rows, columns), min(rows, columns))
        draw = _drawn("random_normal", flat, 0.0, 1.0, dtype, self.seed)
        return node(
            "Qr", [draw], _ORTHOGONAL, tuple(sizes), dtype, "mul",
            gain=float(self.gain), turned=rows < columns, sizes=tuple(sizes),
        )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Identity(Initializer):
    """The identity matrix, times `gain`."""

    gain: float = 1.0
    dtype: Any = float32

    def _value(self, sizes: list[int], dtype: DType) -> Tensor:
        _at_least_two_axes(sizes)
        if len(sizes) > 2:
            raise GraphError("Identity matrix initializer can only be used for 2D matrices.")
        return fixed((self.gain * np.eye(sizes[0], sizes[1])).astype(dtype.numpy), name="eye")


def _at_least_two_axes(sizes: list[int]) -> None:
    if len(sizes) < 2:
        raise GraphError(
            f"The tensor to initialize, specified by argument `shape` must be at least two-dimensional. Received shape={sizes}"
        )


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal with variance `2 / inputs`; He et al. (2015), equation 10."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Evenly drawn with variance `2 / inputs`; He et al. (2015), equation 10."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal with variance `1 / inputs`; LeCun et al. (1998), equation 16."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Evenly drawn with variance `1 / inputs`; LeCun et al. (1998), equation 16."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


zeros = zeros_initializer = Zeros
ones = ones_initializer = Ones
constant = constant_initializer = Constant
random_uniform = random_uniform_initializer = RandomUniform
random_normal = random_normal_initializer = RandomNormal
truncated_normal = truncated_normal_initializer = TruncatedNormal
variance_scaling = variance_scaling_initializer = VarianceScaling
glorot_uniform = glorot_uniform_initializer = GlorotUniform
glorot_normal = glorot_normal_initializer = GlorotNormal
uniform_unit_scaling = uniform_unit_scaling_initializer = UniformUnitScaling
orthogonal = orthogonal_initializer = Orthogonal
identity = Identity
global_variables = global_variables_initializer
local_variables = local_variables_initializer
variables = variables_initializer

_NAMES = (
    "constant", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity", "lecun_normal", "lecun_uniform",
    "ones", "orthogonal", "random_normal", "random_uniform", "truncated_normal", "uniform_unit_scaling", "variance_scaling",
    "zeros",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    raise absent("tf.initializers", name, get_close_matches(name, _NAMES, 1))
