"""A script or a notebook as sources, with the modules beside it that it imports."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from pathlib import Path

from fallline.errors import UsageError
from fallline.old.reading.beside import imported_from, package_of
from fallline.old.reading.magics import without_magics, without_shell_calls
from fallline.old.reading.mistakes import mistake
from fallline.old.reading.notebook import cells_of
from fallline.old.reading.text import text_of


@dataclass(frozen=True)
class Source:
    """One piece of a program's text.

    Attributes:
        path: The file.
        text: What Python runs; lines that are not Python (magics, shell) are blank, so that line numbers hold.
        tree: The text, parsed.
        cell: Which cell of a notebook it is, counted from 1; None: a file.
    """

    path: Path
    text: str
    tree: ast.Module
    cell: int | None = None


@dataclass(frozen=True)
class Program:
    """A script or a notebook.

    Attributes:
        path: The file that was named.
        main: Its text: one source, or a notebook's cells.
        beside: The modules in its folder that it imports, directly or through each other.
    """

    path: Path
    main: tuple[Source, ...]
    beside: tuple[Source, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """All of its text."""
        return (*self.main, *self.beside)


def read_program(path: Path) -> Program:
    """A script or a notebook, with the modules beside it that it imports.

    What IPython runs and Python does not (magics, shell lines) is blank in the texts, and is told once each kind.

    Raises:
        UsageError: there is no such file, or it is no Python; a text of Python 2 is called so, with its line.
    """
    text = text_of(path)
    if path.suffix == ".ipynb":
        read = ((number, without_magics(cell)) for number, cell in enumerate(cells_of(path, text), 1))
        main = tuple(_source(path, cell, number) for number, cell in read if cell is not None)
    else:
        main = (_source(path, without_magics(text) or "", None),)
    return Program(path, main, _beside(path, main))


def _source(path: Path, text: str, cell: int | None) -> Source:
    try:
        tree = _parsed(text)
        plain = without_shell_calls(text, tree)
        return Source(path, plain, tree if plain is text else _parsed(plain), cell)
    except SyntaxError as error:
        raise mistake(error, path, cell) from None


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in the texts of old programs
        return ast.parse(text)


def _beside(path: Path, main: tuple[Source, ...]) -> tuple[Source, ...]:
    folder = path.parent
    found: dict[Path, Source] = {}
    waiting = imported_from((source.tree for source in main), folder)
    while waiting:
        each = waiting.pop(0)
        if each in found or each == path:
            continue
        try:
            found[each] = _source(each, without_magics(text_of(each)) or "", None)
        except UsageError:
            continue  # whoever imports it is told
        waiting += imported_from([found[each].tree], folder, package_of(each, folder))
    return tuple(found.values())
