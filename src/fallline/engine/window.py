"""The sizes a run is compiled for, and the part of it that one dispatch executes."""

from __future__ import annotations

import dataclasses
from typing import Any

from fallline._tree import tree
from fallline.history.validated import ValidationFreq


@dataclasses.dataclass(frozen=True)
class Shape:
    """The static shape of a run: what the program is compiled for.

    Attributes:
        batch_size: Rows per full step.
        steps: Full batches per epoch.
        tail: Rows of the short last batch, or 0.
        capacity: Epochs per block, the length of the trace of one dispatch.
        evaluation_batch_size: Rows per batch of the validation data.
        validation_freq: Epochs between validations, or those after which there is one.
    """

    batch_size: int
    steps: int
    tail: int
    capacity: int
    evaluation_batch_size: int
    validation_freq: ValidationFreq = 1

    @property
    def steps_per_epoch(self) -> int:
        """Steps per epoch, the short one included."""
        return self.steps + (1 if self.tail else 0)


@tree
class Window:
    """The part of the run that one dispatch executes, as numbers: no window compiles again.

    Either `epochs` whole epochs, or the steps from `first_step` to before `last_step` of one epoch, which is
    closed (validated, judged) when `last_step` is the number of full batches.

    Attributes:
        offset: Position of the first epoch in the block of indices.
        epochs: Epochs in the window.
        first_step: First step of each epoch.
        last_step: Step before which each epoch ends in this window.
        initial_epoch: Number of the epoch with which the run began, counted from 0 over the whole training.
        last_epoch: The number of the epoch before which the run ends.
    """

    offset: Any
    epochs: Any
    first_step: Any
    last_step: Any
    initial_epoch: Any
    last_epoch: Any
