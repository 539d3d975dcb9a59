"""Arithmetic and elementwise mathematics, products and reductions, with TensorFlow's types and derivatives.

Where its derivative is not the one that JAX takes, the formula says so.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from fallline.graph.core import dtypes, shapes
from fallline.graph.core.building import convert, convert_all, node, require_one_type
from fallline.graph.core.dtypes import DType, as_dtype
from fallline.graph.core.failures import GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.core.variables import Variable

# --- two arguments ----------------------------------------------------------------------------------------


def elementwise(
    type: str, x: Any, y: Any, formula: Formula, name: str | None, dtype: DType | None = None
) -> Tensor:
    """An operation on two tensors of one type whose shapes are broadcast."""
    inputs = convert_all([x, y])
    require_one_type(type, name, inputs)
    return node(
        type, inputs, formula, lambda: shapes.broadcast(inputs[0].sizes, inputs[1].sizes), dtype, name
    )


def _power(x: Any, y: Any) -> Any:
    return jnp.power(x, y)


def _divided(x: Any, y: Any) -> Any:
    return jnp.floor_divide(x, y) if jnp.issubdtype(x.dtype, jnp.integer) else x / y


# The whole derivative of a tie goes to the first argument.
def _maximum(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(jnp.isnan(y), y, jnp.where((x >= y) | jnp.isnan(x), x, y))


def _minimum(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(jnp.isnan(y), y, jnp.where((x <= y) | jnp.isnan(x), x, y))


def _squared_difference(x: Any, y: Any) -> Any:
    return jnp.square(x - y)


ADD, SUB, MUL = Formula(jnp.add), Formula(jnp.subtract), Formula(jnp.multiply)
_TRUE_DIV, _DIV, _POW = Formula(jnp.true_divide), Formula(_divided), Formula(_power)
_FLOOR_DIV, _MOD = Formula(jnp.floor_divide, differentiable=False), Formula(jnp.mod)
_MAXIMUM, _MINIMUM = Formula(_maximum), Formula(_minimum)


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The sum `x + y`."""
    return elementwise("Add", x, y, ADD, name)


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The difference `x - y`."""
    return elementwise("Sub", x, y, SUB, name)


def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The product `x y`, element by element."""
    return elementwise("Mul", x, y, MUL, name)


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`; of whole numbers in float64."""
    from fallline.graph.ops.arrays import cast

    x, y = convert_all([x, y])
    require_one_type("RealDiv", name, [x, y])
    if x.dtype.is_integer:
        kind = dtypes.float32 if x.dtype.size <= 2 else dtypes.float64
        x, y = cast(x, kind), cast(y, kind)
    return elementwise("RealDiv", x, y, _TRUE_DIV, name or "truediv")


divide = truediv


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`; of whole numbers rounded down."""
    return elementwise("RealDiv", x, y, _DIV, name or "div")


def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`, rounded down."""
    return elementwise("FloorDiv", x, y, _FLOOR_DIV, name or "floordiv")


def floormod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The rest of `x / y`, with the sign of y."""
    return elementwise("FloorMod", x, y, _MOD, name or "mod")


mod = floormod


def pow(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The power `x^y`."""
    return elementwise("Pow", x, y, _POW, name or "pow")


def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The larger of x and y; at a tie the derivative is x's."""
    return elementwise("Maximum", x, y, _MAXIMUM, name)


def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The smaller of x and y; at a tie the derivative is x's."""
    return elementwise("Minimum", x, y, _MINIMUM, name)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The square `(x - y)^2`."""
    return elementwise("SquaredDifference", x, y, Formula(_squared_difference), name)


def _comparison(type: str, function: Callable[[Any, Any], Any]) -> Callable[..., Tensor]:
    formula = Formula(function, differentiable=False)

    def compare(x: Any, y: Any, name: str | None = None) -> Tensor:
        return elementwise(type, x, y, formula, name, dtypes.bool_)

    compare.__doc__ = f"Where {type.lower()} holds between x and y, element by element."
    return compare


equal = _comparison("Equal", jnp.equal)
not_equal = _comparison("NotEqual", jnp.not_equal)
less = _comparison("Less", jnp.less)
less_equal = _comparison("LessEqual", jnp.less_equal)
greater = _comparison("Greater", jnp.greater)
greater_equal = _comparison("GreaterEqual", jnp.greater_equal)
logical_and = _comparison("LogicalAnd", jnp.logical_and)
logical_or = _comparison("LogicalOr", jnp.logical_or)
logical_xor = _comparison("LogicalXor", jnp.logical_xor)


# --- one argument -----------------------------------------------------------------------------------------


def unary(
    type: str, function: Callable[..., Any], says: str, differentiable: bool = True
) -> Callable[..., Tensor]:
    """A function `x -> function(x)`, element by element, as TensorFlow calls it."""
    formula = Formula(function, differentiable=differentiable)

    def apply(x: Any, name: str | None = None) -> Tensor:
        x = convert(x)
        return node(type, [x], formula, x.sizes, name=name)

    apply.__doc__ = says
    return apply


square = unary("Square", jnp.square, "The square of x.")
sqrt = unary("Sqrt", jnp.sqrt, "The square root of x.")
rsqrt = unary("Rsqrt", jax.lax.rsqrt, "1 / sqrt(x).")
exp = unary("Exp", jnp.exp, "e^x.")
log = unary("Log", jnp.log, "The natural logarithm of x.")
log1p = unary("Log1p", jnp.log1p, "log(1 + x).")
expm1 = unary("Expm1", jnp.expm1, "e^x - 1.")
negative = unary("Neg", jnp.negative, "-x.")
abs = unary("Abs", jnp.abs, "The magnitude of x; its derivative at 0 is 0.")
sin = unary("Sin", jnp.sin, "The sine of x.")
cos = unary("Cos", jnp.cos, "The cosine of x.")
tan = unary("Tan", jnp.tan, "The tangent of x.")
tanh = unary("Tanh", jnp.tanh, "The hyperbolic tangent of x.")
sigmoid = unary("Sigmoid", jax.nn.sigmoid, "1 / (1 + e^-x).")
sign = unary("Sign", jnp.sign, "-1, 0 or 1.")
floor = unary("Floor", jnp.floor, "x rounded down; no gradient passes.", False)
ceil = unary("Ceil", jnp.ceil, "x rounded up; no gradient passes.", False)
round = unary("Round", jnp.round, "x rounded, halves to even; no gradient passes.", False)
logical_not = unary("LogicalNot", jnp.logical_not, "Where x is false.", False)


# --- products ---------------------------------------------------------------------------------------------


def _product(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    a = jnp.swapaxes(a, -1, -2) if transpose_a else a
    b = jnp.swapaxes(b, -1, -2) if transpose_b else b
    return jnp.matmul(a, b)


_MATMUL = Formula(_product)


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The matrix product of a and b, of their last two axes.

    Raises:
        GraphShapeError: a or b is no matrix, or their inner sizes differ.
        GraphTypeError: their types differ.
    """
    del a_is_sparse, b_is_sparse
    a, b = convert_all([a, b])
    require_one_type("MatMul", name, [a, b])
    turn_a, turn_b = bool(transpose_a or adjoint_a), bool(transpose_b or adjoint_b)
    return node(
        "MatMul",
        [a, b],
        _MATMUL,
        lambda: _product_sizes(a.sizes, b.sizes, turn_a, turn_b),
        name=name,
        transpose_a=turn_a,
        transpose_b=turn_b,
    )


def _product_sizes(a: Sizes, b: Sizes, transpose_a: bool, transpose_b: bool) -> Sizes:
    if a is None or b is None:
        rank = None if a is None and b is None else 2
        return None if rank is None or len(a or b or ()) > 2 else (None, None)
    for sizes in (a, b):
        if len(sizes) < 2:
            raise GraphShapeError(f"Shape must be rank 2 but is rank {len(sizes)}")
    rows, inner = a[-2:][::-1] if transpose_a else a[-2:]
    other, columns = b[-2:][::-1] if transpose_b else b[-2:]
    if inner is not None and other is not None and inner != other:
        raise GraphShapeError(f"Dimensions must be equal, but are {inner} and {other}")
    return (*(shapes.broadcast(a[:-2], b[:-2]) or ()), rows, columns)


# --- reductions -------------------------------------------------------------------------------------------


def _reduction(
    type: str, function: Callable[..., Any], says: str, differentiable: bool = True
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
        axis = reduction_indices if axis is None else axis
        if isinstance(axis, Tensor | Variable):
            axis = _fixed_axis(type, axis)
        axes = (
            None
            if axis is None
            else tuple(int(each) for each in (axis if isinstance(axis, list | tuple) else [axis]))
        )
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


def _fixed_axis(type: str, axis: Any) -> Any:
    from fallline.graph.core.building import constant_value

    value = constant_value(convert(axis))
    if value is None:
        raise GraphTypeError(f"{type}: the axis must be known while the graph is built, got {axis!r}.")
    return value.reshape(-1).tolist()


def _mean(x: Any, *, axis: Any, keepdims: bool) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):  # TensorFlow's mean of whole numbers is one
        count = x.size // builtins.max(1, jnp.sum(x, axis=axis).size)
        return (jnp.sum(x, axis=axis, keepdims=keepdims) // count).astype(x.dtype)
    return jnp.mean(x, axis=axis, keepdims=keepdims)


def _sum(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return jnp.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


def _prod(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return jnp.prod(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


def _logsumexp(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return jax.nn.logsumexp(x, axis=axis, keepdims=keepdims)


reduce_mean = _reduction(
    "Mean", _mean, "The mean over axes (all, where None), of whole numbers rounded down."
)
reduce_sum = _reduction("Sum", _sum, "The sum over axes (all, where None).")
reduce_prod = _reduction("Prod", _prod, "The product over axes (all, where None).")
reduce_max = _reduction("Max", jnp.max, "The largest over axes; the derivative of ties is shared evenly.")
reduce_min = _reduction("Min", jnp.min, "The smallest over axes; the derivative of ties is shared evenly.")
reduce_all = _reduction("All", jnp.all, "Whether all are true.", False)
reduce_any = _reduction("Any", jnp.any, "Whether any is true.", False)
reduce_logsumexp = _reduction("ReduceLogSumExp", _logsumexp, "log(sum(e^x)) over axes.")


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
    if isinstance(axis, Tensor):
        axis = _fixed_axis(type, axis)[0]
    axis, kind = int(axis or 0), as_dtype(output_type)
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


def _added(*values: Any) -> Any:
    total = values[0]
    for each in values[1:]:
        total = total + each
    return total


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape and type."""
    tensors = convert_all(list(inputs) if isinstance(inputs, list | tuple) else [inputs])
    require_one_type("AddN", name, tensors)

    def sizes() -> Sizes:
        known: Sizes = None
        for each in tensors:
            known = shapes.merged(known, each.sizes)
        return known

    return node("AddN", tensors, Formula(_added), sizes, name=name)


# --- operators --------------------------------------------------------------------------------------------


def _and(x: Any, y: Any) -> Tensor:
    return logical_and(x, y)


def _operators() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {
        "__neg__": negative,
        "__abs__": abs,
        "__invert__": logical_not,
        "__lt__": less,
        "__le__": less_equal,
        "__gt__": greater,
        "__ge__": greater_equal,
    }
    two = {
        "add": lambda x, y: elementwise("Add", x, y, ADD, "add"),
        "sub": lambda x, y: elementwise("Sub", x, y, SUB, "sub"),
        "mul": lambda x, y: elementwise("Mul", x, y, MUL, "mul"),
        "truediv": truediv,
        "floordiv": floordiv,
        "mod": floormod,
        "pow": pow,
        "and": lambda x, y: logical_and(x, y, "and"),
        "or": lambda x, y: logical_or(x, y, "or"),
        "xor": lambda x, y: logical_xor(x, y, "xor"),
        "matmul": matmul,
    }
    for name, function in two.items():
        found[f"__{name}__"] = function
        found[f"__r{name}__"] = _turned(function)
    return found


def _turned(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(y, x)


for _name, _function in _operators().items():
    setattr(Tensor, _name, _function)
    setattr(Variable, _name, _function)
