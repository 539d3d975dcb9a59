"""A training that survives being killed."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fallline._files import written_whole
from fallline._ranges import truth, whole
from fallline.callbacks.callback import Callback, Logs
from fallline.callbacks.paths import checked_path, require_folder
from fallline.engine import Boundary, Resume
from fallline.engine.endings import Status
from fallline.errors import SavedFileError, UsageError
from fallline.registry.argument_names import check_names
from fallline.registry.configuration import to_config
from fallline.wire.sealed import check_seal, write_sealed

FORMAT = "fallline-backup-2"
FILE = "training.fallline-backup"
COMPARED = (
    "initial_epoch",
    "steps",
    "batch_size",
    "validation_freq",
    "rows",
    "validation_rows",
    "shuffle",
    "sampling",
    "weighted",
    "seed",
)
"""What a training is told by, of the parameters that callbacks are given."""


@check_names
class BackupAndRestore(Callback):
    """Backs up a training as it runs; the same program, started again, goes on where it was cut off.

    The backup holds all that the run has come to: weights, the optimizer's state, what early stopping and the
    learning-rate rules know, the weights they hold for the best, and the history. Data order, dropout and
    schedules follow from seed and epoch. So a training that was killed at any moment and started again ends
    with bitwise the weights and the history of one that was left alone.

    The backup is one file, written whole or not at all. It is written at the end of an epoch, at most about five
    times a second: shorter epochs share one. The run does not surface for it more often than it does anyway. It is
    deleted when training ends as planned, and stays after Ctrl-C and after an error.

    Args:
        backup_dir: A folder for this training alone; it is made if it is missing.
        save_freq: "epoch"; a number of batches: at the end of the epoch in which so many have passed since the last
            backup; or False: never, only restore.
        double_checkpoint: Kept for Keras's argument order: a backup that is written whole or not at all needs no
            second one.
        delete_checkpoint: Whether the backup is deleted when training ends as planned.

    Raises:
        UsageError: an argument is not what it must be.
        SavedFileError: the backup is damaged, or is one of another training: another network, optimizer, loss, set
            of metrics or callbacks, batch size, shuffle, number of rows, or one with weights where that had none. (Other
            values in rows of the same number are not noticed, nor other numbers of the optimizer.)

    Source: Keras 3 for names and arguments.

    Differs from Keras: what is restored is the whole training, with its history, and not weights and epoch alone. A
        number of batches is rounded up to whole epochs, so that what is restored is exact. Of the
        folder only its own file is deleted, and the folder itself where nothing else is in it.
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int | bool = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        folder = checked_path("BackupAndRestore: backup_dir", backup_dir, "a folder")
        if save_freq is not False and save_freq != "epoch":
            save_freq = whole('BackupAndRestore: save_freq is "epoch", False, or', save_freq, least=1)
        self.backup_dir = Path(folder)
        self.save_freq = save_freq
        self.double_checkpoint = truth("BackupAndRestore: double_checkpoint", double_checkpoint)
        self.delete_checkpoint = truth("BackupAndRestore: delete_checkpoint", delete_checkpoint)
        self._resume: Resume | None = None
        self._saved_epoch = 0
        self._over = False

    @property
    def path(self) -> Path:
        """The file of the backup."""
        return self.backup_dir / FILE

    def on_train_begin(self, logs: Logs = None) -> None:
        """Reads the backup, if there is one.

        Raises:
            UsageError: the folder cannot be made.
            SavedFileError: the backup is damaged, or is one of another training.
        """
        require_folder("BackupAndRestore: backup_dir", self.backup_dir)
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        for leftover in self.backup_dir.glob(f".{FILE}.*"):  # a kill came while it was being written
            leftover.unlink(missing_ok=True)
        self._resume = self._read() if self.path.is_file() else None
        self._saved_epoch = self._resume.epochs if self._resume else 0
        self._over = self._resume is not None and self._resume.epochs >= self._planned()

    def resume(self) -> Resume | None:
        """Where the run goes on, or None."""
        return self._resume

    def on_boundary(self, boundary: Boundary) -> None:
        """Writes a backup, if one is due."""
        self._over = int(np.asarray(boundary.state.status)) != Status.RUNNING
        self._over |= boundary.epoch >= boundary.epochs
        if not self._over and boundary.fresh_epochs and not boundary.step:
            self._write_if_due(boundary)

    def on_train_end(self, logs: Logs = None) -> None:
        """Deletes the backup of a training that ended as planned."""
        if self.delete_checkpoint and (self._over or self.model.stop_training):
            self.path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # others may have put files there
                self.backup_dir.rmdir()

    def _planned(self) -> int:
        return int(self.params["epochs"]) - int(self.params["initial_epoch"])

    def _run(self) -> dict[str, Any]:
        """What must be the same for the run to go on: with another, order, loss or columns would be others."""
        found = {name: self.params.get(name) for name in COMPARED}
        # A plain function's training shows neither.
        found["loss"] = _described(getattr(self.model, "loss", None))
        found["recorded"] = list(getattr(self.model, "metrics_names", ()))
        return found

    def _write_if_due(self, boundary: Boundary) -> None:
        done = boundary.epoch - boundary.initial_epoch
        steps = (done - self._saved_epoch) * boundary.steps_per_epoch
        if self.save_freq is False or (self.save_freq != "epoch" and steps < int(self.save_freq)):
            return
        self._write(Resume.at(boundary))
        self._saved_epoch = done

    def _write(self, resume: Resume) -> None:
        description = {"format": FORMAT, "seed": resume.seed, "run": self._run()}
        named = {f"state/{name}": array for name, array in resume.arrays.items()}
        named |= {f"trace/{name}": array for name, array in resume.trace.items()}
        arrays = {name: np.asarray(array, order="C") for name, array in named.items()}
        with written_whole(self.path) as file:
            write_sealed(file, arrays, {"fallline": json.dumps(description)})

    def _read(self) -> Resume:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, framework="numpy") as file:
                description = json.loads((file.metadata() or {})["fallline"])
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            check_seal(self.path)
            known, seed, run = description["format"] == FORMAT, int(description["seed"]), description["run"]
        except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
            raise SavedFileError(
                f"{self.path} is no backup of a training, or is damaged ({type(error).__name__}). "
                "Delete it to begin anew."
            ) from error
        if not known:
            raise SavedFileError(
                f"{self.path} is a backup of another version ({description['format']!r:.40}). Delete it to begin anew."
            )
        now = self._run()
        if other := [name for name in now if name not in run or run[name] != now[name]]:
            then = {name: run.get(name) for name in other}
            raise SavedFileError(
                f"{self.path} is the backup of another training: it has {then!r:.200}, this one "
                f"{ {name: now[name] for name in other}!r:.200}. Train as then, or delete it to begin anew."
            )
        resume = Resume(_part(arrays, "state/"), _part(arrays, "trace/"), seed, int(run["initial_epoch"]))
        if resume.epochs > self._planned():
            raise SavedFileError(
                f"{self.path} is the backup of a training of {resume.initial_epoch + resume.epochs} epochs already, and "
                f"this one ends at epochs={self.params['epochs']}. Give epochs={resume.initial_epoch + resume.epochs} or "
                "more, or delete it to begin anew."
            )
        return resume


def _described(loss: Any) -> Any:
    """A loss, or those of several outputs, as JSON; a function without a name by the name it is recorded under."""
    if isinstance(loss, Mapping):
        return {str(name): _described(each) for name, each in loss.items()}
    if isinstance(loss, tuple | list):
        return [_described(each) for each in loss]
    try:
        return to_config(loss)
    except UsageError:
        return str(getattr(loss, "name", type(loss).__name__))


def _part(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
