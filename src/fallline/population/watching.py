"""Those who look at a sweep from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fallline.engine import Boundary


class Watcher(Protocol):
    """Who looks at a sweep, e.g. a display."""

    def looked(self, sweep: Any, boundary: Boundary | None) -> None:
        """Called some times a second while networks train, and with None before a group trains and after each stretch."""


class Looks:
    """The observer of a group's run.

    Args:
        looked: What is called at each boundary.
    """

    granularity = "boundary"

    def __init__(self, looked: Callable[[Boundary], None]) -> None:
        self._looked = looked

    def at_boundary(self, boundary: Boundary) -> None:
        """Passes on what it sees."""
        self._looked(boundary)
