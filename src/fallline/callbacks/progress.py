"""The live display of a training: where it is, how fast, how the losses run, how long it may take.

Looks only at boundaries (about five a second, whatever the epoch's length), so that it costs the compiled
run nothing. On a terminal and in a notebook it draws over itself; anywhere else it writes plain lines, rarely.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from fallline.callbacks.callback import Callback
from fallline.callbacks.readings import CURVE_WIDTH, Pace, Series, bar, curve, duration, number, per_second
from fallline.callbacks.screen import LineClock, Screen
from fallline.own.names import GAP, short_names
from fallline.own.shown import fields_shown
from fallline.registry.argument_names import check_names

if TYPE_CHECKING:
    from fallline.engine.observer import Boundary

WIDTH = 80
BAR_WIDTH = 26
NAME_WIDTH = 16


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
        self._screen = Screen(stream, False if every_epoch else live)
        self._delay = delay
        self._every_epoch = every_epoch
        self._latest: Moment | None = None
        self._pace = Pace()
        self._lines = LineClock(delay)
        self._written_epoch = -1

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forgets an earlier training."""
        self._latest = None
        self._screen.begin()
        self._pace.clear()
        self._lines = LineClock(self._delay)
        self._written_epoch = -1
        if self._screen.live and self._delay == 0:
            self._screen.draw("compiling the training program ...")

    def on_boundary(self, boundary: Boundary) -> None:
        """Shows where the training is, if something is due."""
        steps = boundary.steps_per_epoch
        begun = (boundary.epoch - boundary.fresh_epochs) * steps
        self._pace.mark(boundary.seconds, boundary.epoch * steps + boundary.step, begun=begun)
        if self._screen.closed:
            return
        if self._every_epoch:
            self._write_epochs(boundary)
            return
        if boundary.seconds < self._delay:
            if boundary.fresh_epochs:
                self._latest = Moment.of(boundary, self._pace.rate)
            return
        self._latest = now = Moment.of(boundary, self._pace.rate)
        if self._screen.live:
            self._draw(now)
        elif self._lines.due(boundary.seconds):
            self._write_line(now)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Shows the last state and leaves the terminal as it was."""
        self.close()

    def close(self) -> None:
        """Shows the last state, and ends the display. Safe to call again."""
        if self._screen.closed:
            return
        if self._latest is not None:
            latest = replace(self._latest, finished=True)
            if self._screen.drawn:
                self._draw(latest)
            elif latest.epoch > self._written_epoch:
                self._write_line(latest)
        self._screen.close()

    def _write_epochs(self, boundary: Boundary) -> None:
        now = Moment.of(boundary, self._pace.rate)
        for epoch in range(boundary.epoch - boundary.fresh_epochs, boundary.epoch):
            place = epoch - boundary.initial_epoch
            upto = {
                name: values[: place + 1]
                for name, values in now.history.items()
                # What an epoch did not record, such as val_ values between validations, is left out.
                if not np.isnan(values[place]) or not name.startswith("val_")
            }
            self._write_line(replace(now, epoch=epoch + 1, step=0, history=upto, finished=True))

    def _write_line(self, now: Moment) -> None:
        self._written_epoch = now.epoch
        self._screen.write(plain_line(now))

    def _draw(self, now: Moment) -> None:
        self._screen.draw("\n".join(display_lines(now, plain=self._screen.plain)))


def plain_line(now: Moment) -> str:
    """One line about the last complete epoch, or about the one in progress: `epoch 12/200  loss 0.2132  val_loss 0.2510  1,234 steps/s`."""
    parts = [f"epoch {now.epoch}/{now.epochs}"]
    if now.step:
        done = 100 * now.step // max(now.steps_per_epoch, 1)
        parts = [f"epoch {now.epoch + 1}/{now.epochs}, {done}% of it"]
    parts += [f"{name} {number(values[-1])}" for name, values in now.history.items() if len(values)]
    return "  ".join(parts + _pace(now))


def display_lines(now: Moment, *, plain: bool = False) -> list[str]:
    """The live display, in lines of at most 80 columns.

    Args:
        now: Where the training is.
        plain: Use ASCII only: no curves.
    """
    done = bar(now.steps_done, now.steps_planned, BAR_WIDTH, plain=plain)
    width = len(str(now.epochs))
    head = "  ".join([f"epoch {now.epoch:{width}d}/{now.epochs}", done, *_pace(now)])
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


def _cell(name: str, values: Series, plain: bool) -> str:
    if len(values) == 0:
        return ""
    drawn = "" if plain else curve(values)
    return f"{name:<{NAME_WIDTH}} {number(values[-1]):>8}  {drawn:<{CURVE_WIDTH}}".ljust(39)


def _pace(now: Moment) -> list[str]:
    rate = now.rate
    if rate is None:
        return []
    left = now.steps_planned - now.steps_done
    speed = per_second(rate, "steps")
    # Early stopping may end the training before.
    return [speed] if now.finished or left <= 0 else [speed, f"{duration(left / rate)} left at most"]
