"""The arguments of a user's own class that has an `__init__`: what a file keeps of its objects."""

from __future__ import annotations

import dataclasses
import dis
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import jax
import numpy as np

from fallline._tree import KEPT
from fallline.errors import UsageError
from fallline.own.classes import kept
from fallline.own.variable import Variable

LATER = (
    "build",
    "call",
    "__call__",
    "update_state",
    "result",
    "reset_state",
    "values",
    "statistic",
    "sample",
)
"""Methods of a class written as in Keras that may assign what its `__init__` only announces."""

NOTES = frozenset(["_seen", "_about", "_first_values", KEPT])
"""What objects of the package note beside what they were made with."""


def own_arguments(
    node: Any, to_config: Callable[[Any], Any], fields: Iterable[str] | None = None
) -> dict[str, Any]:
    """The arguments that make an equal object, found where the object keeps them under their names, and tried out.

    Args:
        node: An object of a user's own class, with an `__init__` of its own.
        to_config: Makes a value ready for JSON.
        fields: What every object of its kind is made with; by default the fields of the tree that it derives from.

    Raises:
        UsageError: they make another object, as where an argument is kept under another name or not at all.
    """
    cls = type(node)
    names, takes_any = _taken(cls)
    if fields is None:
        fields = [field.name for field in dataclasses.fields(node) if field.init]
    common = set(fields) - ({"name"} if vars(node).get("_named_by_model") else set())
    values = _kept_by(node, common)

    def differing(arguments: list[str]) -> list[str]:
        """What an object has otherwise that is made with these arguments."""
        try:
            again = _kept_by(cls(**{name: values[name] for name in arguments}), common)
        except (TypeError, UsageError) as error:
            raise _cannot(cls, str(error)) from None
        return _differing(values, again, _assigned_later(node), nested=False)

    arguments = [name for name in names if name in values]
    others = differing(arguments)
    if others and takes_any:
        arguments += [name for name in others if name in common and name not in arguments]
        others = differing(arguments)
    if others:
        raise _cannot(cls, f'they would make one with another "{others[0]}"')
    return {name: to_config(values[name]) for name in arguments}


def defines_get_config(cls: type, base: type) -> bool:
    """Whether a class has a `get_config` of its own beside the one of a class it derives from."""
    return cls.get_config is not base.get_config  # type: ignore[attr-defined]


def parameters(cls: type) -> list[inspect.Parameter]:
    """What a class's `__init__` takes."""
    return list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]


def _taken(cls: type) -> tuple[list[str], bool]:
    """The names of what a class's `__init__` takes, and whether it hands on any other to that of the package."""
    names: list[str] = []
    for each in cls.__mro__:
        if each.__module__.partition(".")[0] == __package__.partition(".")[0]:
            return names, True
        if "__init__" not in vars(each):
            continue
        asked = parameters(each)
        named = [one.name for one in asked if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
        names += [name for name in named if name not in names]
        if not any(one.kind == one.VAR_KEYWORD for one in asked):
            break
    return names, False


def _kept_by(node: Any, fields: set[str]) -> dict[str, Any]:
    besides = _own_attributes(node) if node.written else kept(node)
    return {name: getattr(node, name) for name in sorted(fields)} | dict(besides)


def _own_attributes(node: Any) -> dict[str, Any]:
    notes = NOTES | getattr(type(node), "not_read", frozenset())
    return {name: value for name, value in vars(node).items() if name not in notes}


def _assigned_later(node: Any) -> set[str]:
    """The attributes that a class written as in Keras assigns outside its `__init__`."""
    if not getattr(node, "written", False):
        return set()
    methods = [vars(each).get(name) for each in type(node).__mro__ for name in LATER]
    codes = [getattr(inspect.unwrap(method), "__code__", None) for method in methods if callable(method)]
    steps = [step for code in codes if code is not None for step in dis.get_instructions(code)]
    return {step.argval for step in steps if step.opname == "STORE_ATTR"}


def _differing(
    one: dict[str, Any],
    other: dict[str, Any],
    ignored: set[str],
    nested: bool,
    inside: frozenset[Any] = frozenset(),
) -> list[str]:
    """The names under which two objects do not keep the same."""
    # Inside another object a name is given by what holds it.
    skipped = ignored | ({"name"} if nested else set())
    return [
        name
        for name in sorted(one.keys() | other.keys())
        if name not in skipped
        and not (name in one and name in other and _alike(one[name], other[name], inside))
    ]


def _alike(one: Any, other: Any, inside: frozenset[Any]) -> bool:
    """Whether two values are the same for all that a program does with them."""
    pair = (id(one), id(other))
    if one is other or pair in inside:
        return True
    inside |= {pair}
    array = np.ndarray | np.generic | jax.Array
    if isinstance(one, array) and isinstance(other, array):
        first, second = np.asarray(one), np.asarray(other)
        same = first.dtype == second.dtype and first.shape == second.shape
        return same and first.tobytes() == second.tobytes()
    if type(one) is not type(other):
        return False
    if isinstance(one, Variable):  # what it holds is trained, and stands in the file
        return one.shape == other.shape
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(_alike(a, b, inside) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_alike(one[name], other[name], inside) for name in one)
    if inspect.isfunction(one):
        here, there = ([cell.cell_contents for cell in each.__closure__ or ()] for each in (one, other))
        same = one.__code__ == other.__code__ and _alike(one.__defaults__, other.__defaults__, inside)
        return same and _alike(here, there, inside)
    by_identity = "__eq__" not in {name for each in type(one).__mro__[:-1] for name in vars(each)}
    if by_identity and hasattr(one, "__dict__"):
        attributes = _own_attributes(one), _own_attributes(other)
        return not _differing(*attributes, _assigned_later(one), nested=True, inside=inside)
    return by_identity or bool(one == other)


def _cannot(cls: type, reason: str) -> UsageError:
    kind = cls.__name__
    return UsageError(
        f"cannot save {kind}: the arguments of its __init__ cannot be told from what it keeps ({reason}). Keep each on "
        f"self under its own name, or give it a get_config that returns the arguments of {kind}(...)."
    )
