"""What a program reads through functions of a user's own: globals, closures, attributes.

A function is traced once per program, and what it reads then is a constant of that program. A changed constant must
be another program, so what is read is a part of the key under which a program is kept.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import types
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from fallline.own.classes import Kept

PACKAGE = __package__.partition(".")[0]


def fingerprint(structure: Any) -> Hashable:
    """What the functions and classes of a user's own within a tree structure read at the moment.

    Followed are functions, methods and objects of the package that the function is from; of libraries it is only
    asked which object stands there.

    Args:
        structure: The structure of the arguments of a program.
    """
    return tuple(_state(thing, _package(thing), set()) for thing in _own(structure))


@functools.lru_cache(maxsize=1024)
def _own(structure: Any) -> tuple[Any, ...]:
    """The functions and classes in a tree structure that are not Fallline's."""
    found = []
    data = structure.node_data()
    if data is not None:
        kind, statics = data
        found += [kind] if _is_foreign(kind) and kind not in (tuple, list, dict) else []
        found += _functions(statics)
    return (*found, *(thing for child in structure.children() for thing in _own(child)))


def _functions(value: Any) -> Iterator[Any]:
    if isinstance(value, functools.partial):
        yield from _functions(value.func)
        yield from _functions((value.args, value.keywords))
    elif isinstance(value, types.FunctionType | types.MethodType):
        if _is_foreign(value):
            yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _functions(item)
    elif isinstance(value, Kept):
        # Whatever a derived class keeps it may call, or read.
        yield from (item for item in value.values() if _is_foreign(type(item)))
        yield from _functions(tuple(value.values()))
    elif isinstance(value, Mapping):
        yield from _functions(tuple(value.values()))
    elif callable(value) and not isinstance(value, type) and _is_foreign(type(value)):
        yield value


def _state(value: Any, package: str, seen: set[int]) -> Hashable:
    """A value as a constant that can be compared; of what is no plain value, which object it is."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return type(value), repr(value)
    if isinstance(value, np.ndarray | jax.Array) and value.dtype != object:
        array = np.asarray(value)
        return array.shape, array.dtype, array.tobytes()
    if id(value) in seen:
        return "seen"
    seen.add(id(value))
    return _parts(value, package, seen)


def _parts(value: Any, package: str, seen: set[int]) -> Hashable:
    def each(values: Any) -> tuple[Hashable, ...]:
        return tuple(_state(item, package, seen) for item in values)

    if isinstance(value, tuple | list):
        return type(value), each(value)
    if isinstance(value, set | frozenset):
        return type(value), frozenset(each(value))
    if isinstance(value, Mapping):
        return type(value), each(value), each(value.values())
    if isinstance(value, functools.partial):
        return each((value.func, value.args, value.keywords))
    if isinstance(value, types.MethodType):
        return each((value.__func__, value.__self__))
    if _package(value) == PACKAGE and dataclasses.is_dataclass(value) and not isinstance(value, type):
        # A layer or penalty of ours within one of a user's: functions of theirs may be in it.
        return id(type(value)), each([getattr(value, field.name) for field in dataclasses.fields(value)])
    if isinstance(value, types.SimpleNamespace | argparse.Namespace):
        return type(value), each(sorted(vars(value).items()))
    if _package(value) == package:
        if isinstance(value, types.FunctionType):
            return value.__code__, each((value.__defaults__, value.__kwdefaults__)), each(_read(value))
        if isinstance(value, type):
            # Its own and what it inherits, from classes of the user's.
            classes = [one for one in value.__mro__ if _is_foreign(one)]
            return id(value), each([item for one in classes for item in vars(one).values()])
        # An object: what it holds; `__call__` and other methods may read it.
        left_out = getattr(type(value), "not_read", ())
        held = [item for item in getattr(value, "__dict__", {}).items() if item[0] not in left_out]
        return id(type(value)), each(held), each((type(value),))
    return id(value)


def _read(function: types.FunctionType) -> list[Any]:
    """What a function reads by name: cells of its closure, globals."""
    cells = [cell.cell_contents for cell in function.__closure__ or () if cell != types.CellType()]
    names = sorted(_names(function.__code__))
    return [*cells, *(function.__globals__[name] for name in names if name in function.__globals__)]


def _names(code: types.CodeType) -> set[str]:
    """The names that a piece of code looks up, functions and comprehensions within it included."""
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _package(thing: Any) -> str:
    """The package that a function, class or object is from."""
    named = thing if isinstance(thing, type | types.FunctionType | types.MethodType) else type(thing)
    return str(getattr(named, "__module__", "")).partition(".")[0]


def _is_foreign(thing: Any) -> bool:
    return _package(thing) not in (PACKAGE, "builtins", "jax", "jaxlib", "numpy", "optax")
