"""What to run, apart from the numbers: sizes, counts and who looks."""

from __future__ import annotations

import dataclasses
from typing import Any

from fallline._ranges import whole
from fallline.data.sampling import HardExamples, Sampling
from fallline.engine.objective import Objective
from fallline.engine.probes import Probe
from fallline.engine.stopping import Rule
from fallline.errors import UsageError
from fallline.history.validated import ValidationFreq
from fallline.optimizers import Optimizer


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes:
        optimizer: The optimizer; None: plain SGD.
        epochs: The epoch at which the run ends, counted from 0 over the whole training (Keras's meaning).
        batch_size: Rows per step; more than the rows there are means all of them (batch gradient descent).
        initial_epoch: The epoch at which the run begins.
        steps_per_epoch: Steps per epoch, or None for one pass over the data.
        shuffle: Whether each pass visits the rows in a new order.
        sampling: What chooses the rows of each epoch instead of a shuffle, or None.
        seed: Decides initial weights, dropout and data order.
        rules: Rules inside the run, such as early stopping.
        probes: Measurements at the end of each epoch.
        validation_batch_size: Rows per batch of validation; None: chosen by the engine.
        validation_freq: Epochs between validations; or a list of the epochs after which there is one, counted from 1
            over the whole training.

    Raises:
        UsageError: a count is not what it must be.
    """

    optimizer: Optimizer | None = None
    epochs: int = 1
    batch_size: int = 32
    initial_epoch: int = 0
    steps_per_epoch: int | None = None
    shuffle: bool = True
    sampling: Sampling | HardExamples | None = None
    seed: int | None = None
    rules: tuple[Rule, ...] = ()
    probes: tuple[Probe, ...] = ()
    validation_batch_size: int | None = None
    validation_freq: ValidationFreq = 1

    def __post_init__(self) -> None:
        least = {"epochs": 0, "initial_epoch": 0, "batch_size": 1}
        optional = {"steps_per_epoch": 1, "validation_batch_size": 1}
        for name, smallest in (least | optional).items():
            value = getattr(self, name)
            if value is None and name in optional:
                continue
            object.__setattr__(self, name, whole(name, value, smallest))
        freq: Any = self.validation_freq
        several = isinstance(freq, list | tuple) and len(freq) > 0
        checked = [whole("validation_freq", one, 1) for one in (freq if several else [freq])]
        object.__setattr__(self, "validation_freq", tuple(checked) if several else checked[0])

    @property
    def decides_numbers(self) -> bool:
        """Whether it says something that `Numbers` hold."""
        hard = isinstance(self.sampling, HardExamples)
        return bool(self.optimizer or self.rules or self.probes or self.seed is not None or hard)

    def require_fit(self, optimizer: Optimizer, objective: Objective, rows: int) -> None:
        """Refuses what an optimizer cannot do.

        Args:
            optimizer: The optimizer of the run.
            objective: What it trains.
            rows: Rows of the training set.

        Raises:
            UsageError: names the reason and the remedy.
        """
        kind = type(optimizer).__name__
        if objective.proximal and optimizer.refuses_proximal is not None:
            raise UsageError(
                f"{kind} cannot take proximal steps (a regularizer has proximal=True): {optimizer.refuses_proximal}. "
                "Take plain SGD or Adam, or leave proximal out."
            )
        if objective.constrained and not optimizer.takes_constraints:
            raise UsageError(
                f"{kind} cannot keep to constraints: its step is the way to the free minimum, and ends elsewhere when it "
                "is cut short. Take SGD or Adam, or leave the constraint out."
            )
        if optimizer.full_batch is None:
            return
        reason, otherwise = (
            optimizer.full_batch.rstrip("."),
            "or take an optimizer for mini-batches such as Adam.",
        )
        if self.batch_size < rows:
            raise UsageError(
                f"{kind} needs all rows in each step: {reason}. Pass batch_size={rows} (got {self.batch_size}), {otherwise}"
            )
        if self.sampling is not None:
            raise UsageError(
                f"{kind} needs all rows in each step: {reason}. With {type(self.sampling).__name__} each epoch has other "
                f"rows: leave sampling out, {otherwise}"
            )
