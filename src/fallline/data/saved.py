"""Dataclasses out of JSON: each value is held against the type of its field, so that a damaged file is found at once."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

T = TypeVar("T")


def from_saved(cls: type[T], saved: Any, **made: Any) -> T:
    """An object of a dataclass from the JSON value that `dataclasses.asdict` made; lists become tuples.

    Args:
        cls: The dataclass.
        saved: The JSON value.
        **made: Fields that are objects already, in place of what is saved of them.

    Raises:
        TypeError: no object, a field that lacks or is unknown, or a value that is not of its field's type.
    """
    if not isinstance(saved, Mapping):
        raise TypeError(f"{cls.__name__} is {type(saved).__name__}, no object")
    hints = _hints(cls)  # type: ignore[arg-type]
    if set(saved) != set(hints):
        raise TypeError(f"{cls.__name__} has {', '.join(hints)}; got {', '.join(map(str, saved))}")
    values: dict[str, Any] = {}
    for name, value in saved.items():
        if name in made:
            continue
        values[name] = _frozen(value)
        if not _fits(values[name], hints[name]):
            raise TypeError(f'"{name}" of {cls.__name__} is no {hints[name]}')
    return cls(**values, **made)


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _fits(value: Any, hint: Any) -> bool:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if hint is None or hint is type(None):
        return value is None
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        wanted = (parts[0],) * len(value) if parts[-1] is Ellipsis else parts
        return len(value) == len(wanted) and all(map(_fits, value, wanted))
    if hint in (int, float):
        return isinstance(value, int if hint is int else int | float) and not isinstance(value, bool)
    return isinstance(value, origin or hint)
