"""Files that are either there and whole, or not there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

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


def _keep(folder: Path) -> None:
    """Puts a folder's names on the disk, without which a power cut may take a new one back."""
    # Not every system lets a folder be opened, nor every file system be asked this of it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
