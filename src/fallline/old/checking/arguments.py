"""The arguments that something takes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fallline.errors import FalllineError, nearest
from fallline.models.arguments import NOT_THERE, OLDER
from fallline.old.checking.objects import Kept, Object, Thing, attribute_of

ROOM = Path(__file__).parents[1]
SHOWN = 6
"""Arguments that are named."""


def refused(found: Kept, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The arguments by name that something does not take, each with what to write instead.

    Args:
        found: What is called.
        names: The names of the arguments.
    """
    if isinstance(found, Object):
        found = attribute_of(found, "__call__")
    if not isinstance(found, Thing):
        return
    try:
        parameters = inspect.signature(found.value).parameters
    except (TypeError, ValueError):
        return
    if _takes_any(parameters) or _translates(found.value):
        return
    known = [name for name in parameters if name != "self"]
    for name in names:
        if name not in parameters and not _older(found.value, name, known):
            yield name, NOT_THERE.get(name) or nearest(name, known).strip() or _told(known)


def _takes_any(parameters: Mapping[str, inspect.Parameter]) -> bool:
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())


def _translates(thing: Any) -> bool:
    """Whether it is a function of this room around another, which knows more names than that one."""
    code = getattr(thing, "__code__", None)
    if code is None or not Path(code.co_filename).is_relative_to(ROOM):
        return False
    return _takes_any(inspect.signature(thing, follow_wrapped=False).parameters)


def _told(known: list[str]) -> str:
    return f"it takes {', '.join(known[:SHOWN])}{', ...' if len(known) > SHOWN else ''}."


def _older(thing: Any, name: str, known: list[str]) -> bool:
    """Whether it is an older name of an argument, and taken."""
    if OLDER.get(name) in known:
        return True
    renamed = getattr(thing, "renamed", {})
    if name in renamed:
        return True
    modernised = getattr(thing, "modernised", None)
    if modernised is None:
        return False
    try:
        return name not in modernised({name: 0.5})
    except (FalllineError, TypeError, KeyError, ValueError):
        return True
