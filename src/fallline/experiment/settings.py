"""Everything that decides what a training run of the main job does: one frozen, validated, JSON-able object.

A field that is None is left to Fallline (`experiment/network.py` chooses it from the size of the data);
a finished run writes the settings with every choice filled in, so that a later version repeats it.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fallline._ranges import whole
from fallline.data.bundled import BUNDLED_NAMES
from fallline.data.forms.column import KINDS
from fallline.data.tables.address import without_password
from fallline.data.target import TASKS, Task
from fallline.errors import SavedFileError, UsageError, suggestion

DEFAULT_VALIDATION = 0.15
DEFAULT_TEST = 0.2
"""Enough rows to judge by, few enough to leave most for learning."""

THRESHOLDS = ("f1", "balanced")
"""What a threshold may be chosen for: the F1 of the rarer class, or balanced accuracy."""

PATHS = ("data", "validation", "test")
"""The settings that may be paths."""

SCHEDULES = ("constant", "cosine", "plateau")
"""How the learning rate goes over the epochs; `experiment/falling.py` says how far it falls."""

MONITORS = ("loss", "calibrated_crossentropy")
"""What of the validation rows ends a training and chooses the epoch: metrics of this name."""

NUMBERS = ("bins", "periodic", "both")
"""How a network takes the columns of numbers, beside their scaled values: as piecewise-linear bins, or as waves."""

EFFORTS = ("normal", "thorough")
"""What a training may cost: one network, or `network.THOROUGH` of different seeds that answer together."""

WORDS = {
    "task": TASKS,
    "schedule": SCHEDULES,
    "monitor": MONITORS,
    "numbers": NUMBERS,
    "effort": EFFORTS,
}
"""The settings that are one of some words."""

DATA_SUFFIXES = {
    *(".gz", ".zip", ".zst", ".bz2", ".xz", ".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".npz"),
    *(".parquet", ".pq", ".arrow", ".feather", ".ipc", ".jsonl", ".ndjson", ".json"),
    *(".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".sqlite", ".sqlite3", ".db"),
}


@dataclass(frozen=True)
class Settings:
    """The settings of one run of `fallline train`.

    Args:
        data: A bundled set by name, or where the rows are: the path of a table (delimited text, Excel, ODS, Parquet,
            Arrow, JSON lines, SQLite) or of an `.npz`, a folder or pattern of tables, a database's URL, or `-` for
            standard input.
        target: The column to predict, by name or position (0 is the first, -1 the last); None where the
            data say it themselves (bundled sets, images).
        drop: Columns to leave out, by name or position.
        task: `binary`, `multiclass` or `regression`; None to infer it from the target.
        header: Whether a line holds the names of the columns, or which (counted from 1); None to detect it.
        delimiter: The sign between columns of a CSV file; None to detect it.
        sheet: The sheet of a workbook, by name or position (from 0); None for the first with cells.
        table: The table of a database, or the file in an archive; None where there is only one.
        query: The question to a database whose answer is the table.
        missing: Words that stand for a missing value, beside the usual ones; `=` alone or before the others: in their place.
        types: Column -> what it is, where that is not to be seen: a key of `data.forms.column.KINDS`.
        time: The column in whose order the rows are divided: the latest become the test part.
        group: The column whose rows of one value stay in one part; it is no input.
        validation: The fraction of rows that watch the training, or a file of such rows.
        test: The fraction of rows kept for the final score, or a file of such rows; 0 for none; None for the
            test part that the data bring along, or 0.2 where they bring none.
        layers: Units of each hidden layer; `()` for a network without hidden layers. From here to `patience`, None leaves
            the choice to `network.with_defaults`, by the training rows; the reasons stand beside its numbers.
        numbers: How the network takes the columns of numbers, one of `NUMBERS`: `layers.PeriodicEmbedding` makes the waves.
        activation: Name of the hidden layers' activation.
        optimizer: Name of the optimizer.
        learning_rate: Step size of the optimizer, in the first epoch.
        schedule: How it goes from epoch to epoch, a key of `SCHEDULES`: it stays, falls along half a cosine over all
            epochs (as Keras's `CosineDecay`), or each time the validation loss no longer falls (`ReduceLROnPlateau`).
        epochs: The most passes over the training rows.
        batch_size: Rows in a step.
        l1: Factor of the sum of absolute kernel weights in the loss.
        l2: Factor of the sum of squared kernel weights in the loss.
        weight_decay: Decoupled weight decay of the optimizers that have it.
        dropout: Fraction of hidden units dropped in training.
        batch_norm: Whether each hidden layer is batch-normalised.
        patience: Epochs in which the validation rows show nothing better before the training stops.
        monitor: What of the validation rows that goes by, one of `MONITORS`.
        threshold: Of two classes: the probability of the second (in sorted order) above which it is predicted, or what is
            to be best on the validation rows, a key of `THRESHOLDS`; None for 0.5, or where one class is rare for `f1`.
        seed: Decides the split, the initial weights, the order of rows and dropout.
        split_seed: Decides the split alone; None: `seed` does.
        folds: How many folds a cross-validation has; None for none.
        ensemble: How many networks, of as many seeds, answer together; None for one.
        effort: What the training may cost, one of `EFFORTS`; None for `normal`.

    Raises:
        UsageError: a number is out of its range, or a name is unknown.
    """

    data: str
    target: str | None = None
    drop: tuple[str, ...] = ()
    task: Task | None = None
    header: bool | int | None = None
    delimiter: str | None = None
    sheet: str | None = None
    table: str | None = None
    query: str | None = None
    missing: tuple[str, ...] = ()
    types: dict[str, str] = field(default_factory=dict)
    time: str | None = None
    group: str | None = None
    validation: float | str = DEFAULT_VALIDATION
    test: float | str | None = None
    layers: tuple[int, ...] | None = None
    numbers: str | None = None
    activation: str | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    schedule: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    l1: float | None = None
    l2: float | None = None
    weight_decay: float | None = None
    dropout: float | None = None
    batch_norm: bool | None = None
    patience: int | None = None
    monitor: str | None = None
    threshold: float | str | None = None
    seed: int = 0
    split_seed: int | None = None
    folds: int | None = None
    ensemble: int | None = None
    effort: str | None = None

    def __post_init__(self) -> None:
        self._name_columns()
        if not isinstance(self.data, str) or not self.data:
            raise UsageError(
                f"data must be the name of a bundled set or the path of a file; got {self.data!r}."
            )
        for name, known in WORDS.items():
            if (word := getattr(self, name)) is not None and word not in known:
                raise UsageError(f'unknown {name} "{word}". {suggestion(str(word), known)}')
        self._check_source()
        self._check_parts()
        self._check_threshold()
        for units in self.layers or ():
            whole("the units of a layer", units, least=1)
        for name in ("epochs", "batch_size", "patience"):
            if getattr(self, name) is not None:
                whole(name.replace("_", " "), getattr(self, name), least=1)
        for name in ("seed", "split_seed"):
            if (seed := getattr(self, name)) is not None:
                whole(name.replace("_", " "), seed, least=0)
                if seed >= 2**31:
                    raise UsageError(f"{name.replace('_', ' ')} must be below {2**31}; got {seed}.")
        self._check_many()
        for name in ("l1", "l2", "weight_decay"):
            _check_number(name.replace("_", " "), getattr(self, name), least=0.0)
        _check_number("dropout", self.dropout, least=0.0, below=1.0)
        _check_number("learning rate", self.learning_rate, least=0.0)
        if self.learning_rate == 0:
            raise UsageError("learning rate must be above 0; with 0 nothing is learned.")

    def _name_columns(self) -> None:
        """A column may be given by position as a number, too: it becomes the text that the command line gives."""
        for name in ("target", "time", "group"):
            if (column := getattr(self, name)) is not None:
                object.__setattr__(self, name, _column(name, column))
        drop = (self.drop,) if isinstance(self.drop, str | int) else self.drop
        object.__setattr__(self, "drop", tuple(_column("drop", column) for column in drop))
        types = {_column("types", column): kind for column, kind in self.types.items()}
        object.__setattr__(self, "types", types)

    def _check_source(self) -> None:
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise UsageError(
                f'the delimiter must be one character; got "{self.delimiter}". For a tab, write tab.'
            )
        if self.table is not None and self.query is not None:
            raise UsageError("a table and a query name two different things to read; give one of them.")
        for column, kind in self.types.items():
            if kind not in KINDS:
                raise UsageError(f'unknown type "{kind}" of column "{column}". {suggestion(kind, KINDS)}')
        if isinstance(self.header, int) and not isinstance(self.header, bool):
            whole("the line of the header", self.header, least=1)

    def _check_parts(self) -> None:
        for name in ("validation", "test"):
            part = getattr(self, name)
            if not isinstance(part, str):
                _check_number(f"{name} (a fraction of the rows)", part, least=0.0, below=1.0)
        parts = [part for part in (self.validation, self.test) if isinstance(part, int | float)]
        files = [name for name in ("validation", "test") if isinstance(getattr(self, name), str)]
        if files and (self.time is not None or self.group is not None):
            raise UsageError(
                f"{files[0]} is a file, so its rows are not drawn: leave out {'time' if self.time else 'group'}, or give a fraction."
            )
        if self.time is not None and self.group is not None:
            raise UsageError("rows are divided by time or by group, not by both; give one of them.")
        if sum(parts) >= 1:
            raise UsageError(
                f"validation {self.validation} and test {self.test} leave no rows to train on; "
                "together they must stay below 1."
            )

    def _check_threshold(self) -> None:
        given = self.threshold
        if given is None:
            return
        if given in THRESHOLDS:
            if self.validation == 0:
                raise UsageError(
                    f'the threshold "{given}" is chosen on the validation rows, and with validation 0 there are none. Give a number.'
                )
            return
        if isinstance(given, str | bool) or not 0 < given < 1:
            raise UsageError(
                f"the threshold must be a probability between 0 and 1, or {' or '.join(THRESHOLDS)}; got {given!r}."
            )

    def _check_many(self) -> None:
        for name in ("folds", "ensemble"):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name), least=2)
        if self.folds is None:
            return
        if self.numbers not in (None, "bins"):
            raise UsageError(
                f'the inputs of folds differ, and numbers "{self.numbers}" need the same places in all. Choose "bins", or '
                "leave out folds."
            )
        if isinstance(self.validation, str):
            raise UsageError(
                "folds divide the rows themselves, so that validation cannot be a file; give a fraction, or leave out folds."
            )
        if self.validation == 0:
            raise UsageError(
                "in each fold some rows watch the training, and with validation 0 there are none; give a fraction."
            )
        if self.time is not None:
            raise UsageError(
                "folds would put later rows before earlier ones; by time rows are divided once. Leave out folds, or time."
            )

    @property
    def division_seed(self) -> int:
        """What decides how the rows are divided."""
        return self.seed if self.split_seed is None else self.split_seed

    @property
    def name(self) -> str:
        """What the run is called: the bundled set's name, or the file's without folder and endings."""
        if self.data == "-":
            return "stdin"
        # Of a database's URL neither user nor options; of a pattern what is no sign for "any".
        address = without_password(self.data).partition("://")[2].rpartition("@")[2].split("?")[0]
        path = Path(address or re.sub(r"[*?\[\]]+", "", self.data))
        while path.suffix.casefold() in DATA_SUFFIXES:
            path = path.with_suffix("")
        return path.name or "data"

    @property
    def shown_data(self) -> str:
        """Where the rows are, as it may be shown and written down: without a password."""
        return without_password(self.data)

    def to_json(self) -> dict[str, Any]:
        """The settings as a JSON value; of a database's address without the password, which no file is to hold."""
        return dataclasses.asdict(self) | {"data": self.shown_data}

    @classmethod
    def from_json(cls, value: Any) -> Settings:
        """The settings that `to_json` described.

        Raises:
            SavedFileError: a name is unknown or a value is of the wrong kind.
            UsageError: a value is out of its range.
        """
        if not isinstance(value, dict):
            raise SavedFileError("the settings must be a JSON object with names and values.")
        known = {field.name for field in dataclasses.fields(cls)}
        for name in value:
            if name not in known:
                raise SavedFileError(f'unknown setting "{name}". {suggestion(name, known)}')
        if "data" not in value:
            raise SavedFileError('the settings name no "data".')
        lists = {name: tuple(item) for name, item in value.items() if isinstance(item, list)}
        try:
            return cls(**(value | lists))
        except TypeError as error:
            raise SavedFileError(f"a setting is of the wrong kind: {error}.") from error


def read_settings(path: str | Path) -> dict[str, Any]:
    """The settings in a run's `config.json`, or in a file that holds nothing but settings, as a JSON object.

    Relative paths of a run begin in the folder in which it was trained, from wherever it is trained again.

    Raises:
        SavedFileError: the file is not JSON or not an object.
        OSError: the file cannot be read.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SavedFileError(
            f'"{path}" is no settings file: {error}. A run writes one as config.json.'
        ) from error
    begin = None
    if isinstance(value, dict) and isinstance(value.get("settings"), dict):
        begin, value = value.get("relative_to"), value["settings"]
        if value.get("learning_rate") is not None:
            # A run names all that it chose; one of before these could be chosen had them so.
            value = {"numbers": "bins", "monitor": "loss"} | value
    if not isinstance(value, dict):
        raise SavedFileError(f'"{path}" is no settings file: it holds {type(value).__name__}, not an object.')
    return moved_settings(value, Path(path).parent / begin) if isinstance(begin, str) else value


def moved_settings(value: dict[str, Any], begin: Path) -> dict[str, Any]:
    """Settings whose relative paths began in another folder, as they are from here."""
    return value | {name: _found(value[name], begin) for name in PATHS if isinstance(value.get(name), str)}


def _found(given: str, folder: Path) -> str:
    """A path of the settings, as one in the folder where there is such a file there."""
    if given in BUNDLED_NAMES or given == "-" or "://" in given or Path(given).is_absolute():
        return given
    there = (folder / given).resolve()
    pattern = any(sign in given for sign in "*?[")
    if not (any(folder.glob(given)) if pattern else there.exists()) or there == Path(given).resolve():
        return given
    try:
        return os.path.relpath(there)
    except ValueError:  # on another drive
        return str(there)


def _column(setting: str, column: Any) -> str:
    if isinstance(column, int) and not isinstance(column, bool):
        return str(column)
    if not isinstance(column, str):
        raise UsageError(f"{setting} must be the name of a column or its position; got {column!r:.60}.")
    return column


def _check_number(name: str, value: Any, *, least: float, below: float = math.inf) -> None:
    if value is None:
        return
    range_text = f"from {least:g} to below {below:g}" if math.isfinite(below) else f"of at least {least:g}"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not (least <= value < below) or not math.isfinite(value):
        raise UsageError(f"{name} must be a number {range_text}; got {value!r}.")
