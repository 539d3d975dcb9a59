"""How nodes are made from what users write: values become constants, functions become operations."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from fallline.graph.core import dtypes, shapes
from fallline.graph.core.dtypes import DType, as_dtype
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.graph import Graph, get_default_graph
from fallline.graph.core.nodes import Formula, Operation, Tensor, misfit
from fallline.graph.core.shapes import Dimension, Sizes, TensorShape

packers: list[Callable[..., Tensor]] = []
"""How tensors become one along a new axis; entered by the module that has the operation."""

INLINE = 16
"""Numbers up to which a constant is a part of the program; larger ones are handed to it."""


# --- constants --------------------------------------------------------------------------------------------


def _constant(*, value: Any) -> Any:
    return value


_CONSTANT = Formula(_constant, differentiable=False)
_TEXT = Formula(_constant, differentiable=False, on_host=True)


def _handed(*, value: Any) -> Any:
    return value


HANDED = Formula(_handed, differentiable=False)
"""Of a constant that is handed to the program whatever its size: another number is the same program."""


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str | None = None, verify_shape: bool = False
) -> Tensor:
    """A tensor of a fixed value; with a shape of more places its last number is repeated.

    Raises:
        GraphTypeError: the value is not of that type.
        GraphShapeError: the value does not fit the shape.
    """
    array = array_of(value, None if dtype is None else as_dtype(dtype).base_dtype)
    if shape is not None:
        sizes = shapes.sizes_of(shape)
        number = shapes.count(sizes)
        assert sizes is not None
        if verify_shape and array.shape != sizes:
            raise GraphTypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
        if number is None or array.size > number or (array.size == 0 and number):
            raise GraphShapeError(
                f"Too many elements provided. Takes at most {number}, but got {array.size}: constant of shape {sizes}."
            )
        flat = array.reshape(-1)
        last = flat[-1:] if array.size else flat
        array = np.concatenate([flat, np.repeat(last, number - array.size)]).reshape(sizes)
    return _constant_node(array, name or "Const")


def handed(value: Any, name: str) -> Tensor:
    """What `convert` gives, of a number that programs try several values of: each runs the same compiled program."""
    if isinstance(value, int | float | np.number):
        return _constant_node(array_of(value), name, HANDED)
    return convert(value, name=name)


def _constant_node(array: np.ndarray[Any, Any], name: str, formula: Formula = _CONSTANT) -> Tensor:
    kind = as_dtype(array.dtype)
    array = as_text(array) if kind is dtypes.string else array.copy()
    array.flags.writeable = False
    return (
        get_default_graph()
        .add(
            "Const",
            [],
            _TEXT if kind is dtypes.string else formula,
            [(kind, array.shape)],
            name,
            attributes={"value": array},
        )
        .outputs[0]
    )


def as_text(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Text as TensorFlow holds it: bytes, of what Python has as str in UTF-8."""
    found = np.empty(array.shape, object)
    for place, each in np.ndenumerate(array):
        found[place] = each.encode() if isinstance(each, str) else each
    return found


def constant_value(tensor: Any) -> np.ndarray[Any, Any] | None:
    """The value of a tensor that is a constant; None otherwise."""
    if not isinstance(tensor, Tensor):
        return np.asarray(tensor)
    return tensor.op.attributes["value"] if tensor.op.type == "Const" else None


def array_of(value: Any, dtype: DType | None = None) -> np.ndarray[Any, Any]:
    """A value as an array: floats become float32, whole numbers int32, arrays keep their type.

    Raises:
        GraphTypeError: the value is not of the type that is asked for, such as 2.7 of an int32.
    """
    given = np.asarray(value if not isinstance(value, Dimension) else int(value))
    if given.dtype.kind in "SU":
        given = given.astype(object)
    if given.dtype == object and given.size and not isinstance(given.reshape(-1)[0], str | bytes):
        raise GraphTypeError(
            f"Failed to convert object of type {type(value).__name__} to Tensor: {value!r} is no array of numbers. Lists of "
            "lists need rows of one length; None is no value."
        )
    of_numpy = isinstance(value, np.ndarray | np.generic) or bool(
        isinstance(value, list | tuple)
        and value
        and all(isinstance(each, np.ndarray | np.generic) for each in value)
    )
    if (
        not of_numpy
        and hasattr(value, "__array__")
        and not isinstance(value, list | tuple | int | float | bool)
    ):
        of_numpy = True
    natural = _natural(given, of_numpy)
    if dtype is None:
        return given.astype(natural.numpy)
    if dtype.name == "string" or natural.name == "string":
        if dtype is not natural:
            raise _wrong_type(value, dtype, natural)
        return given
    if natural.is_floating and not (dtype.is_floating or dtype.is_complex) and not of_numpy:
        raise _wrong_type(value, dtype, natural)
    if natural.is_bool != dtype.is_bool:
        raise _wrong_type(value, dtype, natural)
    if dtype.is_integer and natural.is_integer and given.size:
        limits = np.iinfo(dtype.numpy)
        if given.min() < limits.min or given.max() > limits.max:
            raise _wrong_type(value, dtype, natural)
    return given.astype(dtype.numpy)


def _natural(given: np.ndarray[Any, Any], of_numpy: bool) -> DType:
    if of_numpy:
        return as_dtype(given.dtype)
    if given.dtype.kind == "f":
        return dtypes.float32
    if given.dtype.kind == "i":
        small = given.size == 0 or (given.min() >= -(2**31) and given.max() < 2**31)
        return dtypes.int32 if small else dtypes.int64
    return as_dtype(given.dtype)


def _wrong_type(value: Any, dtype: DType, natural: DType) -> GraphTypeError:
    text = repr(value)
    text = text if len(text) < 60 else text[:57] + "..."
    return GraphTypeError(
        f"Expected {dtype.name}, but got {text} of type {natural.name}. tf.cast changes types."
    )


# --- values become tensors --------------------------------------------------------------------------------


def convert(
    value: Any, dtype: Any = None, name: str | None = None, preferred: Any = None, like: Tensor | None = None
) -> Tensor:
    """The tensor that a value stands for: itself, a variable's value, or a constant.

    Args:
        value: A tensor, variable, number, array, or a list of these.
        dtype: The type that it must have.
        name: Of a constant.
        preferred: The type that it gets if it can.
        like: Another argument of the same operation, whose type a plain value takes.

    Raises:
        GraphTypeError: it is no such value.
    """
    dtype = None if dtype is None else as_dtype(dtype).base_dtype
    if hasattr(value, "_as_tensor"):
        value = value._as_tensor()
    if isinstance(value, Operation):
        raise GraphTypeError(f"Can't convert Operation '{value.name}' to Tensor: it gives no value.")
    if isinstance(value, Tensor):
        if dtype is not None and value.dtype.base_dtype is not dtype:
            raise GraphTypeError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {value.dtype.base_dtype.name}: "
                f"{value!r}. tf.cast(x, tf.{dtype.name}) changes it."
            )
        return value
    if isinstance(value, TensorShape):
        if not value.is_fully_defined():
            raise GraphError(
                f"Cannot convert a partially known TensorShape {value} to a Tensor: tf.shape(x) gives it."
            )
        value = np.asarray(value.as_list(), (dtype or dtypes.int32).numpy)
    if isinstance(value, list | tuple) and _holds_tensors(value):
        return _packed(value, dtype)
    if dtype is None and like is not None:
        dtype = like.dtype.base_dtype
    if dtype is None and preferred is not None:
        with contextlib.suppress(GraphTypeError):
            return _constant_node(array_of(value, as_dtype(preferred).base_dtype), name or "Const")
    if value is None:
        raise GraphTypeError("None values not supported: expected a tensor, a number or an array.")
    return _constant_node(array_of(value, dtype), name or "Const")


def _holds_tensors(value: Any) -> bool:
    return any(
        isinstance(each, Tensor)
        or hasattr(each, "_as_tensor")
        or (isinstance(each, list | tuple) and _holds_tensors(each))
        for each in value
    )


def _packed(value: Any, dtype: DType | None) -> Tensor:
    known = next((each for each in value if isinstance(each, Tensor) or hasattr(each, "_as_tensor")), None)
    like = None if known is None else convert(known)
    parts = [convert(each, dtype, like=like) for each in value]
    return packers[-1](parts, name="packed")


def convert_all(values: Sequence[Any], dtype: Any = None) -> list[Tensor]:
    """Arguments of one operation that must have one type: plain values take the type of the tensors among them.

    Raises:
        GraphTypeError: tensors of different types.
    """
    known = next((each for each in values if isinstance(each, Tensor) or hasattr(each, "_as_tensor")), None)
    like = None if known is None else convert(known)
    return [convert(each, dtype, like=like) for each in values]


def inner_name(owner: str, argument: str) -> str:
    """The name of a constant that an operation is given: it stands behind the operation's, which is made next."""
    return f"{get_default_graph().unique_name(owner, mark_as_used=False)}/{argument}/"


def require_one_type(type: str, name: str | None, inputs: Sequence[Tensor]) -> None:
    """Refuses inputs of different types.

    Raises:
        GraphTypeError: names the node, its inputs and their types.
    """
    kinds = {each.dtype.base_dtype for each in inputs}
    if len(kinds) > 1:
        given = ", ".join(f"{each.name} {each.dtype.base_dtype.name}" for each in inputs)
        raise GraphTypeError(
            f"'{(name or type).rstrip('/')}' (op: '{type}') takes inputs of one type, got {given}. TensorFlow does not promote types: "
            f"tf.cast(x, tf.{inputs[0].dtype.base_dtype.name}) makes them one."
        )


# --- operations of one output -----------------------------------------------------------------------------


def node(
    type: str,
    inputs: Sequence[Tensor],
    formula: Formula,
    shape: Callable[[], Sizes] | Sizes,
    dtype: DType | None = None,
    name: str | None = None,
    **attributes: Any,
) -> Tensor:
    """An operation of one output, of the type of its first input where none is given.

    Args:
        type: TensorFlow's name of the operation.
        inputs: Its tensors.
        formula: What it computes.
        shape: The static shape, or a function that gives it or says why there is none.
        dtype: The type of the output.
        name: Its name.
        attributes: Keywords of the formula.

    Raises:
        GraphShapeError: the inputs do not fit together; it names the node and their shapes.
    """
    try:
        sizes = shape() if callable(shape) else shape
    except GraphShapeError as error:
        raise misfit(type, name, inputs, error) from None
    kind = (dtype or inputs[0].dtype).base_dtype
    return (
        graph_of(inputs).add(type, inputs, formula, [(kind, sizes)], name, attributes=attributes).outputs[0]
    )


def graph_of(inputs: Sequence[Tensor]) -> Graph:
    """The graph that a node of these inputs goes to: the default one, which has to be theirs."""
    default = get_default_graph()
    for each in inputs:
        if each.graph is not default:
            raise GraphError(
                f"Tensor {each.name} is of another graph than the default one, which new nodes go to. Build within "
                "`with graph.as_default():`."
            )
    return default


@contextlib.contextmanager
def scope(name: str | None, default: str, *values: Any) -> Iterator[str]:
    """The name scope of a function that makes several nodes: its name, or a default."""
    del values
    with get_default_graph().name_scope(name or default) as entered:
        yield entered


def listed(given: Any) -> list[Any]:
    """What may be one thing or several, as a list."""
    return list(given) if isinstance(given, list | tuple) else [given]
