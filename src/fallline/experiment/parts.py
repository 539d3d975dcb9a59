"""The arrays a run works on: inputs and encoded targets of the training, validation and test rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)
from jaxtyping import Int32, Int64, Shaped

from fallline.data.folded_preprocessing import FoldedPreprocessor
from fallline.data.forms.table import TableForm
from fallline.data.leaks import Leak
from fallline.data.splits import quantile_strata, split_rows
from fallline.data.target import TargetEncoder, infer_task
from fallline.experiment.settings import DEFAULT_TEST, Settings
from fallline.experiment.sources import SinglePreprocessor as SinglePreprocessor
from fallline.own.shown import fields_shown
from fallline.report.table_seen import TableSeen

Rows = TypeVar("Rows")


@dataclass(frozen=True)
class Part:
    """Some rows, ready for the network.

    Args:
        x: Inputs, one row each.
        y: Class codes (int32), or standardised numbers (float32).
        numbers: The place of each row among the data rows of its source, counted from 0.
        frame: The rows as typed columns, with the target; None of images.
    """

    __repr__ = fields_shown

    x: Shaped[np.ndarray, "rows ..."]
    y: Shaped[np.ndarray, " rows"]
    numbers: Int64[np.ndarray, " rows"]
    frame: pl.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Prepared:
    """Everything a run needs to know about its data.

    Args:
        train: The rows to learn from.
        validation: The rows that watch the training; None without.
        test: The rows kept for the final score; None without.
        preprocessor: How new rows become inputs.
        target: How the network's answers become predictions.
        inputs: What one row is, in words.
        notes: What the person should know about the data, one sentence each.
        own_test: Whether the test rows are the test part that the data brought along.
        form: How the columns of the table are written, for new rows; None of images.
        seen: What was seen in the table; None of images.
        leaks: What in the table gives the target away, the most harmful first.
        folded: How new rows become inputs of the networks of all folds, where there are some; `preprocessor` is then that
            of the baselines.
    """

    __repr__ = fields_shown

    train: Part
    validation: Part | None
    test: Part | None
    preprocessor: SinglePreprocessor
    target: TargetEncoder
    inputs: str
    notes: tuple[str, ...]
    own_test: bool = False
    form: TableForm | None = None
    seen: TableSeen | None = None
    leaks: tuple[Leak, ...] = ()
    folded: FoldedPreprocessor | None = None

    @property
    def task(self) -> str:
        """`binary`, `multiclass` or `regression`."""
        return self.target.task

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes as text, in the order of their codes; empty for regression."""
        return self.target.class_names

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each part that there is."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: len(part) for name, part in parts.items() if part is not None}


def divide(
    settings: Settings,
    target: pl.Series,
    take: Callable[[Int64[np.ndarray, " chosen"]], Rows],
    read: Callable[[str, str], Rows],
    own_test: Rows | None = None,
    times: Shaped[np.ndarray, " rows"] | None = None,
    groups: Shaped[np.ndarray, " rows"] | None = None,
) -> dict[str, Rows]:
    """The rows of each part that there is: `train`, and `validation` and `test` as the settings say.

    Args:
        settings: Whether a part is a fraction of the rows or a file; the task, and the seed of the draw.
        target: The target of the rows to be divided, without missing values.
        take: Row numbers -> these rows.
        read: Name of a part and path of its file -> its rows.
        own_test: The test part that the data bring along: the test part where `settings.test` is None.
        times: When each row came about: the earliest rows are for training, the latest for the test.
        groups: The group of each row, a whole number: a group stays in one part.

    Raises:
        UsageError: a part of the rows would be empty.
    """
    default_test = DEFAULT_TEST if own_test is None else 0.0
    wanted = {
        "validation": settings.validation,
        "test": default_test if settings.test is None else settings.test,
    }
    files = {name: part for name, part in wanted.items() if isinstance(part, str)}
    fractions = {name: 0.0 if isinstance(part, str) else part for name, part in wanted.items()}
    split = split_rows(
        target.len(),
        validation=fractions["validation"],
        test=fractions["test"],
        seed=settings.division_seed,
        strata=strata(settings.task, target),
        times=times,
        groups=groups,
    )
    drawn = {"train": split.training, "validation": split.validation, "test": split.test}
    parts = {name: take(chosen) for name, chosen in drawn.items() if chosen.size}
    parts |= {name: read(name, path) for name, path in files.items()}
    if own_test is not None and settings.test is None:
        parts["test"] = own_test
    return parts


def strata(task: str | None, target: pl.Series) -> Int32[np.ndarray, " rows"] | None:
    """The groups of rows of which each part gets its share: the classes, or stretches of a number.

    Args:
        task: The task as the person named it; None to see it from the target.
        target: The target column, without missing values.
    """
    if (task or infer_task(target)) != "regression":
        return target.rank("dense").cast(pl.Int32).to_numpy()
    numbers = target.cast(pl.Float64, strict=False)
    # Texts among the numbers are refused with a better message where the target is encoded.
    return None if numbers.null_count() else quantile_strata(numbers.to_numpy())
