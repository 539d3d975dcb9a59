"""The checkpoints that a program keeps: written one after the other, listed in the state file, the oldest deleted.

Source: TensorFlow 1, python/training/saver.py, for names and behaviour.
"""

from __future__ import annotations

import math
import operator
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fallline.errors import UsageError, warn
from fallline.graph.files.location import checked_prefix, checkpoint_exists, files_under
from fallline.graph.files.own_file import write_arrays
from fallline.graph.files.state_file import write_checkpoint_state


class Kept(NamedTuple):
    """A checkpoint in the list, and when it was written, in seconds since 1970."""

    path: str
    seconds: float


class CheckpointSet:
    """Writes checkpoints and keeps the last of them.

    Args:
        max_to_keep: How many are kept; an older one is deleted when a new one is written. None or 0 keep all, and list
            none but the newest.
        keep_checkpoint_every_n_hours: Hours; one that is to be deleted stays on the disk once in so many.
        save_relative_paths: Whether the state file names absolute paths relative to its folder too, which may then be moved.
        clock: Says the time in seconds since 1970.

    Raises:
        UsageError: a number is none, or negative.

    Differs from TensorFlow: a negative `max_to_keep`, by which each checkpoint is deleted as soon as it is written, is
        refused. Names are never taken for patterns, so that `lr=[0.1]/model` is restored and deleted like any other. The
        paths of relative and absolute saves may be mixed. What TensorFlow wrote is deleted only if `recover_last_checkpoints`
        put it on the list.
    """

    def __init__(
        self,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10_000.0,
        *,
        save_relative_paths: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.max_to_keep = _checked_count(max_to_keep)
        if not isinstance(keep_checkpoint_every_n_hours, int | float) or math.isnan(
            keep_checkpoint_every_n_hours
        ):
            raise UsageError(
                f"Saver: keep_checkpoint_every_n_hours must be a number of hours, got {keep_checkpoint_every_n_hours!r:.60}."
            )
        self.save_relative_paths = bool(save_relative_paths)
        self._seconds_between = 3600.0 * keep_checkpoint_every_n_hours
        self._clock = clock
        self._next_kept = clock() + self._seconds_between
        self._list: list[Kept] = []

    @property
    def last_checkpoints(self) -> list[str]:
        """The names of the checkpoints on the list, oldest first."""
        return [kept.path for kept in self._list]

    def save(
        self,
        arrays: Mapping[str, Any],
        save_path: Any,
        global_step: Any = None,
        latest_filename: str | None = None,
        write_state: bool = True,
    ) -> str:
        """Writes a checkpoint, then the state file, then deletes what is one too many.

        Args:
            arrays: Name of a variable -> its array.
            save_path: The name of the checkpoint, `folder/model`. The folder is made if only it is missing.
            global_step: A whole number that is put behind the name: `folder/model-100`.
            latest_filename: The name of the state file; `checkpoint` if None.
            write_state: Whether the checkpoint enters the list and the state file.

        Returns:
            The name of the checkpoint, for `restore`.

        Raises:
            DataError: an array is of no type that a checkpoint holds.
            UsageError: there are no arrays, or a name or number is none.
        """
        prefix = _name(save_path, global_step)
        if not arrays:
            raise UsageError("Saver: there are no variables to save. Make it after the variables.")
        if latest_filename and os.path.split(latest_filename)[0]:
            raise UsageError(f"Saver: latest_filename is a name without folder, got {latest_filename!r:.60}.")
        folder = _require_folder(prefix)
        write_arrays(prefix, arrays)
        if write_state:
            surplus = self._record(prefix)
            newest, *kept = (self._in_state(path) for path in (prefix, *self.last_checkpoints))
            write_checkpoint_state(folder, newest, kept, latest_filename)
            self._delete(surplus)
        return prefix

    def set_last_checkpoints(self, last_checkpoints: Iterable[str]) -> None:
        """Makes these the list, oldest first; later saves push them out, but do not delete them."""
        self.set_last_checkpoints_with_time((path, math.inf) for path in last_checkpoints)

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time: Iterable[tuple[str, float]]) -> None:
        """Makes these the list, each with the time when it was written; later saves delete them."""
        self._list = [Kept(os.fsdecode(path), float(seconds)) for path, seconds in last_checkpoints_with_time]

    def recover_last_checkpoints(self, checkpoint_paths: Iterable[str]) -> None:
        """Makes the list of those of these checkpoints that exist, such as after a program was started again.

        Args:
            checkpoint_paths: Their names, oldest first: `get_checkpoint_state(folder).all_model_checkpoint_paths`.
        """
        found = [os.fsdecode(path) for path in checkpoint_paths if checkpoint_exists(path)]
        self._list = [Kept(path, files_under(path)[0].stat().st_mtime) for path in found]

    def _record(self, path: str) -> Kept | None:
        """Puts a checkpoint at the end of the list; the one that it pushes out, which is still on the disk."""
        if not self.max_to_keep:
            return None
        # One file under two texts, "m" and "./m", is one checkpoint: it must not be deleted for the other.
        here = os.path.abspath(path)  # noqa: PTH100 - links are kept
        self._list = [kept for kept in self._list if os.path.abspath(kept.path) != here]  # noqa: PTH100
        self._list.append(Kept(path, self._clock()))
        return self._list.pop(0) if len(self._list) > self.max_to_keep else None

    def _delete(self, surplus: Kept | None) -> None:
        if surplus is None or math.isinf(surplus.seconds):
            return
        if surplus.seconds > self._next_kept:
            self._next_kept += self._seconds_between
            return
        try:
            for path in files_under(surplus.path):
                path.unlink(missing_ok=True)
        except OSError as error:
            warn(f"Saver: the old checkpoint {surplus.path} stays: {error}.")

    def _in_state(self, path: str) -> str:
        # What is relative to here is written relative to the folder.
        return os.path.relpath(path) if self.save_relative_paths else path


def _checked_count(count: Any) -> int:
    if count is None:
        return 0
    try:
        count = operator.index(count)
    except TypeError as error:
        raise UsageError(f"Saver: max_to_keep must be a whole number or None, got {count!r:.60}.") from error
    if count < 0:
        raise UsageError(
            f"Saver: max_to_keep={count} would delete each checkpoint as soon as it is written. None keeps all."
        )
    return int(count)


def _name(save_path: Any, global_step: Any) -> str:
    if not isinstance(save_path, str | os.PathLike) or not os.fspath(save_path):
        checked_prefix("Saver.save", save_path)
    prefix = os.fsdecode(save_path)
    if global_step is None:
        return prefix
    try:
        return f"{prefix}-{operator.index(global_step)}"
    except TypeError as error:
        raise UsageError(
            f"Saver.save: global_step must be a whole number, got {global_step!r:.60} of type {type(global_step).__name__}."
        ) from error


def _require_folder(prefix: str) -> str:
    folder = os.path.split(prefix)[0]
    above = os.path.split(folder.rstrip("/"))[0]
    if folder and not Path(folder).is_dir():
        if not Path(above or ".").is_dir() or Path(folder).exists():
            raise UsageError(
                f"Saver.save: {prefix} cannot be written, since there is no folder {above or folder}. "
                f'Make it first: os.makedirs("{folder}").'
            )
        Path(folder).mkdir(exist_ok=True)
    return folder
