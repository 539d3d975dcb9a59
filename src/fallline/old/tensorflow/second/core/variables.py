"""`tf.Variable`: an array that changes by `assign`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fallline.graph.core.building import array_of
from fallline.graph.core.dtypes import DType, as_dtype
from fallline.graph.core.failures import GraphShapeError
from fallline.graph.core.shapes import compatible, sizes_of
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.shapes import TensorShape
from fallline.old.tensorflow.second.core.tensors import (
    EagerTensor,
    Reference,
    callings,
    meanings,
    shown_as_numpy,
)
from fallline.own.symbolic import Recorded
from fallline.own.variable import Variable as Held


class Variable(Recorded):
    """An array that `assign`, `assign_add` and `assign_sub` change, and that tapes follow.

    Args:
        initial_value: The first value, or a function that gives it.
        trainable: Whether tapes follow it without being told.
        validate_shape: Whether the shape stays.
        caching_device: Taken and left alone.
        name: Its name.
        variable_def: Taken and left alone.
        dtype: Its type; None: that of the value.
        import_scope: Taken and left alone.
        constraint: A function of the new value, which optimizers apply.
        shape: What is known of the shape; None: that of the value.

    Raises:
        GraphTypeError, GraphShapeError: the value is not of that type or shape.
    """

    __array_priority__ = 100

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        del caching_device, variable_def, import_scope, synchronization, aggregation
        if callable(initial_value):
            initial_value = initial_value()
        array = value_of(initial_value, dtype)
        self.trainable = trainable is not False
        self.constraint = constraint
        self._name = name or "Variable"
        self._fixed = None if not validate_shape else tuple(array.shape) if shape is None else sizes_of(shape)
        self.cell = Cell(array, self)

    @property
    def first(self) -> tuple[Any, bool]:
        """Its value, and whether it is trained: what a layer that keeps it begins with."""
        return np.asarray(self.cell.value), self.trainable

    def value(self) -> EagerTensor:
        """The array of the moment as a tensor."""
        return EagerTensor(self.cell)

    def through(self, function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a named function of Fallline gives for arguments of which this is one."""
        return meanings[-1](function, args, kwargs)

    @property
    def name(self) -> str:
        """Its name, as TensorFlow 2 writes it: `w:0`."""
        return f"{self._name}:0"

    @property
    def dtype(self) -> DType:
        """The number type."""
        return as_dtype(self.cell.value.dtype)

    @property
    def shape(self) -> Any:
        """The shape."""
        return TensorShape(self.cell.value.shape)

    def get_shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self.cell.value.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self.cell.value.ndim)

    @property
    def device(self) -> str:
        """TensorFlow's name of the processor."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    def numpy(self) -> Any:
        """The array on the host."""
        array = np.asarray(self.cell.value)
        return array.copy() if array.ndim else array[()]

    def read_value(self) -> EagerTensor:
        """The array of the moment as a tensor."""
        return EagerTensor(self.cell)

    initialized_value = read_value

    def eval(self, session: Any = None) -> Any:
        """The array on the host."""
        del session
        return self.numpy()

    def ref(self) -> Reference:
        """A key of dictionaries."""
        return Reference(self)

    def assign(self, value: Any, use_locking: bool = False, name: Any = None, read_value: bool = True) -> Any:
        """Puts another array in its place.

        Raises:
            GraphTypeError, GraphShapeError: it is of another type or shape.
        """
        del use_locking, name, read_value
        array = value_of(value, self.dtype)
        if not compatible(tuple(array.shape), self._fixed):
            raise GraphShapeError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable shape {self.shape}, and the "
                f"assigned value shape {tuple(array.shape)} are incompatible."
            )
        self.cell = Cell(array, self)
        return self

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Adds to the array."""
        return self.assign(self._moved(delta, 1))

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Subtracts from the array."""
        return self.assign(self._moved(delta, -1))

    def _moved(self, delta: Any, sign: int) -> Any:
        change, now = value_of(delta, self.dtype), self.cell.value
        return now + change if sign > 0 else now - change

    def given_to(self, callee: Any, args: tuple[Any, ...]) -> Any:
        """What a layer, a model or a loss gives for arguments of which this is one."""
        return callings[-1](callee, args)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.cell.value, dtype)

    def __jax_array__(self) -> Array:
        return EagerTensor(self.cell).__jax_array__()

    def __len__(self) -> int:
        return len(self.cell.value)

    def __float__(self) -> float:
        return float(np.asarray(self.cell.value))

    def __int__(self) -> int:
        return int(np.asarray(self.cell.value))

    def __index__(self) -> int:
        return np.asarray(self.cell.value).__index__()

    def __bool__(self) -> bool:
        return bool(self.cell.value)

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec) if spec else str(self)

    def __deepcopy__(self, memo: Any) -> Variable:
        return Variable(self.cell.value, self.trainable, name=self._name)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        shown = shown_as_numpy(self.cell.value)
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, numpy={shown}>"


def value_of(value: Any, dtype: Any = None) -> Any:
    """A value as an array of TensorFlow's type for it: floats are float32, whole numbers int32.

    Raises:
        GraphTypeError: it is not of the type that is asked for.
    """
    if isinstance(value, EagerTensor | Variable):
        value = value.cell.value
    elif isinstance(value, Held):
        value = value.value
    kind = None if dtype is None else as_dtype(dtype).base_dtype
    if hasattr(value, "dtype") and hasattr(value, "aval"):
        if kind is None or as_dtype(value.dtype) is kind:
            return value
        return jnp.asarray(value).astype(kind.numpy)
    if isinstance(value, list | tuple):
        value = _plain(value)
    return np.asarray(array_of(value, kind)).copy()


def _plain(value: Any) -> Any:
    """Tensors within lists as NumPy's arrays."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return np.asarray(value) if isinstance(value, EagerTensor | Held) else value
