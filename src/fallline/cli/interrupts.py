"""Ctrl-C on the command line, outside the training itself."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from fallline.cli.failures import INTERRUPTED


@contextlib.contextmanager
def leaving_at_once() -> Iterator[None]:
    """Ctrl-C ends the process at once, with exit code 130.

    A KeyboardInterrupt raised while a compiled library is being loaded is swallowed, or crashes it. Nothing is
    lost by leaving: files are written whole or not at all, and during the training the engine's own handler
    stands before this one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _leave(_signum: int, _frame: FrameType | None) -> None:
    with contextlib.suppress(OSError):
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"interrupted.\n")
    os._exit(INTERRUPTED)
