"""Symbolic tensors: what a layer gives when it is called on an `Input`, and how it came about."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fallline.errors import UsageError
from fallline.own.symbolic import Symbolic

Shape = tuple[int, ...]
"""The shape of one row: without the batch axis."""


class UsedAsLayer:
    """What may be called as a layer is, and is none: a model."""


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
        several: Whether it was called on a list.
    """

    layer: Any
    sources: tuple[Tensor, ...] = ()
    training: bool | None = None
    scope: tuple[Use, ...] = ()
    several: bool = False


def _becomes(sign: str) -> Callable[[Any, Any], Tensor]:
    """An operator: what it becomes in a network is said where `Tensor.meaning` is."""
    return lambda tensor, other: tensor.through(sign, (tensor, other), {})


class Tensor(Symbolic):
    """The output of a layer before there are data: a shape and a past.

    Attributes:
        call: The call that gives it.
        row_shape: The shape of one row.
        meaning: Name of a function or operator, arguments, those by name -> the tensor that it gives.
    """

    meaning: ClassVar[Callable[[str, tuple[Any, ...], Mapping[str, Any]], Tensor]]

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
        return type(self).meaning(function, args, kwargs)

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

    __add__ = __radd__ = _becomes("+")
    __sub__ = _becomes("-")
    __rsub__ = _becomes("right -")
    __mul__ = __rmul__ = _becomes("*")
    __truediv__ = _becomes("/")
    __rtruediv__ = _becomes("right /")
    __pow__ = _becomes("ops.power")
    __rpow__ = _becomes("right **")
    __mod__ = _becomes("ops.mod")
    __floordiv__ = _becomes("ops.floor_divide")
    __matmul__ = _becomes("ops.matmul")
    __gt__ = _becomes("ops.greater")
    __ge__ = _becomes("ops.greater_equal")
    __lt__ = _becomes("ops.less")
    __le__ = _becomes("ops.less_equal")

    def __neg__(self) -> Tensor:
        return self * -1.0

    def __abs__(self) -> Tensor:
        return self.through("ops.abs", (self,), {})
