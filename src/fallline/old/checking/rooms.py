"""A dotted name of tensorflow or Keras -> what stands for it, or why nothing does."""

from __future__ import annotations

import importlib.util
import inspect
import re
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from fallline.errors import ABSENT, IMAGES, SEQUENCES, FalllineError
from fallline.old.checking.objects import Kept, Object, Thing, Unknown, attribute_of, called, item_of
from fallline.old.running.mapping import Style, homes
from fallline.old.spaces import OutOfScope
from fallline.own.loading import load

REFUSED = ("Not offered", "Refused:")
"""How the description of a function begins that only says why it is not there."""
OUTSIDE = ("out of scope", "feedforward", "queues", IMAGES, SEQUENCES)
"""What the reason says where a name is out of scope, rather than missing."""
OTHERS = re.compile(r"^(.*has no .*\. )?(Known: .*|.* is not offered; there are .*)$")
"""The list of all names that are there: too long to tell for each."""


@dataclass(frozen=True)
class Absent:
    """A name that is not there.

    Attributes:
        name: The name, as far as it is to be read to miss something: `keras.layers.LSTM`, or `History.nothing`.
        why: The room's own words.
        outside: Whether it is out of scope.
    """

    name: str
    why: str
    outside: bool


def resolve(origin: str, style: Style) -> Kept | Absent:
    """What stands for an origin such as `keras.Sequential().fit`: a thing, something unknown, or why nothing does.

    Args:
        origin: The name from its package on; `()` after what is called, `[]` after what is indexed.
        style: What `tensorflow` means to the program.
    """
    steps = steps_of(origin)
    name = steps.pop(0)
    found = _module(name, style)
    if found is None:
        return Absent(name, "no such module.", False)
    return walk(found, name, steps, style)


def walk(found: Kept, name: str, steps: list[str], style: Style) -> Kept | Absent:
    """What is found from something on, by attributes, calls and keys."""
    for step in steps:
        name += step if step in ("()", "[]") else f".{step}"
        try:
            found = _next(found, step, name, style)
        except (AttributeError, ImportError, FalllineError) as error:
            return _absent(name, found, error)
        if isinstance(found, Unknown):
            return found
    return found


def _next(found: Kept, step: str, name: str, style: Style) -> Kept:
    if step == "()":
        _refused(found)
        given = called(found)
        # What stands for a function of graphs where arrays are meant gives something else than is written at it.
        of_graphs = isinstance(given, Object) and given.of.__module__.startswith("fallline.graph")
        return Unknown() if of_graphs and style == "eager" else given
    if step == "[]":
        return item_of(found)
    if isinstance(found, Thing) and isinstance(found.value, ModuleType):
        return _in_module(found.value, step, name, style)
    return attribute_of(found, step)


def _in_module(module: ModuleType, step: str, name: str, style: Style) -> Kept:
    try:
        return Thing(getattr(module, step))
    except (AttributeError, ImportError, FalllineError):
        inner = _module(name, style) if "()" not in name else None
        if inner is None:
            raise
        return inner


def _module(name: str, style: Style) -> Thing | None:
    for home in homes(name, style):
        try:
            there = importlib.util.find_spec(home) is not None
        except (ImportError, ValueError):
            there = False
        if there:
            return Thing(load(home))
    return None


def _refused(found: Kept) -> None:
    """Raises what a class or function raises that is there to say why it is not."""
    value = found.value if isinstance(found, Thing) else None
    if isinstance(value, type) and issubclass(value, OutOfScope):
        raise AttributeError(value.reason)
    if isinstance(value, FunctionType) and (inspect.getdoc(value) or "").startswith(REFUSED):
        value()


def _absent(name: str, within: Kept, error: Exception) -> Absent:
    text = " ".join(str(error).split())
    last = name.removesuffix("()").split(".")[-1]
    # The room says again which name it is; the reason follows.
    before, colon, after = text.partition(": ")
    why = after if colon and last in before else text
    why = OTHERS.sub("no such name.", why)
    outside = any(sign in text for sign in OUTSIDE) or ABSENT.get(last) in (IMAGES, SEQUENCES)
    shown = f"{within.of.__name__}.{last}" if isinstance(within, Object) else name.removesuffix("()")
    return Absent(shown, why, outside)


def steps_of(origin: str) -> list[str]:
    """The parts of an origin: names, `()` and `[]`."""
    return [step for part in origin.split(".") for step in re.split(r"(?=\(\)|\[\])", part) if step]


def exports(style: Style, module: str, name: str) -> bool:
    """Whether `from module import *` gives a name."""
    found = resolve(module, style)
    value = found.value if isinstance(found, Thing) else None
    if not isinstance(value, ModuleType):
        return False
    listed: Any = getattr(value, "__all__", None)
    return name in (listed if listed is not None else dir(value)) and not name.startswith("_")
