"""What a name of the program stands for where it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Exports = Callable[[str, str], bool]
"""Whether a module has a name."""


@dataclass
class Scope:
    """Names -> origins; None: something else. A name with dots is an attribute that the program set itself.

    Attributes:
        outer: The scope around it, None for a module's own.
        names: What it knows.
        stars: The modules of which it imports everything, the last one first.
        outside: Whether it imports everything of another package too.
        elsewhere: Names that belong to the module's scope, by `global`.
    """

    outer: Scope | None = None
    names: dict[str, str | None] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    outside: bool = False
    elsewhere: set[str] = field(default_factory=set)

    @property
    def module(self) -> Scope:
        """The scope of the module around."""
        return self if self.outer is None else self.outer.module

    def set(self, name: str, origin: str | None) -> None:
        """Binds a name."""
        (self.module if name in self.elsewhere else self).names[name] = origin

    def get(self, name: str, exports: Exports) -> str | None:
        """Where the name comes from, None for something else."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return self._of_star(name, exports)

    def override(self, origin: str) -> tuple[bool, str | None]:
        """Whether the program set this attribute itself, and what it then stands for."""
        names = self.module.names
        return origin in names, names.get(origin)

    def _of_star(self, name: str, exports: Exports) -> str | None:
        module = self.module
        for star in module.stars:
            if exports(star, name):
                return f"{star}.{name}"
        return None
