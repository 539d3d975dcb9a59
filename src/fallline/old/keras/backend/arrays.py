"""Functions of `keras.backend` that make arrays, and give them another type, shape or order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline import backend as today, ops
from fallline.layers import Tensor
from fallline.own.variable import Variable


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Variable:
    """An array that `set_value` and `update` may change."""
    del name, constraint
    return Variable(jnp.asarray(value, dtype or _type_of(value)))


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """An array of a value; of a shape, where one is given."""
    del name
    array = jnp.asarray(value, dtype or _type_of(value))
    return array if shape is None else jnp.broadcast_to(array.reshape(-1)[:1] if array.ndim else array, shape)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of zeros."""
    del name
    return Variable(jnp.zeros(shape, dtype or today.floatx()))


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of ones."""
    del name
    return Variable(jnp.ones(shape, dtype or today.floatx()))


def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Zeros of the shape of x."""
    del name
    return ops.zeros_like(x, dtype) if dtype else ops.zeros_like(x)


def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Ones of the shape of x."""
    del name
    return ops.ones_like(x, dtype) if dtype else ops.ones_like(x)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of the identity matrix."""
    del name
    rows, *columns = np.atleast_1d(size).tolist()
    return Variable(jnp.eye(rows, columns[0] if columns else rows, dtype=dtype or today.floatx()))


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """Whole numbers from start to below stop; with one number from 0."""
    return jnp.arange(0 if stop is None else start, start if stop is None else stop, step, dtype)


def cast(x: Any, dtype: Any) -> Any:
    """X in another type."""
    return ops.cast(x, "bool" if dtype == "bool" else dtype)


def cast_to_floatx(x: Any) -> Any:
    """X in the type of weights; a NumPy array stays one."""
    if isinstance(x, Tensor | Variable) or hasattr(x, "aval"):
        return ops.cast(x, today.floatx())
    return np.asarray(x, dtype=today.floatx())


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The shape of x, with None for the batch axis of a symbolic tensor."""
    return tuple(ops.shape(x))


shape, ndim, dtype = ops.shape, ops.ndim, ops.dtype


def count_params(x: Any) -> int:
    """How many numbers x holds."""
    return int(np.prod(np.shape(np.asarray(x))))


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a symbolic tensor."""
    return isinstance(x, Tensor)


def is_tensor(x: Any) -> bool:
    """Whether x is an array of JAX or a symbolic tensor."""
    return isinstance(x, Tensor) or bool(ops.is_tensor(x))


def is_sparse(tensor: Any) -> bool:
    """Whether it is sparse: never."""
    del tensor
    return False


def to_dense(tensor: Any) -> Any:
    """The tensor itself."""
    return tensor


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Tensors one behind the other."""
    return ops.concatenate(list(tensors), axis=axis)


def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors along an axis of their own."""
    return ops.stack(list(x), axis=axis)


def reshape(x: Any, shape: Any) -> Any:
    """The numbers of x in another shape."""
    return ops.reshape(x, tuple(shape))


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    """The axes of x in another order."""
    return ops.transpose(x, axes=tuple(pattern))


def transpose(x: Any) -> Any:
    """The axes of x the other way round."""
    return ops.transpose(x)


def flatten(x: Any) -> Any:
    """The numbers of x as one vector."""
    return ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """Each row of x as one vector."""
    return ops.flatten(x)


def expand_dims(x: Any, axis: int = -1) -> Any:
    """X with one more axis, of length 1."""
    return ops.expand_dims(x, axis)


def squeeze(x: Any, axis: int) -> Any:
    """X without an axis of length 1."""
    return ops.squeeze(x, axis=axis)


def repeat(x: Any, n: int) -> Any:
    """Rows (batch, features) n times over: (batch, n, features)."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each element along an axis rep times over."""
    return ops.repeat(x, rep, axis=axis)


def tile(x: Any, n: Any) -> Any:
    """X, n times over along each axis."""
    return ops.tile(x, n)


def reverse(x: Any, axes: Any) -> Any:
    """X the other way round along axes."""
    return ops.flip(x, axis=tuple(axes) if isinstance(axes, list) else axes)


def gather(reference: Any, indices: Any) -> Any:
    """The rows of reference that indices name."""
    return ops.take(reference, ops.cast(indices, "int32"), axis=0)


def one_hot(indices: Any, num_classes: int) -> Any:
    """Class numbers as rows of 0 and 1."""
    return ops.one_hot(ops.cast(indices, "int32"), num_classes)


def _type_of(value: Any) -> Any:
    """The type of an array, and that of weights for plain numbers."""
    own = getattr(value, "dtype", None)
    return today.floatx() if own is None or own == np.float64 else own
