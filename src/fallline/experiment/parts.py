"""The arrays a run works on: inputs and encoded targets of the training, validation and test rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)
from jaxtyping import Int32, Shaped

from fallline.data.images import ImagePreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.splits import quantile_strata
from fallline.data.target import TargetEncoder, infer_task

Preprocessor = TablePreprocessor | ImagePreprocessor


@dataclass(frozen=True)
class Part:
    """Some rows, ready for the network.

    Args:
        x: Inputs, one row each.
        y: Class codes (int32), or standardised numbers (float32).
    """

    x: Shaped[np.ndarray, "rows ..."]
    y: Shaped[np.ndarray, " rows"]

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
    """

    train: Part
    validation: Part | None
    test: Part | None
    preprocessor: Preprocessor
    target: TargetEncoder
    inputs: str
    notes: tuple[str, ...]

    @property
    def task(self) -> str:
        """`binary`, `multiclass` or `regression`."""
        return self.target.task

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes as text, in the order of their codes; empty for regression."""
        return tuple(str(label) for label in self.target.classes)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each part that there is."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: len(part) for name, part in parts.items() if part is not None}


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
