"""Those who look at a run from outside. They see a read-only view at boundaries and may ask it to end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fallline.engine.state import TrainingState
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class Boundary:
    """What is known between two dispatches.

    Attributes:
        epoch: Epochs completed, counted from 0 over the whole training.
        epochs: The epoch at which the run ends.
        step: Full steps done in the current epoch.
        steps_per_epoch: Steps per epoch.
        seconds: Time since training began, without compiling.
        fresh_epochs: How many epochs were completed since the last boundary.
        state: The state of the run; its arrays are valid until the observer returns.
        seed: The seed of the run; (members,) of a population.
        initial_epoch: The epoch at which the run began.
        read_history: Gives `history`.
        stop: Ends the run at this boundary when called.
    """

    __repr__ = fields_shown

    epoch: int
    epochs: int
    step: int
    steps_per_epoch: int
    seconds: float
    fresh_epochs: int
    state: TrainingState
    seed: Any
    initial_epoch: int
    read_history: Callable[[], dict[str, NDArray[np.floating]]]
    stop: Callable[[], None]

    @property
    def history(self) -> dict[str, NDArray[np.floating]]:
        """All values recorded so far: (epochs,) per name, or (members, epochs)."""
        return self.read_history()


class Observer(Protocol):
    """Someone who looks at a run.

    Attributes:
        granularity: How often it has to look: "boundary" (when it suits the run, about 5 times a second),
            "epoch" or "step". "step" costs a dispatch (about 0.2 ms) per step.
    """

    granularity: str

    def at_boundary(self, boundary: Boundary) -> None:
        """Called after every dispatch."""
