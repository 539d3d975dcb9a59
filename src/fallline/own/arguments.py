"""The arguments of a user's own class that has an `__init__`: what a file keeps of its objects."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from fallline._tree import KEPT
from fallline.errors import UsageError
from fallline.own.classes import kept
from fallline.own.reads import same
from fallline.own.variable import Variable

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
    fields = (
        [field.name for field in dataclasses.fields(node) if field.init] if fields is None else list(fields)
    )
    values = _kept_by(node._as_made(), fields)

    def differing(arguments: list[str]) -> list[str]:
        """What an object has otherwise that is made with these arguments."""
        try:
            again = _kept_by(cls(**{name: values[name] for name in arguments})._as_made(), fields)
        except (TypeError, UsageError) as error:
            raise _cannot(cls, str(error)) from None
        kept_by_both = values.keys() & again.keys()
        return sorted(
            name
            for name in values.keys() | again.keys()
            if name not in kept_by_both or not same(values[name], again[name])
        )

    arguments = [name for name in names if name in values]
    others = differing(arguments)
    if others and takes_any:
        arguments += [name for name in others if name in fields and name not in arguments]
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


def _kept_by(node: Any, fields: Iterable[str]) -> dict[str, Any]:
    """What an object keeps, its fields included."""
    left_out = getattr(type(node), "not_read", frozenset()) | NOTES
    # What a variable holds is trained, and stands in the file.
    besides = {
        name: value.shape if isinstance(value, Variable) else value
        for name, value in vars(node).items()
        if name not in left_out
    }
    return {name: getattr(node, name) for name in fields} | (besides if node.written else kept(node))


def _cannot(cls: type, reason: str) -> UsageError:
    kind = cls.__name__
    return UsageError(
        f"cannot save {kind}: the arguments of its __init__ cannot be told from what it keeps ({reason}). Keep each on "
        f"self under its own name, or give it a get_config that returns the arguments of {kind}(...)."
    )
