"""What stands around a layer: biases, norms, moments, batch normalisation, dropout, tables of vectors."""

from __future__ import annotations

import numbers
from typing import Any

import jax
import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, convert_all, node, require_one_type, scope
from fallline.graph.core.dtypes import bool_, float16, float32, int32, int64
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor, misfit
from fallline.graph.core.shapes import Dimension, Sizes
from fallline.graph.ops.activations import relu
from fallline.graph.ops.arithmetic import add, multiply, not_equal, squared_difference, subtract
from fallline.graph.ops.arrays import cast, identity, stop_gradient
from fallline.graph.ops.clipping import clip_by_norm
from fallline.graph.ops.elementary import negative, require_kind, rsqrt
from fallline.graph.ops.indexing import gather
from fallline.graph.ops.products import matmul
from fallline.graph.ops.random import random_uniform
from fallline.graph.ops.reductions import reduce_mean, reduce_sum
from fallline.graph.ops.shaping import fixed, shape, squeeze
from fallline.graph.ops.static import axes_argument

__all__ = [
    "batch_normalization", "bias_add", "dropout", "embedding_lookup", "in_top_k", "l2_loss", "l2_normalize", "moments",
    "relu_layer", "weighted_moments", "xw_plus_b", "zero_fraction",
]  # fmt: skip


# --- biases -----------------------------------------------------------------------------------------------


def _with_bias(x: Any, bias: Any) -> Any:
    return x + bias


_BIAS = Formula(_with_bias)


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Tensor:
    """`value + bias`, a bias for each place of the last axis.

    Raises:
        GraphShapeError: the bias is no vector of that size.
        GraphTypeError: their types differ.
        GraphError: a format other than "NHWC".
    """
    if data_format not in (None, "NHWC", "N...C"):
        raise GraphError(
            f'bias_add: data_format {data_format!r} is of convolutions; biases go to the last axis ("NHWC").'
        )
    with scope(name, "BiasAdd") as at:
        x, b = convert_all([value, bias])
        require_one_type("BiasAdd", at, [x, b])

        def sizes() -> Sizes:
            if b.sizes is not None and len(b.sizes) != 1:
                raise GraphShapeError(f"Shape must be rank 1 but is rank {len(b.sizes)}")
            if x.sizes is None or b.sizes is None:
                return x.sizes
            if len(x.sizes) < 2:
                raise GraphShapeError(f"Shape must be at least rank 2 but is rank {len(x.sizes)}")
            if not shapes.compatible(x.sizes[-1:], b.sizes):
                raise GraphShapeError(f"Dimensions must be equal, but are {x.sizes[-1]} and {b.sizes[0]}")
            return (*x.sizes[:-1], b.sizes[0] if x.sizes[-1] is None else x.sizes[-1])

        return node("BiasAdd", [x, b], _BIAS, sizes, name=at)


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """`x weights + biases`.

    Raises:
        GraphShapeError: the shapes do not fit.
    """
    with scope(name, "xw_plus_b") as at:
        return bias_add(matmul(x, weights), biases, name=at)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """`relu(x weights + biases)`.

    Raises:
        GraphShapeError: the shapes do not fit.
    """
    with scope(name, "relu_layer") as at:
        return relu(bias_add(matmul(x, weights), biases), name=at)


# --- norms and moments ------------------------------------------------------------------------------------


def _half_of_squares(x: Any) -> Any:
    return jnp.sum(jnp.square(x)) / 2


def _of_norm_1(x: Any, *, axes: Any, epsilon: float) -> Any:
    total = jnp.sum(jnp.square(x), axis=axes, keepdims=True)
    least = jnp.asarray(epsilon, x.dtype)
    return x * jax.lax.rsqrt(jnp.where(total >= least, total, least))


_L2, _L2_NORMALIZE = Formula(_half_of_squares), Formula(_of_norm_1)


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Half the sum of the squares."""
    x = convert(t)
    require_kind("L2Loss", name, [x], "floats")
    return node("L2Loss", [x], _L2, (), name=name)


def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Tensor:
    """`x / sqrt(max(sum(x^2), epsilon))`, the sum over axes.

    Raises:
        GraphShapeError: it has no such axis.
    """
    axis = dim if axis is None else axis
    with scope(name, "l2_normalize") as at:
        tensor = convert(x, name="x")
        require_kind("l2_normalize", at, [tensor], "floats")
        axes = axes_argument(axis, "l2_normalize")

        def sizes() -> Sizes:
            shapes.axes_of(axes, None if tensor.sizes is None else len(tensor.sizes))
            return tensor.sizes

        return node("L2Normalize", [tensor], _L2_NORMALIZE, sizes, name=at, axes=axes, epsilon=float(epsilon))


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the population variance over axes.

    Args:
        x: A tensor.
        axes: The axes.
        shift: Taken and left alone.
        name: The scope.
        keep_dims: Whether the axes stay, of size 1.
        keepdims: The same.

    Raises:
        GraphShapeError: it has no such axis.
    """
    del shift
    keep = bool(keepdims if keepdims is not None else keep_dims)
    axes = axes_argument(axes, "moments")
    with scope(name, "moments"):
        tensor = convert(x)
        y = cast(tensor, float32) if tensor.dtype.base_dtype is float16 else tensor
        mean = reduce_mean(y, axes, True, "mean")
        variance = reduce_mean(squared_difference(y, stop_gradient(mean)), axes, True, "variance")
        if not keep:
            mean, variance = squeeze(mean, axes), squeeze(variance, axes)
        return cast(mean, tensor.dtype), cast(variance, tensor.dtype)


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the variance over axes, each value counted by a weight that broadcasts with x."""
    keep = bool(keepdims if keepdims is not None else keep_dims)
    with scope(name, "weighted_moments"):
        tensor = convert(x)
        weights = add(cast(convert(frequency_weights), tensor.dtype), multiply(tensor, 0))
        total = reduce_sum(weights, axes, True)
        mean = reduce_sum(multiply(weights, tensor), axes, True) / total  # type: ignore[operator]
        variance = reduce_sum(multiply(weights, squared_difference(tensor, mean)), axes, True) / total  # type: ignore[operator]
        return (mean, variance) if keep else (squeeze(mean, axes), squeeze(variance, axes))


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: float,
    name: str | None = None,
) -> Tensor:
    """`scale (x - mean) / sqrt(variance + epsilon) + offset`.

    Args:
        x: A tensor.
        mean: Its mean, of a shape that broadcasts with it.
        variance: Its variance.
        offset: What is added, or None.
        scale: The factor, or None.
        variance_epsilon: What keeps the root from 0.
        name: The scope.

    Raises:
        GraphShapeError: the shapes do not fit.
    """
    with scope(name, "batchnorm"):
        tensor = convert(x)
        kind = None if isinstance(variance, Tensor) or hasattr(variance, "_as_tensor") else tensor.dtype
        if isinstance(variance, int | float):
            spread = convert(variance + variance_epsilon, kind)
        else:
            spread = add(convert(variance, kind), variance_epsilon, "add")
        inverse = rsqrt(spread)
        if scale is not None:
            inverse = multiply(inverse, scale, "mul")
        scaled = multiply(tensor, cast(inverse, tensor.dtype), "mul")
        shift = multiply(mean, inverse, "mul")
        shift = negative(shift) if offset is None else subtract(offset, shift, "sub")
        return add(scaled, cast(shift, tensor.dtype), "add")


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The part of the values that are 0."""
    with scope(name, "zero_fraction"):
        x = convert(value)
        nonzero = reduce_mean(cast(not_equal(x, convert(0, x.dtype)), float32))
        return identity(subtract(1.0, nonzero), "fraction")


# --- dropout ----------------------------------------------------------------------------------------------


def _dropped(x: Any, drawn: Any, *, rate: float) -> Any:
    scale = jnp.asarray(1 / (1 - rate), x.dtype)
    return jnp.where(drawn >= jnp.asarray(rate, x.dtype), x * scale, jnp.zeros_like(x))


def _dropped_by(x: Any, drawn: Any, rate: Any) -> Any:
    return jnp.where(drawn >= rate, x / (1 - rate), jnp.zeros_like(x))


_DROP, _DROP_BY = Formula(_dropped, differentiable=(0,)), Formula(_dropped_by, differentiable=(0,))


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """Some values set to 0, drawn anew in each run, the others scaled by 1 / keep_prob.

    Args:
        x: Floats.
        keep_prob: The probability that a value stays: a number, or a tensor.
        noise_shape: The shape of what is drawn, 1 along axes that stay or go together; None within it: x's size.
        seed: Of the draw.
        name: The scope.
        rate: The probability that a value goes: 1 - keep_prob.

    Returns:
        The tensor; x itself, where the number says that all values stay.

    Raises:
        GraphError: both or none of keep_prob and rate are given, x is of whole numbers, or the number is no probability
            below 1 (rate) or above 0 (keep_prob); what a tensor gives is not checked.
    """
    if keep_prob is not None and rate is not None:
        raise GraphError("Cannot specify both 'keep_prob' and 'rate'.")
    if keep_prob is None and rate is None:
        raise GraphError(
            "`rate` must be provided: tf.nn.dropout(x, keep_prob) or tf.nn.dropout(x, rate=...)."
        )
    if rate is None:
        rate = 1 - keep_prob
    tensor = convert(x)
    with scope(name, "dropout"):
        if not tensor.dtype.is_floating:
            raise GraphError(
                f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: {tensor.name} of type "
                f"{tensor.dtype.base_dtype.name}."
            )
        plain = isinstance(rate, numbers.Real)
        require_rate(rate)
        if plain and rate == 0:
            return tensor
        drawn = random_uniform(noise_shape_of(tensor, noise_shape), seed=seed, dtype=tensor.dtype)
        inputs = [tensor, drawn]
        if not plain:
            given = convert(rate)
            if given.sizes not in (None, ()):
                raise misfit("Dropout", name, [given], GraphShapeError("Shape must be rank 0"))
            inputs.append(cast(given, tensor.dtype))

        def sizes() -> Sizes:
            shapes.broadcast(tensor.sizes, drawn.sizes)
            return tensor.sizes

        if plain:
            return node("SelectV2", inputs, _DROP, sizes, name="SelectV2", rate=float(rate))
        return node("SelectV2", inputs, _DROP_BY, sizes, name="SelectV2")


def require_rate(rate: Any) -> None:
    """Refuses a number that is no probability below 1; a tensor is not checked.

    Raises:
        GraphError: it is none.
    """
    if isinstance(rate, numbers.Real) and not 0 <= float(rate) < 1:
        raise GraphError(
            f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}"
        )


def noise_shape_of(x: Tensor, given: Any) -> Any:
    """The shape of what is drawn for dropout: x's, or the one given, None within it being x's size."""
    if given is None:
        return shape(x)
    if isinstance(given, list | tuple):
        own = x.sizes or (None,) * len(given)
        return [
            each
            if Dimension(each).value is not None
            else own[place]
            if own[place] is not None
            else shape(x)[place]  # type: ignore[index]
            for place, each in enumerate(given)
        ]
    return given


# --- tables and places ------------------------------------------------------------------------------------


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: float | None = None,
) -> Tensor:
    """The rows of a table at these places.

    Args:
        params: The table, or a list of one.
        ids: Whole numbers.
        partition_strategy: Taken and left alone.
        name: Of the node.
        validate_indices: Taken and left alone: they are checked.
        max_norm: The norm that rows are scaled down to, where theirs is larger.

    Raises:
        GraphError: several tables.
        InvalidArgumentError: in the run, a place that the table does not have.
    """
    del partition_strategy, validate_indices
    tables = params if isinstance(params, list | tuple) else [params]
    if len(tables) != 1:
        raise GraphError(f"embedding_lookup: one table, got {len(tables)}; tf.concat makes them one.")
    with scope(name, "embedding_lookup") as at:
        rows = gather(tables[0], ids, name=at)
        if max_norm is None:
            return identity(rows)
        known = convert(ids).sizes
        if rows.sizes is None or known is None:
            raise GraphShapeError(
                f"embedding_lookup: max_norm needs the number of axes of {rows.name} known."
            )
        return clip_by_norm(rows, max_norm, list(range(len(known), len(rows.sizes))))


def _among_first(predictions: Any, targets: Any, *, k: int) -> Any:
    classes = predictions.shape[-1]
    inside = (targets >= 0) & (targets < classes)
    own = jnp.take_along_axis(predictions, jnp.clip(targets, 0, classes - 1)[:, None], 1)
    more = jnp.sum(predictions > own, 1)
    return inside & jnp.all(jnp.isfinite(predictions), 1) & (more < k)


_AMONG = Formula(_among_first, differentiable=False)


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """For each row whether fewer than k classes are more probable than the target.

    A row with an infinite score or one that is no number is False, and so is a target that is no class.

    Args:
        predictions: Scores (rows, classes), float32.
        targets: Classes (rows,), int32 or int64.
        k: How many first places.
        name: Of the node.

    Raises:
        GraphTypeError: targets that are no int32 or int64.
        GraphShapeError: the shapes do not fit.
    """
    with scope(name, "in_top_k"):
        p, t = convert(predictions, name="predictions"), convert(targets, name="targets")
        require_kind("InTopKV2", name, [p], "floats")
        if t.dtype.base_dtype not in (int32, int64):
            raise GraphTypeError(
                f"in_top_k: targets must be int32 or int64, got {t.name} of type {t.dtype.base_dtype.name}: the numbers of the classes, "
                "tf.argmax(labels, 1) of one-hot labels."
            )

        def sizes() -> Sizes:
            for tensor, rank in ((p, 2), (t, 1)):
                if tensor.sizes is not None and len(tensor.sizes) != rank:
                    raise GraphShapeError(f"Shape must be rank {rank} but is rank {len(tensor.sizes)}")
            return shapes.merged(t.sizes, None if p.sizes is None else p.sizes[:1])

        return node("InTopKV2", [p, t], _AMONG, sizes, bool_, "InTopKV2", k=fixed(k, "in_top_k: k"))
