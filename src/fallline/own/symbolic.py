"""What a function of arrays does with a symbolic tensor: it becomes a layer of the network.

The functions lie below the layers and know of them only this: that a tensor can be passed through a function.
"""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from fallline.own.variable import plain

F = TypeVar("F", bound=Callable[..., Any])


class Symbolic(abc.ABC):
    """A tensor without values."""

    @abc.abstractmethod
    def through(self, function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The tensor that a named function (`ops.abs`) gives for these arguments, of which this tensor is one."""


class Recorded(Symbolic):
    """An array of which is kept what is computed of it."""

    @property
    def first(self) -> tuple[Any, bool] | None:
        """Where it is a variable that a layer may keep: its value and whether it is trained; None elsewhere."""
        return None

    @abc.abstractmethod
    def given_to(self, callee: Any, args: tuple[Any, ...]) -> Any:
        """What a layer, a model or a loss gives for these arguments, of which this array is one."""


def first_recorded(values: Any) -> Recorded | None:
    """The first recorded array among values or lists of them, or None."""
    found = first_tensor(values)
    return found if isinstance(found, Recorded) else None


def takes_tensors(function: F, name: str) -> F:
    """Lets a function of arrays be called on symbolic tensors too, and on variables.

    Args:
        function: A pure function of arrays.
        name: Where it is found again, such as `ops.abs`.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tensor = first_tensor((*args, *kwargs.values()))
        if tensor is not None:
            return tensor.through(name, args, kwargs)
        return function(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})

    cast("Any", call).found_as = name
    return cast("F", call)


def first_tensor(values: Any) -> Symbolic | None:
    """The first symbolic tensor among values or lists of them, or None."""
    for value in values:
        if isinstance(value, Symbolic):
            return value
        if isinstance(value, list | tuple) and (found := first_tensor(value)) is not None:
            return found
    return None
