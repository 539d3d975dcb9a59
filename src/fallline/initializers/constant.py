"""Initializers that do not draw: zeros, ones, a constant, the identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline._random import Key
from fallline._ranges import FINITE, check_numbers, number
from fallline._tree import assign, tree
from fallline._types import Number
from fallline.errors import ShapeError, UsageError
from fallline.initializers.initializer import Initializer, Samples, initializers


@initializers.register("zeros", "zero")
@tree
class Zeros(Initializer):
    """All values 0. For biases; a kernel of zeros gives every unit of a layer the same gradient.

    Source: Keras 3 for names and defaults.
    """

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Zeros; the key is not used."""
        return jnp.zeros(tuple(shape), dtype)


@initializers.register("ones", "one")
@tree
class Ones(Initializer):
    """All values 1.

    Source: Keras 3 for names and defaults.
    """

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """Ones; the key is not used."""
        return jnp.ones(tuple(shape), dtype)


@initializers.register("constant")
@tree
class Constant(Initializer):
    """All values `value`, or the values of a given array.

    Args:
        value: A number; or an array (or nested lists) that broadcasts to the parameter's shape.

    Raises:
        UsageError: the value holds something that is no finite number.
        ShapeError: (when sampled) the array does not broadcast to the shape.

    Source: Keras 3 for names and defaults.

    Differs from Keras: arrays are allowed, as TensorFlow has them; a layer can be given the weights of a book.
    """

    value: Any = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.value, list | tuple | np.ndarray):
            assign(self, value=_numbers(self.value))
        check_numbers(self, value=FINITE)

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """The constant; the key is not used."""
        value = jnp.asarray(self.value).astype(dtype)
        try:
            fits = np.broadcast_shapes(value.shape, tuple(shape)) == tuple(shape)
        except ValueError:
            fits = False
        if not fits:
            raise ShapeError(f"Constant: the value has shape {value.shape}, the parameter {tuple(shape)}.")
        return jnp.broadcast_to(value, tuple(shape))


def _numbers(nested: Any) -> np.ndarray[Any, Any]:
    try:
        values = np.asarray(nested, dtype=float)
    except (TypeError, ValueError) as error:
        raise UsageError(f"Constant: value must be a number or an array of numbers: {error}.") from error
    if not np.isfinite(values).all():
        raise UsageError("Constant: value must be finite; the array holds NaN or infinity.")
    return values


@initializers.register("identity", "identity_initializer", "eye")
@tree
class Identity(Initializer):
    """The identity matrix times a gain; of a kernel that is not square, its upper left part.

    kernel_ij = gain if i == j, else 0.

    Args:
        gain: The factor.

    Raises:
        UsageError: the gain is no finite number.
        ShapeError: (when sampled) the parameter is not a matrix.

    Source: Keras 3 for names and defaults.
    """

    gain: Number = number(1.0, FINITE)

    def sample(self, key: Key, shape: Sequence[int], dtype: Any) -> Samples:
        """The identity times the gain; the key is not used."""
        if len(shape) != 2:
            raise ShapeError(f"Identity: only a matrix can be the identity; the parameter is {tuple(shape)}.")
        return jnp.eye(shape[0], shape[1], dtype=dtype) * jnp.asarray(self.gain, dtype)
