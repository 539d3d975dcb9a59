"""The folder a run leaves behind: claimed before the training, written file by file, each whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fallline._files import written_whole
from fallline.errors import DataError, UsageError

if TYPE_CHECKING:
    import polars as pl

MODEL = "model.fallline"
CONFIG = "config.json"
HISTORY_JSON = "history.json"
HISTORY_CSV = "history.csv"
SUMMARY = "summary.md"
SPLIT = "split.csv"
TEST_PREDICTIONS = "test_predictions.csv"
LEARNING_CURVES = "learning_curves.png"
CONFUSION_MATRIX = "confusion_matrix.png"
RESIDUALS = "residuals.png"
ROC = "roc.png"
CALIBRATION = "calibration.png"
IMPORTANCE = "importance.png"
MEMBERS = "members.csv"
CURVES = "curves.csv"
OUT_OF_FOLD = "out_of_fold.csv"
SWEEP = "sweep.json"
MEMBER_CURVES = "member_curves.png"
RANKS = "ranks.png"
EFFECTS = "effects.png"
PARALLEL = "parallel_coordinates.png"
COMPARISON = "comparison.json"
SCORES = "scores.csv"
TUNING = "tuning.csv"
COMPARED = {
    factor: f"comparison_{factor}.png"
    for factor in ("optimizers", "activations", "initializers", "regularizers")
}
"""What is compared -> its figure."""
LINEAR = "linear.skops"
BOOSTING = "boosting.skops"
BASELINES = {"linear": LINEAR, "boosting": BOOSTING}
"""Name of a baseline -> its file."""

FIGURES = (
    *(LEARNING_CURVES, CONFUSION_MATRIX, ROC, CALIBRATION, RESIDUALS, IMPORTANCE),
    *(MEMBER_CURVES, RANKS, EFFECTS, PARALLEL),
)
FILES = (
    *(MODEL, CONFIG, HISTORY_JSON, HISTORY_CSV, SPLIT, TEST_PREDICTIONS, SUMMARY),
    *(MEMBERS, CURVES, OUT_OF_FOLD, SWEEP, COMPARISON, SCORES, TUNING, *COMPARED.values()),
    *FIGURES,
    *BASELINES.values(),
)

POPULATION = "population"
"""The folder in which a sweep keeps its networks, to go on and to be asked."""

RUNS = Path("runs")


def where_paths_begin(folder: Path) -> str:
    """The folder in which relative paths of the settings begin, as seen from the run folder.

    So a run is trained again from its settings wherever one stands, and after both were moved together.
    """
    try:
        return os.path.relpath(Path.cwd(), folder.resolve())
    except ValueError:  # on another drive
        return str(Path.cwd())


@dataclass(frozen=True)
class RunFolder:
    """A folder that belongs to this run.

    Args:
        path: Where it is.
        fresh: Whether this run made it.
    """

    path: Path
    fresh: bool

    def write(self, name: str, write: Callable[[Path], object]) -> None:
        """Writes one file; `write` gets its path and must leave it whole or not at all.

        Raises:
            DataError: the system refuses (a full disk, no permission); the message names the files kept.
        """
        try:
            write(self.path / name)
        except OSError as error:
            raise DataError(self._refused(name, error)) from error

    def write_bytes(self, name: str, content: bytes) -> None:
        """Writes one file whole."""

        def write(path: Path) -> None:
            with written_whole(path) as file:
                file.write(content)

        self.write(name, write)

    def write_text(self, name: str, text: str) -> None:
        """Writes one text file whole, in UTF-8."""
        self.write_bytes(name, text.encode())

    def write_table(self, name: str, table: pl.DataFrame) -> None:
        """Writes one table whole, as CSV."""
        self.write_bytes(name, table.write_csv().encode())

    def write_json(self, name: str, value: Any) -> None:
        """Writes one JSON file whole; numbers that JSON has no word for (NaN, infinity) become null."""
        self.write_text(name, json.dumps(without_nonfinite(value), indent=2, ensure_ascii=False) + "\n")

    def kept(self) -> list[str]:
        """The names of the run's files that are there."""
        return [name for name in FILES if (self.path / name).is_file()]

    def clear(self, *, keep: Collection[str] = ()) -> None:
        """Removes what an earlier run left under this run's file names, but for those to keep, and nothing else."""
        for name in FILES:
            if name not in keep:
                (self.path / name).unlink(missing_ok=True)
        if POPULATION not in keep and (self.path / POPULATION).is_dir():
            shutil.rmtree(self.path / POPULATION)

    def discard(self) -> None:
        """Takes the folder away again if this run made it and nothing was trained."""
        if not self.fresh:
            return
        self.clear()
        with contextlib.suppress(OSError):
            self.path.rmdir()

    def _refused(self, name: str, error: OSError) -> str:
        kept = ", ".join(self.kept()) or "nothing"
        return (
            f'cannot write "{self.path / name}": {_reason(error)}.\n'
            f'Kept in "{self.path}": {kept}. Make room, or choose another --out.'
        )


def check_free(out: str | Path | None, *, force: bool) -> None:
    """Refuses early, before data are read, a folder that `claim` would refuse.

    Raises:
        UsageError: the folder holds something and `force` is off, or the path is a file.
    """
    if out is None:
        return
    path = Path(out)
    try:
        if path.is_dir():
            if not force and any(path.iterdir()):
                raise UsageError(
                    f'the run folder "{path}" exists. Choose another --out, or --force to write over its run.'
                )
        elif path.exists() or path.is_symlink():
            raise UsageError(f'"{path}" is a file; --out names a folder.')
    except OSError as error:
        raise UsageError(f'cannot use "{path}" as the run folder: {error.strerror or error}.') from error


def claim(out: str | Path | None, name: str, *, force: bool = False) -> RunFolder:
    """Makes the run folder, or takes an empty or (with `force`) an existing one, and proves that it can be written.

    Args:
        out: The folder; None for `runs/<name>-<number>` with the next free number.
        name: What the run is called, for the default folder.
        force: Write over the run that is in the folder.

    Raises:
        UsageError: the folder holds something and `force` is off, or cannot be made.
        DataError: nothing can be written there.
    """
    check_free(out, force=force)
    path = None if out is None else Path(out)
    try:
        folder = _numbered(name) if path is None else RunFolder(path, fresh=not path.is_dir())
        if path is not None and folder.fresh:
            # Of two runs started together with one --out, one fails here.
            path.mkdir(parents=True)
    except OSError as error:
        place = path or RUNS
        raise UsageError(
            f'cannot make the run folder "{place}": {error.strerror or error}. Choose --out.'
        ) from error
    try:
        # A page is enough to find out about permissions, a full disk and a spent quota.
        with tempfile.TemporaryFile(dir=folder.path) as probe:
            probe.write(bytes(4096))
            probe.flush()
    except OSError as error:
        folder.discard()
        raise DataError(
            f'cannot write to "{folder.path}": {_reason(error)}. Choose another --out.'
        ) from error
    return folder


def _numbered(name: str) -> RunFolder:
    RUNS.mkdir(parents=True, exist_ok=True)
    numbers = [
        int(path.name[len(name) + 1 :])
        for path in RUNS.glob(f"{_literal(name)}-*")
        if path.name[len(name) + 1 :].isascii() and path.name[len(name) + 1 :].isdigit()
    ]
    number = max(numbers, default=0) + 1
    while True:
        path = RUNS / f"{name}-{number}"
        try:
            # mkdir is the claim: of two runs started together, one gets the number.
            path.mkdir()
        except FileExistsError:
            number += 1
            continue
        return RunFolder(path, fresh=True)


def _reason(error: OSError) -> str:
    return "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def without_nonfinite(value: Any) -> Any:
    """A JSON value in which NaN and infinities are None, as strict JSON readers demand."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: without_nonfinite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nonfinite(item) for item in value]
    return value
