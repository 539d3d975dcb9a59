"""Objects as a line or two: what a person types at a prompt must not print arrays, or pages of numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

SMALL = 8
"""Arrays of so many numbers are shown whole; larger ones by type and shape."""
ITEMS = 6
"""Entries of a list or dictionary that are shown."""
DEPTH = 4
"""Levels of lists and dictionaries that are shown."""
LONGEST = 1000
"""Characters of one object."""


def shown(value: Any, depth: int = DEPTH) -> str:
    """A value in few words: `float32(1000, 20)` for an array, the first entries of a list, else its repr."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return _array(value)
    if isinstance(value, str | bytes):
        return repr(value) if len(value) <= LONGEST // 5 else f"{value[: LONGEST // 5]!r}..."
    plain = type(value) in (list, tuple, set, frozenset) or isinstance(value, Mapping)
    if not plain:
        return cut(repr(value))
    left, right = "[]" if isinstance(value, list) else "()" if isinstance(value, tuple) else "{}"
    if depth == 0:
        return f"{left}...{right}"
    if isinstance(value, Mapping):
        entries = (f"{key!r:.60}: {shown(item, depth - 1)}" for key, item in value.items())
    else:
        entries = (shown(item, depth - 1) for item in value)
    return (
        f"{left}{_first(entries, len(value))}{',' if type(value) is tuple and len(value) == 1 else ''}{right}"
    )


def _first(entries: Iterable[str], count: int) -> str:
    few = [entry for entry, _ in zip(entries, range(ITEMS), strict=False)]
    return ", ".join([*few, f"... {count} in all"] if count > ITEMS else few)


def _array(value: Any) -> str:
    kind = f"{value.dtype}{tuple(value.shape)}"
    if getattr(value, "is_deleted", bool)() or not isinstance(value, np.ndarray | np.generic):
        try:  # of JAX: given away, or a stand-in within a program, it has no numbers
            value = np.asarray(value) if value.size <= SMALL else value
        except Exception:
            return kind
    if value.size > SMALL or value.dtype.kind not in "biuf" or not isinstance(value, np.ndarray | np.generic):
        return kind
    return repr(value.item()) if value.ndim == 0 else f"{value.dtype}{value.tolist()}"


def cut(text: str) -> str:
    """A text of at most `LONGEST` characters."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def fields_shown(node: Any) -> str:
    """The repr of a dataclass: `Batch(x=float32(1000, 20), y=int32(1000,), weight=None)`."""
    entries = [
        f"{field.name}={shown(getattr(node, field.name))}" for field in dataclasses.fields(node) if field.repr
    ]
    return cut(f"{type(node).__qualname__}({', '.join(entries)})")
