"""Types, stacks and filled tensors: cast, stack, identity, zeros, ones and their kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core import dtypes
from fallline.graph.core.building import (
    constant,
    convert,
    convert_all,
    node,
    packers,
    require_one_type,
    scope,
)
from fallline.graph.core.dtypes import DType, as_dtype, float32
from fallline.graph.core.failures import GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.inputs import is_text, require_numbers
from fallline.graph.ops.static import (
    LARGEST,
    either,
    is_static,
    known_sizes,
    one_shape,
    shape_argument,
)

__all__ = [
    "cast", "fill", "identity", "ones", "ones_like", "stack", "stop_gradient", "to_double", "to_float", "to_int32",
    "to_int64", "zeros", "zeros_like",
]  # fmt: skip

# --- types ------------------------------------------------------------------------------------------------


def _cast(x: Any, *, kind: str) -> Any:
    return x.astype(kind)


def _truncated(x: Any, *, kind: str) -> Any:
    """Floats as whole numbers, rounded to zero; what does not fit is the least number, as on processors of today."""
    wide = "int64" if kind == "int64" else "int32"  # narrow types hold the last bits of the int32
    limits = np.iinfo(wide)
    where: Any = np if is_static(x) else jnp
    fits = (x >= float(limits.min)) & (x < -float(limits.min))
    return where.where(fits, where.where(fits, x, 0).astype(wide), limits.min).astype(kind)


_CAST, _CAST_TO_WHOLE = Formula(_cast), Formula(_cast, differentiable=False)
_TRUNCATE = Formula(_truncated, differentiable=False)
_TRUNCATED = ("int8", "int16", "int32", "int64", "uint8", "uint16")


def cast(x: Any, dtype: Any, name: str | None = None) -> Tensor:
    """X in another type: floats lose their fraction in whole numbers, what is not zero is True.

    No gradient passes to or from whole numbers.

    Raises:
        GraphTypeError: x is text, or the type is none.
    """
    x, kind = convert(x), as_dtype(dtype).base_dtype
    if x.dtype.base_dtype is kind:
        return x
    require_numbers("Cast", x)
    if is_text(kind):
        raise GraphTypeError(
            f"Cast string to or from numbers is not supported: {x.name} to tf.string (tf.as_string)."
        )
    formula = _CAST if x.dtype.is_floating and kind.is_floating else _CAST_TO_WHOLE
    if x.dtype.is_floating and kind.name in _TRUNCATED:
        formula = _TRUNCATE
    return node("Cast", [x], formula, x.sizes, kind, name, kind=kind.name)


def _to(kind: DType, type: str) -> Callable[..., Tensor]:
    def convert_type(x: Any, name: str | None = None) -> Tensor:
        return cast(x, kind, name or type)

    convert_type.__doc__ = f"X as {kind.name}."
    return convert_type


to_float, to_double = _to(dtypes.float32, "ToFloat"), _to(dtypes.float64, "ToDouble")
to_int32, to_int64 = _to(dtypes.int32, "ToInt32"), _to(dtypes.int64, "ToInt64")


# --- the same ---------------------------------------------------------------------------------------------


def _same(x: Any) -> Any:
    return x


_TEXT = Formula(_same, differentiable=False, on_host=True)
_IDENTITY, _STOP = Formula(_same), Formula(jax.lax.stop_gradient, differentiable=False)


def identity(input: Any, name: str | None = None) -> Tensor:
    """The same value, as a node of its own: after what it is made to depend on."""
    x = convert(input)
    return node("Identity", [x], _TEXT if is_text(x.dtype) else _IDENTITY, x.sizes, name=name)


def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """The same value; no gradient passes."""
    x = convert(input)
    return node("StopGradient", [x], _STOP, x.sizes, name=name)


# --- stacks -----------------------------------------------------------------------------------------------


@either
def _stacked(where: Any, *values: Any, axis: int) -> Any:
    return where.stack(values, axis)


_STACK = Formula(_stacked)


def stack(values: Any, axis: int = 0, name: str | None = None) -> Tensor:
    """Tensors of one shape as one, along a new axis.

    Raises:
        GraphShapeError: their shapes differ, or there is no such axis.
        GraphTypeError: their types differ.
    """
    tensors = convert_all(list(values))
    require_one_type("Pack", name, tensors)

    def sizes() -> Sizes:
        common = one_shape(tensors)
        if common is None:
            return None
        if not -len(common) - 1 <= axis <= len(common):
            raise GraphShapeError(
                f"Argument `axis` = {axis} not in range [{-len(common) - 1}, {len(common)}]"
            )
        place = axis if axis >= 0 else axis + len(common) + 1
        return (*common[:place], len(tensors), *common[place:])

    return node("Pack", tensors, _STACK, sizes, name=name or "stack", axis=axis)


packers.append(stack)


# --- filled -----------------------------------------------------------------------------------------------


def _filled(*given: Any, sizes: Any = None, kind: str, value: Any = None) -> Any:
    """Given are the value, where it is a tensor, and the shape, where it is one."""
    rest = list(given)
    if value is None:
        value = rest.pop(0)
    sizes = known_sizes(rest[0], "the shape") if rest else sizes
    whole = np.dtype(kind).kind in "iu" and math.prod(sizes) <= LARGEST
    where: Any = np if is_static(value) or not hasattr(value, "shape") else jnp
    return (where if whole else jnp).full(sizes, value, kind)


_FILL = Formula(_filled, differentiable=(0,))
CONSTANT = 1000
"""Filled tensors of fewer numbers are constants of the graph, as in TensorFlow."""


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """A tensor of a shape, filled with one value."""
    with scope(name, "Fill") as at:
        x = convert(value, name="value")
        if x.sizes not in (None, ()):
            raise GraphShapeError(f"Shape must be rank 0 but is {x.shape} for value of 'Fill' ({at[:-1]}).")
        sizes, inputs, numbers = shape_argument(dims)
        return node("Fill", [x, *inputs], _FILL, sizes, name=at, sizes=numbers, kind=x.dtype.base_dtype.name)


def _of(value: int, shape: Any, dtype: Any, name: str | None, default: str) -> Tensor:
    kind = as_dtype(dtype).base_dtype
    if is_text(kind):
        return constant("", kind, shape, name or default)
    sizes, inputs, numbers = shape_argument(shape)
    if numbers is not None:
        if any(each < 0 for each in numbers):
            raise GraphShapeError(f"'{name or default}': sizes must not be negative, got {list(numbers)}.")
        if math.prod(numbers) < CONSTANT:
            return constant(np.full(numbers, value, kind.numpy), name=name or default)
    return node(
        "Fill", inputs, _FILL, sizes, kind, name or default, sizes=numbers, kind=kind.name,
        value=kind.as_numpy_dtype(value).item() if kind.is_bool else value,
    )  # fmt: skip


def zeros(shape: Any, dtype: Any = float32, name: str | None = None) -> Tensor:
    """Zeros of a shape: numbers, tensors of them (`tf.shape(x)`), or a list of both."""
    return _of(0, shape, dtype, name, "zeros")


def ones(shape: Any, dtype: Any = float32, name: str | None = None) -> Tensor:
    """Ones of a shape: numbers, tensors of them (`tf.shape(x)`), or a list of both."""
    return _of(1, shape, dtype, name, "ones")


def _like(x: Any, *, value: int, kind: str) -> Any:
    small = is_static(x) and np.dtype(kind).kind in "iu" and x.size <= LARGEST
    return (np if small else jnp).full(x.shape, value, kind)


_LIKE = Formula(_like, differentiable=False)


def _filled_like(value: int, tensor: Any, dtype: Any, name: str | None, type: str, default: str) -> Tensor:
    x = convert(tensor)
    kind = x.dtype.base_dtype if dtype is None else as_dtype(dtype).base_dtype
    return node(type, [x], _LIKE, x.sizes, kind, name or default, value=value, kind=kind.name)


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Zeros of the shape of a tensor."""
    del optimize
    return _filled_like(0, tensor, dtype, name, "ZerosLike", "zeros_like")


def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Ones of the shape of a tensor."""
    del optimize
    return _filled_like(1, tensor, dtype, name, "OnesLike", "ones_like")
