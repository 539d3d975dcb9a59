"""Endings that a person would miss who looks at the last line, or at none: each is a warning, once a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fallline.callbacks import Callback, ModelCheckpoint
from fallline.engine import Outcome, Rule
from fallline.engine.endings import ADVICE
from fallline.errors import TrainingWarning, warn
from fallline.history import History


def warn_of_ending(
    history: History, rules: Iterable[Rule], observers: Sequence[Callback], *, resumed: bool
) -> None:
    """Warns of a run that diverged, trained nothing, or had a rule that saw nothing to act on.

    Args:
        history: What the run recorded.
        rules: Its rules.
        observers: Its callbacks.
        resumed: Whether it went on with one that was cut off; nothing may be left to train then.
    """
    for outcome in history.outcome if isinstance(history.outcome, tuple) else (history.outcome,):
        if outcome.kind == "diverged":
            warn(outcome.message, TrainingWarning)
    if not resumed and _trained_nothing(history):
        warn(
            f"fit: there was no epoch to train: epochs={history.params['epochs']} is the epoch at which training ends, and "
            f"initial_epoch={history.params['initial_epoch']} that at which it begins. Give a larger epochs.",
            TrainingWarning,
        )
    if isinstance(history.outcome, Outcome) and history.outcome.successful and history.epoch:
        watching = [
            (type(rule).__name__, rule.watches, int(getattr(rule, "start_from_epoch", 0))) for rule in rules
        ]
        watching += [
            (type(observer).__name__, observer.monitor, 0)
            for observer in observers
            if isinstance(observer, ModelCheckpoint) and observer.save_best_only
        ]
        for name, watched, first in watching:
            if watched is not None:
                _warn_of_nothing_seen(history, name, watched, first)


def _trained_nothing(history: History) -> bool:
    params = history.params
    return not history.epoch and 0 < params["epochs"] <= params["initial_epoch"]


def _warn_of_nothing_seen(history: History, name: str, watched: str, first: int) -> None:
    """Warns where no value that a rule watched was finite."""
    values = history.values.get(watched)
    epochs = np.asarray(history.epoch) >= first
    if watched.startswith("val_"):
        epochs &= (np.asarray(history.epoch) + 1) % history.params["validation_freq"] == 0
    if values is None or not epochs.any() or np.isfinite(values[epochs]).any():
        return
    warn(
        f'{name}: "{watched}" was {values[epochs][-1]} in every epoch, so that no epoch was the best, and {name} did '
        f"nothing. Monitor another value, or look why this one is not finite: history.history[{watched!r}].",
        TrainingWarning,
    )


def warn_of_batch() -> None:
    """Warns of a step on a batch that was not finite, and was therefore not taken."""
    warn(
        "train_on_batch: the loss or the new weights are not finite; the weights stay those before this batch, here and "
        f"in each such batch that follows. {ADVICE}",
        TrainingWarning,
    )
