"""How a run ended, as a value that carries its own message."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        kind: "completed", "early_stopped", "diverged", "interrupted", "failed", or "paused": a part of a longer run.
        epoch: Epochs completed (for "diverged": the epoch, counted from 0, in which it happened).
        step: For "diverged" the step within that epoch, counted from 0, whose loss was not finite; for
            "interrupted" and "failed" the steps done in the unfinished epoch; else None.
        best_epoch: The epoch, counted from 0, whose weights a rule restored, or None.
        message: One or two sentences: what happened and what to do.
    """

    kind: str
    epoch: int
    message: str
    step: int | None = None
    best_epoch: int | None = None

    @property
    def successful(self) -> bool:
        """Whether training ended as planned: completed, or stopped early."""
        return self.kind in ("completed", "early_stopped")
