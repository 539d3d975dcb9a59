"""The tables of names by the public module of their noun: where a configuration finds a class."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Protocol


class Table(Protocol):
    """A table of classes."""

    def find(self, name: str) -> Any:
        """The class of a saved name, or None."""

    def classes(self) -> Mapping[str, Any]:
        """Every class under its own name."""


TABLES: dict[str, Table] = {}
"""Public module, e.g. `optimizers` -> the table of its noun."""


def public(namespace: Mapping[str, Any]) -> list[str]:
    """The `__all__` of a package that imports its public names, `from ... import name as name`, and nothing else."""
    return sorted(
        name
        for name, thing in namespace.items()
        if not name.startswith("_") and not inspect.ismodule(thing) and thing is not public
    )
