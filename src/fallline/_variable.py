"""Arrays as programs for Keras handle them: kept on `self`, changed by `assign`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array


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
