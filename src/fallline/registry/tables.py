"""The tables of names by the public module of their noun: where a configuration finds a class."""

from __future__ import annotations

from typing import Any, Protocol


class Table(Protocol):
    """A table of classes."""

    def find(self, name: str) -> Any:
        """The class of a saved name, or None."""


TABLES: dict[str, Table] = {}
"""Public module, e.g. `optimizers` -> the table of its noun."""
