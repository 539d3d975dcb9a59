"""What an attribute of an object is, and what a call gives, as far as its class and its annotations tell."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fallline.errors import nearest
from fallline.old.uses.syntax import own_attributes


@dataclass(frozen=True)
class Thing:
    """What stands for a name: a module, a class, a function, a value."""

    value: Any


@dataclass(frozen=True)
class Object:
    """Some object of a class."""

    of: type


@dataclass(frozen=True)
class Items:
    """A sequence of objects of a class."""

    of: type


@dataclass(frozen=True)
class Unknown:
    """Something of which nothing is known."""


Kept = Thing | Object | Items | Unknown


def called(found: Kept) -> Kept:
    """What a call gives."""
    if isinstance(found, Object):
        found = attribute_of(found, "__call__")
    if not isinstance(found, Thing):
        return Unknown()
    if isinstance(found.value, type):
        return Object(found.value)
    return _annotated(_returned(found.value))


def item_of(found: Kept) -> Kept:
    """What a key gives."""
    return Object(found.of) if isinstance(found, Items) else Unknown()


def attribute_of(found: Kept, name: str) -> Kept:
    """An attribute of an object, or of a value.

    Raises:
        AttributeError: objects of its class have none of this name; what the class says then, if it says something.
    """
    if isinstance(found, Thing):
        return _of_value(found.value, name)
    if not isinstance(found, Object):
        return Unknown()
    member = inspect.getattr_static(found.of, name, None)
    if isinstance(member, property):
        return _annotated(_returned(member.fget)) if member.fget is not None else Unknown()
    if isinstance(member, staticmethod | classmethod):
        return Thing(member.__func__)
    if callable(member):
        return Thing(_bound(member))
    if member is not None or _has(found.of, name):
        return Unknown()
    error = _answered(found.of, name)
    if error is None:
        return Unknown()
    raise AttributeError(_why(found.of, error, name))


def _of_value(value: Any, name: str) -> Kept:
    try:
        return Thing(getattr(value, name))
    except Exception:
        if isinstance(value, type):
            raise
        return Unknown()


def _bound(function: Any) -> Any:
    """A function without its first argument, as it is called on an object."""
    return types.MethodType(function, object()) if inspect.isfunction(function) else function


def _returned(function: Callable[..., Any] | None) -> Any:
    try:
        return typing.get_type_hints(inspect.unwrap(function)).get("return") if function is not None else None
    except Exception:  # annotations that are only for readers
        return None


def _annotated(hint: Any) -> Kept:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        rest = [each for each in typing.get_args(hint) if each is not type(None)]
        return _annotated(rest[0]) if len(rest) == 1 else Unknown()
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, tuple) and arguments and isinstance(arguments[0], type):
        return Items(arguments[0])
    # Arrays and other libraries' objects have more than their class shows.
    own = isinstance(hint, type) and hint.__module__.startswith("fallline.")
    return Object(hint) if own else Unknown()


@functools.cache
def _set_by(cls: type) -> frozenset[str]:
    """The attributes that the methods of a class and of its bases set."""
    found: set[str] = set()
    for base in cls.__mro__:
        found |= {*getattr(base, "__annotations__", {}), *getattr(base, "__slots__", ())}
        if base.__module__.startswith("fallline."):
            try:
                found |= own_attributes(ast.parse(textwrap.dedent(inspect.getsource(base))))
            except (OSError, TypeError, SyntaxError):  # made by a program, not read from a file
                continue
    return frozenset(found)


def _has(cls: type, name: str) -> bool:
    # A class of another library may make its attributes as it likes.
    return name in _set_by(cls) or name.startswith("_") or not cls.__module__.startswith("fallline.")


def _answered(cls: type, name: str) -> Exception | None:
    """What the class raises for an attribute that it does not have; None where it makes one."""
    answer = getattr(cls, "__getattr__", None)
    if answer is None:
        return AttributeError("")
    try:
        answer(object.__new__(cls), name)
    except Exception as error:
        return error
    return None


def _why(cls: type, error: Exception, name: str) -> str:
    text = str(error)
    if name in text and "__getattr__" not in text:
        return text
    return f"no such name.{nearest(name, [each for each in dir(cls) if not each.startswith('_')])}"
