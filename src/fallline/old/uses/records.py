"""What a program uses: names, calls, texts and imports, each with its place."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

ROOTS = ("tensorflow", "keras", "tf_keras")
"""The packages whose names are followed."""


@dataclass(frozen=True, order=True)
class Place:
    """A line of a program.

    Attributes:
        path: The file.
        line: Its line, counted from 1; of a notebook: that of the cell.
        cell: The cell of a notebook, counted from 1; 0: a file.
    """

    path: Path
    line: int
    cell: int = 0

    def __str__(self) -> str:
        return (
            f"{self.path.name}, cell {self.cell}, line {self.line}"
            if self.cell
            else f"{self.path.name}:{self.line}"
        )


@dataclass(frozen=True)
class Use:
    """A name that is used.

    Attributes:
        origin: Where it comes from, from the package on: `()` after what is called, `[]` after what is indexed, as in
            `keras.models.Sequential().fit().history`.
        place: The line.
        guarded: Whether the program goes on where it is missing, within `try`.
        node: The expression, or the statement that imports it.
        root: Where the name that the expression begins with comes from.
    """

    origin: str
    place: Place
    guarded: bool = False
    node: ast.AST | None = field(default=None, compare=False, repr=False)
    root: str = field(default="", compare=False, repr=False)

    @property
    def name(self) -> str:
        """The dotted name of the package's that it begins with: `keras.models.Sequential`."""
        return self.origin.split("(")[0].split("[")[0]


@dataclass(frozen=True)
class Call:
    """A call of what comes from a package.

    Attributes:
        origin: What is called.
        place: The line.
        positional: How many arguments stand without a name; None where `*` gives some.
        keywords: The names of the others.
        open: Whether `**` gives more.
        guarded: Whether the program goes on where it fails, within `try`.
        node: The expression.
    """

    origin: str
    place: Place
    positional: int | None
    keywords: tuple[str, ...]
    open: bool = False
    guarded: bool = False
    node: ast.Call | None = field(default=None, compare=False, repr=False)

    @property
    def last(self) -> str:
        """The last name of what is called: `fit`."""
        return self.origin.rsplit(".", 1)[-1].removesuffix("()")


@dataclass(frozen=True)
class Text:
    """A text that stands in the program.

    Attributes:
        given_to: The name of an argument, its number from 0, or `[]` for a key.
        text: The text.
        place: The line.
        of: The last name of what is called, or of what has the key.
    """

    given_to: str
    text: str
    place: Place
    of: str = ""


@dataclass(frozen=True)
class Import:
    """A module that is imported, whosever it is."""

    module: str
    place: Place
    guarded: bool = False


@dataclass
class Uses:
    """All that a program uses, in the order of its lines."""

    names: list[Use] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    attributes: list[tuple[str, Place]] = field(default_factory=list)
    """Every name that follows a dot, whatever stands before it."""
    keywords: list[tuple[str, Place]] = field(default_factory=list)
    """Every argument by name, whatever is called."""
