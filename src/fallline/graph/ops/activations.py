"""Activations of `tf.nn`, with TensorFlow's derivatives at their kinks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.elementary import log_sigmoid, require_kind, sigmoid, tanh, unary
from fallline.graph.ops.joining import concat
from fallline.graph.ops.shaping import fixed

__all__ = [
    "crelu", "elu", "leaky_relu", "log_sigmoid", "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus",
    "softsign", "swish", "tanh",
]  # fmt: skip

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _rectified_to_6(x: Any) -> Any:
    # The derivative is 0 at 0 and at 6.
    inside = (x > 0) & (x < 6)
    return jnp.where(inside, x, jax.lax.stop_gradient(jnp.clip(x, 0, 6)))


def _exponential_below_0(x: Any) -> Any:
    return jnp.where(x < 0, jnp.expm1(jnp.where(x < 0, x, jnp.zeros_like(x))), x)


def _scaled_exponential(x: Any) -> Any:
    below = _SELU_ALPHA * jnp.expm1(jnp.where(x < 0, x, jnp.zeros_like(x)))
    return _SELU_SCALE * jnp.where(x < 0, below, x)


def _leaking(x: Any, *, alpha: float) -> Any:
    return jnp.where(x > 0, x, alpha * x)


def _leaking_by(x: Any, alpha: Any) -> Any:
    return jnp.where(x > 0, x, alpha * x)


def _times_sigmoid(x: Any) -> Any:
    return x * jax.nn.sigmoid(x)


relu = unary("Relu", jax.nn.relu, "max(x, 0); the derivative at 0 is 0.", kinds="numbers")
relu6 = unary("Relu6", _rectified_to_6, "min(max(x, 0), 6); the derivative at 0 and 6 is 0.", kinds="numbers")
elu = unary("Elu", _exponential_below_0, "x, below 0 e^x - 1; the derivative at 0 is 1.")
selu = unary(
    "Selu", _scaled_exponential, "1.0507 x, below 0 1.0507 * 1.67326 (e^x - 1); at 0 its slope is 1.0507."
)
softplus = unary("Softplus", jax.nn.softplus, "log(1 + e^x).")
softsign = unary("Softsign", jax.nn.soft_sign, "x / (1 + |x|).")
swish = unary("Swish", _times_sigmoid, "x / (1 + e^-x).")
silu = swish

_LEAKY, _LEAKY_BY = Formula(_leaking), Formula(_leaking_by)


def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """x, below 0 alpha x; the derivative at 0 is alpha.

    Raises:
        GraphTypeError: x is no tensor of floats.
    """
    with scope(name, "LeakyRelu") as at:
        x = convert(features, name="features")
        if x.dtype.is_integer:
            from fallline.graph.ops.arrays import to_float

            x = to_float(x)
        require_kind("LeakyRelu", at, [x], "floats")
        if isinstance(alpha, int | float):
            return node("LeakyRelu", [x], _LEAKY, x.sizes, name=at, alpha=float(alpha))
        return node("LeakyRelu", [x, convert(alpha, x.dtype)], _LEAKY_BY, x.sizes, name=at)


def crelu(features: Any, name: str | None = None, axis: int = -1) -> Tensor:
    """relu(x) and relu(-x) side by side."""
    with scope(name, "CRelu"):
        x = convert(features, name="features")
        return relu(concat([x, -x], axis))  # type: ignore[operator]


def _over_axis(type: str, function: Callable[..., Any], says: str) -> Callable[..., Tensor]:
    formula = Formula(function)

    def apply(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
        x = convert(logits)
        require_kind(type, name, [x], "floats")
        place = dim if axis is None else axis
        place = -1 if place is None else fixed(place, f"{type}: axis")

        def sizes() -> Sizes:
            shapes.axes_of(place, None if x.sizes is None else len(x.sizes))
            return x.sizes

        return node(type, [x], formula, sizes, name=name, axis=place)

    apply.__doc__ = says
    return apply


softmax = _over_axis("Softmax", jax.nn.softmax, "e^x over the sum of e^x along an axis (the last).")
log_softmax = _over_axis(
    "LogSoftmax", jax.nn.log_softmax, "The logarithm of softmax along an axis (the last)."
)
