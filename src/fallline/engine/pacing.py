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


MOST_GROWTH = 16
"""How many times longer a window may be than the one before: a wrong first guess is found out cheaply."""


@dataclasses.dataclass
class Pacer:
    """Chooses windows from the time that earlier ones took.

    Attributes:
        steps: Full steps per epoch.
        epochs: Epochs of the whole run.
        granularity: How often an observer has to look: one of `GRANULARITIES`.
        seconds_per_step: Current estimate; `guess` gives the first.
        seconds_per_epoch: Time of a whole epoch with its validation, once one was seen; else None.
        epoch: Epochs done.
        step: Steps done in the current epoch.
        longest: Steps that the next window may have at most.
    """

    steps: int
    epochs: int
    granularity: str
    seconds_per_step: float = 1.0
    seconds_per_epoch: float | None = None
    epoch: int = 0
    step: int = 0
    longest: int = 0

    def __post_init__(self) -> None:
        self.longest = self.steps

    def guess(self, operations: float) -> None:
        """A first estimate from above: a step's and a validation's operations at 5 GFLOP/s, 20 us to start them."""
        self.seconds_per_step = 20e-6 + operations / 5e9

    def next(self, room: int) -> tuple[int, int, int]:
        """The next window as (epochs, first step, step before which it ends).

        Args:
            room: Epochs left in the current block of indices.
        """
        steps = max(1, min(int(SECONDS_PER_DISPATCH / self.seconds_per_step), self.longest))
        if self.granularity == "step":
            steps = 1
        if self.step or steps < self.steps:
            return 1, self.step, min(self.step + steps, self.steps)
        if self.granularity != "boundary" or self.seconds_per_epoch is None:
            return 1, 0, self.steps
        epochs = max(1, min(int(SECONDS_PER_DISPATCH / self.seconds_per_epoch), self.longest // self.steps))
        return min(room, self.epochs - self.epoch, epochs), 0, self.steps

    def done(self, epochs: int, first_step: int, last_step: int, seconds: float) -> None:
        """Records that a window was executed, and how long it took."""
        steps = epochs * (last_step - first_step)
        self.longest = max(self.steps, MOST_GROWTH * steps) if first_step == 0 else self.longest
        if last_step - first_step == self.steps:
            self.seconds_per_epoch = max(seconds / epochs, 1e-6)
        if last_step < self.steps or self.seconds_per_epoch is not None:
            # A window that only ends an epoch says little of a step: its validation may be the longer part.
            self.seconds_per_step = max(seconds / steps, 1e-7)
        if last_step == self.steps:
            self.epoch += epochs
            self.step = 0
        else:
            self.longest = MOST_GROWTH * steps
            self.step = last_step


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the stopwatch was made."""
        return time.perf_counter() - self._started
