"""One line of the table: how to make an object of a class, which of its numbers change, and what it is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from fallline.registry.tables import TABLES

NO_VALUE = object()


@dataclasses.dataclass(frozen=True)
class N:
    """A number of an object: two values that give different answers, and one that is refused."""

    one: Any
    other: Any
    impossible: Any = NO_VALUE


FACTORS = N(0.01, 0.5, -1.0)
"""A factor of a penalty."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of the table.

    Attributes:
        name: The class, as marks and files know it: `layers.Dropout`.
        given: What the object is given; the noun says what that means (see answers.py).
        settings: Arguments that stay.
        numbers: Arguments that change.
        number: Position in the table; tells two lines of one class apart.
    """

    name: str
    given: Any
    settings: Mapping[str, Any]
    numbers: Mapping[str, N]
    number: int = 0

    @property
    def module(self) -> str:
        """The noun's module, `layers`."""
        return self.name.partition(".")[0]

    @property
    def cls(self) -> type[Any]:
        """The class."""
        return TABLES[self.module].classes()[self.name.partition(".")[2]]

    def made(self, **changes: Any) -> Any:
        """The object with the first value of each number, or the one given."""
        first = {name: number.one for name, number in self.numbers.items()}
        return self.cls(**{**self.settings, **first, **changes})

    def other(self) -> Any:
        """The object that differs in all numbers."""
        return self.made(**{name: number.other for name, number in self.numbers.items()})

    def __str__(self) -> str:
        fixed = ",".join(f"{name}={value!r:.20}" for name, value in self.settings.items())
        return f"{self.name}({fixed})"


def entry(name: str, given: Any = None, **arguments: Any) -> Entry:
    """A line of the table from the arguments of the class; those that are an `N` change."""
    numbers = {key: value for key, value in arguments.items() if isinstance(value, N)}
    settings = {key: value for key, value in arguments.items() if not isinstance(value, N)}
    return Entry(name, given, settings, numbers)


def words(text: str) -> list[str]:
    """The words of a line: class names that differ in nothing else."""
    return text.split()
