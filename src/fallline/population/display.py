"""The live display of a population: how far it is, who leads, how many train, wait, stopped or diverged, how long it takes.

Looks only where the run does anyway (about five times a second), so that it costs the compiled run nothing.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, TextIO

from fallline.callbacks.readings import Pace
from fallline.callbacks.screen import LineClock, Screen
from fallline.compilation.program import compilation_report
from fallline.population.standing import Standing, display_lines, ended_line, plain_line, summary_lines

if TYPE_CHECKING:
    from fallline.engine import Boundary
    from fallline.population.group import Group
    from fallline.population.sweep import Sweep


class Display:
    """Shows a population while it trains: on a terminal and in a notebook drawn over itself, elsewhere plain lines.

    Args:
        stream: Where to write; None for standard error, and in a notebook for the cell.
        delay: Seconds before anything shows; a population that is trained before shows its summary.
        live: Whether to draw over the display in place; None for "if the stream is a terminal, or it is a notebook".
        every_member: Whether to write one line for each member that is at its end, and the summary.
    """

    def __init__(
        self,
        *,
        stream: TextIO | None = None,
        delay: float = 1.0,
        live: bool | None = None,
        every_member: bool = False,
    ) -> None:
        self._screen = Screen(stream, False if every_member else live)
        self._delay = delay
        self._every_member = every_member
        self._pace = Pace()
        self._lines = LineClock(delay)
        self._began = time.perf_counter()
        self._compiled_before = compilation_report().seconds
        self._begun: float | None = None
        self._away: tuple[float, float] | None = None
        self._ready: set[Group] = set()
        self._written: set[int] = set()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def looked(self, sweep: Sweep, boundary: Boundary | None) -> None:
        """Shows where the sweep is, if something is due."""
        if self._begun is None:
            self._begun = sweep.member_epochs
        self._stop_waiting()
        if self._every_member:
            self._write_ended(sweep)
            return
        if self._screen.closed:
            return
        group = sweep.training
        if boundary is not None and group is not None:
            self._ready.add(group)
            self._marked(Standing.of(sweep, boundary), sweep.seconds + boundary.seconds, sweep)
        elif group is not None and group not in self._ready:
            now = Standing.of(sweep, None)
            which = f" {now.group} of {now.groups}" if now.groups > 1 else ""
            self._waiting(f"compiling program{which} ...", now)
        elif sweep.elsewhere:
            now = Standing.of(sweep, None)
            if self._away is not None or now.done > self._begun:
                # What other processes take to begin and compile is seen by nothing but the first of their epochs.
                self._away = self._away or (self._seconds, now.done)
                since, self._begun = self._away
                self._marked(now, self._seconds - since, sweep)
            else:
                self._waiting(f"compiling on {sweep.elsewhere} places in other processes ...", now)

    def close(self, sweep: Sweep | None = None) -> None:
        """Shows the summary of a sweep, and leaves the terminal as it was. Safe to call again."""
        self._stop_waiting()
        if self._screen.closed:
            return
        if sweep is not None and sweep.members:
            if self._every_member:
                self._write_ended(sweep)
            width = self._screen.width if self._screen.live else None
            lines = summary_lines(sweep, self._compile_seconds, width=width, plain=self._screen.plain)
            if self._screen.drawn:
                self._draw(lines)
            else:
                self._screen.write("\n".join(lines))
        self._screen.close()

    @property
    def _compile_seconds(self) -> float:
        return compilation_report().seconds - self._compiled_before

    @property
    def _seconds(self) -> float:
        """Time since it began, with what compiling takes."""
        return time.perf_counter() - self._began

    def _marked(self, now: Standing, seconds: float, sweep: Sweep) -> None:
        self._pace.mark(seconds, now.done, begun=self._begun or 0.0)
        if self._seconds >= self._delay:
            self._show(now, sweep)

    def _show(self, now: Standing, sweep: Sweep) -> None:
        rate, left = self._pace.rate, None
        if rate is not None:
            unknown = len(set(sweep.groups) - self._ready)
            left = now.left / rate + unknown * self._compile_seconds / max(1, len(self._ready))
        if self._screen.live:
            self._draw(display_lines(now, rate, left, width=self._screen.width, plain=self._screen.plain))
        elif self._lines.due(self._seconds):
            self._screen.write(plain_line(now, rate, left))

    def _waiting(self, text: str, now: Standing) -> None:
        """Says what nothing can be seen of yet, as soon as that takes its time."""
        if not self._screen.live:
            if self._lines.due(self._seconds):
                self._screen.write(text)
            return
        lines = display_lines(now, None, None, width=self._screen.width, plain=self._screen.plain)
        lines = [text, *lines] if now.done else [text]
        self._timer = threading.Timer(max(self._delay - self._seconds, 0.2), self._draw, [lines])
        self._timer.daemon = True
        self._timer.start()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _draw(self, lines: list[str]) -> None:
        with self._lock:
            if not self._screen.closed:
                self._screen.draw("\n".join(lines))

    def _write_ended(self, sweep: Sweep) -> None:
        for member in sweep.members:
            if (member.ended or member.status == "interrupted") and member.number not in self._written:
                self._written.add(member.number)
                self._screen.write(ended_line(member, sweep.monitor))


def displays(verbose: int) -> list[Display]:
    """The display that `verbose` asks for: 0: none; 1: a live one; 2: a line for each member that is at its end."""
    if verbose == 2:
        # Where Keras writes the lines of its epochs, and where programs read them.
        return [Display(stream=sys.stdout, live=False, every_member=True)]
    return [Display()] if verbose else []
