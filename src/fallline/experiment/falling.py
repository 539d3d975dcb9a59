"""How the learning rate goes over the epochs of a run: it stays, or it falls."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fallline import optimizers
from fallline.engine import LearningRateScheduler, ReduceLROnPlateau, Rule
from fallline.errors import UsageError

if TYPE_CHECKING:
    from fallline.experiment.settings import Settings

COSINE_END = 0.01
"""The rate at the end of the cosine, as a share of that at its start. Not 0: who trains on goes on with it."""

PLATEAU_FACTOR = 0.3
PLATEAU_SHARE = 3
"""A plateau is so small a part of the patience that the rate falls two or three times before the training stops."""


def cosine(epoch: int, epochs: int, start: float) -> float:
    """The learning rate of an epoch, on half a cosine from its start to a hundredth of it.

    rate(e) = start * ((1 - a) * (1 + cos(pi * e / E)) / 2 + a),    a = COSINE_END

    Args:
        epoch: The epoch e, counted from 0.
        epochs: The most epochs E.
        start: The rate of the first epoch.

    Source: Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts, 2017, equation 5; Keras's
        `CosineDecay`, once an epoch instead of once a step, so that the history holds each epoch's rate.
    """
    fall = (1.0 + math.cos(math.pi * epoch / epochs)) / 2.0
    return start * ((1.0 - COSINE_END) * fall + COSINE_END)


def rate_rules(settings: Settings) -> list[Rule]:
    """What sets the learning rate of each epoch inside the compiled run; nothing where it is constant.

    Args:
        settings: As `network.with_defaults` returns them.
    """
    epochs, start, patience = settings.epochs, settings.learning_rate, settings.patience
    assert epochs is not None
    assert start is not None
    assert patience is not None
    if settings.schedule == "cosine":
        return [LearningRateScheduler(lambda epoch: cosine(epoch, epochs, start))]
    if settings.schedule == "plateau":
        # Keras's least change of 1e-4 is more than a whole epoch brings where little error is left.
        return [
            ReduceLROnPlateau(
                "val_loss", factor=PLATEAU_FACTOR, patience=plateau_epochs(patience), min_delta=0.0
            )
        ]
    return []


def plateau_epochs(patience: int) -> int:
    """Epochs without a better validation loss after which the rate falls."""
    return max(1, patience // PLATEAU_SHARE)


def check_schedule(settings: Settings) -> None:
    """Refuses a schedule that cannot act.

    Raises:
        UsageError: it watches the validation loss and there is none, or the optimizer has no rate that could be set.
    """
    if settings.schedule in (None, "constant"):
        return
    if settings.schedule == "plateau" and settings.validation == 0:
        raise UsageError(
            'the schedule "plateau" watches the validation loss, and with validation 0 there is none. Choose "cosine" or '
            '"constant", or keep rows for validation.'
        )
    if settings.optimizer is not None and not optimizers.get(settings.optimizer).has_one_rate:
        raise UsageError(
            f'the schedule "{settings.schedule}" sets the learning rate, and {settings.optimizer} has none that could be '
            'set. Choose the schedule "constant", or the optimizer sgd, adam or adamw.'
        )


def schedule_text(settings: Settings) -> str:
    """What the schedule does, in a few words; empty where the rate stays.

    Args:
        settings: As `network.with_defaults` returns them.
    """
    if settings.schedule == "cosine":
        assert settings.learning_rate is not None
        return (
            f"falling along a cosine to {settings.learning_rate * COSINE_END:g} in {settings.epochs} epochs"
        )
    if settings.schedule == "plateau":
        assert settings.patience is not None
        return (
            f"times {PLATEAU_FACTOR:g} after {plateau_epochs(settings.patience)} epochs without a better "
            "validation loss"
        )
    return ""
