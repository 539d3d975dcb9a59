"""Where callbacks write: what is no path is refused when it is written down, what cannot be written before training."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fallline.errors import UsageError


def checked_path(where: str, value: Any, what: str) -> str:
    """A path as a text.

    Args:
        where: Begins the message: class and argument.
        value: What the user gave.
        what: What it must be the name of: `a file`.

    Raises:
        UsageError: it is neither a text nor a path, or is empty.
    """
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise UsageError(f"{where} must be the name of {what}, got {type(value).__name__} {value!r:.60}.")
    return str(os.fspath(value))


def require_folder(where: str, folder: Path) -> None:
    """Makes sure that a folder is there or can be made.

    Raises:
        UsageError: a file stands in its place or on the way, or nothing may be written there.
    """
    existing = folder
    while not existing.exists() and existing.parent != existing:
        existing = existing.parent
    if not existing.is_dir():
        raise UsageError(f"{where}: {existing} is a file; a folder is needed there.")
    if not os.access(existing, os.W_OK):
        raise UsageError(f"{where}: nothing may be written in {existing}.")
