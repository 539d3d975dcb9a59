"""The files of data sets: where Keras keeps them, and how they come there."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fallline.errors import DataError

KERAS_FILES = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True)
class Remote:
    """A file in a public place.

    Attributes:
        url: Its address.
        known_hash: What its bytes hash to, as "sha256:..." or "md5:...".
    """

    url: str
    known_hash: str


def folders() -> list[Path]:
    """Where Keras keeps files: its home, and where that cannot be written, also the folder for temporary files."""
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    parent = next((each for each in (home, *home.parents) if each.exists()), home)
    if os.access(parent, os.W_OK):
        return [home]
    # Keras's own second place.
    return [home, Path("/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()) / ".keras"]


def found(*names: str | Path) -> Path | None:
    """The first of these files or folders below Keras's `datasets` that there is; a whole path stands for itself."""
    for folder in folders():
        for name in names:
            path = folder / "datasets" / Path(name).expanduser()
            if path.exists():
                return path
    return None


def place(name: str | Path) -> Path:
    """Where a file of this name comes to lie when it is downloaded."""
    return folders()[-1] / "datasets" / Path(name).expanduser()


def kept(name: str | Path, remote: Remote) -> Path:
    """The file of this name where Keras keeps it; downloaded if it is not there.

    A file that lies there is taken as it is: its form is checked where it is read, its hash only when it comes.

    Raises:
        DataError: it is not there and cannot be downloaded.
    """
    return found(name) or download(remote, place(name))


def download(remote: Remote, target: Path) -> Path:
    """Brings a file under `target`, with its progress on standard error.

    Raises:
        DataError: there is no connection, the address no longer holds the file, its hash is another, or the folder
            cannot be written.
    """
    import pooch
    import requests

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _quiet(pooch.get_logger()), _shown(remote.url) as bar:
            pooch.retrieve(
                remote.url,
                remote.known_hash,
                fname=target.name,
                path=target.parent,
                downloader=pooch.HTTPDownloader(progressbar=bar),
            )
    except (requests.ConnectionError, requests.Timeout) as error:
        raise DataError(_failed(remote, target, "there is no connection")) from error
    except (OSError, ValueError) as error:
        raise DataError(_failed(remote, target, str(error))) from error
    return target


def damaged(path: Path, why: object) -> DataError:
    """The error for a file that is not what its name says."""
    told = " ".join(str(why).split()).rstrip(".")
    return DataError(f"{path} is damaged or another file: {told}. Delete it, and it is downloaded anew.")


def _failed(remote: Remote, target: Path, why: str) -> str:
    return (
        f"{target} is not there, and to download it from {remote.url} failed: {why.rstrip('.')}. "
        f"Get it from that address elsewhere, and put it there."
    )


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Bar:
    """The progress of a download as pooch tells it: `total`, then how much came."""

    def __init__(self, show: Any) -> None:
        self._show = show
        self.total = 0

    def update(self, more: int) -> None:
        self._show(self.total, more)

    def reset(self) -> None:
        """Pooch asks for it at the end, before it tells the total once more."""

    def close(self) -> None:
        """Likewise."""


@contextmanager
def _shown(url: str) -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    sys.stdout.flush()
    print(f"Downloading {url}", file=sys.stderr, flush=True)
    console = Console(stderr=True)
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        came = [0]

        def show(total: int, more: int) -> None:
            came[0] = min(came[0] + more, total or sys.maxsize)
            progress.update(task, total=total or None, completed=came[0])

        yield _Bar(show)
