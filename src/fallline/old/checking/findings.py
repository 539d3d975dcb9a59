"""What a check finds, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fallline.old.uses import Place

Kind = Literal["scope", "name", "argument", "module", "file"]

SHOWN = 4
"""Further lines that are named after the first."""


@dataclass(frozen=True)
class Finding:
    """Something that a program uses and that is not there.

    Attributes:
        kind: "scope": what Fallline leaves to other libraries; "name": a name or a method; "argument"; "module": of somebody
            else; "file": one that the program reads.
        name: How it is called: `keras.layers.LSTM`.
        instead: Why, and what to use.
        places: The lines, in their order.
    """

    kind: Kind
    name: str
    instead: str
    places: tuple[Place, ...]

    def __str__(self) -> str:
        more = [
            f"cell {place.cell}, line {place.line}" if place.cell else str(place.line)
            for place in self.places[1:]
        ]
        also = ", ".join(more[:SHOWN]) + (", ..." if len(more) > SHOWN else "")
        return f"{self.places[0]}: {self.name}: {self.instead}" + (f" (also {also})" if also else "")


@dataclass(frozen=True)
class Findings:
    """What a check of a program found.

    Attributes:
        program: The file's name.
        looked_up: How many names of tensorflow and Keras it uses.
        missing: What is not there, in the order of the lines.
    """

    program: str
    looked_up: int
    missing: tuple[Finding, ...] = ()

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """What surely stops the program: kinds of networks and of data that Fallline leaves to other libraries."""
        return tuple(finding for finding in self.missing if finding.kind == "scope")

    @property
    def exit_code(self) -> int:
        """1 if anything is missing, else 0."""
        return 1 if self.missing else 0

    def __str__(self) -> str:
        if not self.missing:
            names = f"{self.looked_up} names of tensorflow and keras" if self.looked_up != 1 else "1 name"
            return f"{self.program}: nothing is missing ({names} looked up)"
        lines = [str(finding) for finding in self.missing]
        things = "1 thing is" if len(lines) == 1 else f"{len(lines)} things are"
        return "\n".join([*lines, f"{self.program}: {things} missing"])
