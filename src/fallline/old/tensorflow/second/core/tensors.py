"""Arrays with TensorFlow 2's manners: types and shapes of TensorFlow, `numpy()`, Python's conversions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline.graph.core.dtypes import DType, as_dtype
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.shapes import TensorShape
from fallline.own.symbolic import Recorded

meanings: list[Callable[[str, tuple[Any, ...], Mapping[str, Any]], Any]] = []
"""What a named function of Fallline gives for tensors; entered by `functions`, which stands above."""
callings: list[Callable[[Any, tuple[Any, ...]], Any]] = []
"""What a layer, a model or a loss gives for tensors; entered by `calling`, which stands above."""


class EagerTensor(Recorded):
    """An array that was computed.

    Attributes:
        cell: The array, told apart from others for tapes.
    """

    __array_priority__ = 100

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    @property
    def value(self) -> Any:
        """The array: NumPy's or JAX's."""
        return self.cell.value

    @property
    def dtype(self) -> DType:
        """The number type."""
        return as_dtype(self.cell.value.dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self.cell.value.shape)

    def get_shape(self) -> TensorShape:
        """The shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Nothing, if the shape is this one.

        Raises:
            GraphShapeError: it is another.
        """
        self.shape.assert_is_compatible_with(shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self.cell.value.ndim)

    @property
    def device(self) -> str:
        """TensorFlow's name of the processor."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    @property
    def name(self) -> str:
        """None has a name.

        Raises:
            AttributeError: always, as in TensorFlow.
        """
        raise AttributeError("Tensor.name is undefined when eager execution is enabled.")

    def numpy(self) -> Any:
        """The array on the host; a scalar as NumPy's number."""
        array = np.asarray(self.cell.value)
        return array.copy() if array.ndim else array[()]

    def ref(self) -> Any:
        """A key of dictionaries."""
        return Reference(self)

    def through(self, function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a named function of Fallline gives for arguments of which this is one."""
        return meanings[-1](function, args, kwargs)

    def given_to(self, callee: Any, args: tuple[Any, ...]) -> Any:
        """What a layer, a model or a loss gives for arguments of which this is one."""
        return callings[-1](callee, args)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.cell.value, dtype)

    def __jax_array__(self) -> Any:
        value = self.cell.value
        return jnp.asarray(np.asarray(value) if value.dtype.itemsize == 8 else value)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("Scalar tensor has no `len()`")
        return len(self.cell.value)

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[place] for place in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.cell.value)

    def __float__(self) -> float:
        return float(np.asarray(self.cell.value))

    def __int__(self) -> int:
        return int(np.asarray(self.cell.value))

    def __index__(self) -> int:
        return np.asarray(self.cell.value).__index__()

    def __complex__(self) -> complex:
        return complex(np.asarray(self.cell.value))

    def __round__(self, digits: int | None = None) -> Any:
        return round(float(self), digits) if digits is not None else round(float(self))

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec)

    def __copy__(self) -> EagerTensor:
        return self

    def __deepcopy__(self, memo: Any) -> EagerTensor:
        return self

    def __reduce__(self) -> Any:
        return _again, (np.asarray(self.cell.value),)

    def __getitem__(self, key: Any) -> Any:
        raise NotImplementedError  # given by `operators`

    __hash__ = object.__hash__

    def __str__(self) -> str:
        shown = str(np.asarray(self.cell.value)[()])
        return f"tf.Tensor({on_lines(shown)}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self) -> str:
        shown = shown_as_numpy(self.cell.value)
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={shown}>"


def on_lines(shown: str) -> str:
    """What takes several lines, from a line of its own on."""
    return "\n" + shown if "\n" in shown else shown


def shown_as_numpy(value: Any) -> str:
    """An array as the `repr` of a tensor or variable shows it."""
    array = np.asarray(value)
    return on_lines(repr(array)) if array.ndim else repr(array.item())


def _again(array: NDArray[Any]) -> EagerTensor:
    return EagerTensor(Cell(array))


class Reference:
    """A tensor or variable as a key of dictionaries: equal to another of the same."""

    def __init__(self, of: Any) -> None:
        self._of = of

    def deref(self) -> Any:
        """The tensor or variable."""
        return self._of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._of is other._of

    def __hash__(self) -> int:
        return id(self._of)


def is_traced(value: Any) -> bool:
    """Whether it is an array of a program that is being compiled."""
    return isinstance(value, jax.core.Tracer)
