"""Functions of arrays that TensorFlow 2 has and graphs have not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fallline import ops
from fallline.errors import ShapeError
from fallline.graph.core.dtypes import as_dtype
from fallline.layers.base.tensor import Tensor as OfNetwork
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.functions import of_jax
from fallline.old.tensorflow.second.core.operators import array_of, tensor_of
from fallline.old.tensorflow.second.core.shapes import TensorShape
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.old.tensorflow.second.of_graphs import operation

__all__ = [
    "argsort",
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "broadcast_to",
    "clip_by_global_norm",
    "complex",
    "dynamic_partition",
    "ensure_shape",
    "histogram_fixed_width",
    "imag",
    "real",
    "repeat",
    "reverse",
    "roll",
    "scatter_nd",
    "searchsorted",
    "sort",
    "split",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "unique",
    "unique_with_counts",
    "unravel_index",
    "unstack",
    "where",
]  # fmt: skip

_HERE = "old.tensorflow.second."


def _like(value: Any) -> Any:
    """An argument as a tensor, where it has no type yet: Python's numbers get TensorFlow's."""
    return tensor_of(value) if isinstance(value, list | tuple | int | float | bool) else value


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """X where the condition holds and y elsewhere, all of one shape or made so; without x and y the places where it does."""
    if x is None and y is None:
        return _tensor(np.argwhere(np.asarray(_like(condition))))
    if isinstance(x, int | float) and not isinstance(y, int | float):
        x = tensor_of(x, y.dtype if hasattr(y, "dtype") else None)
    if isinstance(y, int | float):
        y = tensor_of(y, x.dtype if hasattr(x, "dtype") else None)
    return _where(_like(condition), _like(x), _like(y))


_where = of_jax(jnp.where, _HERE + "where")


_split, _unstack = operation("", "split"), operation("", "unstack")


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str = "split"
) -> Any:
    """The parts of a tensor along an axis: so many equal ones, or of these sizes (one may be -1, the rest)."""
    if not isinstance(value, OfNetwork):
        return _split(value, num_or_size_splits, axis, num, name)
    if isinstance(num_or_size_splits, int | np.integer):
        return ops.split(value, int(num_or_size_splits), int(axis))
    sizes, whole = [int(each) for each in num_or_size_splits], value.shape[int(axis)]
    if -1 in sizes and whole is not None:
        sizes[sizes.index(-1)] = whole - sum(sizes) - 1
    if whole != sum(sizes):
        raise ShapeError(
            f"split: axis {axis} of {value!r} has {whole} numbers, not the {sum(sizes)} of {sizes}."
        )
    return ops.split(value, tuple(np.cumsum(sizes[:-1]).tolist()), int(axis))


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> Any:
    """The parts of a tensor along an axis, without that axis."""
    if not isinstance(value, OfNetwork):
        return _unstack(value, num, axis, name)
    return ops.unstack(value, num, axis)


def _sorted(values: Any, axis: int, descending: bool) -> Any:
    found = jnp.sort(values, axis=axis)
    return jnp.flip(found, axis) if descending else found


def _order(values: Any, axis: int, descending: bool) -> Any:
    return jnp.argsort(-values if descending else values, axis=axis, stable=True).astype("int32")


_sort, _argsort = of_jax(_sorted, _HERE + "sort"), of_jax(_order, _HERE + "argsort", passes=False)


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """The values along an axis by their size."""
    return _sort(_like(values), axis, direction == "DESCENDING")


def argsort(
    values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Any:
    """The places of the values along an axis by their size."""
    return _argsort(_like(values), axis, direction == "DESCENDING")


def _repeated(input: Any, repeats: Any, axis: Any) -> Any:
    return jnp.repeat(input, np.asarray(repeats), axis)


_repeat = of_jax(_repeated, _HERE + "repeat")


def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Any:
    """Each part along an axis so many times."""
    number = np.asarray(repeats)
    return _repeat(_like(input), int(number) if number.ndim == 0 else tuple(number.tolist()), axis)


_roll, _broadcast = of_jax(jnp.roll, _HERE + "roll"), of_jax(jnp.broadcast_to, _HERE + "broadcast_to")


def _sizes(given: Any) -> Any:
    array = np.asarray(given if not isinstance(given, TensorShape) else given.as_list())
    return int(array) if array.ndim == 0 else tuple(array.tolist())


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    """The parts along an axis moved round."""
    return _roll(_like(input), _sizes(shift), _sizes(axis))


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """An array repeated to a shape."""
    return _broadcast(_like(input), _sizes(shape))


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """The parts along axes from the last to the first."""
    return operation("", "reverse")(tensor, axis)


def _scattered(indices: Any, updates: Any, shape: Any) -> Any:
    return jnp.zeros(shape, updates.dtype).at[tuple(jnp.moveaxis(indices, -1, 0))].add(updates)


def _updated(tensor: Any, indices: Any, updates: Any, how: str) -> Any:
    at = jnp.asarray(tensor).at[tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))]
    return at.set(updates) if how == "set" else at.add(updates if how == "add" else -updates)


_scatter, _update = (
    of_jax(_scattered, _HERE + "scatter_nd"),
    of_jax(_updated, _HERE + "tensor_scatter_nd_update"),
)


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Any:
    """Zeros of a shape with updates added at places."""
    return _scatter(_like(indices), _like(updates), _sizes(shape))


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """A tensor with other values at places."""
    return _update(_like(tensor), _like(indices), _like(updates), "set")


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """A tensor with values added at places."""
    return _update(_like(tensor), _like(indices), _like(updates), "add")


def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """A tensor with values subtracted at places."""
    return _update(_like(tensor), _like(indices), _like(updates), "sub")


def searchsorted(
    sorted_sequence: Any, values: Any, side: Any = "left", out_type: Any = "int32", name: str | None = None
) -> Any:
    """Where values would stand in sorted rows."""
    rows, wanted = np.asarray(sorted_sequence), np.asarray(values)
    flat, sought = rows.reshape(-1, rows.shape[-1]), wanted.reshape(-1, wanted.shape[-1])
    found = np.stack([np.searchsorted(row, one, side) for row, one in zip(flat, sought, strict=True)])
    return _tensor(found.reshape(wanted.shape).astype(as_dtype(out_type).numpy))


def _tensor(array: Any) -> EagerTensor:
    return EagerTensor(Cell(np.asarray(array)))


class Unique(NamedTuple):
    """What `unique` gives."""

    y: Any
    idx: Any


class UniqueWithCounts(NamedTuple):
    """What `unique_with_counts` gives."""

    y: Any
    idx: Any
    count: Any


def unique(x: Any, out_idx: Any = "int32", name: str | None = None) -> Unique:
    """The values that occur, in the order in which they do first, and for each place which it is."""
    return Unique(*unique_with_counts(x, out_idx)[:2])


def unique_with_counts(x: Any, out_idx: Any = "int32", name: str | None = None) -> UniqueWithCounts:
    """The same, and how often each occurs."""
    array = np.asarray(array_of(_like(x)))
    values, first, places, counts = np.unique(
        array, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    kind = as_dtype(out_idx).numpy
    return UniqueWithCounts(
        _tensor(values[order]), _tensor(rank[places].astype(kind)), _tensor(counts[order].astype(kind))
    )


def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> list[Any]:
    """The rows of data by the numbers of their parts."""
    mask = operation("", "boolean_mask")
    numbers = np.asarray(partitions)
    return [mask(data, numbers == part) for part in range(num_partitions)]


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: int = 100, dtype: Any = "int32", name: str | None = None
) -> Any:
    """How many values lie in each part of a range; those beyond it in the first and last."""
    low, high = (float(each) for each in value_range)
    places = np.floor((np.asarray(values) - low) / (high - low) * nbins).clip(0, nbins - 1).astype(int)
    return _tensor(np.bincount(places.reshape(-1), minlength=nbins).astype(as_dtype(dtype).numpy))


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """x, if it has a shape.

    Raises:
        GraphShapeError: it has another.
    """
    TensorShape(tuple(x.shape)).assert_is_compatible_with(shape)
    return x


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape of what two shapes give together."""
    from fallline.graph.core.shapes import broadcast, sizes_of

    return TensorShape(broadcast(sizes_of(shape_x), sizes_of(shape_y)))


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Any:
    """The shape of what two shapes give together, as a tensor."""
    return tensor_of(broadcast_static_shape(_sizes(shape_x), _sizes(shape_y)).as_list())


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> Any:
    """Tensors made shorter together, so that all of them have at most a length; and the length they had. None stays None."""
    return operation("", "clip_by_global_norm")(list(t_list), clip_norm, use_norm)


def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Any:
    """Numbers of places as places along each axis."""
    found = np.unravel_index(np.asarray(indices), _sizes(dims))
    return _tensor(np.stack(found).astype(np.asarray(_like(indices)).dtype))


_complex = of_jax(jax.lax.complex, _HERE + "complex")
real = of_jax(jnp.real, _HERE + "real")
imag = of_jax(jnp.imag, _HERE + "imag")


def complex(real: Any, imag: Any, name: str | None = None) -> Any:
    """Complex numbers of their parts."""
    return _complex(_like(real), _like(imag))
