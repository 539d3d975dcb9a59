"""What a program's own text tells of the versions of the libraries it was written for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fallline.old.program import Program

Version = tuple[int, int]


@dataclass(frozen=True)
class Clue:
    """A line of the program that tells its age, such as `nb_epoch=`."""

    says: str
    path: Path
    line: int


@dataclass(frozen=True)
class Age:
    """The versions that a program can have been written for.

    Attributes:
        style: Whether `tensorflow` means graphs and sessions, or arrays at once.
        keras_from: The first Keras that has all that the program uses, None where nothing tells.
        keras_before: The first Keras in which the program no longer ran, None where nothing tells: `(2, 3)` for one that
            reads `history["acc"]`.
        clues: The lines that tell it.
    """

    style: Literal["graph", "eager"] = "eager"
    keras_from: Version | None = None
    keras_before: Version | None = None
    clues: tuple[Clue, ...] = ()

    def before(self, version: Version) -> bool:
        """Whether the program is surely of before this version of Keras."""
        return self.keras_before is not None and self.keras_before <= version


_GRAPH_NAMES = {
    "placeholder",
    "Session",
    "InteractiveSession",
    "contrib",
    "global_variables_initializer",
    "initialize_all_variables",
}


def read_age(program: Program) -> Age:
    """What the texts of a program tell of its age."""
    for source in program.sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr in _GRAPH_NAMES:
                return Age("graph", clues=(Clue(node.attr, source.path, node.lineno),))
    return Age()


_UNTOLD = Age()
_current: ContextVar[Age] = ContextVar("age", default=_UNTOLD)


def current() -> Age:
    """The age of the program that runs."""
    return _current.get()


@contextmanager
def of(age: Age) -> Iterator[None]:
    """Within, a program of this age runs."""
    token = _current.set(age)
    try:
        yield
    finally:
        _current.reset(token)
