"""Ctrl-C during a run: an event that is looked at between dispatches."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


@contextlib.contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Turns the first Ctrl-C into an event that is looked at between dispatches; a second one raises.

    A KeyboardInterrupt raised in the middle of a dispatch would lose the donated state. One within another is given the
    event of that one: who trains many runs sees the Ctrl-C of each.
    """
    event = threading.Event()
    previous = signal.getsignal(signal.SIGINT)
    if isinstance(previous, _Handler):
        yield previous.event
        return
    # A handler that is not Python's (None: of a program that embeds it) could not be put back at the end.
    if previous is None or threading.current_thread() is not threading.main_thread():
        yield event
        return
    signal.signal(signal.SIGINT, _Handler(event, previous))
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)


class _Handler:
    """What Ctrl-C calls."""

    def __init__(self, event: threading.Event, previous: Callable[..., Any] | int) -> None:
        self.event = event
        self._previous = previous

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        if self.event.is_set() and callable(self._previous):
            self._previous(signum, frame)
        self.event.set()
