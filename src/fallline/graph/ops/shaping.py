"""Shapes of tensors: what they are, and other ones for the same values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import constant, convert, node, scope
from fallline.graph.core.dtypes import as_dtype, int32
from fallline.graph.core.failures import GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.static import axes_argument, is_static, known_sizes, shape_argument, static_value

__all__ = ["expand_dims", "rank", "reshape", "shape", "shape_n", "size", "squeeze", "transpose"]


def _shape_of(x: Any, *, kind: str) -> Any:
    return np.asarray(x.shape, kind)


def _size_of(x: Any, *, kind: str) -> Any:
    return np.asarray(math.prod(x.shape), kind)


def _rank_of(x: Any) -> Any:
    return np.asarray(x.ndim, "int32")


_SHAPE, _SIZE, _RANK = (Formula(each, differentiable=False) for each in (_shape_of, _size_of, _rank_of))


def shape(input: Any, name: str | None = None, out_type: Any = int32, optimize: bool = True) -> Tensor:
    """The shape of a tensor, as a tensor of whole numbers."""
    x, kind = convert(input), as_dtype(out_type)
    if optimize and x.sizes is not None and None not in x.sizes:
        return constant(np.asarray(x.sizes, kind.numpy), name=name or "Shape")
    sizes = (None,) if x.sizes is None else (len(x.sizes),)
    return node("Shape", [x], _SHAPE, sizes, kind, name, kind=kind.name)


def shape_n(input: Sequence[Any], out_type: Any = int32, name: str | None = None) -> list[Tensor]:
    """The shapes of tensors."""
    return [shape(each, name or "ShapeN", out_type, optimize=False) for each in input]


def size(input: Any, name: str | None = None, out_type: Any = int32) -> Tensor:
    """How many numbers a tensor has."""
    x, kind = convert(input), as_dtype(out_type)
    number = shapes.count(x.sizes)
    if number is not None:
        return constant(np.asarray(number, kind.numpy), name=name or "Size")
    return node("Size", [x], _SIZE, (), kind, name, kind=kind.name)


def rank(input: Any, name: str | None = None) -> Tensor:
    """How many axes a tensor has."""
    x = convert(input)
    if x.sizes is not None:
        return constant(len(x.sizes), int32, name=name or "Rank")
    return node("Rank", [x], _RANK, (), int32, name)


def _reshaped(x: Any, *given: Any, sizes: Any = None) -> Any:
    sizes = known_sizes(given[0], "Reshape: the shape") if given else sizes
    count = math.prod(x.shape)
    rest = math.prod(each for each in sizes if each != -1)
    if -1 in sizes:
        if not rest or count % rest:
            raise GraphShapeError(
                f"Reshape: {count} values of shape {x.shape} do not fit the shape {list(sizes)}."
            )
        sizes = tuple(count // rest if each == -1 else each for each in sizes)
    elif rest != count:
        raise GraphShapeError(
            f"Reshape: input is a tensor of shape {x.shape} with {count} values, but the requested shape {list(sizes)} has {rest}."
        )
    return x.reshape(sizes)


_RESHAPE = Formula(_reshaped)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The values of a tensor in another shape; the size -1 is what remains.

    Raises:
        GraphShapeError: the numbers of values differ, or there are two -1.
    """
    with scope(name, "Reshape") as at:
        x = convert(tensor, name="tensor")
        sizes, inputs, numbers = shape_argument(shape)
        if numbers is not None and sum(each < 0 for each in numbers) > 1:
            raise GraphShapeError(f"Reshape: only one size may be -1, got {list(numbers)}.")
        if numbers is None:
            return node("Reshape", [x, *inputs], _RESHAPE, _filled_up(x.sizes, sizes, False), name=at)
        return node(
            "Reshape", [x], _RESHAPE, lambda: _filled_up(x.sizes, sizes, True), name=at, sizes=numbers
        )


def _filled_up(given: Sizes, wanted: Sizes, certain: bool) -> Sizes:
    """What is known of a shape after a reshape: one unknown size follows from the number of values."""
    count = shapes.count(given)
    if wanted is None or count is None:
        return wanted
    rest = math.prod(each for each in wanted if each is not None)
    if wanted.count(None) == 1 and rest and count % rest == 0:
        return tuple(count // rest if each is None else each for each in wanted)
    if certain and (None in wanted or rest != count):
        raise GraphShapeError(
            f"Cannot reshape a tensor with {count} elements to shape {shapes.shown(wanted)}"
        )
    return wanted


def _transposed(x: Any, *, perm: Any) -> Any:
    return x.transpose(perm)


_TRANSPOSE = Formula(_transposed)


def transpose(a: Any, perm: Any = None, name: str | None = None, conjugate: bool = False) -> Tensor:
    """A tensor with its axes in another order, by default turned around."""
    del conjugate
    x = convert(a)
    if perm is not None:
        value = static_value(convert(perm))
        if value is None:
            raise GraphTypeError("transpose: perm must be known while the graph is built.")
        perm = tuple(int(each) for each in value.reshape(-1))

    def sizes() -> Sizes:
        if x.sizes is None:
            return None if perm is None else (None,) * len(perm)
        order = tuple(range(len(x.sizes)))[::-1] if perm is None else perm
        if sorted(order) != list(range(len(x.sizes))):
            raise GraphShapeError(f"perm must be an order of the {len(x.sizes)} axes, but is {list(order)},")
        return tuple(x.sizes[place] for place in order)

    return node("Transpose", [x], _TRANSPOSE, sizes, name=name or "transpose", perm=perm)


def _expanded(x: Any, *, axis: int) -> Any:
    return (np if is_static(x) else jnp).expand_dims(x, axis)


_EXPAND = Formula(_expanded)


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """A tensor with a further axis of size 1 at a place.

    Raises:
        GraphShapeError: there is no such place.
    """
    x, place = convert(input), dim if axis is None else axis
    if place is None:
        raise GraphTypeError("Must specify an axis argument to tf.expand_dims()")
    place = fixed(place, "expand_dims: axis")

    def sizes() -> Sizes:
        if x.sizes is None:
            return None
        if not -len(x.sizes) - 1 <= place <= len(x.sizes):
            raise GraphShapeError(f"dim {place} not in the interval [{-len(x.sizes) - 1}, {len(x.sizes)}].")
        at = place if place >= 0 else place + len(x.sizes) + 1
        return (*x.sizes[:at], 1, *x.sizes[at:])

    return node("ExpandDims", [x], _EXPAND, sizes, name=name, axis=place)


def fixed(value: Any, what: str) -> int:
    """A whole number that has to be known while the graph is built.

    Raises:
        GraphTypeError: it is a tensor whose value is not.
    """
    if isinstance(value, int | np.integer):
        return int(value)
    found = static_value(convert(value))
    if found is None or found.size != 1:
        raise GraphTypeError(f"{what} must be a number known while the graph is built, got {value!r}.")
    return int(found.reshape(()))


def _squeezed(x: Any, *, axes: Any) -> Any:
    if axes is None:
        axes = tuple(place for place, each in enumerate(x.shape) if each == 1)
    for axis in axes:
        if x.shape[axis] != 1:
            raise GraphShapeError(
                f"Squeeze: can not squeeze dim[{axis}], expected a dimension of 1, got {x.shape[axis]}."
            )
    return x.squeeze(axes)


_SQUEEZE = Formula(_squeezed)


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Tensor:
    """A tensor without its axes of size 1: all of them, or those that are named.

    Raises:
        GraphShapeError: a named one has another size.
    """
    x, axis = convert(input), squeeze_dims if axis is None else axis
    axes = axes_argument(axis, "squeeze")
    axes = axes or None

    def sizes() -> Sizes:
        if x.sizes is None or (axes is None and None in x.sizes):
            return None
        if axes is None:
            return tuple(each for each in x.sizes if each != 1)
        places = shapes.axes_of(axes, len(x.sizes)) or ()
        for place in places:
            if x.sizes[place] not in (1, None):
                raise GraphShapeError(
                    f"Can not squeeze dim[{place}], expected a dimension of 1, got {x.sizes[place]}"
                )
        return tuple(each for place, each in enumerate(x.sizes) if place not in places)

    return node("Squeeze", [x], _SQUEEZE, sizes, name=name, axes=axes)
