"""Where values come into a graph: placeholders and constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import constant, convert, node
from fallline.graph.core.dtypes import DType, as_dtype
from fallline.graph.core.failures import GraphShapeError, GraphTypeError
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.nodes import Formula, Tensor

__all__ = ["constant", "convert_to_tensor", "placeholder", "placeholder_with_default"]


def _fed(*_: Any, **__: Any) -> Any:
    raise AssertionError("a placeholder is fed")


def _same(value: Any) -> Any:
    return value


_PLACEHOLDER, _DEFAULT = Formula(_fed), Formula(_same)


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor whose value is fed in each run.

    Args:
        dtype: Its type, such as tf.float32 or "float".
        shape: Its shape, None where a size may be any: `[None, 784]`; without one any shape may be fed.
        name: Its name.

    Raises:
        GraphTypeError: no type, or no shape.
    """
    kind = as_dtype(dtype).base_dtype
    return (
        get_default_graph()
        .add("Placeholder", [], _PLACEHOLDER, [(kind, shapes.sizes_of(shape))], name)
        .outputs[0]
    )


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """A tensor that may be fed; in a run that does not, it has a default.

    Args:
        input: The default.
        shape: Its shape, None where a size may be any.
        name: Its name.

    Raises:
        GraphShapeError: the default does not have that shape.
    """
    default, sizes = convert(input), shapes.sizes_of(shape)
    if not shapes.compatible(default.sizes, sizes):
        raise GraphShapeError(
            f"placeholder_with_default '{name or 'PlaceholderWithDefault'}': the default {default.name} of shape "
            f"{shapes.shown(default.sizes)} does not have the shape {shapes.shown(sizes)}."
        )
    return node("PlaceholderWithDefault", [default], _DEFAULT, sizes, name=name)


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
) -> Tensor:
    """The tensor that a value stands for: itself, a variable's value, a constant, a stack of a list of tensors.

    Raises:
        GraphTypeError: it is no value, or of another type.
    """
    hint = dtype_hint if preferred_dtype is None else preferred_dtype
    return convert(value, dtype, name, hint)


def is_text(kind: DType) -> bool:
    """Whether values of a type are text, which no program computes with."""
    return kind.base_dtype.name == "string"


def require_numbers(type: str, tensor: Tensor) -> None:
    """Refuses text where numbers are computed.

    Raises:
        GraphTypeError: it is text.
    """
    if is_text(tensor.dtype) or tensor.dtype.numpy == np.object_:
        raise GraphTypeError(f"{type}: {tensor.name} is text; expected numbers.")
