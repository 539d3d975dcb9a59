"""Files: written so that they are either there and whole or not there; and the file of a model.

A model's arrays lie in it, and what they are as JSON in its header. Reading the header alone does not load JAX.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from fallline.errors import SavedFileError

FORMAT = "fallline-model-2"
WEIGHTS = "fallline-weights-2"

OPTIMIZER = "optimizer:"
"""Begins the names of the arrays that the optimizer remembers."""

# Asked once, before there are threads: it can only be asked by setting it, which holds for all of them.
_UMASK = os.umask(0o077)
os.umask(_UMASK)


@contextlib.contextmanager
def written_whole(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes its place under `path` only when all of it is on the disk.

    An error, a full disk or a kill in between leaves an older file untouched and nothing half-written.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_UMASK)
        Path(temporary).replace(path)
        _keep(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def cache_folder() -> Path | None:
    """Where compiled programs are kept between processes; None where nothing is to be kept.

    FALLLINE_CACHE=off      keeps nothing
    FALLLINE_CACHE=DIR      keeps it there
    """
    setting = os.environ.get("FALLLINE_CACHE", "")
    if setting.casefold() in ("off", "0", "no"):
        return None
    if setting:
        return Path(setting)
    import platformdirs

    return Path(platformdirs.user_cache_dir("fallline")) / "programs"


def read_description(path: Path) -> dict[str, Any]:
    """What a file says of itself. That the whole file is there is checked, the arrays are not read.

    Raises:
        SavedFileError: the file is missing or damaged.
    """
    return _read(path, arrays=False)[0]


def read_file(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a file says of itself, and its arrays by name.

    Raises:
        SavedFileError: the file is missing or damaged.
    """
    return _read(path, arrays=True)


def require_model(description: dict[str, Any], path: Path) -> None:
    """Refuses what is no model of this version.

    Raises:
        SavedFileError: it is from another version, or holds weights alone.
    """
    if description["format"] != FORMAT:
        raise SavedFileError(
            f"{path} has format {description['format']!r:.60}; this version reads {FORMAT!r}."
            + (
                " It holds weights alone: make the model, then load_weights."
                if description["format"] == WEIGHTS
                else ""
            )
        )


def _keep(folder: Path) -> None:
    """Puts a folder's names on the disk, without which a power cut may take a new one back."""
    # Not every system lets a folder be opened, nor every file system be asked this of it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(path: Path, *, arrays: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise SavedFileError(
            f"{path} is a folder, no model file." if path.is_dir() else f"{path}: no such model file."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = file.keys() if arrays else ()
            found = {name: file.get_tensor(name) for name in names}
        description = json.loads(metadata["fallline"])
        description["format"]
    except (SafetensorError, KeyError, TypeError, ValueError, OSError, RecursionError) as error:
        raise SavedFileError(
            f"{path} is not a fallline model, or is damaged ({type(error).__name__})."
        ) from error
    return description, found
