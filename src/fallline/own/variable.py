"""Arrays as programs for Keras handle them: kept on `self`, changed by `assign`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray


class Variable:
    """An array that `call` or `update_state` may change: `total.assign(total + x)`.

    It stands in arithmetic, in comparisons, and in the functions of `ops` as its array does; functions of `jax.numpy`
    take its `value`.

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
    def ndim(self) -> int:
        """The array's number of axes."""
        return int(self.value.ndim)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return int(self.value.size)

    @property
    def dtype(self) -> Any:
        """The array's number type."""
        return self.value.dtype

    def numpy(self) -> NDArray[Any]:
        """The array on the host."""
        return np.asarray(self.value)

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

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.value, dtype)

    def __getitem__(self, index: Any) -> Array:
        return self.value[index]

    def __len__(self) -> int:
        return len(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __neg__(self) -> Array:
        return -self.value

    def __abs__(self) -> Array:
        return jnp.abs(self.value)

    __hash__ = object.__hash__


def _binary(function: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """An operator with the variable on the left, and on the right."""
    return (
        lambda self, other: function(self.value, plain(other)),
        lambda self, other: function(plain(other), self.value),
    )


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    _left, _right = _binary(getattr(operator, _name))
    setattr(Variable, f"__{_name}__", _left)
    setattr(Variable, f"__r{_name}__", _right)
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Variable, f"__{_name}__", _binary(getattr(operator, _name))[0])


def plain(value: Any) -> Any:
    """The array of a variable, also within lists; anything else as it is."""
    if isinstance(value, list | tuple) and any(isinstance(item, Variable) for item in value):
        return type(value)(map(plain, value))
    return value.value if isinstance(value, Variable) else value
