"""Lines that a translation leaves as they are, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Left:
    """A line that is left as it was, and why."""

    line: int
    why: str


@dataclass(frozen=True)
class Modern:
    """A program in today's words.

    Attributes:
        text: The program; where lines are left, all others are translated.
        left: The lines that are not, and why.
        in_parts: Whether the text is of use where lines are left.
    """

    text: str
    left: tuple[Left, ...] = ()
    in_parts: bool = True
