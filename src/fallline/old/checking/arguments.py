"""The arguments that something takes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from fallline.errors import FalllineError, nearest
from fallline.models.arguments import NOT_THERE, OLDER
from fallline.old.checking.objects import Kept, Object, Thing, attribute_of

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
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()):
        return
    known = [name for name in parameters if name != "self"]
    for name in names:
        if name not in parameters and not _older(found.value, name, known):
            yield name, NOT_THERE.get(name) or nearest(name, known).strip() or _told(known)


def _told(known: list[str]) -> str:
    return f"it takes {', '.join(known[:SHOWN])}{', ...' if len(known) > SHOWN else ''}."


def _older(thing: Any, name: str, known: list[str]) -> bool:
    """Whether it is an older name of an argument, and taken."""
    if not isinstance(thing, type):
        return OLDER.get(name) in known
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
