"""How much of the run to dispatch at once: as much as nobody has to look at, but the display must move.

The size of a dispatch never changes a result, only how often the host sees it.
"""

from __future__ import annotations

import dataclasses
import time

SECONDS_PER_DISPATCH = 0.2
"""Five looks a second: a display moves and an interrupt is felt at once."""

GRANULARITIES = ("boundary", "epoch", "step")
"""How often someone has to look, from seldom to often: when it suits, every epoch, every step."""


@dataclasses.dataclass
class Pacer:
    """Chooses windows from the time that earlier ones took.

    Attributes:
        steps: Full steps per epoch.
        epochs: Epochs of the whole run.
        granularity: How often an observer has to look: one of `GRANULARITIES`.
        seconds_per_step: Current estimate; the first comes from the size of the network.
        epoch: Epochs done.
        step: Steps done in the current epoch.
    """

    steps: int
    epochs: int
    granularity: str
    seconds_per_step: float
    epoch: int = 0
    step: int = 0

    def next(self, room: int) -> tuple[int, int, int]:
        """The next window as (epochs, first step, step before which it ends).

        Args:
            room: Epochs left in the current block of indices.
        """
        steps = max(1, int(SECONDS_PER_DISPATCH / self.seconds_per_step))
        if self.granularity == "step":
            steps = 1
        left = self.steps - self.step
        if self.step or steps < self.steps:
            return 1, self.step, self.step + min(steps, left)
        if self.granularity == "epoch":
            return 1, 0, self.steps
        return min(room, self.epochs - self.epoch, steps // self.steps), 0, self.steps

    def done(self, epochs: int, first_step: int, last_step: int, seconds: float) -> None:
        """Records that a window was executed, and how long it took."""
        steps = epochs * max(1, last_step - first_step)
        self.seconds_per_step = max(seconds / steps, 1e-7)
        if last_step == self.steps:
            self.epoch += epochs
            self.step = 0
        else:
            self.step = last_step


def estimated_seconds_per_step(parameters: int, rows: int) -> float:
    """A first guess: 6 operations per parameter and row at 20 GFLOP/s, and 20 us for starting them."""
    return 20e-6 + 6 * parameters * rows / 20e9


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the stopwatch was made."""
        return time.perf_counter() - self._started
