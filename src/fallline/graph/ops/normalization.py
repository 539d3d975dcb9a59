"""What stands around a layer: biases, norms, moments, batch normalisation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, convert_all, node, require_one_type, scope
from fallline.graph.core.dtypes import float16, float32
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.activations import relu
from fallline.graph.ops.arithmetic import add, multiply, not_equal, squared_difference, subtract
from fallline.graph.ops.arrays import cast, identity, stop_gradient
from fallline.graph.ops.elementary import negative, require_kind, rsqrt
from fallline.graph.ops.products import matmul
from fallline.graph.ops.reductions import reduce_mean, reduce_sum
from fallline.graph.ops.shaping import squeeze
from fallline.graph.ops.static import axes_argument

__all__ = [
    "batch_normalization", "bias_add", "l2_loss", "l2_normalize", "moments", "relu_layer", "weighted_moments", "xw_plus_b",
    "zero_fraction",
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
