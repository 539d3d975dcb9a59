"""Parts of tensors by their places: slices, `x[...]`, gather, where, the k largest."""

from __future__ import annotations

import builtins
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, convert_all, node, require_one_type, scope
from fallline.graph.core.dtypes import bool_
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor, misfit
from fallline.graph.core.shapes import Dimension, Sizes
from fallline.graph.core.variables import Variable
from fallline.graph.ops.shaping import fixed
from fallline.graph.ops.static import is_static, known, known_sizes, require_rank, shape_argument

__all__ = ["boolean_mask", "gather", "gather_nd", "slice", "where"]

# --- slice ------------------------------------------------------------------------------------------------


def _sliced(x: Any, *given: Any, begin: Any = None, size: Any = None) -> Any:
    rest = list(given)
    start = rest.pop(0) if begin is None else np.asarray(begin)
    sizes = known_sizes(rest[0], "Slice: the size") if size is None else size
    if not is_static(start):
        if -1 in sizes:
            known(start, "Slice: where a slice of size -1 begins")
        return jax.lax.dynamic_slice(x, [start[place] for place in range(x.ndim)], sizes)
    first = [int(each) for each in start]
    ends = [
        length if each == -1 else place + each
        for place, each, length in zip(first, sizes, x.shape, strict=True)
    ]
    for place, end, length in zip(first, ends, x.shape, strict=True):
        if not 0 <= place <= end <= length:
            raise GraphShapeError(
                f"Slice: from {first} to {ends} goes beyond the shape {x.shape} of the tensor."
            )
    return x[tuple(np.s_[place:end] for place, end in zip(first, ends, strict=True))]


_SLICE = Formula(_sliced)


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The part of a tensor that begins at a place of each axis and has these sizes, -1: all that remain.

    Raises:
        GraphShapeError: it goes beyond the tensor.
    """
    with scope(name, "Slice") as at:
        x = convert(input_)
        begins, first, plain_begin = shape_argument(begin)
        extent, second, plain_size = shape_argument(size)

        def sizes() -> Sizes:
            rank = len(x.sizes) if x.sizes is not None else None
            for each in (begins, extent):
                if each is not None and rank is not None and len(each) != rank:
                    raise GraphShapeError(f"{len(each)} places for {rank} axes")
            if extent is None:
                return None if rank is None else (None,) * rank
            found = list(extent)
            for place, length in enumerate(x.sizes or ()):
                start = begins[place] if begins is not None else None
                if start is not None and length is not None:
                    count = found[place]
                    if start > length or (count is not None and start + count > length):
                        raise GraphShapeError(f"from {start}, {count} places of {length} in axis {place}")
                    if plain_size is not None and count is None:
                        found[place] = length - start
            return tuple(found)

        return node("Slice", [x, *first, *second], _SLICE, sizes, name=at, begin=plain_begin, size=plain_size)


# --- x[...] -----------------------------------------------------------------------------------------------


def _parted(x: Any, *given: Any, parts: Any) -> Any:
    def value(each: Any) -> Any:
        return given[each[1]] if isinstance(each, tuple) else each

    index: list[Any] = []
    for kind, *bounds in parts:
        if kind == "at":
            place = value(bounds[0])
            index.append(int(place) if is_static(place) else place)
        elif kind == "cut":
            ends = [value(each) for each in bounds]
            index.append(
                builtins.slice(
                    *(
                        int(known(each, "a bound of x[a:b]")) if hasattr(each, "shape") else each
                        for each in ends
                    )
                )
            )
        else:
            index.append(None if kind == "new" else Ellipsis)
    return (x if all(map(is_static, given)) else jnp.asarray(x))[tuple(index)]


_PART = Formula(_parted)


def part(x: Any, key: Any) -> Tensor:
    """`x[key]`: places, ranges, `...` and `tf.newaxis`, each a number or a tensor of one.

    Raises:
        GraphShapeError: more places than axes, or one beyond the tensor.
        GraphTypeError: a key that is none of these.
    """
    tensor = convert(x)
    keys = key if isinstance(key, tuple) else (key,)
    inputs: list[Tensor] = []
    parts = tuple(_key(tensor, each, inputs) for each in keys)
    return node(
        "StridedSlice", [tensor, *inputs], _PART, lambda: _part_sizes(tensor.sizes, parts),
        name="strided_slice", parts=parts,
    )  # fmt: skip


def _key(tensor: Tensor, key: Any, inputs: list[Tensor]) -> Any:
    def bound(value: Any) -> Any:
        if value is None or isinstance(value, int | np.integer):
            return value if value is None else int(value)
        if isinstance(value, Dimension):
            return value.value
        if not isinstance(value, Tensor | Variable | np.ndarray):
            raise _no_key(tensor, key)
        given = convert(value)
        if given.op.type == "Const" and given.sizes == () and given.dtype.is_integer:
            return int(given.op.attributes["value"])
        if not given.dtype.is_integer or given.sizes not in (None, ()):
            raise _no_key(tensor, key)
        inputs.append(given)
        return ("input", len(inputs) - 1)

    if key is None:
        return ("new",)
    if key is Ellipsis:
        return ("rest",)
    if isinstance(key, bool | np.bool_):
        raise _no_key(tensor, key)
    if isinstance(key, builtins.slice):
        return ("cut", bound(key.start), bound(key.stop), bound(key.step))
    return ("at", bound(key))


def _no_key(tensor: Tensor, key: Any) -> GraphTypeError:
    remedy = "tf.gather(x, places) takes several places"
    if isinstance(key, Tensor) and key.dtype.is_bool:
        remedy = (
            "a mask gives a shape that depends on values: multiply by it, or use tf.where(mask, x, other)"
        )
    return GraphTypeError(
        f"Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are valid "
        f"indices, got {key!r} for {tensor.name}: {remedy}."
    )


def _part_sizes(sizes: Sizes, parts: tuple[Any, ...]) -> Sizes:
    if sizes is None:
        return None
    taken = sum(each[0] in ("at", "cut") for each in parts)
    if taken > len(sizes):
        raise GraphShapeError(
            f"Index out of range using input dim {len(sizes)}; input has only {len(sizes)} dims"
        )
    found: list[int | None] = []
    axis = 0
    for kind, *bounds in parts:
        if kind == "new":
            found.append(1)
        elif kind == "rest":
            left = len(sizes) - taken
            found += sizes[axis : axis + left]
            axis += left
            taken = len(sizes)
        elif kind == "at":
            place, size = bounds[0], sizes[axis]
            if isinstance(place, int) and size is not None and not -size <= place < size:
                raise GraphShapeError(f"slice index {place} of dimension {axis} out of bounds.")
            axis += 1
        else:
            found.append(_cut_size(sizes[axis], bounds))
            axis += 1
    return (*found, *sizes[axis:])


def _cut_size(size: int | None, bounds: list[Any]) -> int | None:
    if bounds == [None, None, None] or any(isinstance(each, tuple) for each in bounds):
        return size if bounds == [None, None, None] else None
    if size is not None:
        return len(range(*builtins.slice(*bounds).indices(size)))
    return None


for _kind in (Tensor, Variable):
    setattr(_kind, "__getitem__", part)  # noqa: B010 - an attribute that the classes do not declare


# --- gather -----------------------------------------------------------------------------------------------


def _gathered(x: Any, places: Any, *, axis: int) -> Any:
    size = x.shape[axis]
    if is_static(x) and is_static(places):
        return x.take(places, axis, mode="clip"), np.any((places < 0) | (places >= size))
    broken = jnp.any((places < 0) | (places >= size))
    return jnp.take(x, places, axis, mode="clip"), broken


_GATHER = Formula(_gathered, checks=(1,))


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: int = 0,
) -> Tensor:
    """The rows of `params` (or its slices along another axis) at these places.

    Raises:
        GraphTypeError: places that are no whole numbers.
        InvalidArgumentError: in the run, a place that it does not have.
    """
    del validate_indices
    if batch_dims:
        raise GraphError("tf.gather: batch_dims is not offered.")
    with scope(name, "GatherV2") as at:
        x, places = convert(params, name="params"), convert(indices, name="indices")
        if not places.dtype.is_integer:
            raise GraphTypeError(
                f"gather: the indices must be whole numbers, got {places.name} of type {places.dtype.base_dtype.name}."
            )
        place = 0 if axis is None else fixed(axis, "gather: axis")

        def sizes() -> Sizes:
            require_rank(x.sizes, place + 1 if place >= 0 else -place)
            if x.sizes is None or places.sizes is None:
                return None
            at = place % len(x.sizes)
            return (*x.sizes[:at], *places.sizes, *x.sizes[at + 1 :])

        result = node("GatherV2", [x, places], _GATHER, sizes, name=at, axis=place)
        size = None if x.sizes is None else x.sizes[place]
        result.op.complaint = _Beyond(size)
        return result


class _Beyond:
    """Says which index is beyond the table."""

    def __init__(self, size: int | None) -> None:
        self.size = size

    def __call__(self, places: Any) -> str:
        wrong = places < 0
        if self.size is not None:
            wrong = wrong | (places >= self.size)
        where = np.argwhere(wrong)
        if not len(where):
            return f"indices up to {np.max(places)} are not in [0, the number of rows)"
        at = tuple(where[0].tolist())
        shown = f"indices[{','.join(map(str, at))}]" if at else "indices"
        return f"{shown} = {places[at]} is not in [0, {'?' if self.size is None else self.size})"


def _gathered_at(x: Any, places: Any) -> Any:
    depth = places.shape[-1]
    sizes = np.asarray(x.shape[:depth], places.dtype)
    broken = jnp.any((places < 0) | (places >= sizes))
    return jnp.asarray(x)[tuple(jnp.moveaxis(jnp.asarray(places), -1, 0))], broken


_GATHER_ND = Formula(_gathered_at, checks=(1,))


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: int = 0) -> Tensor:
    """The parts of `params` at places that the last axis of `indices` names.

    Raises:
        InvalidArgumentError: in the run, a place that it does not have.
    """
    if batch_dims:
        raise GraphError("tf.gather_nd: batch_dims is not offered.")
    x, places = convert(params), convert(indices)

    def sizes() -> Sizes:
        if x.sizes is None or places.sizes is None or places.sizes[-1] is None:
            return None
        require_rank(x.sizes, places.sizes[-1])
        return (*places.sizes[:-1], *x.sizes[places.sizes[-1] :])

    result = node("GatherNd", [x, places], _GATHER_ND, sizes, name=name)
    result.op.complaint = _beyond
    return result


def _beyond(places: Any) -> str:
    return f"indices do not index into param shape: {places.tolist()}"


# --- where ------------------------------------------------------------------------------------------------


def _selected(condition: Any, x: Any, y: Any) -> Any:
    if condition.ndim == 1 and x.ndim > 1:
        condition = condition.reshape((-1,) + (1,) * (x.ndim - 1))
    return jnp.where(condition, x, y)


_SELECT = Formula(_selected)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """X where the condition holds, y elsewhere; nothing is broadcast but a condition for whole rows.

    A gradient of the side that is not taken is multiplied by 0, so it must be finite.

    Raises:
        GraphShapeError: x and y differ in shape, or the condition is neither of that shape nor a vector of rows.
        GraphError: x and y are left out: the places where a condition holds have no shape before they are known.
    """
    if x is None and y is None:
        raise GraphError(
            "tf.where(condition) gives places whose number depends on values; XLA needs shapes when it compiles. "
            "tf.where(condition, x, y) chooses element by element."
        )
    if x is None or y is None:
        raise GraphError("x and y must both be non-None or both be None.")
    chosen = convert(condition, bool_)
    first, second = convert_all([x, y])
    require_one_type("Select", name, [first, second])

    def sizes() -> Sizes:
        common = shapes.merged(first.sizes, second.sizes)
        if chosen.sizes is None or common is None:
            return common
        if len(chosen.sizes) == 1 and len(common) > 1:
            shapes.merged(chosen.sizes, common[:1])
            return common
        return shapes.merged(common, chosen.sizes)

    return node("Select", [chosen, first, second], _SELECT, sizes, first.dtype, name or "Select")


def boolean_mask(tensor: Any, mask: Any, name: str = "boolean_mask", axis: Any = None) -> Tensor:
    """The rows where a mask holds; only of a mask that is a constant, as their number is a part of the program.

    Raises:
        GraphError: the mask is computed.
        GraphShapeError: it does not fit the tensor.
    """
    x, chosen = convert(tensor), convert(mask, bool_)
    if chosen.op.type != "Const":
        raise GraphError(
            f"tf.boolean_mask: how many rows {chosen.name} chooses depends on values; XLA needs shapes when it compiles. "
            "Weigh by the mask instead: tf.reduce_sum(x * mask) / tf.reduce_sum(mask), or tf.where(mask, x, tf.zeros_like(x))."
        )
    value = chosen.op.attributes["value"]
    first = 0 if axis is None else fixed(axis, "boolean_mask: axis")
    if value.ndim != 1:
        from fallline.graph.ops.shaping import reshape

        if first or x.sizes is None or not shapes.compatible(x.sizes[: value.ndim], value.shape):
            raise misfit(
                "BooleanMask", name, [x, chosen], GraphShapeError("The mask does not fit the tensor")
            )
        rest = [-1 if each is None else each for each in x.sizes[value.ndim :]]
        x, value = reshape(x, [value.size, *rest]), value.reshape(-1)
    with scope(name, "boolean_mask"):
        return gather(x, np.flatnonzero(value).astype(np.int32), axis=first)
