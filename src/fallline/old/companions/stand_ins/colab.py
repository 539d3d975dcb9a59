"""`google.colab` outside of Colab."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NoReturn

from fallline.errors import UsageError
from fallline.old.notices import say_once


def mount(folder: str, *_: Any, **__: Any) -> None:
    """The folder is not mounted: files are read from where they lie."""
    say_once(
        f'this is not Colab: "{folder}" is not mounted. Lay the files beside the program and name them so.'
    )


def upload(*_: Any, **__: Any) -> NoReturn:
    """Nobody can be asked for a file.

    Raises:
        UsageError: always.
    """
    raise UsageError(
        "google.colab.files.upload() asks for a file in Colab's page. Lay it beside the program and open it."
    )


def download(*_: Any, **__: Any) -> None:
    """The file lies here already."""


drive = SimpleNamespace(mount=mount, flush_and_unmount=download)
files = SimpleNamespace(upload=upload, download=download)
