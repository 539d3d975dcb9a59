"""Arithmetic of two tensors, comparisons, and Python's operators, with TensorFlow's types and derivatives.

Where its derivative is not the one that JAX takes, the formula says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core import dtypes, shapes
from fallline.graph.core.building import convert, node, require_one_type, scope
from fallline.graph.core.dtypes import DType
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variables import Variable
from fallline.graph.ops.elementary import abs, logical_not, negative, require_kind
from fallline.graph.ops.inputs import is_text
from fallline.graph.ops.static import Either

__all__ = [
    "add", "atan2", "div", "div_no_nan", "divide", "equal", "floor_div", "floordiv", "floormod", "greater", "greater_equal",
    "less", "less_equal", "logical_and", "logical_or", "logical_xor", "maximum", "minimum", "mod", "multiply", "not_equal",
    "pow", "realdiv", "scalar_mul", "squared_difference", "subtract", "truediv", "truncatediv", "truncatemod", "xdivy",
    "xlogy",
]  # fmt: skip


# --- two arguments ----------------------------------------------------------------------------------------


def elementwise(
    type: str,
    x: Any,
    y: Any,
    formula: Formula,
    name: str | None,
    dtype: DType | None = None,
    kinds: str = "numbers",
) -> Tensor:
    """An operation on two tensors of one type whose shapes are broadcast."""
    with scope(name, type) as at:
        inputs = _both(x, y)
        require_one_type(type, at, inputs)
        require_kind(type, at, inputs, kinds)
        return node(
            type, inputs, formula, lambda: shapes.broadcast(inputs[0].sizes, inputs[1].sizes), dtype, at
        )


def _both(x: Any, y: Any) -> list[Tensor]:
    """Two arguments; a plain value takes the type of the other one, of two plain ones the second that of the first."""
    if isinstance(x, Tensor) or hasattr(x, "_as_tensor"):
        first = convert(x)
        return [first, convert(y, name="y", like=first)]
    if isinstance(y, Tensor) or hasattr(y, "_as_tensor"):
        second = convert(y)
        return [convert(x, name="x", like=second), second]
    first = convert(x, name="x")
    return [first, convert(y, name="y", like=first)]


# The whole derivative of a tie goes to the first argument.
def _maximum(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(jnp.isnan(y), y, jnp.where((x >= y) | jnp.isnan(x), x, y))


def _minimum(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(jnp.isnan(y), y, jnp.where((x <= y) | jnp.isnan(x), x, y))


@jax.custom_jvp
def _power_of(x: Any, y: Any) -> Any:
    return jnp.power(x, y)


@_power_of.defjvp
def _power_tangent(values: Any, tangents: Any) -> Any:
    # The derivative in y is 0 where x <= 0; in x it is y x^(y-1) everywhere, also where JAX would take 0.
    (x, y), (along_x, along_y) = values, tangents
    result = _power_of(x, y)
    logarithm = jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, jnp.ones_like(x))), jnp.zeros_like(x))
    return result, along_x * (y * _power_of(x, y - 1)) + along_y * (logarithm * result)


def _power(x: Any, y: Any) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):
        return jnp.power(x, y)
    x, y = jnp.broadcast_arrays(x, y)
    return _power_of(x, y)


def _squared_difference(x: Any, y: Any) -> Any:
    return jnp.square(x - y)


def _towards_zero(x: Any, y: Any) -> Any:
    return (
        jnp.trunc(x / y) if jnp.issubdtype(x.dtype, jnp.inexact) else jax.lax.div(*jnp.broadcast_arrays(x, y))
    )


def _rest_towards_zero(x: Any, y: Any) -> Any:
    return jax.lax.rem(*jnp.broadcast_arrays(x, y))


def _or_zero(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(y == 0, jnp.zeros_like(x), x / jnp.where(y == 0, jnp.ones_like(y), y))


def _x_log_y(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(x == 0, jnp.zeros_like(x), x * jnp.log(jnp.where(x == 0, jnp.ones_like(y), y)))


def _x_over_y(x: Any, y: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, y)
    return jnp.where(x == 0, jnp.zeros_like(x), x / jnp.where(x == 0, jnp.ones_like(y), y))


_JOIN = Formula(np.add, differentiable=False, on_host=True)
ADD, SUB = Formula(Either(np.add, jnp.add)), Formula(Either(np.subtract, jnp.subtract))
MUL = Formula(Either(np.multiply, jnp.multiply))
_TRUE_DIV, _POW = Formula(Either(np.true_divide, jnp.true_divide)), Formula(Either(np.power, _power))
_FLOOR_DIV = Formula(Either(np.floor_divide, jnp.floor_divide), differentiable=False)
_MOD = Formula(Either(np.mod, jnp.mod))
_MAXIMUM, _MINIMUM = Formula(Either(np.maximum, _maximum)), Formula(Either(np.minimum, _minimum))
_SQUARED_DIFFERENCE, _ATAN2 = Formula(_squared_difference), Formula(jnp.arctan2)
_TRUNCATE_DIV = Formula(_towards_zero, differentiable=False)
_TRUNCATE_MOD, _DIV_NO_NAN = Formula(_rest_towards_zero), Formula(_or_zero)
_XLOGY, _XDIVY = Formula(_x_log_y), Formula(_x_over_y)


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The sum `x + y`; of texts, one behind the other."""
    with scope(name, "Add") as at:
        first, second = _both(x, y)
        of_text = is_text(first.dtype)
        formula, kinds = (_JOIN, "text") if of_text else (ADD, "numbers")
        return elementwise("Add", first, second, formula, at, kinds=kinds)


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The difference `x - y`."""
    return elementwise("Sub", x, y, SUB, name)


def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The product `x y`, element by element."""
    return elementwise("Mul", x, y, MUL, name)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Tensor:
    """The product of a number and a tensor."""
    tensor = convert(x)
    return elementwise("Mul", convert(scalar, tensor.dtype), tensor, MUL, name)


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`; of whole numbers in float64."""
    from fallline.graph.ops.arrays import cast

    with scope(name, "truediv") as at:
        x, y = _both(x, y)
        require_one_type("RealDiv", at, [x, y])
        if x.dtype.is_integer:
            kind = dtypes.float32 if x.dtype.size <= 2 else dtypes.float64
            x, y = cast(x, kind), cast(y, kind)
        return elementwise("RealDiv", x, y, _TRUE_DIV, at)


divide = truediv


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y` of floats."""
    return elementwise("RealDiv", x, y, _TRUE_DIV, name, kinds="floats")


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`; of whole numbers rounded down."""
    x, y = _both(x, y)
    whole = x.dtype.is_integer
    return elementwise(
        "FloorDiv" if whole else "RealDiv", x, y, _FLOOR_DIV if whole else _TRUE_DIV, name or "div"
    )


def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`, rounded down."""
    return elementwise("FloorDiv", x, y, _FLOOR_DIV, name or "floordiv")


floor_div = floordiv


def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`, rounded towards 0."""
    return elementwise("TruncateDiv", x, y, _TRUNCATE_DIV, name)


def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`, 0 where y is 0."""
    return elementwise("DivNoNan", x, y, _DIV_NO_NAN, name or "div_no_nan", kinds="floats")


def floormod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The rest of `x / y`, with the sign of y."""
    return elementwise("FloorMod", x, y, _MOD, name)


mod = floormod


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The rest of `x / y`, with the sign of x."""
    return elementwise("TruncateMod", x, y, _TRUNCATE_MOD, name)


def pow(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The power `x^y`; its derivative in y is 0 where x <= 0."""
    return elementwise("Pow", x, y, _POW, name)


def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The larger of x and y; at a tie the derivative is x's."""
    return elementwise("Maximum", x, y, _MAXIMUM, name)


def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The smaller of x and y; at a tie the derivative is x's."""
    return elementwise("Minimum", x, y, _MINIMUM, name)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The square `(x - y)^2`."""
    return elementwise("SquaredDifference", x, y, _SQUARED_DIFFERENCE, name)


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """The angle of the point (x, y)."""
    return elementwise("Atan2", y, x, _ATAN2, name, kinds="floats")


def xlogy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """`x log(y)`, 0 where x is 0."""
    return elementwise("Xlogy", x, y, _XLOGY, name or "xlogy", kinds="floats")


def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """`x / y`, 0 where x is 0."""
    return elementwise("Xdivy", x, y, _XDIVY, name or "xdivy", kinds="floats")


def _comparison(type: str, of_numpy: Any, of_jax: Any, kinds: str = "numbers") -> Callable[..., Tensor]:
    formula = Formula(Either(of_numpy, of_jax), differentiable=False)

    def compare(x: Any, y: Any, name: str | None = None) -> Tensor:
        return elementwise(type, x, y, formula, name, dtypes.bool_, kinds)

    compare.__doc__ = f"Where {type.lower()} holds between x and y, element by element."
    return compare


equal = _comparison("Equal", np.equal, jnp.equal, "numbers or truth values")
not_equal = _comparison("NotEqual", np.not_equal, jnp.not_equal, "numbers or truth values")
less = _comparison("Less", np.less, jnp.less)
less_equal = _comparison("LessEqual", np.less_equal, jnp.less_equal)
greater = _comparison("Greater", np.greater, jnp.greater)
greater_equal = _comparison("GreaterEqual", np.greater_equal, jnp.greater_equal)
logical_and = _comparison("LogicalAnd", np.logical_and, jnp.logical_and, "truth values")
logical_or = _comparison("LogicalOr", np.logical_or, jnp.logical_or, "truth values")
logical_xor = _comparison("LogicalXor", np.logical_xor, jnp.logical_xor, "truth values")


# --- operators --------------------------------------------------------------------------------------------


def _named(function: Callable[..., Any], name: str) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(x, y, name)


def _turned(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(y, x)


def give_operators() -> None:
    """Gives tensors and variables Python's operators."""
    found: dict[str, Callable[..., Any]] = {
        "__neg__": negative, "__abs__": abs, "__invert__": logical_not,
        "__lt__": less, "__le__": less_equal, "__gt__": greater, "__ge__": greater_equal,
    }  # fmt: skip
    two = {
        "add": _named(add, "add"), "sub": _named(subtract, "sub"), "mul": _named(multiply, "mul"), "truediv": truediv, "div": div,
        "floordiv": floordiv, "mod": _named(floormod, "mod"), "pow": _named(pow, "pow"), "and": _named(logical_and, "and"),
        "or": _named(logical_or, "or"), "xor": _named(logical_xor, "xor"),
    }  # fmt: skip
    for name, function in two.items():
        found[f"__{name}__"] = function
        found[f"__r{name}__"] = _turned(function)
    for name, function in found.items():
        setattr(Tensor, name, function)
        setattr(Variable, name, function)


give_operators()
