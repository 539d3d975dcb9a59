"""Numbers that are known while a program is traced stay NumPy's, so that shapes can be made of them.

`tf.shape(x)` is such a number: XLA needs sizes when it compiles, where what is fed has a shape. Small constants are others.
What is computed of them alone (`tf.shape(x)[0] * 2`, a stack of sizes) is computed by NumPy, at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import array_of, convert
from fallline.graph.core.dtypes import int32
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.core.shapes import Dimension, Sizes, TensorShape

LARGEST = 64
"""How many numbers a tensor has at most that is filled with whole numbers and kept for NumPy."""


def is_static(value: Any) -> bool:
    """Whether a value is known while the program is traced."""
    return isinstance(value, np.ndarray | np.generic)


class Either:
    """A function of arrays that is NumPy's where all of them are, and JAX's elsewhere; to be made once, by a module."""

    def __init__(self, of_numpy: Callable[..., Any], of_jax: Callable[..., Any]) -> None:
        self.of_numpy, self.of_jax = of_numpy, of_jax

    def __call__(self, *inputs: Any, **attributes: Any) -> Any:
        """The outputs for inputs."""
        if all(map(is_static, inputs)):
            return self.of_numpy(*inputs, **attributes)
        return self.of_jax(*inputs, **attributes)


def either(function: Callable[..., Any]) -> Either:
    """A function `(np or jnp, *inputs, **attributes)` as one of the inputs."""

    def of_numpy(*inputs: Any, **attributes: Any) -> Any:
        return function(np, *inputs, **attributes)

    def of_jax(*inputs: Any, **attributes: Any) -> Any:
        return function(jnp, *inputs, **attributes)

    return Either(of_numpy, of_jax)


def known(value: Any, what: str) -> np.ndarray[Any, Any]:
    """A number that a shape is made of, as the array that it has to be.

    Raises:
        GraphError: it is computed of values, not of shapes.
    """
    if not is_static(value):
        raise GraphError(
            f"{what} must be known when the run is compiled: numbers, tf.shape(x) and what is computed of them are; values that "
            "are fed, of variables, or computed of either are not. Take it from the shape of what is fed, such as tf.shape(x)[0]."
        )
    return np.asarray(value)


def known_sizes(value: Any, what: str) -> tuple[int, ...]:
    """A shape that comes as a value."""
    return tuple(int(each) for each in known(value, what).reshape(-1))


# --- while the graph is built -----------------------------------------------------------------------------


def static_value(tensor: Tensor) -> np.ndarray[Any, Any] | None:
    """The value of a tensor that no run can change, as far as it is plain; None: unknown."""
    operation = tensor.op
    if operation.type == "Const":
        return np.asarray(operation.attributes["value"])
    sizes = static_sizes(tensor)
    if sizes is not None and None not in sizes:
        value = np.asarray(sizes, tensor.dtype.numpy)
        return value.reshape(()) if tensor.sizes == () else value
    return _computed(operation) if len(operation.outputs) == 1 else None


def _computed(operation: Operation) -> np.ndarray[Any, Any] | None:
    """The value of an operation on whole numbers that are known."""
    formula = operation.formula
    whole = all(each.dtype.is_integer for each in (*operation.inputs, *operation.outputs))
    changing = (
        operation.state is not None or operation.writes or formula.checks is not None or formula.on_host
    )
    if not operation.inputs or not whole or changing or "body" in operation.attributes:
        return None
    inputs = [static_value(each) for each in operation.inputs]
    if any(each is None or each.size > LARGEST for each in inputs):
        return None
    found = formula.compute(*inputs, **operation.attributes)
    return np.asarray(found) if is_static(found) else None


def axes_argument(axis: Any, what: str) -> tuple[int, ...] | None:
    """Axes as a user gives them: None, a number, several, or a tensor that no run can change.

    Raises:
        GraphTypeError: it is a tensor whose value is not known while the graph is built.
    """
    if axis is None:
        return None
    if isinstance(axis, Tensor) or hasattr(axis, "_as_tensor"):
        value = static_value(convert(axis))
        if value is None:
            raise GraphTypeError(f"{what}: the axis must be known while the graph is built, got {axis!r}.")
        axis = value
    if isinstance(axis, Iterable) and not (isinstance(axis, np.ndarray) and axis.ndim == 0):
        return tuple(int(each) for each in axis)
    return (int(axis),)


def static_sizes(tensor: Tensor) -> Sizes:
    """What is known, while the graph is built, of a shape that a tensor of whole numbers gives.

    Followed are constants, shapes of tensors, stacks, joins, parts and casts of these.
    """
    operation = tensor.op
    if operation.type == "Const":
        value = operation.attributes["value"]
        if value.ndim > 1 or value.dtype.kind not in "iu":
            return None
        return tuple(None if each < 0 else int(each) for each in value.reshape(-1))
    if operation.type == "Shape":
        return operation.inputs[0].sizes
    if operation.type in ("Cast", "Identity"):
        return static_sizes(operation.inputs[0])
    if operation.type == "Pack" and operation.inputs[0].sizes == ():
        parts = [static_sizes(each) for each in operation.inputs]
        return tuple(None if part is None else part[0] for part in parts)
    if operation.type == "ConcatV2":
        joined = [static_sizes(each) for each in operation.inputs]
        return None if None in joined else tuple(size for part in joined for size in part or ())
    if operation.type == "StridedSlice" and len(operation.inputs) == 1:
        return _part(static_sizes(operation.inputs[0]), operation.attributes["parts"])
    length = tensor.sizes
    if length is not None and len(length) < 2 and None not in length:
        return (None,) * (length[0] or 0) if length else (None,)
    return None


def _part(sizes: Sizes, parts: tuple[Any, ...]) -> Sizes:
    if sizes is None or len(parts) != 1:
        return None
    kind, *bounds = parts[0]
    if kind == "at":
        return (sizes[bounds[0]],) if -len(sizes) <= bounds[0] < len(sizes) else None
    return sizes[slice(*bounds)] if kind == "cut" else None


def shape_argument(shape: Any) -> tuple[Sizes, list[Tensor], tuple[int, ...] | None]:
    """A shape as a user gives it to an operation: numbers, a tensor of them, a list of both.

    Returns:
        What is known of it now; the tensor that gives it in the run, if it is one; the numbers, if they are known.

    Raises:
        GraphTypeError: it is no shape.
        GraphError: a TensorShape that is known in part.
    """
    if isinstance(shape, int | np.integer | Dimension):
        shape = [shape]
    if isinstance(shape, TensorShape) and not shape.is_fully_defined():
        raise GraphError(
            f"Cannot convert a partially known TensorShape {shape} to a Tensor: tf.shape(x) gives the shape in a run."
        )
    plain = _plain(shape)
    if plain is not None:
        return tuple(None if size < 0 else size for size in plain), [], plain
    if isinstance(shape, list | tuple):
        shape = [int(each) if isinstance(each, Dimension) else each for each in shape]
    tensor = convert(shape, preferred=int32)
    if not tensor.dtype.is_integer:
        raise GraphTypeError(
            f"shape: expected whole numbers, got {tensor.name} of type {tensor.dtype.base_dtype.name}."
        )
    sizes = static_sizes(tensor)
    if tensor.op.type == "Const" and sizes is not None:
        numbers = tuple(int(each) for each in tensor.op.attributes["value"].reshape(-1))
        return sizes, [], numbers
    return sizes, [tensor], None


def _plain(shape: Any) -> tuple[int, ...] | None:
    if isinstance(shape, TensorShape):
        shape = shape.as_list()
    if isinstance(shape, np.ndarray):
        array = array_of(shape.astype(np.int64) if shape.size == 0 else shape)
        if array.dtype.kind not in "iu":
            raise GraphTypeError(f"shape: expected whole numbers, got {shape!r}.")
        return tuple(int(each) for each in array.reshape(-1))
    if not isinstance(shape, list | tuple):
        return None
    for each in shape:
        if each is None or isinstance(each, str | float | list | tuple):
            raise GraphTypeError(
                f"shape: expected whole numbers, got {shape!r}. An unknown size comes as tf.shape(x)[0], or as -1 in tf.reshape."
            )
    if any(isinstance(each, Tensor) or hasattr(each, "_as_tensor") for each in shape):
        return None
    return tuple(int(each) for each in shape)


def number_argument(value: Any, what: str) -> tuple[int | None, list[Tensor]]:
    """A whole number as a user gives it to an operation: known now, or a tensor that gives it while the run is compiled.

    Returns:
        The number, if it is known; else the tensor.

    Raises:
        GraphTypeError: it is no whole number.
    """
    if isinstance(value, int | np.integer | Dimension):
        return int(value), []
    tensor = convert(value, preferred=int32)
    if not tensor.dtype.is_integer or tensor.sizes not in (None, ()):
        raise GraphTypeError(f"{what} must be one whole number, got {tensor!r}.")
    found = static_value(tensor)
    return (None, [tensor]) if found is None else (int(found), [])


def require_rank(sizes: Sizes, least: int) -> None:
    """Refuses a tensor of too few axes.

    Raises:
        GraphShapeError: it has fewer.
    """
    if sizes is not None and len(sizes) < least:
        raise GraphShapeError(f"Shape must be at least rank {least} but is rank {len(sizes)}")


def one_shape(tensors: Sequence[Tensor]) -> Sizes:
    """What is known of the shape that all these tensors have.

    Raises:
        GraphShapeError: it differs.
    """
    sizes: Sizes = None
    for each in tensors:
        sizes = shapes.merged(sizes, each.sizes)
    return sizes
