"""Whose a file is: the program's, or a library's."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from fallline.errors import PACKAGE

INSTALLED = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
"""The folders of Python's own library and of installed packages."""


def is_library(filename: str) -> bool:
    """Whether a file belongs to Python, to Fallline, or to an installed package."""
    return filename.startswith((PACKAGE, "<frozen", *INSTALLED)) or "site-packages" in filename


def lies_beside(filename: str, program: Path) -> bool:
    """Whether a file is in the folder of a program, or further within, and no library's."""
    return not is_library(filename) and Path(filename).is_relative_to(program.parent.resolve())
