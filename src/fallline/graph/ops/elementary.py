"""Elementwise functions of one tensor, and sums of many, with TensorFlow's types and derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core import dtypes
from fallline.graph.core.building import convert, convert_all, node, require_one_type
from fallline.graph.core.dtypes import DType
from fallline.graph.core.failures import GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.ops.static import Either, either, one_shape

__all__ = [
    "abs", "accumulate_n", "acos", "acosh", "add_n", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "digamma",
    "erf", "erfc", "exp", "expm1", "floor", "is_finite", "is_inf", "is_nan", "lgamma", "log", "log1p", "log_sigmoid",
    "logical_not", "negative", "reciprocal", "rint", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "square",
    "tan", "tanh",
]  # fmt: skip


def require_kind(type: str, name: str | None, tensors: Any, kinds: str) -> None:
    """Refuses types that an operation does not compute with.

    Args:
        type: What the operation is.
        name: Its name.
        tensors: Its inputs.
        kinds: "floats", "numbers" or "truth values", "numbers or truth values", or "text".

    Raises:
        GraphTypeError: names the node, the input and its type.
    """
    for each in tensors:
        kind = each.dtype.base_dtype
        text = kind.name == "string"
        fits = {
            "floats": kind.is_floating or kind.is_complex,
            "numbers": not (kind.is_bool or text),
            "truth values": kind.is_bool,
            "numbers or truth values": not text,
            "text": text,
        }[kinds]
        if not fits:
            raise GraphTypeError(
                f"'{(name or type).rstrip('/')}' (op: '{type}') takes {kinds}, got {each.name} of type {kind.name}. tf.cast changes "
                "types."
            )


def unary(
    type: str,
    function: Callable[..., Any],
    says: str,
    differentiable: bool = True,
    kinds: str = "floats",
    dtype: DType | None = None,
) -> Callable[..., Tensor]:
    """A function `x -> function(x)`, element by element, as TensorFlow calls it."""
    formula = Formula(function, differentiable=differentiable)

    def apply(x: Any, name: str | None = None) -> Tensor:
        x = convert(x)
        require_kind(type, name, [x], kinds)
        return node(type, [x], formula, x.sizes, dtype, name)

    apply.__doc__ = says
    return apply


@either
def _rounded(where: Any, x: Any) -> Any:
    return x if x.dtype.kind in "iu" else where.round(x)


@either
def _squared(where: Any, x: Any) -> Any:
    return where.square(x)


def magnitude(x: Any) -> Any:
    """|x| as a function of arrays, with the derivative 0 at 0, where JAX's is 1."""
    return x * jnp.sign(x) if jnp.issubdtype(x.dtype, jnp.floating) else jnp.abs(x)


def _inverse(x: Any) -> Any:
    return jnp.reciprocal(x)


square = unary("Square", _squared, "The square of x.", kinds="numbers")
sqrt = unary("Sqrt", jnp.sqrt, "The square root of x; its derivative at 0 is infinite.")
rsqrt = unary("Rsqrt", jax.lax.rsqrt, "1 / sqrt(x).")
reciprocal = unary("Reciprocal", _inverse, "1 / x.")
exp = unary("Exp", jnp.exp, "e^x.")
log = unary("Log", jnp.log, "The natural logarithm of x.")
log1p = unary("Log1p", jnp.log1p, "log(1 + x).")
expm1 = unary("Expm1", jnp.expm1, "e^x - 1.")
negative = unary("Neg", Either(np.negative, jnp.negative), "-x.", kinds="numbers")
abs = unary(
    "Abs", Either(np.abs, magnitude), "The magnitude of x; its derivative at 0 is 0.", kinds="numbers"
)
sin = unary("Sin", jnp.sin, "The sine of x.")
cos = unary("Cos", jnp.cos, "The cosine of x.")
tan = unary("Tan", jnp.tan, "The tangent of x.")
asin = unary("Asin", jnp.arcsin, "The angle whose sine is x.")
acos = unary("Acos", jnp.arccos, "The angle whose cosine is x.")
atan = unary("Atan", jnp.arctan, "The angle whose tangent is x.")
sinh = unary("Sinh", jnp.sinh, "The hyperbolic sine of x.")
cosh = unary("Cosh", jnp.cosh, "The hyperbolic cosine of x.")
tanh = unary("Tanh", jnp.tanh, "The hyperbolic tangent of x.")
asinh = unary("Asinh", jnp.arcsinh, "The number whose hyperbolic sine is x.")
acosh = unary("Acosh", jnp.arccosh, "The number whose hyperbolic cosine is x.")
atanh = unary("Atanh", jnp.arctanh, "The number whose hyperbolic tangent is x.")
sigmoid = unary("Sigmoid", jax.nn.sigmoid, "1 / (1 + e^-x).")
log_sigmoid = unary("LogSigmoid", jax.nn.log_sigmoid, "log(1 / (1 + e^-x)).")
erf = unary("Erf", jax.scipy.special.erf, "The error function of x.")
erfc = unary("Erfc", jax.scipy.special.erfc, "1 - erf(x).")
lgamma = unary("Lgamma", jax.scipy.special.gammaln, "log(|gamma(x)|).")
digamma = unary("Digamma", jax.scipy.special.digamma, "The derivative of lgamma.")
sign = unary("Sign", Either(np.sign, jnp.sign), "-1, 0 or 1.", kinds="numbers")
floor = unary("Floor", Either(np.floor, jnp.floor), "x rounded down; no gradient passes.", False)
ceil = unary("Ceil", Either(np.ceil, jnp.ceil), "x rounded up; no gradient passes.", False)
round = unary("Round", _rounded, "x rounded, halves to even; no gradient passes.", False, "numbers")
rint = unary("Rint", _rounded, "x rounded, halves to even; no gradient passes.", False)
logical_not = unary("LogicalNot", jnp.logical_not, "Where x is false.", False, "truth values")
is_nan = unary("IsNan", jnp.isnan, "Where x is no number.", False, dtype=dtypes.bool_)
is_inf = unary("IsInf", jnp.isinf, "Where x is infinite.", False, dtype=dtypes.bool_)
is_finite = unary("IsFinite", jnp.isfinite, "Where x is a finite number.", False, dtype=dtypes.bool_)


# --- many arguments ---------------------------------------------------------------------------------------


def _added(*values: Any) -> Any:
    total = values[0]
    for each in values[1:]:
        total = total + each
    return total


_ADD_N = Formula(_added)


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape and type.

    Raises:
        GraphShapeError: their shapes differ; nothing is broadcast.
        GraphTypeError: there are none, or their types differ.
    """
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    if not given:
        raise GraphTypeError(
            "inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype and shape"
        )
    tensors = convert_all(given)
    require_one_type("AddN", name, tensors)
    require_kind("AddN", name, tensors, "numbers")
    return node("AddN", tensors, _ADD_N, lambda: one_shape(tensors), name=name)


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape and type."""
    del shape, tensor_dtype
    return add_n(inputs, name)
