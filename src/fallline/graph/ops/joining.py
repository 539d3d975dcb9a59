"""Tensors from tensors: joined, parted, repeated, padded, turned around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.errors import warn
from fallline.graph.core import shapes
from fallline.graph.core.building import convert, convert_all, graph_of, node, require_one_type
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError, OldNameWarning
from fallline.graph.core.nodes import Formula, Tensor, misfit
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import identity
from fallline.graph.ops.shaping import fixed
from fallline.graph.ops.static import either, known, known_sizes, shape_argument, static_value

__all__ = ["concat", "pad", "reverse", "reverse_v2", "split", "tile", "unstack"]


# --- joined -----------------------------------------------------------------------------------------------


@either
def _joined(where: Any, *values: Any, axis: int) -> Any:
    return where.concatenate(values, axis)


_JOIN = Formula(_joined)


def concat(values: Any, axis: Any = None, name: str = "concat", concat_dim: Any = None) -> Tensor:
    """Tensors one after the other along an axis; `concat(concat_dim, values)` of before 1.0 is taken with a warning.

    Raises:
        GraphTypeError: the axis is left out.
        GraphShapeError: they differ in another axis, or have no such axis.
        GraphTypeError: their types differ.
    """
    if concat_dim is not None:
        values, axis = concat_dim, values
    if isinstance(values, int) and isinstance(axis, list | tuple):
        warn(
            "tf.concat(axis, values) is the order of before TensorFlow 1.0; now: tf.concat(values, axis).",
            OldNameWarning,
        )
        values, axis = axis, values
    if axis is None:
        raise GraphTypeError("tf.concat(values, axis): the axis is missing.")
    tensors = convert_all(list(values) if isinstance(values, list | tuple) else [values])
    require_one_type("ConcatV2", name, tensors)
    place = fixed(axis, "concat: axis")
    if len(tensors) == 1:
        return identity(tensors[0], name)
    return node(
        "ConcatV2", tensors, _JOIN, lambda: _joined_sizes(tensors, place), name=name or "concat", axis=place
    )


def _joined_sizes(tensors: Sequence[Tensor], axis: int) -> Sizes:
    ranks = {len(each.sizes) for each in tensors if each.sizes is not None}
    if not ranks:
        return None
    if len(ranks) > 1:
        raise GraphShapeError(f"Shapes must be equal rank, but are {' and '.join(map(str, sorted(ranks)))}")
    (rank,) = ranks
    if not -rank <= axis < rank:
        raise GraphShapeError(f"Concat axis {axis} must be in the range [{-rank}, {rank}),")
    axis %= rank
    common: Sizes = (None,) * rank
    total: int | None = 0
    for each in tensors:
        sizes = each.sizes or (None,) * rank
        try:
            common = shapes.merged(common, tuple(None if i == axis else size for i, size in enumerate(sizes)))
        except GraphShapeError:
            raise GraphShapeError(f"All axes but axis {axis} must be equal to be joined,") from None
        size = sizes[axis]
        total = None if total is None or size is None else total + size
    assert common is not None
    return (*common[:axis], total, *common[axis + 1 :])


# --- parted -----------------------------------------------------------------------------------------------


def _unstacked(x: Any, *, axis: int) -> Any:
    return tuple(x[(slice(None),) * (axis % x.ndim) + (place,)] for place in range(x.shape[axis]))


_UNSTACK = Formula(_unstacked)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> list[Tensor]:
    """The parts of a tensor along an axis, one fewer axis each.

    Raises:
        GraphError: their number is known neither from the shape nor by `num`.
        GraphShapeError: there is no such axis, or `num` is not its size.
    """
    x = convert(value)
    sizes = x.sizes
    if sizes is not None and not -len(sizes) <= axis < len(sizes):
        raise GraphShapeError(f"Argument `axis` = {axis} not in range [{-len(sizes)}, {len(sizes)})")
    size = None if sizes is None else sizes[axis]
    if num is None:
        num = size
    if num is None:
        raise GraphError(f"Cannot infer argument `num` from shape {x.shape}: give tf.unstack(x, num=...).")
    if size not in (None, num):
        raise misfit("Unpack", name, [x], GraphShapeError(f"Dimension must be {num} but is {size}"))
    rest = None if sizes is None else _without(sizes, axis)
    kinds = [(x.dtype.base_dtype, rest)] * num
    return list(graph_of([x]).add("Unpack", [x], _UNSTACK, kinds, name or "unstack", {"axis": axis}).outputs)


def _without(sizes: tuple[int | None, ...], axis: int) -> tuple[int | None, ...]:
    axis %= len(sizes)
    return sizes[:axis] + sizes[axis + 1 :]


def _split(x: Any, *, ends: Any, count: int, axis: int) -> Any:
    size = x.shape[axis]
    if ends is None:
        if size % count:
            raise GraphShapeError(f"Split: axis {axis} of size {size} does not divide into {count} parts.")
        ends = [size // count * place for place in range(1, count)]
    else:
        ends = [place if place >= 0 else size + place for place in ends]
    if count == 1:
        return (x,)
    return tuple(jnp.split(x, list(ends), axis))


_SPLIT = Formula(_split)


def split(
    value: Any,
    num_or_size_splits: Any = None,
    axis: Any = 0,
    num: int | None = None,
    name: str = "split",
    split_dim: Any = None,
    num_split: Any = None,
) -> list[Tensor]:
    """The parts of a tensor along an axis: so many equal ones, or of these sizes (one may be -1, the rest).

    `split(split_dim, num_split, value)` of before 1.0 is taken with a warning.

    Raises:
        GraphShapeError: the axis does not divide.
        GraphTypeError: the sizes are not known while the graph is built.
    """
    if split_dim is not None:
        value, num_or_size_splits, axis = split_dim, num_split, value
    if isinstance(value, int) and (isinstance(axis, Tensor) or hasattr(axis, "_as_tensor")):
        warn(
            "tf.split(axis, number, value) is the order of before TensorFlow 1.0; now: tf.split(value, number, axis).",
            OldNameWarning,
        )
        value, axis = axis, value
    del num
    x, place = convert(value), fixed(axis, "split: axis")
    if x.sizes is not None and not -len(x.sizes) <= place < len(x.sizes):
        raise misfit("Split", name, [x], GraphShapeError(f"axis {place} is not an axis of the tensor"))
    size = None if x.sizes is None else x.sizes[place]
    if isinstance(num_or_size_splits, int | np.integer):
        count = int(num_or_size_splits)
        if size is not None and size % count:
            raise misfit(
                "Split",
                name,
                [x],
                GraphShapeError(f"Dimension size, {size}, must be evenly divisible by {count}"),
            )
        widths: list[int | None] = [None if size is None else size // count] * count
        ends = None
    else:
        given = static_value(convert(num_or_size_splits))
        if given is None:
            raise GraphTypeError(
                f"split: the sizes must be known while the graph is built, got {num_or_size_splits!r}."
            )
        widths, ends = _ends([int(each) for each in given.reshape(-1)], size, name, x)
        count = len(widths)
    kinds = []
    for width in widths:
        sizes = None
        if x.sizes is not None:
            at = place % len(x.sizes)
            sizes = (*x.sizes[:at], width, *x.sizes[at + 1 :])
        kinds.append((x.dtype.base_dtype, sizes))
    type = "Split" if ends is None else "SplitV"
    attributes = {"ends": ends, "count": count, "axis": place}
    return list(graph_of([x]).add(type, [x], _SPLIT, kinds, name or "split", attributes).outputs)


def _ends(
    given: list[int], size: int | None, name: str, x: Tensor
) -> tuple[list[int | None], tuple[int, ...]]:
    """The widths of the parts, and where each but the last ends: from the end, where one of unknown size comes before."""
    rest = sum(each for each in given if each >= 0)
    if given.count(-1) > 1 or (size is not None and (rest > size if -1 in given else rest != size)):
        raise misfit("SplitV", name, [x], GraphShapeError(f"The sizes {given} do not add up to {size}"))
    left = None if size is None else size - rest
    widths = [left if each == -1 else each for each in given]
    open_at = given.index(-1) if -1 in given else len(given)
    ends = [sum(given[: place + 1]) for place in range(min(open_at, len(given) - 1))]
    ends += [-sum(given[place + 1 :]) for place in range(open_at, len(given) - 1)]
    return list(widths), tuple(ends)


# --- repeated, padded, turned -----------------------------------------------------------------------------


def _tiled(x: Any, *given: Any, multiples: Any = None) -> Any:
    multiples = known_sizes(given[0], "Tile: how often") if given else multiples
    return _tile(x, multiples=tuple(multiples))


@either
def _tile(where: Any, x: Any, *, multiples: Any) -> Any:
    return where.tile(x, multiples)


_TILE = Formula(_tiled)


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """A tensor, so many times along each axis.

    Raises:
        GraphShapeError: there are more or fewer numbers than axes.
    """
    x = convert(input)
    times, inputs, numbers = shape_argument(multiples)

    def sizes() -> Sizes:
        if x.sizes is None or times is None:
            return x.sizes and (None,) * len(x.sizes)
        if len(times) != len(x.sizes):
            raise GraphShapeError(f"{len(times)} multiples for {len(x.sizes)} axes")
        return tuple(None if a is None or b is None else a * b for a, b in zip(x.sizes, times, strict=True))

    return node("Tile", [x, *inputs], _TILE, sizes, name=name, multiples=numbers)


def _padded(x: Any, *given: Any, paddings: Any = None, mode: str, value: Any = 0) -> Any:
    if given:
        paddings = tuple(map(tuple, known(given[0], "Pad: paddings").tolist()))
    if mode == "constant":
        return jnp.pad(x, paddings, constant_values=value)
    return jnp.pad(x, paddings, mode=mode)


_PAD = Formula(_padded)
_MODES = {"CONSTANT": "constant", "REFLECT": "reflect", "SYMMETRIC": "symmetric"}


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0
) -> Tensor:
    """A tensor with so many values before and after along each axis.

    Args:
        tensor: The tensor.
        paddings: (axes, 2): before and after.
        mode: "CONSTANT", "REFLECT" or "SYMMETRIC".
        name: Of the node.
        constant_values: The number that is put there.

    Raises:
        GraphError: an unknown mode.
        GraphShapeError: paddings are not two for each axis.
    """
    x = convert(tensor)
    if mode.upper() not in _MODES:
        raise GraphError(f"Unknown padding mode: {mode}. There are {', '.join(_MODES)}.")
    given = convert(paddings)
    value = static_value(given) if given.op.type == "Const" else None
    plain = None if value is None else tuple(tuple(map(int, each)) for each in value.tolist())

    def sizes() -> Sizes:
        rank = None if given.sizes is None else given.sizes[0]
        if x.sizes is None or rank is None:
            return x.sizes and (None,) * len(x.sizes)
        if rank != len(x.sizes) or (given.sizes or ())[1:] != (2,):
            raise GraphShapeError(f"paddings of shape {given.shape} for {len(x.sizes)} axes")
        if plain is None:
            return (None,) * rank
        return tuple(
            None if size is None else size + before + after
            for size, (before, after) in zip(x.sizes, plain, strict=True)
        )

    return node(
        "Pad", [x] if plain is not None else [x, given], _PAD, sizes, name=name,
        paddings=plain, mode=_MODES[mode.upper()], value=constant_values,
    )  # fmt: skip


@either
def _turned(where: Any, x: Any, *, axes: Any) -> Any:
    return where.flip(x, axes)


_REVERSE = Formula(_turned)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """A tensor with the order along these axes turned around.

    Raises:
        GraphShapeError: it has no such axis.
    """
    x = convert(tensor)
    value = static_value(convert(axis))
    if value is None:
        raise GraphTypeError("reverse: the axes must be known while the graph is built.")
    axes = tuple(int(each) for each in value.reshape(-1))
    if value.dtype == bool:
        axes = tuple(place for place, each in enumerate(value.reshape(-1)) if each)

    def sizes() -> Sizes:
        if x.sizes is not None:
            shapes.axes_of(axes, len(x.sizes))
        return x.sizes

    return node("ReverseV2", [x], _REVERSE, sizes, name=name, axes=axes)


reverse_v2 = reverse
