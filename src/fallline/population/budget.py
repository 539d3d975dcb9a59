"""What may be spent on a population."""

from __future__ import annotations

import dataclasses
import math
import time


@dataclasses.dataclass
class Budget:
    """A bound on what is begun.

    Attributes:
        epochs: Epochs of all members together; None: no bound.
        seconds: Seconds since it was made; None: no bound.
    """

    epochs: float | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        self._began = time.perf_counter()

    def spent(self, epochs: int) -> bool:
        """Whether nothing more is to be begun after so many epochs."""
        return (self.epochs is not None and epochs >= self.epochs) or self.seconds_left <= 0

    @property
    def seconds_left(self) -> float:
        """Seconds that are left, infinitely many without a bound."""
        return math.inf if self.seconds is None else self._began + self.seconds - time.perf_counter()
