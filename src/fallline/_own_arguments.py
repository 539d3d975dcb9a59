"""The arguments of a derived class that has an `__init__` of its own: what a file keeps of its objects."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from fallline._derived import kept
from fallline.errors import UsageError


def own_arguments(node: Any, to_config: Callable[[Any], Any]) -> dict[str, Any]:
    """The arguments that make an equal object, found where the object keeps them under their names, and tried out.

    Args:
        node: An object whose class is derived from a tree, with an `__init__` of its own.
        to_config: Makes a value ready for JSON.

    Raises:
        UsageError: they make another object, as where an argument is kept under another name or not at all.
    """
    cls = type(node)
    asked = parameters(cls)
    names = [one.name for one in asked if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    takes_any = any(one.kind == one.VAR_KEYWORD for one in asked)
    fields = {field.name for field in dataclasses.fields(node) if field.init}
    values = _kept_by(node, fields)
    here = {name: to_config(value) for name, value in values.items()}

    def differing(arguments: list[str]) -> list[str]:
        """What an object has otherwise that is made with these arguments."""
        try:
            again = _kept_by(cls(**{name: values[name] for name in arguments}), fields)
        except (TypeError, UsageError) as error:
            raise _cannot(cls, str(error)) from None
        return [name for name in here if name not in again or to_config(again[name]) != here[name]]

    arguments = [name for name in names if name in here]
    others = differing(arguments)
    if others and takes_any:
        arguments += [name for name in others if name in fields and name not in arguments]
        others = differing(arguments)
    if others:
        raise _cannot(cls, f'they would make one with another "{others[0]}"')
    return {name: here[name] for name in arguments}


def parameters(cls: type) -> list[inspect.Parameter]:
    """What a class's `__init__` takes."""
    return list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]


def _kept_by(node: Any, fields: set[str]) -> dict[str, Any]:
    public = {name: value for name, value in vars(node).items() if not name.startswith("_")}
    besides = public if node.written else kept(node)
    return {name: getattr(node, name) for name in sorted(fields)} | dict(besides)


def _cannot(cls: type, reason: str) -> UsageError:
    kind = cls.__name__
    return UsageError(
        f"cannot save {kind}: the arguments of its __init__ cannot be told from what it keeps ({reason}). Keep each on "
        f"self under its own name, or give it a get_config that returns the arguments of {kind}(...)."
    )
