"""What is recorded, gathered in an object that was made before training."""

from __future__ import annotations

from typing import Any

from fallline.callbacks.callback import Callback, Logs
from fallline.callbacks.logs import before_the_cut
from fallline.engine import Resume


class History(Callback):
    """Gathers what each epoch recorded, for programs that make it before training.

    `fit` returns a history of its own (`fallline.history.History`), which holds all of this and how the run
    ended. This one costs the run nothing.

    Attributes:
        epoch: The epochs, counted from 0.
        history: Name -> one value per epoch in which it was recorded.

    Source: Keras 3 for names and arguments.
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forgets the epochs of an earlier training, but not its values, as Keras does."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Adds the values of an epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def on_resume(self, resume: Resume) -> None:
        """Adds the epochs before the cut."""
        for epoch, logs in before_the_cut(resume, self.params.get("validation_freq", 1)):
            self.on_epoch_end(epoch, logs)

    def granularity(self) -> str:
        """It reads logs alone."""
        return "boundary"
