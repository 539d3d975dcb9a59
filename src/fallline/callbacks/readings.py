"""Numbers, rates, durations and curves as displays show them."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Series: TypeAlias = Sequence[float] | NDArray[np.floating]

BLOCKS = "▁▂▃▄▅▆▇█"
CURVE_WIDTH = 12
RATE_WINDOW_SECONDS = 3.0
"""A rate is that of the last seconds: compiling and the first epochs are no measure of the rest."""


class Pace:
    """How much is done a second, of late."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, float]] = deque()

    def clear(self) -> None:
        """Forgets what was seen."""
        self._marks.clear()

    def mark(self, seconds: float, done: float, *, begun: float = 0.0) -> None:
        """Notes what is done by now, and at first what was done at the beginning."""
        if not self._marks:
            self._marks.append((0.0, begun))
        self._marks.append((seconds, done))
        while len(self._marks) > 2 and seconds - self._marks[0][0] > RATE_WINDOW_SECONDS:
            self._marks.popleft()

    @property
    def rate(self) -> float | None:
        """What is done a second; None where that is not known yet."""
        if len(self._marks) < 2:
            return None
        (first, done_first), (last, done_last) = self._marks[0], self._marks[-1]
        # Less than a fifth of a second is no measure: the first windows are short on purpose.
        known = last - first >= 0.2 and done_last > done_first
        return (done_last - done_first) / (last - first) if known else None


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


def bar(done: float, total: float, width: int, *, plain: bool) -> str:
    """How much of it is done, as a bar."""
    filled = min(width, int(width * done / max(total, 1)))
    return "#" * filled + "." * (width - filled) if plain else "━" * filled + "─" * (width - filled)


def number(value: float) -> str:
    """A number in as few digits as tell it."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1000 or value == 0 else f"{value:.3g}"


def per_second(rate: float, what: str = "") -> str:
    """A rate with its unit: "1,234 steps/s"."""
    unit = f" {what}/s" if what else "/s"
    return f"{rate:,.0f}{unit}" if rate >= 10 else f"{rate:.1f}{unit}"


def duration(seconds: float) -> str:
    """Seconds as 0:12 or 1:02:03."""
    whole = math.ceil(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"
