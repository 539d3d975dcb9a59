"""The model in a file, while it trains."""

from __future__ import annotations

import math
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from fallline._files import warn_of_name
from fallline._ranges import FINITE, checked_number, truth, whole
from fallline.callbacks.callback import Callback, Logs
from fallline.callbacks.paths import checked_path, require_folder
from fallline.engine import Resume
from fallline.engine.monitoring import check_monitor, direction, watched_name
from fallline.errors import FalllineWarning, UsageError, suggestion
from fallline.history.validated import is_validated
from fallline.registry.argument_names import check_names

_DEFAULT = "val_loss"
"""What is watched where nobody says."""


@check_names
class ModelCheckpoint(Callback):
    """Saves the model, or its weights alone, as it trains: after every epoch, or whenever it is the best so far.

    Each file is written whole or not at all: a crash never leaves half a model, nor costs the one before.
    `fallline.models.load_model` (`Model.load_weights` for weights alone) reads it back. To go on with a training
    that was cut off, use `BackupAndRestore`; to end with the best weights, `EarlyStopping(restore_best_weights=
    True)`, which writes no file and does not hold up the run.

    The run surfaces after every epoch (about 0.3 ms), with `save_freq` in batches after every step; each file costs
    its writing (about 1 ms for a small network).

    Args:
        filepath: The file, by custom `*.fallline`. It may hold `{epoch:02d}` (counted from 1), `{batch}` and names
            of recorded values: `"{epoch:02d}-{val_loss:.2f}.fallline"`. Folders are made as needed.
        monitor: The value that says which model is the best.
        verbose: 1 prints what is saved and why.
        save_best_only: Whether to save only what is better than all before.
        save_weights_only: Whether to save the weights alone.
        mode: "min", "max", or "auto": min for losses, and for metrics as they say themselves.
        save_freq: "epoch", or a number of batches after which to save.
        initial_value_threshold: A value that the first model has to beat, or None.

    Raises:
        UsageError: an argument is not what it must be; before training, if the model cannot be saved or not there;
            at the end of the first epoch, if `filepath` or `monitor` names what is not recorded.

    Source: Keras 3 for names and arguments.

    Differs from Keras: any name of a file is taken, with `.keras`, `.h5` and `.weights.h5` too, so that programs run
        as they are, with a warning: what is in the file is Fallline's own format, which Keras cannot read. With
        `save_best_only`, an epoch without validation saves nothing and one whose value is NaN is never the best;
        there the first saves, and the second is never beaten. A monitored name that is never recorded is an
        error, not a warning.
    """

    @classmethod
    def modernised(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments of today; older Keras counted in epochs.

        Raises:
            UsageError: a period of several epochs.
        """
        now = super().modernised(arguments)
        period = now.pop("period", 1)
        if period != 1:
            raise UsageError(
                f"ModelCheckpoint: period={period!r:.40} is of older Keras. Give save_freq in batches: {period!r:.40} times the "
                "batches of an epoch."
            )
        return now

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = _DEFAULT,
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__()
        check_monitor("ModelCheckpoint", monitor, mode)
        if save_freq != "epoch":
            save_freq = whole('ModelCheckpoint: save_freq is "epoch", or', save_freq, least=1)
        best = initial_value_threshold
        if best is not None:
            best = float(checked_number("ModelCheckpoint: initial_value_threshold", best, FINITE))
        self.filepath = checked_path("ModelCheckpoint: filepath", filepath, "a file")
        self.monitor = monitor
        self.verbose = verbose
        self.save_best_only = truth("ModelCheckpoint: save_best_only", save_best_only)
        self.save_weights_only = truth("ModelCheckpoint: save_weights_only", save_weights_only)
        self.mode = mode
        self.save_freq = save_freq
        self.best = best
        self._larger = mode == "max"
        self._epoch = 0
        self._batches = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Tries to save: what cannot be saved is to be known before the training."""
        if getattr(self.model, "save", None) is None:
            raise UsageError(
                "ModelCheckpoint saves models; of a plain function save `trained.params` yourself (numpy.savez)."
            )
        if self.save_best_only:
            directions = self.model.objective().directions
            self._larger = direction("ModelCheckpoint", self.monitor, self.mode, directions) == "max"
        # The part of the path that no epoch changes.
        plain = Path(self.filepath.partition("{")[0] + "x" * ("{" in self.filepath))
        require_folder("ModelCheckpoint: filepath", plain.parent)
        if "{" not in self.filepath and plain.is_dir():
            raise UsageError(
                f"ModelCheckpoint: filepath {self.filepath} is a folder; give the name of a file in it."
            )
        warn_of_name("ModelCheckpoint", self.filepath)
        with tempfile.TemporaryDirectory() as folder:
            self._write(Path(folder) / "trial.fallline")

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remembers the epoch."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Saves after an epoch."""
        if self.save_freq == "epoch":
            self._save(epoch, logs or {})

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Saves after so many batches, counted through all epochs."""
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save(self._epoch, {"batch": batch + 1} | (logs or {}))

    def on_resume(self, resume: Resume) -> None:
        """The best of the values before the cut and the one to beat: a worse epoch must not take the file."""
        recorded = np.asarray(resume.trace.get(self.monitor, ()), np.float64).ravel()
        values = [*recorded[~np.isnan(recorded)], *([] if self.best is None else [self.best])]
        if values:
            self.best = float(max(values) if self._larger else min(values))

    def granularity(self) -> str:
        """Every epoch, or every step where batches are counted."""
        return "epoch" if self.save_freq == "epoch" else "step"

    def _save(self, epoch: int, logs: dict[str, Any]) -> None:
        if self.save_best_only and not self._is_best(epoch, logs):
            return
        if self.monitor != _DEFAULT and "val_loss" in logs:  # not used, but it names something
            watched_name("ModelCheckpoint", self.monitor, logs)
        path = self._path(epoch, logs)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write(path)
        self._say(epoch, f"saved to {path}")

    def _is_best(self, epoch: int, logs: dict[str, Any]) -> bool:
        if self.monitor.startswith("val_") and not is_validated(epoch, self.params.get("validation_freq", 1)):
            return False
        value = watched_name("ModelCheckpoint", self.monitor, logs)
        if isinstance(value, list):
            raise UsageError(f'ModelCheckpoint: "{self.monitor}" has several values; monitor a single one.')
        before = self.best
        better = before is None or (value > before if self._larger else value < before)
        if math.isnan(value) or not better:
            self._say(epoch, f"{self.monitor} did not improve from {_number(before)}")
            return False
        self.best = value
        self._say(epoch, f"{self.monitor} improved from {_number(before)} to {_number(value)}")
        return True

    def _path(self, epoch: int, logs: dict[str, Any]) -> Path:
        try:
            return Path(self.filepath.format(epoch=epoch + 1, **logs))
        except (KeyError, IndexError, ValueError, TypeError) as error:
            names = ["epoch", *logs]
            near = suggestion(str(error.args[0]), names) if isinstance(error, KeyError) else ""
            raise UsageError(
                f'ModelCheckpoint: filepath "{self.filepath}" cannot be filled in ({error}). It may hold {", ".join(names)}. '
                f"{near}".rstrip()
            ) from error

    def _write(self, path: Path) -> None:
        # What its name promises was said before training.
        with warnings.catch_warnings(action="ignore", category=FalllineWarning):
            if self.save_weights_only:
                self.model.save_weights(path, overwrite=True)
            else:
                self.model.save(path, overwrite=True)

    def _say(self, epoch: int, what: str) -> None:
        if self.verbose:
            print(f"epoch {epoch + 1}: {what}", file=sys.stdout, flush=True)


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.5g}"
