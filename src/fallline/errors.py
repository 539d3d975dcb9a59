"""Every error Fallline raises on purpose.

    FalllineError
    ├── UsageError (ValueError)        an argument is wrong, or arguments contradict each other
    │   └── UnknownNameError           a name is in no table; the message suggests the nearest
    ├── ShapeError (ValueError)        arrays or layers do not fit together
    ├── DataError (ValueError)         the data cannot be used as they are
    ├── NotReadyError (RuntimeError)   a model is used before it is built or compiled
    └── SavedFileError (ValueError)    a saved model or run cannot be read

A message says where, what came, what was expected, and the remedy, in one to three lines.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FalllineError(Exception):
    """Base of every error that Fallline raises on purpose."""


class UsageError(FalllineError, ValueError):
    """An argument is wrong, or two arguments contradict each other."""


class ShapeError(FalllineError, ValueError):
    """Arrays or layers do not fit together."""


class DataError(FalllineError, ValueError):
    """The data cannot be used as they are."""


class NotReadyError(FalllineError, RuntimeError):
    """A model is used before it is built or compiled."""


class SavedFileError(FalllineError, ValueError):
    """A saved model or run cannot be read."""


class UnknownNameError(UsageError):
    """A name is in no table; the message suggests the nearest one."""

    def __init__(self, noun: str, name: object, known: Iterable[str]) -> None:
        known = sorted(set(known))
        super().__init__(f'unknown {noun} "{name}". {suggestion(str(name), known)}')


def suggestion(name: str, known: Iterable[str]) -> str:
    """`Did you mean "adam"?` when a known name is near, else the list of known names."""
    known = list(known)
    by_lower = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(name.casefold(), by_lower, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{by_lower[near[0]]}"?'
    shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
    return f"Known: {shown}."
