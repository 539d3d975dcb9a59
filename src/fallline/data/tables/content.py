"""The bytes of a source: from a file, a member of an archive, or standard input."""

from __future__ import annotations

import difflib
import mmap
import sys
from dataclasses import dataclass
from pathlib import Path

from fallline.errors import DataError

Bytes = bytes | bytearray | mmap.mmap

_MAPPED_FROM = 64 * 2**20
"""Larger files are mapped, so that they never lie in memory beside the table that they become."""


@dataclass(frozen=True)
class Content:
    """What a source holds.

    Args:
        data: The bytes.
        source: The source's name, for messages: a path, `archive.zip/inner.csv`, `standard input`.
        path: The file that holds these very bytes, where there is one: some readers take their part of it alone.
        notes: What was done to get here, one sentence each.
    """

    data: Bytes
    source: str
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def start(self) -> bytes:
        """The first bytes, by which a form is known."""
        return bytes(self.data[:4096])


def file_content(path: Path) -> Content:
    """The content of a file.

    Raises:
        DataError: there is no such file, it cannot be read, or it is empty; a near name is suggested.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            data = (
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size >= _MAPPED_FROM else file.read()
            )
    except FileNotFoundError:
        raise DataError(f"no file {path}.{near_file(path)}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    return _filled(Content(data, str(path), path if path.is_file() else None))


def standard_input() -> Content:
    """What is piped into the program, read whole.

    Raises:
        DataError: it is empty, or closed.
    """
    if sys.stdin is None:  # as `<&-` leaves it
        raise DataError("standard input is closed. Pipe the rows in: cat rows.csv | fallline ... -")
    return _filled(Content(sys.stdin.buffer.read(), "standard input"))


def near_file(path: Path) -> str:
    """` Did you mean "houses.csv"?` where a near name lies beside the path; else nothing, or the missing folder."""
    if not path.parent.is_dir():
        return f" There is no folder {path.parent} either."
    # By stem and ending apart: every name that ends in .csv is near every other, and a picture is no table.
    names = {
        entry.stem: entry.name
        for entry in path.parent.iterdir()
        if (entry.is_file() or not path.suffix)
        and (not path.suffix or difflib.get_close_matches(path.suffix, [entry.suffix], cutoff=0.7))
    }
    near = difflib.get_close_matches(path.stem, names, n=1, cutoff=0.7)
    return f' Did you mean "{path.parent / names[near[0]]}"?' if near else ""


def _filled(content: Content) -> Content:
    if not len(content.data):
        raise DataError(f"{content.source} is empty.")
    return content
