"""Values and gradients held within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.dtypes import as_dtype
from fallline.graph.core.failures import GraphTypeError
from fallline.graph.core.indexed_slices import IndexedSlices
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arithmetic import maximum, minimum
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.elementary import require_kind
from fallline.graph.ops.static import axes_argument

__all__ = [
    "clip_by_average_norm",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "global_norm",
    "saturate_cast",
]


def _between(x: Any, low: Any, high: Any) -> Any:
    # The derivative is 1 at both bounds; where they cross, the lower one holds.
    x, low, high = jnp.broadcast_arrays(x, low, high)
    return jnp.where(x < low, low, jnp.where(x > high, jnp.where(high >= low, high, low), x))


def _root_of_sum(squares: Any) -> Any:
    """The root, 0 of 0 without an infinite derivative."""
    positive = squares > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, jnp.ones_like(squares))), squares)


def _larger(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(x >= y, x, y)


def _to_norm(x: Any, limit: Any, *, axes: Any) -> Any:
    limit = _larger(limit, jnp.zeros_like(limit))
    norm = _root_of_sum(jnp.sum(x * x, axis=axes, keepdims=True))
    return x * limit / _larger(norm, limit)


def _to_average_norm(x: Any, limit: Any) -> Any:
    number = jnp.asarray(x.size, x.dtype)
    inverse = 1 / jnp.sqrt(jnp.sum(x * x))
    smaller, other = inverse * number, 1 / limit
    return x * limit * jnp.where(smaller <= other, smaller, other)


def _norm_of_all(*values: Any) -> Any:
    # Half the squares, doubled again: so TensorFlow rounds.
    halves = jnp.stack([jnp.sum(jnp.square(each)) / 2 for each in values])
    return jnp.sqrt(jnp.sum(halves) * 2)


def _to_global_norm(*values: Any) -> Any:
    *gradients, limit, norm = values
    # inf - inf is no number: a norm that is none makes all gradients none.
    one = 1 / norm, 1 / limit
    scale = limit * jnp.where(one[0] <= one[1], *one) + (norm - norm)
    return tuple(each * scale.astype(each.dtype) for each in gradients)


_VALUE, _NORM, _AVERAGE = Formula(_between), Formula(_to_norm), Formula(_to_average_norm)
_GLOBAL, _SCALED = Formula(_norm_of_all), Formula(_to_global_norm)


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Tensor:
    """The values of a tensor, those beyond a bound at it.

    Raises:
        GraphShapeError: the bounds do not fit the tensor.
        GraphTypeError: they are of another type.
    """
    with scope(name, "clip_by_value") as at:
        x = convert(t, name="t")
        require_kind("ClipByValue", at, [x], "numbers")
        low, high = convert(clip_value_min, x.dtype), convert(clip_value_max, x.dtype)

        def sizes() -> Sizes:
            found = shapes.broadcast(shapes.broadcast(x.sizes, low.sizes), high.sizes)
            return shapes.merged(found, x.sizes) if found is not None else x.sizes

        return node("ClipByValue", [x, low, high], _VALUE, sizes, name=at)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """A tensor, scaled down to a norm where its own is larger: `t c / max(|t|, c)`.

    Args:
        t: Floats; of `IndexedSlices` the rows as they stand, those of one place apart.
        clip_norm: The norm c; below 0 it counts as 0.
        axes: Over which the norm is taken; by default over all values.
        name: Of the node.

    Raises:
        GraphShapeError: it has no such axis.
    """
    if isinstance(t, IndexedSlices):
        return t.with_values(clip_by_norm(t.values, clip_norm, axes, name))
    with scope(name, "clip_by_norm") as at:
        x = convert(t, name="t")
        require_kind("ClipByNorm", at, [x], "floats")
        limit = convert(clip_norm, x.dtype)
        over = axes_argument(axes, "clip_by_norm")

        def sizes() -> Sizes:
            if over is not None:
                shapes.axes_of(over, None if x.sizes is None else len(x.sizes))
            return x.sizes

        return node("ClipByNorm", [x, limit], _NORM, sizes, name=at, axes=over)


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """A tensor, scaled down to a norm divided by its number of values, where its own is larger."""
    with scope(name, "clip_by_average_norm") as at:
        x = convert(t, name="t")
        require_kind("ClipByAverageNorm", at, [x], "floats")
        return node("ClipByAverageNorm", [x, convert(clip_norm, x.dtype)], _AVERAGE, x.sizes, name=at)


def _list_of(t_list: Any) -> list[Any]:
    if not isinstance(t_list, Sequence) or isinstance(t_list, str):
        raise GraphTypeError("t_list should be a sequence")
    return [each if each is None or isinstance(each, IndexedSlices) else convert(each) for each in t_list]


def _values(tensors: Sequence[Any]) -> list[Tensor]:
    return [each.values if isinstance(each, IndexedSlices) else each for each in tensors if each is not None]


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    """The root of the sum of the squares of all values of tensors; None among them is left out.

    Of `IndexedSlices` the rows count as they stand, those of one place apart.

    Raises:
        GraphTypeError: it is no list.
    """
    tensors = _values(_list_of(t_list))
    with scope(name, "global_norm"):
        if not tensors:
            return convert(0.0, name="global_norm")
        return node("GlobalNorm", tensors, _GLOBAL, (), name="global_norm")


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """Tensors, all scaled by one number to a norm, where that of all of them together is larger; and that norm.

    A norm that is infinite or no number makes all of them no numbers; None stays None, `IndexedSlices` stay such.

    Raises:
        GraphTypeError: it is no list.
    """
    given = _list_of(t_list)
    norm = convert(global_norm(given) if use_norm is None else use_norm)
    tensors = _values(given)
    with scope(name, "clip_by_global_norm"):
        if not tensors:
            return given, norm
        limit = convert(clip_norm, tensors[0].dtype)
        kinds = [(each.dtype.base_dtype, each.sizes) for each in tensors]
        operation = limit.graph.add(
            "ClipByGlobalNorm", [*tensors, limit, norm], _SCALED, kinds, "clip_by_global_norm"
        )
    scaled = iter(operation.outputs)
    clipped: list[Any] = []
    for each in given:
        if isinstance(each, IndexedSlices):
            clipped.append(each.with_values(next(scaled)))
        else:
            clipped.append(None if each is None else next(scaled))
    return clipped, norm


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """X in another type, beyond its limits at its limits."""
    x, kind = convert(value), as_dtype(dtype).base_dtype
    with scope(name, "saturate_cast") as at:
        if float(x.dtype.min) < float(kind.min):
            x = maximum(x, convert(x.dtype.as_numpy_dtype(kind.min)))
        if float(x.dtype.max) > float(kind.max):
            x = minimum(x, convert(x.dtype.as_numpy_dtype(kind.max)))
        return cast(x, kind, at)
