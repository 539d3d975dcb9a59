"""What every kind of column has in common: values read once, features made of any stretch of them."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Bool, Float64, Shaped

from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class Surprise:
    """What new rows of a column hold that its training rows did not.

    Args:
        column: The column.
        words: A sentence about all of them.
        rows: Which rows they are.
        outside: Whether their values lie far outside what was trained on, or were never seen.
    """

    __repr__ = fields_shown

    column: str
    words: str
    rows: Bool[np.ndarray, " rows"]
    outside: bool = False


@dataclass(frozen=True)
class Encoder(abc.ABC):
    """How one column becomes features.

    Args:
        name: The column.
    """

    name: str

    @property
    @abc.abstractmethod
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""

    @property
    @abc.abstractmethod
    def groups(self) -> dict[str, int]:
        """How many features there are of each sort: `{"scaled value": 1, "bin": 12}`."""

    @property
    @abc.abstractmethod
    def doing(self) -> str:
        """What is done with the column, in words: `scaled, 12 bins, gaps`: each part is features of its own."""

    @abc.abstractmethod
    def read(self, column: pl.Series) -> Shaped[np.ndarray, " rows"] | pl.Series:
        """One plain value a row, all checked: what `features` takes, whole or any stretch of it.

        Raises:
            DataError: a value that is not of the column's kind, with its row, counted from 1.
        """

    @abc.abstractmethod
    def features(
        self, values: Shaped[np.ndarray, " rows"] | pl.Series
    ) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows, each of that row alone."""

    @abc.abstractmethod
    def surprises(self, column: pl.Series) -> list[Surprise]:
        """What new rows hold that the training rows did not."""

    def written(self, value: Any) -> str:
        """A value of the column, for people."""
        return str(value)

    @property
    def width(self) -> int:
        """How many features there are."""
        return sum(self.groups.values())

    def encode(self, column: pl.Series) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows.

        Raises:
            DataError: as in `read`.
        """
        return self.features(self.read(column))


def absent_rows(
    name: str, absent: Bool[np.ndarray, " rows"], stand_in: str, *, expected: bool
) -> list[Surprise]:
    """That values are missing where no training row lacked one.

    Args:
        name: The column.
        absent: The rows without a value.
        stand_in: What is taken instead, in words.
        expected: Whether training rows had gaps too.
    """
    count = int(np.count_nonzero(absent))
    if expected or not count:
        return []
    rows = f"{count:,} row has" if count == 1 else f"{count:,} rows have"
    words = f'"{name}": {rows} no value, though every training row had one; {stand_in}.'
    return [Surprise(name, words, absent)]
