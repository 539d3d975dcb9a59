"""What arrays are made of and cut into: types, shapes, parts, places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fallline.errors import UsageError


def cast(x: Any, dtype: Any) -> Array:
    """X in another type."""
    return jnp.asarray(x).astype(dtype)


def convert_to_tensor(x: Any, dtype: Any = None) -> Array:
    """X as an array."""
    return jnp.asarray(x, dtype)


def convert_to_numpy(x: Any) -> NDArray[Any]:
    """X on the host."""
    return np.asarray(x)


def zeros(shape: Any, dtype: Any = None) -> Array:
    """An array of zeros."""
    return jnp.zeros(_known("zeros", shape), dtype)


def ones(shape: Any, dtype: Any = None) -> Array:
    """An array of ones."""
    return jnp.ones(_known("ones", shape), dtype)


def empty(shape: Any, dtype: Any = None) -> Array:
    """An array of zeros: JAX has none without values."""
    return jnp.zeros(_known("empty", shape, "zeros"), dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Array:
    """An array of one value."""
    return jnp.full(_known("full", shape), fill_value, dtype)


def _known(name: str, shape: Any, like: str = "") -> Any:
    """A shape without None.

    Raises:
        UsageError: it holds None, which `ops.shape` gives for the batch axis of a symbolic tensor.
    """
    if shape is None or (isinstance(shape, list | tuple) and None in shape):
        extra = ", value" if name == "full" else ""
        raise UsageError(
            f"ops.{name}: the shape {shape} holds None: the number of rows is not known while a network is described. "
            f"Take it from a tensor x of these rows: ops.{like or name}_like(x[:, :1]{extra})."
        )
    return shape


def reshape(x: Any, newshape: Any) -> Array:
    """The numbers of x in another shape; None in the first place stands for the rows of x."""
    x = jnp.asarray(x)
    return jnp.reshape(x, _with_rows("reshape", x, newshape))


def broadcast_to(x: Any, shape: Any) -> Array:
    """X repeated to a shape; None in the first place stands for the rows of x."""
    x = jnp.asarray(x)
    return jnp.broadcast_to(x, _with_rows("broadcast_to", x, shape))


def _with_rows(name: str, x: Array, shape: Any) -> Any:
    """A shape in which None, the batch axis of a symbolic tensor, is the number of rows of x."""
    if not isinstance(shape, list | tuple) or None not in shape:
        return shape
    if None in shape[1:] or not x.ndim:
        raise UsageError(
            f"ops.{name}: the shape {tuple(shape)} holds None; only the first axis, the batch, may be None."
        )
    return (x.shape[0], *shape[1:])


def flatten(x: Any) -> Array:
    """All axes but the first as one."""
    x = jnp.asarray(x)
    return x.reshape(x.shape[0], -1)


def get_item(x: Any, key: Any) -> Array:
    """x[key]."""
    return jnp.asarray(x)[key]


def slice_(inputs: Any, start_indices: Any, shape: Any) -> Array:
    """The part of a shape that begins at the start indices; -1 is all that remains of an axis."""
    inputs = jnp.asarray(inputs)
    # Only the batch axis of a symbolic tensor has no size.
    ends = [
        None if size in (None, -1) else begin + size for begin, size in zip(start_indices, shape, strict=True)
    ]
    return inputs[tuple(map(slice, start_indices, ends))]


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Array:
    """Inputs with other numbers from the start indices on."""
    return jax.lax.dynamic_update_slice(jnp.asarray(inputs), jnp.asarray(updates), start_indices)


def scatter(indices: Any, values: Any, shape: Any) -> Array:
    """Zeros of a shape, to which values are added at the places that the rows of indices name."""
    values = jnp.asarray(values)
    return jnp.zeros(shape, values.dtype).at[_places(indices)].add(values)


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Array:
    """Inputs with other numbers at the places that the rows of indices name.

    Args:
        inputs: The array.
        indices: One place a row.
        updates: One number, or part, a row.
        reduction: None puts updates in the place of what is there; "add", "max", "min", "mul" combine them.
    """
    at = jnp.asarray(inputs).at[_places(indices)]
    ways: dict[str | None, Callable[[Any], Array]] = {
        None: at.set, "add": at.add, "max": at.max, "min": at.min, "mul": at.multiply,
    }  # fmt: skip
    if reduction not in ways:
        raise UsageError(
            f'ops.scatter_update: reduction must be None, "add", "max", "min" or "mul", got {reduction!r}.'
        )
    return ways[reduction](jnp.asarray(updates))


def _places(indices: Any) -> tuple[Array, ...]:
    return tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))


def part_of_split(x: Any, indices_or_sections: Any, axis: int, part: int) -> Array:
    """One of the parts that `split` gives."""
    return jnp.split(jnp.asarray(x), indices_or_sections, axis)[part]


def part_of_unstack(x: Any, axis: int, part: int) -> Array:
    """One of the parts that `unstack` gives."""
    return jnp.take(jnp.asarray(x), part, axis=axis)


def part_of_top_k(x: Any, k: int, part: int) -> Array:
    """The largest numbers of each row (part 0), or their places (part 1)."""
    return jax.lax.top_k(jnp.asarray(x), k)[part]


def unique(
    x: Any,
    sorted: bool = True,  # noqa: A002 - Keras's
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different numbers of x; within a compiled program `size` says how many."""
    del sorted  # JAX sorts
    wanted = {
        "return_index": return_index, "return_inverse": return_inverse, "return_counts": return_counts,
    }  # fmt: skip
    return jnp.unique(jnp.asarray(x), **wanted, axis=axis, size=size, fill_value=fill_value)
