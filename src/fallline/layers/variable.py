"""Weights as programs for Keras handle them: made by `add_weight`, kept on `self`, changed by `assign`."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from fallline import constraints, initializers, regularizers
from fallline.constraints import Constraint
from fallline.errors import UsageError
from fallline.initializers import Initializer
from fallline.regularizers import Regularizer


@dataclasses.dataclass(frozen=True, eq=False)
class WeightSpec:
    """What `add_weight` was told; in its place stands the array where `call` runs.

    Attributes:
        shape: The shape of the array.
        initializer: Its first values.
        trainable: Whether gradients change it; what they do not, `call` may `assign`.
        regularizer: Penalty on it, or None.
        constraint: Where it is brought back to after each step, or None.
        dtype: Its number type.
    """

    shape: tuple[int, ...]
    initializer: Initializer
    trainable: bool
    regularizer: Regularizer | None
    constraint: Constraint | None
    dtype: Any

    @staticmethod
    def of(
        shape: Any, initializer: Any, dtype: Any, trainable: bool, regularizer: Any, constraint: Any
    ) -> WeightSpec:
        """The arguments of `add_weight`, checked.

        Raises:
            UsageError: the shape is no shape, or a name is unknown.
        """
        sizes = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise UsageError(f"add_weight: shape must hold positive whole numbers, got {shape!r:.60}.")
        default = "glorot_uniform" if len(sizes) > 1 and trainable else "zeros"
        return WeightSpec(
            sizes,
            initializers.get(default if initializer is None else initializer),
            bool(trainable),
            regularizers.get(regularizer),
            constraints.get(constraint),
            jnp.dtype(dtype or jnp.float32),
        )


class Variable:
    """An array that `call` or `update_state` may change: `total.assign(total + x)`.

    Attributes:
        value: The array of the moment.
    """

    def __init__(self, value: Array) -> None:
        self.value = value

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return tuple(self.value.shape)

    @property
    def dtype(self) -> Any:
        """The array's number type."""
        return self.value.dtype

    def assign(self, value: Any) -> Variable:
        """Puts another array of the same shape in its place."""
        self.value = jnp.broadcast_to(jnp.asarray(plain(value)).astype(self.dtype), self.shape)
        return self

    def assign_add(self, value: Any) -> Variable:
        """Adds to the array."""
        return self.assign(self.value + jnp.asarray(plain(value)).astype(self.dtype))

    def assign_sub(self, value: Any) -> Variable:
        """Subtracts from the array."""
        return self.assign(self.value - jnp.asarray(plain(value)).astype(self.dtype))

    def __jax_array__(self) -> Array:
        return self.value

    def __getitem__(self, index: Any) -> Array:
        return self.value[index]

    def __add__(self, other: Any) -> Array:
        return self.value + plain(other)

    def __sub__(self, other: Any) -> Array:
        return self.value - plain(other)

    def __rsub__(self, other: Any) -> Array:
        return plain(other) - self.value

    def __mul__(self, other: Any) -> Array:
        return self.value * plain(other)

    def __truediv__(self, other: Any) -> Array:
        return self.value / plain(other)

    def __rtruediv__(self, other: Any) -> Array:
        return plain(other) / self.value

    def __pow__(self, other: Any) -> Array:
        return self.value ** plain(other)

    def __matmul__(self, other: Any) -> Array:
        return self.value @ plain(other)

    def __rmatmul__(self, other: Any) -> Array:
        return plain(other) @ self.value

    def __neg__(self) -> Array:
        return -self.value

    __radd__ = __add__
    __rmul__ = __mul__


def plain(value: Any) -> Any:
    """The array of a variable; anything else as it is."""
    return value.value if isinstance(value, Variable) else value
