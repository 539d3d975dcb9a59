"""Where a display shows itself: drawn over itself on a terminal and in a notebook, plain lines anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from fallline.callbacks.cell import Cell, in_notebook

if TYPE_CHECKING:
    from rich.live import Live

FIRST_LINES_SECONDS = 10.0
LINE_INTERVAL_SECONDS = (1.0, 5.0)
"""Seconds between plain lines: during the first ten seconds, and after."""


class Screen:
    """A stream that a display draws on. A reader that has gone costs nobody a training: nothing is shown from then on.

    Args:
        stream: Where to write; None for standard error, and in a notebook for the cell.
        live: Whether to draw over the display in place; None for "if the stream is a terminal, or it is a notebook".
    """

    def __init__(self, stream: TextIO | None = None, live: bool | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream
        notebook = stream is None and live is not False and in_notebook()
        self._cell = Cell() if notebook else None
        self.live = notebook or (self.stream.isatty() if live is None else live)
        self.closed = False
        self._display: Live | None = None

    @property
    def drawn(self) -> bool:
        """Whether something was drawn that the next drawing takes the place of."""
        return self._display is not None or (self._cell is not None and self._cell.used)

    @property
    def plain(self) -> bool:
        """Whether it can show nothing but ASCII."""
        return not (self.stream.encoding or "utf-8").casefold().startswith("utf")

    @property
    def width(self) -> int:
        """Columns; 80 where that is not known."""
        if self._cell is not None:
            return 80
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def begin(self) -> None:
        """Forgets an earlier display."""
        self._cell = None if self._cell is None else Cell()
        self.closed = False

    def draw(self, text: str) -> None:
        """Draws text over the one before."""
        self._guarded(lambda: self._draw(text))

    def write(self, text: str) -> None:
        """Writes lines that stay."""
        if self._cell is not None:
            self.draw(text)
        else:
            self._guarded(lambda: print(text, file=self.stream, flush=True))

    def close(self) -> None:
        """Leaves the last drawing, and the terminal as it was."""
        self.closed = True
        if self._display is not None:
            self._guarded(self._display.stop)
            self._display = None

    def _draw(self, text: str) -> None:
        if self._cell is not None:
            self._cell.show(text)
            return
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        class ProgressConsole(Console):
            def on_broken_pipe(self) -> None:
                # rich would end the whole program here.
                raise BrokenPipeError

        drawn = Text(text, no_wrap=True, overflow="crop")
        if self._display is None:
            # No refresh thread: boundaries come often enough, and a thread would take time from training.
            console = ProgressConsole(file=self.stream, force_terminal=True, highlight=False)
            self._display = Live(
                drawn, console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
            )
            self._display.start(refresh=True)
        else:
            self._display.update(drawn, refresh=True)

    def _guarded(self, write: Callable[[], None]) -> None:
        # A reader that has gone (a closed terminal, `| head`) must not cost a training.
        try:
            write()
        except (OSError, ValueError):
            self.closed = True


class LineClock:
    """Says when a plain line is due: once a second at first, later every five.

    Args:
        delay: Seconds before the first.
    """

    def __init__(self, delay: float) -> None:
        self._next = delay

    def due(self, seconds: float) -> bool:
        """Whether a line is due now; then the next is not before an interval has passed."""
        if seconds < self._next:
            return False
        self._next = seconds + LINE_INTERVAL_SECONDS[seconds >= FIRST_LINES_SECONDS]
        return True
