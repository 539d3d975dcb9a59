"""The live display of a training: where it is, how fast, how the losses run, how long it may take.

Looks only at boundaries (about five a second, whatever the epoch's length), so that it costs the compiled
run nothing. On a terminal and in a notebook it draws over itself; anywhere else it writes plain lines, rarely.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fallline.callbacks.callback import Callback
from fallline.callbacks.cell import Cell, in_notebook
from fallline.own.names import GAP, short_names
from fallline.own.shown import fields_shown
from fallline.registry.argument_names import check_names

if TYPE_CHECKING:
    from rich.live import Live

    from fallline.engine.observer import Boundary

Series: TypeAlias = Sequence[float] | NDArray[np.floating]

WIDTH = 80
BLOCKS = "▁▂▃▄▅▆▇█"
CURVE_WIDTH = 12
BAR_WIDTH = 26
NAME_WIDTH = 16
RATE_WINDOW_SECONDS = 3.0
"""The step rate is that of the last seconds: compiling and the first epochs are no measure of the rest."""
FIRST_LINES_SECONDS = 10.0
LINE_INTERVAL_SECONDS = (1.0, 5.0)
"""Seconds between plain lines: during the first ten seconds, and after."""


@dataclass(frozen=True)
class Moment:
    """Where a training is, copied at a boundary.

    Args:
        epoch: Epochs completed.
        epochs: Epochs planned.
        step: Steps done in the current epoch.
        steps_per_epoch: Steps in an epoch.
        history: Name -> its value after each epoch so far.
        rate: Steps per second of late, if known.
        finished: Whether the training is over.
    """

    __repr__ = fields_shown

    epoch: int
    epochs: int
    step: int
    steps_per_epoch: int
    history: Mapping[str, Series]
    rate: float | None = None
    finished: bool = False

    @classmethod
    def of(cls, boundary: Boundary, rate: float | None) -> Moment:
        """The moment of a boundary; what the boundary itself shows is gone after it."""
        history = boundary.history
        names = sorted(
            history, key=lambda name: (name.removeprefix("val_") != "loss", name.startswith("val_"), name)
        )
        # A line shows numbers; a metric of several values is in the history.
        ordered = {name: history[name] for name in names if history[name].ndim == 1}
        return cls(boundary.epoch, boundary.epochs, boundary.step, boundary.steps_per_epoch, ordered, rate)

    @property
    def steps_done(self) -> int:
        """Steps since the beginning of the first epoch."""
        return self.epoch * self.steps_per_epoch + self.step

    @property
    def steps_planned(self) -> int:
        """Steps of the whole training, if nothing ends it before."""
        return self.epochs * self.steps_per_epoch


@check_names
class TrainingProgress(Callback):
    """Shows a training while it runs: epoch, steps per second, time left, each loss and metric with its curve.

    Args:
        stream: Where to write; None for standard error, and in a notebook for the cell.
        delay: Seconds of training before anything shows; a training that is over before shows one line, at its end.
        live: Whether to draw over the display in place; None for "if the stream is a terminal, or it is a notebook".
        every_epoch: Whether to write one line for each epoch and nothing else.
    """

    def __init__(
        self,
        *,
        stream: TextIO | None = None,
        delay: float = 1.0,
        live: bool | None = None,
        every_epoch: bool = False,
    ) -> None:
        super().__init__()
        self._stream = sys.stderr if stream is None else stream
        self._delay = delay
        self._every_epoch = every_epoch
        notebook = stream is None and live is not False and not every_epoch and in_notebook()
        self._cell = Cell() if notebook else None
        self._live = notebook or (self._stream.isatty() if live is None else live)
        self._display: Live | None = None
        self._latest: Moment | None = None
        self._marks: deque[tuple[float, int]] = deque()
        self._next_line = 0.0
        self._written_epoch = -1
        self._closed = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forgets an earlier training."""
        self._latest = None
        self._cell = None if self._cell is None else Cell()
        self._marks.clear()
        self._next_line = self._delay
        self._written_epoch = -1
        self._closed = False
        if self._live and self._delay == 0:
            self._draw("compiling the training program ...")

    def on_boundary(self, boundary: Boundary) -> None:
        """Shows where the training is, if something is due."""
        self._mark(boundary)
        if self._closed:
            return
        if self._every_epoch:
            self._write_epochs(boundary)
            return
        if boundary.seconds < self._delay:
            if boundary.fresh_epochs:
                self._latest = Moment.of(boundary, self._rate())
            return
        self._latest = now = Moment.of(boundary, self._rate())
        if self._live:
            self._draw("\n".join(display_lines(now, plain=self._is_plain())))
        elif boundary.seconds >= self._next_line:
            self._write_line(now)
            self._next_line = (
                boundary.seconds + LINE_INTERVAL_SECONDS[boundary.seconds >= FIRST_LINES_SECONDS]
            )

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Shows the last state and leaves the terminal as it was."""
        self.close()

    def close(self) -> None:
        """Shows the last state, and ends the display. Safe to call again."""
        if self._closed:
            return
        shown = (
            self._display is not None
            or self._written_epoch >= 0
            or (self._cell is not None and self._cell.used)
        )
        if self._latest is not None:
            latest = replace(self._latest, finished=True)
            if self._live and shown:
                self._draw("\n".join(display_lines(latest, plain=self._is_plain())))
            elif latest.epoch > self._written_epoch:
                self._write_line(latest)
        self._closed = True
        if self._display is not None:
            self._guarded(self._display.stop)
            self._display = None

    def _write_epochs(self, boundary: Boundary) -> None:
        now = Moment.of(boundary, self._rate())
        for epoch in range(boundary.epoch - boundary.fresh_epochs, boundary.epoch):
            place = epoch - boundary.initial_epoch
            upto = {
                name: values[: place + 1]
                for name, values in now.history.items()
                # What an epoch did not record, such as val_ values between validations, is left out.
                if not np.isnan(values[place]) or not name.startswith("val_")
            }
            self._write_line(replace(now, epoch=epoch + 1, step=0, history=upto, finished=True))

    def _mark(self, boundary: Boundary) -> None:
        steps = boundary.steps_per_epoch
        if not self._marks:
            self._marks.append((0.0, (boundary.epoch - boundary.fresh_epochs) * steps))
        self._marks.append((boundary.seconds, boundary.epoch * steps + boundary.step))
        while len(self._marks) > 2 and boundary.seconds - self._marks[0][0] > RATE_WINDOW_SECONDS:
            self._marks.popleft()

    def _rate(self) -> float | None:
        if len(self._marks) < 2:
            return None
        (first, done_first), (last, done_last) = self._marks[0], self._marks[-1]
        # Less than a fifth of a second is no measure: the first windows are short on purpose.
        known = last - first >= 0.2 and done_last > done_first
        return (done_last - done_first) / (last - first) if known else None

    def _is_plain(self) -> bool:
        return not (self._stream.encoding or "utf-8").casefold().startswith("utf")

    def _write_line(self, now: Moment) -> None:
        self._written_epoch = now.epoch
        line = plain_line(now)
        if self._cell is not None:
            self._draw(line)
            return
        self._guarded(lambda: print(line, file=self._stream, flush=True))

    def _draw(self, text: str) -> None:
        self._guarded(lambda: self._show(text))

    def _show(self, text: str) -> None:
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
            console = ProgressConsole(file=self._stream, force_terminal=True, highlight=False)
            self._display = Live(
                drawn, console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
            )
            self._display.start(refresh=True)
        else:
            self._display.update(drawn, refresh=True)

    def _guarded(self, write: Any) -> None:
        # A reader that has gone (a closed terminal, `| head`) must not cost a training.
        try:
            write()
        except (OSError, ValueError):
            self._closed = True


def plain_line(now: Moment) -> str:
    """One line about the last complete epoch, or about the one in progress: `epoch 12/200  loss 0.2132  val_loss 0.2510  1,234 steps/s`."""
    parts = [f"epoch {now.epoch}/{now.epochs}"]
    if now.step:
        done = 100 * now.step // max(now.steps_per_epoch, 1)
        parts = [f"epoch {now.epoch + 1}/{now.epochs}, {done}% of it"]
    parts += [f"{name} {_number(values[-1])}" for name, values in now.history.items() if len(values)]
    return "  ".join(parts + _pace(now))


def display_lines(now: Moment, *, plain: bool = False) -> list[str]:
    """The live display, in lines of at most 80 columns.

    Args:
        now: Where the training is.
        plain: Use ASCII only: no curves.
    """
    total = max(now.steps_planned, 1)
    filled = min(BAR_WIDTH, BAR_WIDTH * now.steps_done // total)
    bar = ("#" * filled + "." * (BAR_WIDTH - filled)) if plain else "━" * filled + "─" * (BAR_WIDTH - filled)
    width = len(str(now.epochs))
    head = "  ".join([f"epoch {now.epoch:{width}d}/{now.epochs}", bar, *_pace(now)])
    lines = [head]
    history = now.history
    # Names of metrics often begin alike: sparse_categorical_accuracy, sparse_categorical_crossentropy.
    short = dict(zip(history, short_names(list(history), NAME_WIDTH, ".." if plain else GAP), strict=True))
    for name in history:
        if name.startswith("val_") and name[4:] in history:
            continue
        both = [key for key in (name, f"val_{name}") if key in history]
        cells = [_cell(short[key], history[key], plain) for key in both]
        lines.append("  ".join(cell for cell in cells if cell))
    return [line[:WIDTH] for line in lines]


def curve(values: Series, width: int = CURVE_WIDTH) -> str:
    """A series as a small curve of block characters: the mean of each of `width` stretches, lowest to highest."""
    finite = [float(value) for value in values if math.isfinite(value)]
    if not finite:
        return ""
    count = min(width, len(finite))
    edges = [len(finite) * k // count for k in range(count + 1)]
    means = [math.fsum(finite[a:b]) / (b - a) for a, b in itertools.pairwise(edges)]
    low, high = min(means), max(means)
    scale = (len(BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(BLOCKS[round((mean - low) * scale)] for mean in means)


def _cell(name: str, values: Series, plain: bool) -> str:
    if len(values) == 0:
        return ""
    drawn = "" if plain else curve(values)
    return f"{name:<{NAME_WIDTH}} {_number(values[-1]):>8}  {drawn:<{CURVE_WIDTH}}".ljust(39)


def _pace(now: Moment) -> list[str]:
    rate = now.rate
    if rate is None:
        return []
    left = now.steps_planned - now.steps_done
    speed = f"{rate:,.0f} steps/s" if rate >= 10 else f"{rate:.1f} steps/s"
    # Early stopping may end the training before.
    return [speed] if now.finished or left <= 0 else [speed, f"{_duration(left / rate)} left at most"]


def _duration(seconds: float) -> str:
    whole = math.ceil(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1000 or value == 0 else f"{value:.3g}"
