"""Reductions over axes, places of the largest, running sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core import dtypes, shapes
from fallline.graph.core.building import convert, graph_of, node, scope
from fallline.graph.core.dtypes import as_dtype, int32
from fallline.graph.core.failures import GraphShapeError
from fallline.graph.core.nodes import Formula, Tensor, misfit
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.elementary import require_kind
from fallline.graph.ops.shaping import fixed
from fallline.graph.ops.static import Either, axes_argument, either, known, number_argument, require_rank

__all__ = [
    "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "reduce_all", "reduce_any", "reduce_logsumexp", "reduce_max",
    "reduce_mean", "reduce_min", "reduce_prod", "reduce_sum", "top_k",
]  # fmt: skip


def _reduction(
    type: str, function: Callable[..., Any], says: str, differentiable: bool = True, kinds: str = "numbers"
) -> Callable[..., Tensor]:
    formula = Formula(function, differentiable=differentiable)

    def reduce(
        input_tensor: Any,
        axis: Any = None,
        keepdims: bool | None = None,
        name: str | None = None,
        reduction_indices: Any = None,
        keep_dims: bool | None = None,
    ) -> Tensor:
        x = convert(input_tensor)
        require_kind(type, name, [x], kinds)
        axis = reduction_indices if axis is None else axis
        axes = axes_argument(axis, type)
        keep = bool(keepdims if keepdims is not None else keep_dims)
        if x.sizes is not None and axes is not None:
            shapes.axes_of(axes, len(x.sizes))
        return node(
            type,
            [x],
            formula,
            lambda: shapes.reduced(x.sizes, axes, keep),
            name=name,
            axis=axes,
            keepdims=keep,
        )

    reduce.__doc__ = says
    return reduce


def _mean(x: Any, *, axis: Any, keepdims: bool) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):  # TensorFlow's mean of whole numbers is one
        total = jnp.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype)
        return jax.lax.div(total, jnp.full_like(total, x.size // max(1, total.size)))
    return jnp.mean(x, axis=axis, keepdims=keepdims)


@either
def _sum(where: Any, x: Any, *, axis: Any, keepdims: bool) -> Any:
    return where.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


@either
def _prod(where: Any, x: Any, *, axis: Any, keepdims: bool) -> Any:
    return where.prod(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


def _logsumexp(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return jax.nn.logsumexp(x, axis=axis, keepdims=keepdims)


_MAX, _MIN = Either(np.max, jnp.max), Either(np.min, jnp.min)
_ALL, _ANY = Either(np.all, jnp.all), Either(np.any, jnp.any)

reduce_mean = _reduction(
    "Mean", _mean, "The mean over axes (all, where None), of whole numbers rounded towards 0."
)
reduce_sum = _reduction("Sum", _sum, "The sum over axes (all, where None).")
reduce_prod = _reduction("Prod", _prod, "The product over axes (all, where None).")
reduce_max = _reduction("Max", _MAX, "The largest over axes; the derivative of ties is shared evenly.")
reduce_min = _reduction("Min", _MIN, "The smallest over axes; the derivative of ties is shared evenly.")
reduce_all = _reduction("All", _ALL, "Whether all are true.", False, "truth values")
reduce_any = _reduction("Any", _ANY, "Whether any is true.", False, "truth values")
reduce_logsumexp = _reduction("ReduceLogSumExp", _logsumexp, "log(sum(e^x)) over axes.", True, "floats")


def _first_largest(x: Any, *, axis: int, least: bool, kind: str) -> Any:
    # NaN is skipped, as TensorFlow's comparison never finds it larger.
    if jnp.issubdtype(x.dtype, jnp.inexact):
        x = jnp.where(jnp.isnan(x), jnp.inf if least else -jnp.inf, x)
    return (jnp.argmin if least else jnp.argmax)(x, axis=axis).astype(kind)


_ARG = Formula(_first_largest, differentiable=False)


def argmax(
    input: Any,
    axis: Any = None,
    name: str | None = None,
    dimension: Any = None,
    output_type: Any = dtypes.int64,
) -> Tensor:
    """The place of the largest along an axis (by default the first), the first of equal ones; int64."""
    return _place("ArgMax", input, axis if axis is not None else dimension, name, output_type, False)


def argmin(
    input: Any,
    axis: Any = None,
    name: str | None = None,
    dimension: Any = None,
    output_type: Any = dtypes.int64,
) -> Tensor:
    """The place of the smallest along an axis (by default the first), the first of equal ones; int64."""
    return _place("ArgMin", input, axis if axis is not None else dimension, name, output_type, True)


def _place(type: str, x: Any, axis: Any, name: str | None, output_type: Any, least: bool) -> Tensor:
    x = convert(x)
    axis, kind = fixed(0 if axis is None else axis, f"{type}: axis"), as_dtype(output_type)
    return node(
        type,
        [x],
        _ARG,
        lambda: shapes.reduced(x.sizes, axis, False),
        kind,
        name,
        axis=axis,
        least=least,
        kind=kind.name,
    )


# --- running ----------------------------------------------------------------------------------------------


def _running(x: Any, *, axis: int, exclusive: bool, reverse: bool, product: bool) -> Any:
    x = jnp.flip(x, axis) if reverse else x
    found = (jnp.cumprod if product else jnp.cumsum)(x, axis, dtype=x.dtype)
    if exclusive:
        first = jnp.full_like(jax.lax.slice_in_dim(found, 0, 1, axis=axis), 1 if product else 0)
        found = jnp.concatenate([first, jax.lax.slice_in_dim(found, 0, x.shape[axis] - 1, axis=axis)], axis)
    return jnp.flip(found, axis) if reverse else found


_RUNNING = Formula(_running)


def _accumulated(
    type: str, x: Any, axis: Any, exclusive: bool, reverse: bool, name: str | None, product: bool
) -> Tensor:
    x = convert(x)
    require_kind(type, name, [x], "numbers")
    place = fixed(axis, f"{type}: axis")

    def sizes() -> Sizes:
        shapes.axes_of(place, None if x.sizes is None else len(x.sizes))
        return x.sizes

    return node(
        type,
        [x],
        _RUNNING,
        sizes,
        name=name,
        axis=place,
        exclusive=bool(exclusive),
        reverse=bool(reverse),
        product=product,
    )


def cumsum(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The sums of all values up to each along an axis; without it where exclusive, from the end where reverse."""
    return _accumulated("Cumsum", x, axis, exclusive, reverse, name, False)


def cumprod(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The products of all values up to each along an axis; without it where exclusive, from the end where reverse."""
    return _accumulated("Cumprod", x, axis, exclusive, reverse, name, True)


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = dtypes.int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
    input: Any = None,
) -> Tensor:
    """How many values are not 0, over axes (all, where None)."""
    from fallline.graph.ops.arithmetic import not_equal

    x = convert(input if input_tensor is None else input_tensor)
    with scope(name, "count_nonzero"):
        marks = x if x.dtype.is_bool else not_equal(x, convert(0, x.dtype))
        axis = reduction_indices if axis is None else axis
        total = reduce_sum(cast(marks, dtypes.int64), axis, keepdims, "Sum", None, keep_dims)
        return cast(total, dtype)


# --- the largest ------------------------------------------------------------------------------------------


class TopKV2(NamedTuple):
    """What `top_k` gives."""

    values: Tensor
    indices: Tensor


def _largest(x: Any, *given: Any, k: int | None) -> Any:
    k = int(known(given[0], "top_k: k")) if k is None else k
    values, places = jax.lax.top_k(x, k)
    return values, places.astype("int32")


_TOP = Formula(_largest, differentiable=(0,))


def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> TopKV2:
    """The k largest along the last axis, the largest first, and their places; of equal ones the first.

    Raises:
        GraphShapeError: there are fewer than k.
    """
    del sorted
    x, (number, further) = convert(input), number_argument(k, "top_k: k")
    try:
        require_rank(x.sizes, 1)
        if x.sizes is not None and x.sizes[-1] is not None and number is not None and x.sizes[-1] < number:
            raise GraphShapeError(f"input must have last dimension >= k = {number} but is {x.sizes[-1]}")
    except GraphShapeError as error:
        raise misfit("TopKV2", name, [x], error) from None
    sizes = None if x.sizes is None else (*x.sizes[:-1], number)
    operation = graph_of([x]).add(
        "TopKV2", [x, *further], _TOP, [(x.dtype.base_dtype, sizes), (int32, sizes)], name, {"k": number}
    )
    return TopKV2(*operation.outputs)
