"""What a program's own text tells of the versions of the libraries it was written for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fallline.old.facts import Version
from fallline.old.program import Program


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
        keras_of: Whose Keras it is: of its own package, or TensorFlow's; None where it uses none.
    """

    style: Literal["graph", "eager"] = "eager"
    keras_from: Version | None = None
    keras_before: Version | None = None
    clues: tuple[Clue, ...] = ()
    keras_of: Literal["keras", "tensorflow"] | None = None

    def before(self, version: Version) -> bool:
        """Whether the program is surely of before this version of Keras."""
        return self.keras_before is not None and self.keras_before <= version


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


def read_age(program: Program) -> Age:
    """What a program's text tells of its age; nothing of it runs."""
    # Only here, so that the rooms that ask for the age do not load what reads it.
    from fallline.old.dating import dated
    from fallline.old.uses import read_uses

    told = dated(read_uses(program))
    clues = tuple(Clue(says, place.path, place.line) for says, place in told.marks)
    return Age(told.style, told.since, told.until, clues, told.keras_of)
