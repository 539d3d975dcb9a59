"""Where the figures go that a program shows: into a folder, or nowhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fallline.old.notices import say_once


@dataclass
class _Gallery:
    folder: Path | None
    count: int = 0


_current: ContextVar[_Gallery | None] = ContextVar("gallery", default=None)


@contextmanager
def figures_in(folder: Path | None) -> Iterator[None]:
    """Within, figures that are shown become figure-1.png, figure-2.png, ... in a folder; None: they are closed."""
    token = _current.set(_Gallery(None if folder is None else folder.resolve()))
    try:
        yield
        end()
    finally:
        _current.reset(token)


def keep(figure: Any) -> None:
    """Writes a figure that is shown."""
    gallery = _current.get()
    if gallery is None:
        return
    if gallery.folder is None:
        say_once("plt.show() opens no window; --figures FOLDER keeps the figures.")
        return
    gallery.count += 1
    gallery.folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(gallery.folder / f"figure-{gallery.count}.png")


def show() -> None:
    """Shows what is open, if the program draws at all."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].show()


def end() -> None:
    """At the end of the program."""
    backend = sys.modules.get("fallline.old.running.figures")  # which matplotlib loads, if anybody
    if backend is not None:
        backend.end()
