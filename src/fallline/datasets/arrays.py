"""Arrays out of files of NumPy."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from fallline.datasets.kept import damaged

UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading raises of a file that is damaged or of another kind."""


def arrays_of(path: Path, *names: str) -> list[np.ndarray]:
    """The arrays of these names of an .npz file, numbers only.

    Raises:
        DataError: the file is damaged or of another kind.
    """
    try:
        # Opened here: NumPy leaves what is no archive open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return [file[name] for name in names]
    except UNREADABLE as error:
        raise damaged(path, _told(error, names)) from error


def check_rows(path: Path, *pairs: tuple[Any, Any]) -> None:
    """Each pair of rows and targets has as many of the one as of the other.

    Raises:
        DataError: it has not.
    """
    for x, y in pairs:
        if np.ndim(x) == 0 or np.ndim(y) == 0 or len(x) != len(y):
            raise damaged(path, f"x {np.shape(x)} and y {np.shape(y)} do not belong together")


def _told(error: Exception, names: tuple[str, ...]) -> str:
    return f"no {error} of {', '.join(names)}" if isinstance(error, KeyError) else str(error)
