"""The target as the search for leaks sees it, and the rows it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float, Int64, Shaped

from fallline.data.leaks.evidence import ranks
from fallline.data.target import Task
from fallline.own.shown import fields_shown

LARGEST = 1e150
"""Squares of larger numbers are infinite: nothing is said of them."""
_DRAWN_AT_FIRST = 200_000


def as_numbers(series: pl.Series) -> Float[np.ndarray, " rows"]:
    """Numbers or booleans as float64; NaN where there is none."""
    if series.dtype not in (pl.Float64, pl.Int64):
        series = series.cast(pl.Float64)
    return np.asarray(series.to_numpy(), np.float64)


@dataclass(frozen=True)
class Answers:
    """The target of some rows.

    Args:
        name: The target column.
        labels: The classes, in the order of their codes; empty for a number.
        values: Codes of the classes (int64), or numbers (float64).
        numbers: The target as numbers, also where they are classes; None where it is no number.
    """

    __repr__ = fields_shown

    name: str
    labels: tuple[str, ...]
    values: Shaped[np.ndarray, " rows"]
    numbers: Float[np.ndarray, " rows"] | None

    @classmethod
    def of(cls, target: pl.Series, task: Task) -> Answers | None:
        """The target of all rows, without missing values; None where a regression has no numbers."""
        numbers = None
        if target.dtype.is_numeric() or task == "regression":
            read = target.cast(pl.Float64, strict=False)
            numbers = None if read.null_count() or not (read.abs() < LARGEST).all() else read.to_numpy()
        if task == "regression":
            return None if numbers is None else cls(target.name, (), numbers, numbers)
        labels = target.unique().sort()
        codes = (target.rank("dense") - 1).cast(pl.Int64).to_numpy()
        return cls(target.name, tuple(str(label) for label in labels), codes, numbers)

    def __len__(self) -> int:
        return self.values.size

    @cached_property
    def ranks(self) -> Float[np.ndarray, " rows"]:
        """The ranks of the values."""
        return ranks(self.values)

    def take(self, rows: Shaped[np.ndarray, " chosen"]) -> Answers:
        """The target of these rows."""
        if rows.dtype == np.bool_ and rows.all():
            return self
        numbers = None if self.numbers is None else self.numbers[rows]
        return Answers(self.name, self.labels, self.values[rows], numbers)

    def draw(self, most: int) -> Int64[np.ndarray, " chosen"]:
        """At most so many rows, in their order: of classes equally many where there are as many, so that rare ones are seen."""
        generator = np.random.default_rng(0)
        if len(self) <= most:
            return np.arange(len(self))
        if not self.labels:
            return np.sort(generator.choice(len(self), most, replace=False))
        first = generator.permutation(len(self))[:_DRAWN_AT_FIRST]
        # Place of each row among those of its class.
        order = np.argsort(self.values[first], kind="stable")
        counts = np.bincount(self.values[first], minlength=len(self.labels))
        place = np.empty(first.size, np.int64)
        place[order] = np.arange(first.size) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.sort(first[np.argsort(place, kind="stable")[:most]])
