"""Columns that hold one value and gaps: all that can be learned is whether there is a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float64, Shaped

from fallline.data.encoders.categories import to_texts
from fallline.data.encoders.encoder import Encoder, Surprise


@dataclass(frozen=True)
class PresenceColumn(Encoder):
    """A column of one value and gaps: 1 where there is a value, whichever, else 0.

    Args:
        name: The column.
        value: The one value, as text.
    """

    value: str

    @classmethod
    def fit(cls, column: pl.Series) -> PresenceColumn:
        """Learns from training rows."""
        return cls(column.name, to_texts(column.drop_nulls().head(1))[0])

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""
        return (f"{self.name} has a value",)

    @property
    def groups(self) -> dict[str, int]:
        """How many features there are of each sort."""
        return {"presence": 1}

    @property
    def doing(self) -> str:
        """What is done with the column, in words."""
        return f"whether it has a value (there is only {self.value})"

    def read(self, column: pl.Series) -> Shaped[np.ndarray, " rows"]:
        """Whether each row has a value."""
        return column.is_not_null().to_numpy()

    def features(
        self, values: Shaped[np.ndarray, " rows"] | pl.Series
    ) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows."""
        return np.asarray(values, np.float64)[:, None]

    def surprises(self, column: pl.Series) -> list[Surprise]:
        """Values other than the one of the training rows: they count as that one."""
        if column.dtype.is_numeric():
            only = float(self.value)  # up to rounding, as in training
            other = ((column.cast(pl.Float64) - only).abs() > 1e-12 * abs(only)).fill_null(False).to_numpy()
        else:
            other = (to_texts(column) != self.value).fill_null(False).to_numpy()
        if not (count := int(np.count_nonzero(other))):
            return []
        first = column[int(other.argmax())]
        words = (
            f'"{self.name}": {count:,} {"row holds" if count == 1 else "rows hold"} another value than {self.value}, '
            f"the only one of the training rows (first: {first}); it counts as that one."
        )
        return [Surprise(self.name, words, other, outside=True)]
