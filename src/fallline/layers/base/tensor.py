"""Symbolic tensors: what a layer gives when it is called on an `Input`, and how it came about."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fallline.errors import UsageError
from fallline.own.symbolic import Symbolic

if TYPE_CHECKING:
    from fallline.layers.base.layer import Layer

Shape = tuple[int, ...]
"""The shape of one row: without the batch axis."""


@dataclasses.dataclass(frozen=True, eq=False)
class Use:
    """One use of a model as a layer.

    Attributes:
        model: The model.
        sources: What it was called on.
        training: What `training=` was given, or None: as the outer model runs.
        results: What it gave.
        parts: The parts that the model had then.
    """

    model: Any
    sources: tuple[Tensor, ...]
    training: bool | None
    results: list[Tensor]
    parts: tuple[Any, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer in a graph.

    Attributes:
        layer: The layer; one that is called several times is shared.
        sources: What it was called on; empty for an input.
        training: What `training=` was given, or None: as the model runs.
        scope: The uses of models within which the call lies, outermost first.
    """

    layer: Layer
    sources: tuple[Tensor, ...] = ()
    training: bool | None = None
    scope: tuple[Use, ...] = ()


class Tensor(Symbolic):
    """The output of a layer before there are data: a shape and a past.

    Attributes:
        call: The call that gives it.
        row_shape: The shape of one row.
    """

    def __init__(self, call: Call, row_shape: Shape, dtype: str = "float32") -> None:
        self.call = call
        self.row_shape = row_shape
        self.dtype = dtype

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape with None for the batch axis, as Keras has it."""
        return (None, *self.row_shape)

    @property
    def ndim(self) -> int:
        """Number of axes, the batch axis included."""
        return len(self.row_shape) + 1

    @property
    def name(self) -> str | None:
        """The name of the layer that gives it."""
        return self.call.layer.name

    def through(self, function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Tensor:
        """The tensor that a function of this package gives, for `ops` and `activations`."""
        from fallline.layers.symbolic.operation import operation

        return operation(function, args, kwargs)

    def __repr__(self) -> str:
        return f"<Tensor shape={self.shape} from {type(self.call.layer).__name__}>"

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise UsageError(
            f"{self!r} has no values yet: it describes a network. Make a model of it with "
            "Model(inputs, outputs) and call predict, or call the layers on arrays."
        )

    def __getitem__(self, index: Any) -> Tensor:
        """A part of each row: `x[:, :2]`; the first axis is the batch and stays."""
        return self.through("ops.get_item", (self, index), {})

    def __iter__(self) -> Any:
        raise UsageError(f"{self!r} has no values yet, so that there are no rows to go through.")

    def __bool__(self) -> bool:
        raise UsageError(f"{self!r} has no values yet, so it is neither true nor false.")

    __array_priority__ = 100

    def __add__(self, other: Any) -> Tensor:
        return _merged("Add", self, other) if isinstance(other, Tensor) else _scaled(self, 1.0, other)

    def __sub__(self, other: Any) -> Tensor:
        if isinstance(other, Tensor):
            return _merged("Subtract", self, other)
        return _scaled(self, 1.0, -_number(other))

    def __mul__(self, other: Any) -> Tensor:
        return _merged("Multiply", self, other) if isinstance(other, Tensor) else _scaled(self, other, 0.0)

    def __truediv__(self, other: Any) -> Tensor:
        if isinstance(other, Tensor):
            return self.through("ops.divide", (self, other), {})
        if _number(other) == 0:
            raise UsageError(f"{self!r} divided by 0.")
        return _scaled(self, 1.0 / _number(other), 0.0)

    def __neg__(self) -> Tensor:
        return _scaled(self, -1.0, 0.0)

    def __rsub__(self, other: Any) -> Tensor:
        return _scaled(self, -1.0, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return self.through("ops.divide", (other, self), {})

    def __pow__(self, other: Any) -> Tensor:
        return self.through("ops.power", (self, other), {})

    def __rpow__(self, other: Any) -> Tensor:
        return self.through("ops.power", (other, self), {})

    def __mod__(self, other: Any) -> Tensor:
        return self.through("ops.mod", (self, other), {})

    def __floordiv__(self, other: Any) -> Tensor:
        return self.through("ops.floor_divide", (self, other), {})

    def __gt__(self, other: Any) -> Tensor:
        return self.through("ops.greater", (self, other), {})

    def __ge__(self, other: Any) -> Tensor:
        return self.through("ops.greater_equal", (self, other), {})

    def __lt__(self, other: Any) -> Tensor:
        return self.through("ops.less", (self, other), {})

    def __le__(self, other: Any) -> Tensor:
        return self.through("ops.less_equal", (self, other), {})

    def __matmul__(self, other: Any) -> Tensor:
        return self.through("ops.matmul", (self, other), {})

    def __abs__(self) -> Tensor:
        return self.through("ops.abs", (self,), {})

    __radd__ = __add__
    __rmul__ = __mul__


def _merged(name: str, first: Tensor, second: Tensor) -> Tensor:
    from fallline.layers import merging

    return getattr(merging, name)()([first, second])


def _scaled(tensor: Tensor, scale: Any, offset: Any) -> Tensor:
    from fallline.layers.rescaling import Rescaling

    return Rescaling(_number(scale), _number(offset))(tensor)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise UsageError(
            f"a symbolic tensor can be combined with numbers and tensors, got {type(value).__name__}. "
            "For anything else use a layer such as Lambda."
        )
    return float(value)
