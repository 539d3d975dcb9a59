"""`Progbar`: how far a loop of the program's own is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any


class Progbar:
    """A bar on standard output, with means of values.

    Args:
        target: How many steps there are; None: not known.
        width: Signs of the bar.
        verbose: 0 shows nothing, 1 a bar, 2 a line at the end.
        interval: Seconds between two looks.
        stateful_metrics: Names of values that are shown as they are; of others the mean.
        unit_name: What a step is called.

    Source: Keras 2 for names and arguments.
    """

    def __init__(
        self,
        target: int | None = None,
        width: int = 30,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target, self.width, self.verbose, self.interval = target, width, verbose, interval
        self.stateful_metrics, self.unit_name = set(stateful_metrics or ()), unit_name
        self._sums: dict[str, tuple[float, float]] = {}
        self._seen, self._start, self._shown = 0, time.monotonic(), -1.0

    def update(
        self, current: int, values: Sequence[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """Shows that so many steps are done.

        Args:
            current: How many.
            values: Pairs of a name and a value.
            finalize: Whether it is the last; None: where current has reached the target.
        """
        taken = current - self._seen
        for name, value in values or ():
            total, count = self._sums.get(name, (0.0, 0.0))
            kept = name in self.stateful_metrics
            self._sums[name] = (float(value), 1.0) if kept else (total + float(value) * taken, count + taken)
        self._seen = current
        last = finalize if finalize is not None else self.target is not None and current >= self.target
        now = time.monotonic()
        if self.verbose and (last or (self.verbose == 1 and now - self._shown >= self.interval)):
            self._shown = now
            sys.stdout.write(("\r" if self.verbose == 1 else "") + self._line(now) + ("\n" if last else ""))
            sys.stdout.flush()

    def add(self, n: int, values: Sequence[tuple[str, Any]] | None = None) -> None:
        """Shows that n more steps are done."""
        self.update(self._seen + n, values)

    def _line(self, now: float) -> str:
        done = f"{self._seen}/{'Unknown' if self.target is None else self.target}"
        if self.verbose == 1 and self.target:
            full = min(self.width, int(self.width * self._seen / self.target))
            done += f" [{'=' * full}{'.' * (self.width - full)}]"
        means = "".join(
            f" - {name}: {total / max(count, 1e-12):.4f}" for name, (total, count) in self._sums.items()
        )
        return f"{done} - {now - self._start:.0f}s{means}"
