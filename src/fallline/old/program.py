"""A script or a notebook as sources, with the modules beside it that it imports."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


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
