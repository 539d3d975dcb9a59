"""What functions and operators become where they meet symbolic tensors: layers of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fallline.errors import UsageError
from fallline.layers.base.tensor import Tensor
from fallline.layers.merging import Add, Multiply, Subtract
from fallline.layers.rescaling import Rescaling
from fallline.layers.symbolic.operation import operation
from fallline.own.symbolic import Recorded


def meaning(function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Tensor:
    """The tensor that an operator, or a function of this package, gives for symbolic tensors.

    Args:
        function: A key of `OPERATORS`, or module and name, such as `ops.abs`.
        args: Its arguments.
        kwargs: Those by name.
    """
    operator = OPERATORS.get(function)
    return operation(function, args, kwargs) if operator is None else operator(*args)


def _divided(tensor: Tensor, other: Any) -> Tensor:
    if isinstance(other, Tensor):
        return operation("ops.divide", (tensor, other), {})
    if _number(other) == 0:
        raise UsageError(f"{tensor!r} divided by 0.")
    return _scaled(tensor, 1.0 / _number(other), 0.0)


def _scaled(tensor: Tensor, scale: Any, offset: Any) -> Tensor:
    scaled: Tensor = Rescaling(_number(scale), _number(offset))(tensor)
    return scaled


def _number(value: Any) -> float:
    if isinstance(value, Recorded):
        value = np.asarray(value)[()]
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise UsageError(
            f"a symbolic tensor can be combined with numbers and tensors, got {type(value).__name__}. "
            "For anything else use a layer such as Lambda."
        )
    return float(value)


def _merged(kind: Callable[[], Any], with_number: Callable[[Tensor, Any], Tensor]) -> Callable[..., Tensor]:
    """An operator that is a layer between two tensors, and a scaling between a tensor and a number."""
    return lambda tensor, other: (
        kind()([tensor, other]) if isinstance(other, Tensor) else with_number(tensor, other)
    )


OPERATORS: dict[str, Callable[..., Tensor]] = {
    "+": _merged(Add, lambda tensor, other: _scaled(tensor, 1.0, other)),
    "-": _merged(Subtract, lambda tensor, other: _scaled(tensor, 1.0, -_number(other))),
    "*": _merged(Multiply, lambda tensor, other: _scaled(tensor, other, 0.0)),
    "/": _divided,
    "right -": lambda tensor, other: _scaled(tensor, -1.0, other),
    "right /": lambda tensor, other: operation("ops.divide", (other, tensor), {}),
    "right **": lambda tensor, other: operation("ops.power", (other, tensor), {}),
}
"""Operators that are more, or less, than a function of `ops`; "right" where the tensor stands on the right."""

Tensor.meaning = staticmethod(meaning)
