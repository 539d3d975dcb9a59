"""What is fed, by NumPy's rules as TensorFlow takes it, and what a run lacks."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import as_text
from fallline.graph.core.dtypes import DType
from fallline.graph.core.failures import GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Tensor
from fallline.graph.errors import FailedPreconditionError, InvalidArgumentError
from fallline.graph.running.plan import MissingError


def fed_value(tensor: Tensor, value: Any) -> np.ndarray[Any, Any]:
    """A value as the array that is fed, by NumPy's rules, as TensorFlow takes it.

    Raises:
        GraphTypeError: a tensor as a value, or a number that the type does not hold.
        GraphShapeError: another shape.
    """
    kind = tensor.dtype.numpy
    if type(value) is not np.ndarray or value.dtype != kind:
        value = _converted(tensor, value, kind)
    if kind == np.object_:
        value = as_text(value)
    sizes = tensor.sizes
    if sizes is not None and sizes != value.shape and not shapes.compatible(sizes, value.shape):
        raise GraphShapeError(
            f"Cannot feed value of shape {value.shape} for Tensor {tensor.name}, which has shape {shapes.shown(sizes)}"
        )
    return value


def _converted(tensor: Tensor, value: Any, kind: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if isinstance(value, Tensor) or hasattr(value, "_as_tensor"):
        raise GraphTypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, lists, "
            f"numpy ndarrays. For reference, the tensor object was {value!r} which was passed to the feed with key {tensor.name}."
        )
    if isinstance(value, int) and not isinstance(value, bool) and int(np.array(value).astype(kind)) != value:
        raise GraphTypeError(
            f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type {kind.type}. Try explicitly "
            "setting the type of the feed tensor to a larger type (e.g. int64)."
        )
    try:
        if type(value) is float and -1e38 < value < 1e38 and kind.kind == "f":  # what a loop feeds most
            return np.asarray(value, dtype=kind)
        with np.errstate(all="ignore"):
            return np.asarray(value).astype(kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise GraphTypeError(
            f"Cannot feed {type(value).__name__} for Tensor {tensor.name} of type {tensor.dtype.base_dtype.name}: {error}."
        ) from None


def what_is_missing(missing: MissingError) -> Exception:
    """The error of a run that lacks values: it names all of them."""
    if missing.placeholders:
        first = missing.placeholders[0]
        tensor = first.outputs[0]
        more = [each.name for each in missing.placeholders[1:]]
        text = (
            f"You must feed a value for placeholder tensor '{first.name}' with dtype {_short(tensor.dtype)}"
        )
        if tensor.sizes is not None:
            text += f" and shape [{','.join('?' if size is None else str(size) for size in tensor.sizes)}]"
        if more:
            text += f" (and for {', '.join(repr(name) for name in more)})"
        return InvalidArgumentError(first, first, text)
    names = ", ".join(each.name for each in missing.variables)
    first = missing.variables[0]
    return FailedPreconditionError(
        first,
        first,
        f"Attempting to use uninitialized value {names}. Run tf.global_variables_initializer() in this session first, made after "
        "all variables (the optimizer's too), or restore them from a checkpoint.",
    )


def _short(dtype: DType) -> str:
    return {"float32": "float", "float64": "double"}.get(dtype.base_dtype.name, dtype.base_dtype.name)
