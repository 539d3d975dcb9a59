"""A run in Python: raw rows in, labels in their own words out, and the preprocessing and the network as parts."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float, Shaped

from fallline.data.images import ImagePreprocessor
from fallline.errors import DataError, DataWarning, SavedFileError, warn
from fallline.experiment.answers import answer_table, answers
from fallline.experiment.kept.rows_in import RowsIn
from fallline.experiment.kept.run_folder import CONFIG, HISTORY_JSON, SPLIT, TEST_PREDICTIONS
from fallline.experiment.kept.saved_run import SavedRun, open_run
from fallline.experiment.settings import Settings
from fallline.report.contents import LABELS, RunReport, format_score

if TYPE_CHECKING:
    from fallline.history import History
    from fallline.models import Model


@dataclass(frozen=True, repr=False)
class Preprocessor:
    """From raw rows to what the network takes, learned from the training rows.

    Args:
        saved: The run that it belongs to.
    """

    saved: SavedRun = field(repr=False)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of each input of the network: `age`, `sex = MALE`, `income is missing`; of images none."""
        inner = self.saved.preprocessor
        return () if isinstance(inner, ImagePreprocessor) else inner.feature_names

    def transform(self, rows: Any, *, fill: bool = False, **options: Any) -> Shaped[np.ndarray, "rows ..."]:
        """The inputs of the network for some rows.

        Args:
            rows: As in `Run.predict`.
            fill: As in `Run.predict`.
            **options: As in `Run.predict`.

        Raises:
            DataError: as `Run.predict`.
        """
        read = RowsIn.read(self.saved, rows, **options)
        read.tell(_warn, fill=fill)
        return read.inputs(fill=fill)

    def __repr__(self) -> str:
        return f"<Preprocessor: {self.saved.report.inputs}>"


@dataclass(frozen=True, repr=False)
class Run:
    """What `fallline train` left: `fl.load_run` makes it.

    Attributes:
        path: The run folder, or its model file.
        model: The network, with Keras's verbs; its inputs are those that `preprocessor.transform` gives.
        preprocessor: From raw rows to the network's inputs: `transform(rows)`, `feature_names`.
        report: The verdict, the scores and the notes: `report.verdict`, `report.test`, `report.baselines`, `report.notes`.
    """

    path: Path
    model: Model
    preprocessor: Preprocessor
    report: RunReport

    @property
    def classes(self) -> list[Any]:
        """The classes as they stand in the data, in the order of `predict_proba`; none for regression."""
        return list(self._saved.target.classes)

    @property
    def settings(self) -> Settings:
        """The settings that repeat the run, with every choice filled in."""
        return Settings.from_json(self._saved.file.extra["settings"])

    @functools.cached_property
    def history(self) -> History:
        """What each epoch of the training recorded. Epochs count from 0 in it, as in Keras.

        Raises:
            SavedFileError: the run folder does not hold it.
        """
        from fallline.history import History

        return History.from_json(self._beside(HISTORY_JSON))

    @functools.cached_property
    def split(self) -> pl.DataFrame:
        """Which part each row went to: `row` (its place in the source, counted from 1), `part`, `source`.

        Raises:
            SavedFileError: the run folder does not hold it, or it is damaged.
        """
        table = self._table(SPLIT, "row", "part", "source")
        if not table["part"].is_in(("train", "validation", "test")).all():
            raise _damaged(self._beside(SPLIT), "part must be train, validation or test")
        return table

    @functools.cached_property
    def test_predictions(self) -> pl.DataFrame:
        """The test rows: `row`, `true`, `prediction` and for classes `probability_<class>`.

        Raises:
            SavedFileError: the run folder does not hold it, as there were no test rows, or it is damaged.
        """
        target = self._saved.target
        words = not all(isinstance(label, int | float) for label in target.classes)
        kept = dict.fromkeys(("true", "prediction"), pl.String) if words else None
        shares = (f"probability_{label}" for label in target.class_names)
        table = self._table(TEST_PREDICTIONS, "row", "true", "prediction", *shares, schema_overrides=kept)
        if target.classes and all(isinstance(label, bool) for label in target.classes):
            table = table.with_columns(pl.col("true", "prediction") == "true")
        return table

    def predict(
        self,
        rows: Any,
        *,
        fill: bool = False,
        outside: bool = False,
        intervals: float | None = None,
        **options: Any,
    ) -> pl.DataFrame:
        """What the network predicts of raw rows, as `fallline predict` writes it.

        Args:
            rows: A path (or another source that `fallline train` takes), a data frame of pandas, polars or pyarrow, a
                dictionary of columns, a list of dictionaries, a row of pandas; for a run on images an array too. With or
                without the target, columns in any order.
            fill: Whether a column that is missing counts as one without values; else it is an error.
            outside: Whether to say of each row in which columns it is far outside of what was trained on.
            intervals: The share of new rows that their intervals, or sets of classes, are to hold, as 0.9; None for none.
            **options: How a source is read: `header`, `delimiter`, `sheet`, `table`, `query`.

        Returns:
            `prediction`, in the data's own words; for classes `probability_<class>`; with intervals `lower` and `upper`, or
            `classes`, the likeliest first: `cat | dog`; `outside` where it is asked for.

        Raises:
            DataError: the rows cannot be read, or are not like those of the training.
            UsageError: intervals cannot be told at this level.

        Warns:
            DataWarning: what is odd in these rows, as the notes of `fallline predict`.
        """
        doubt = None if intervals is None else self._saved.checked_doubt(intervals)
        read = RowsIn.read(self._saved, rows, **options)
        read.tell(_warn, fill=fill)
        said = answers(self.model, self._saved.target, read.inputs(fill=fill))
        table = answer_table(self._saved.target, said)
        if doubt is not None and intervals is not None:
            table = table.with_columns(doubt.columns(said, self._saved.target.class_names, intervals))
        return table.with_columns(read.outside(fill=fill)) if outside else table

    def predict_proba(
        self, rows: Any, *, fill: bool = False, **options: Any
    ) -> Float[np.ndarray, "rows classes"]:
        """The probability of each class, in the order of `classes`; arguments as for `predict`.

        Raises:
            DataError: as `predict`, or the run is a regression.
        """
        if not self.classes:
            raise DataError(
                f'predict_proba: "{self.report.target}" is a number and has no classes. Call predict.'
            )
        return answers(
            self.model, self._saved.target, self.preprocessor.transform(rows, fill=fill, **options)
        )

    def arrays(
        self, rows: Any, *, fill: bool = False, **options: Any
    ) -> tuple[Shaped[np.ndarray, "rows ..."], Shaped[np.ndarray, " rows"]]:
        """`(x, y)` of rows whose target is known, as `model.fit` and `model.evaluate` take them.

        Rows without a target are left out. Classes are numbered as in `classes`; a number is standardised as in training.

        Args:
            rows: As for `predict`, with the target.
            fill: As for `predict`.
            **options: As for `predict`.

        Raises:
            DataError: as `predict`, or the target is missing.
        """
        return RowsIn.read(self._saved, rows, need_target=True, **options).arrays(fill=fill)

    def __repr__(self) -> str:
        report = self.report
        what = (
            f"{report.task} of {report.target}"
            if report.task == "regression"
            else f"{report.task}: {report.target}"
        )
        metric = next((name for name in LABELS if name in (report.test or {})), None)
        score = "no test rows"
        if metric is not None and report.test is not None:
            score = f"test {LABELS[metric]} {format_score(metric, report.test[metric])}"
        return f"<Run {self.path}: {what}; {report.inputs}; network {report.network}; {score}>"

    @property
    def _saved(self) -> SavedRun:
        return self.preprocessor.saved

    def _table(self, name: str, *columns: str, **options: Any) -> pl.DataFrame:
        """A table that the training wrote, with these columns.

        Raises:
            SavedFileError: the run folder does not hold it, or it is no longer what was written.
        """
        path = self._beside(name)
        try:
            table = pl.read_csv(path, **options)
            with path.open(newline="", encoding="utf-8") as file:
                table.columns = next(csv.reader(file))  # polars leaves quotation marks in names doubled
        except (pl.exceptions.PolarsError, csv.Error, ValueError, StopIteration, OSError) as error:
            raise _damaged(path, "it is no table") from error
        if table.columns != list(columns):
            raise _damaged(path, f"expected the columns {', '.join(columns)}")
        if not table["row"].dtype.is_integer():
            raise _damaged(path, "row must be a whole number")
        if not all(table[name].dtype.is_numeric() for name in columns if name.startswith("probability_")):
            raise _damaged(path, "a probability must be a number")
        return table

    def _beside(self, name: str) -> Path:
        path = self._saved.file.path.parent / name
        if self.path == self._saved.file.path or not path.is_file():
            raise SavedFileError(
                f'"{self.path}" is a model file alone; its run folder holds {name}: load_run of the folder.'
                if self.path == self._saved.file.path
                else f'"{self.path}" holds no {name}: the run had no such rows, ended early, or is of an earlier version.'
            )
        return path


def load_run(path: str | Path) -> Run:
    """The run that `fallline train` left in a folder, to go on with in Python.

        run = fl.load_run("runs/houses-1")
        run.predict("new.csv")
        x, y = run.arrays("more.csv")
        run.model.fit(x, y, epochs=5)

    Args:
        path: The run folder, or its model file alone.

    Raises:
        SavedFileError: there is no such run, it is damaged, `fallline train` did not write it, or an earlier version did.
    """
    saved = open_run(path)
    return Run(Path(path), saved.model, Preprocessor(saved), saved.report)


def _damaged(path: Path, reason: str) -> SavedFileError:
    return SavedFileError(
        f'"{path}" is empty, or no longer what `fallline train` wrote: {reason}. Copy it again from where it is whole, or '
        f'train again: fallline train --config "{path.parent / CONFIG}".'
    )


def _warn(note: str) -> None:
    warn(note, DataWarning)
