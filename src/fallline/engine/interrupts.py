"""Ctrl-C during a run: an event that is looked at between dispatches."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Turns the first Ctrl-C into an event that is looked at between dispatches; a second one raises.

    A KeyboardInterrupt raised in the middle of a dispatch would lose the donated state.
    """
    event = threading.Event()
    previous = signal.getsignal(signal.SIGINT)
    # A handler that is not Python's (None: of a program that embeds it) could not be put back at the end.
    if previous is None or threading.current_thread() is not threading.main_thread():
        yield event
        return

    def on_interrupt(signum: int, frame: FrameType | None) -> None:
        if event.is_set() and callable(previous):
            previous(signum, frame)
        event.set()

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)
