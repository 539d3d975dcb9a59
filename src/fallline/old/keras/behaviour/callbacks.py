"""Callbacks of the room: the arguments of all years, and what programs read of them after `fit`."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline import callbacks
from fallline._tree import assign
from fallline.callbacks.callback import Logs
from fallline.old.keras.behaviour.classes import OfTheYears, of_the_room
from fallline.old.keras.behaviour.files import quiet
from fallline.old.notices import say_once


class Callback(callbacks.Callback):
    """Looks at training from outside; see `fallline.callbacks.Callback`."""

    validation_data: Any = None
    params: dict[str, Any] = {}  # noqa: RUF012 - of a class whose `__init__` calls no other

    def _set_model(self, model: Any) -> None:
        """As `set_model`, under its name in Keras 0."""
        self.set_model(model)


class OldEarlyStopping(OfTheYears):
    """What early stopping had in its years: after `fit` it tells where it stopped."""

    stopped_epoch: int
    best: Any
    wait: int
    model: Any

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]
        assign(self, stopped_epoch=0, best=None, wait=0, best_epoch=0, best_weights=None, model=None)

    def after_run(self, history: Any) -> None:
        """Notes how a run ended.

        Args:
            history: What the run recorded.
        """
        values = [value for value in history.history.get(self.monitor, []) if np.ndim(value) == 0]  # type: ignore[attr-defined]
        model = history.model
        if not values:
            return
        larger = self.directed(model.objective().directions).mode == "max"  # type: ignore[attr-defined]
        place = int(np.nanargmax(values) if larger else np.nanargmin(values))
        stopped = history.outcome.kind == "early_stopped"
        assign(
            self,
            best=values[place],
            best_epoch=history.epoch[0] + place,
            wait=len(values) - 1 - place,
            stopped_epoch=history.epoch[-1] if stopped else 0,
            best_weights=model.get_weights() if self.restore_best_weights else None,  # type: ignore[attr-defined]
            model=model,
        )


class OldRule(OfTheYears):
    """What another rule of the run had in its years."""


EarlyStopping = of_the_room(callbacks.EarlyStopping, OldEarlyStopping)
ReduceLROnPlateau = of_the_room(callbacks.ReduceLROnPlateau, OldRule)


class ModelCheckpoint(callbacks.ModelCheckpoint):
    """Saves the model as it trains; see `fallline.callbacks.ModelCheckpoint`.

    Args:
        period: Epochs between two files, of before TensorFlow 2.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: Any = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: Any = None,
        period: int | None = None,
        **kwargs: Any,
    ) -> None:
        if save_freq is None or (
            isinstance(save_freq, int) and save_freq < 10 and period is None and not kwargs
        ):
            period, save_freq = save_freq, "epoch"
        super().__init__(
            str(filepath),
            monitor,
            int(bool(verbose)),
            bool(save_best_only),
            bool(save_weights_only),
            mode if mode in ("auto", "min", "max") else "auto",
            save_freq,
            initial_value_threshold,
        )
        self.period = period or 1
        self.epochs_since_last_save = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """As there; what is watched need not be known."""
        with quiet():
            super().on_train_begin(logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """As there, every so many epochs; a value that is not recorded is said, and is no error."""
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save < self.period:
            return
        self.epochs_since_last_save = 0
        logs = {} if logs is None else logs
        if self.monitor not in logs:
            if self.save_best_only:
                say_once(f"ModelCheckpoint watches {self.monitor}, which is not recorded: it saves nothing.")
                return
            logs = {name: value for name, value in logs.items() if name != "val_loss"}
        super().on_epoch_end(epoch, logs)


TENSORBOARD = ("log_dir", "histogram_freq", "write_steps_per_second")
"""What of TensorBoard's arguments has something to say here."""


class TensorBoard(callbacks.TensorBoard):
    """Writes what a training records to event files; see `fallline.callbacks.TensorBoard`."""

    def __init__(self, log_dir: Any = "logs", histogram_freq: Any = 0, *args: Any, **kwargs: Any) -> None:
        del args
        given = {name: value for name, value in kwargs.items() if name in TENSORBOARD}
        if isinstance(update := kwargs.get("update_freq"), int) or update == "batch":
            given["update_freq"] = update
        super().__init__(log_dir=log_dir, histogram_freq=int(histogram_freq or 0), **given)


class RemoteMonitor(Callback):
    """Sent each epoch's values over the network; here it sends nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        say_once("RemoteMonitor sends nothing: a program that runs here stays on this machine.")


class ProgbarLogger(Callback):
    """Showed the progress, which `fit` does by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def granularity(self) -> str:
        """It looks at nothing."""
        return "boundary"


BaseLogger = ProgbarLogger
