"""Columns of numbers: a clipped standard score each, and bins.

A network learns best from features of mean 0 and deviation 1 without far outliers, and learns a step or a
bump along one column slowly. So numbers are scaled robustly and clipped smoothly (Holzmüller et al. 2024,
RealMLP), and may get piecewise-linear bins as further features (Gorishniy et al. 2022, section 3.2):

    z = (x - median) / interquartile range,   s(z) = z / sqrt(1 + (z / 3)^2),   feature = (s - mean(s)) / max(std(s), 0.2)
    bin_t = clip((x - e_t) / (e_{t+1} - e_t), 0, 1) - 1/2

The ends e_0 < e_1 < ... are quantiles; of a whole number that takes few values (an hour, a month), all its
values, so that each step along the column can have a weight of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float64, Shaped

from fallline.data.encoders.encoder import Encoder, Surprise, absent_rows
from fallline.errors import DataError
from fallline.own.shown import fields_shown

_SMOOTH_CLIP = 3.0
# A column that is 1 in one row of a thousand would else reach 30 there.
_LEAST_DEVIATION = 0.2
_FAR = 0.5  # of the range of the training rows, beyond which a value lies far outside

LARGEST = 1e37
"""The largest magnitude of a number in a column: its distance from another still fits 32 bits."""

MOST_ROWS = 2**18
"""Rows from which quantiles are taken; of more rows, as many are drawn (always the same)."""


@dataclass(frozen=True)
class NumericColumn(Encoder):
    """A column of numbers: its clipped standard score, and what was added to it.

    Args:
        name: The column.
        median: Of the training rows; stands in for a missing value.
        spread: Interquartile range of the training rows, or a stand-in where that is 0.
        mean: Mean of the clipped score over the training rows.
        deviation: Its standard deviation, at least 0.2.
        missing: Whether training rows had missing values; adds a feature that says so.
        edges: Ends of the piecewise-linear bins; as many features as there are bins.
        trained: The smallest and the largest number of the training rows.
    """

    __repr__ = fields_shown

    median: float
    spread: float
    mean: float
    deviation: float
    missing: bool
    edges: tuple[float, ...]
    trained: tuple[float, float]

    @classmethod
    def fit(cls, column: pl.Series, *, bins: int = 0, most_values: int = 0) -> NumericColumn:
        """Learns from training rows; whole numbers of at most `most_values` values get a bin for each step."""
        numbers = to_numbers(column)
        gaps = column.null_count() > 0 or bool(np.isnan(numbers).any())
        least, most = float(np.nanmin(numbers)), float(np.nanmax(numbers))
        if numbers.size > MOST_ROWS:
            # Drawn, not every so-manieth: rows in the order of time repeat with the hour and the weekday.
            numbers = numbers[np.random.default_rng(0).integers(0, numbers.size, MOST_ROWS)]
        ordered = np.sort(numbers[~np.isnan(numbers)] if gaps else numbers)
        ordered = np.concatenate(([least], ordered[1:-1], [most])) if ordered.size > 1 else np.array([least])
        lower, median, upper = _quantiles(ordered, np.array([0.25, 0.5, 0.75]))
        # A column that is mostly one value (capital gain) has no interquartile range; its other values must
        # not be blown up, hence half the range.
        spread = upper - lower or (most - least) / 2 or 1.0
        score = _smooth_clip((np.where(np.isnan(numbers), median, numbers) - median) / spread)
        return cls(
            name=column.name,
            median=float(median),
            spread=float(spread),
            mean=float(score.mean()),
            deviation=max(float(score.std()), _LEAST_DEVIATION),
            missing=gaps,
            edges=_edges(ordered, bins, most_values),
            trained=(least, most),
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""
        bins = zip(self.edges, self.edges[1:], strict=False)
        return (
            self.name,
            *((f"{self.name} is missing",) if self.missing else ()),
            *(f"{self.name} from {low:.6g} to {high:.6g}" for low, high in bins),
        )

    @property
    def groups(self) -> dict[str, int]:
        """How many features there are of each sort."""
        groups = {"scaled value": 1, "gap": int(self.missing), "bin": max(0, len(self.edges) - 1)}
        return {sort: count for sort, count in groups.items() if count}

    @property
    def doing(self) -> str:
        """What is done with the column, in words."""
        bins = f", {len(self.edges) - 1} bins" if self.edges else ""
        return f"scaled{bins}{', gaps' if self.missing else ''}"

    def read(self, column: pl.Series) -> Float64[np.ndarray, " rows"]:
        """The numbers, NaN where missing.

        Raises:
            DataError: a text that is no number, or an infinity.
        """
        return to_numbers(column)

    def features(
        self, values: Shaped[np.ndarray, " rows"] | pl.Series
    ) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows."""
        numbers = np.asarray(values)
        absent = np.isnan(numbers)
        numbers = np.where(absent, self.median, numbers)
        result = np.empty((numbers.size, self.width))
        result[:, 0] = (_smooth_clip((numbers - self.median) / self.spread) - self.mean) / self.deviation
        if self.missing:
            result[:, 1] = absent
        if self.edges:
            ends, bins = np.array(self.edges), result[:, 1 + self.missing :]
            np.subtract(numbers[:, None], ends[:-1], out=bins)
            bins /= np.diff(ends)
            np.clip(bins, 0, 1, out=bins)
            bins -= 0.5  # centred: bins of 0 to 1 would all start with the same sign and slow the first layer
        return result

    def surprises(self, column: pl.Series) -> list[Surprise]:
        """Values far outside the training range, and values missing where no training row lacked one."""
        numbers = to_numbers(column)
        absent = np.isnan(numbers)
        stand_in = f"the median of the training rows, {self.median:.6g}, stands in"
        found = absent_rows(self.name, absent, stand_in, expected=self.missing)
        least, most = self.trained
        margin = _FAR * (most - least)
        far = (numbers < least - margin) | (numbers > most + margin)
        if count := int(np.count_nonzero(far)):
            distance = np.where(far, np.maximum(least - numbers, numbers - most), -1.0)
            rows = "1 value lies" if count == 1 else f"{count:,} values lie"
            words = (
                f'"{self.name}": {rows} far outside {least:.6g} to {most:.6g}, the range of the training rows '
                f"(farthest: {numbers[distance.argmax()]:.6g}); what is predicted there is guesswork."
            )
            found.append(Surprise(self.name, words, far, outside=True))
        return found


def to_numbers(column: pl.Series) -> Float64[np.ndarray, " rows"]:
    """A column as finite floats, NaN where missing.

    Raises:
        DataError: a text that is no number, a date, or an infinity; with its row, counted from 1.
    """
    if column.dtype == pl.Int64 and not column.null_count():
        return column.to_numpy().astype(np.float64)
    if column.dtype in (pl.Date, pl.Datetime):
        raise DataError(f'column "{column.name}" holds dates; the training rows held numbers there.')
    numbers = column.cast(pl.Float64, strict=False)
    if column.dtype == pl.String and numbers.null_count() > column.null_count():
        row = int((numbers.is_null() & column.is_not_null()).arg_max() or 0)
        raise DataError(
            f'column "{column.name}", data row {row + 1}: expected a number as in the training rows, '
            f'got the text "{column[row]}". Correct it, or leave the cell empty if the value is missing.'
        )
    result = np.asarray(numbers.to_numpy(), np.float64)  # nulls become NaN
    least, most = np.fmin.reduce(result, initial=0.0), np.fmax.reduce(result, initial=0.0)
    if np.isinf(least) or np.isinf(most):
        infinite = np.isinf(result)
        raise DataError(
            f'column "{column.name}", data row {int(infinite.argmax()) + 1}: {result[infinite.argmax()]} is no '
            f"finite number ({int(infinite.sum())} such). Leave the cell empty if the value is missing."
        )
    if max(-least, most) > LARGEST:
        row = int(np.nanargmax(np.abs(result)))
        raise DataError(
            f'column "{column.name}", data row {row + 1}: {result[row]:g} is beyond {LARGEST:g}, which 32 bits cannot '
            "scale. Give the column in larger units, its logarithm, or leave it out with --drop."
        )
    return result


def _quantiles(
    ordered: Float64[np.ndarray, " rows"], shares: Float64[np.ndarray, " shares"]
) -> Float64[np.ndarray, " shares"]:
    """What `np.quantile` gives, to the bit, of values in order: they are sorted once, for all that is asked of them."""
    places = shares * (ordered.size - 1)
    below = np.floor(places).astype(np.int64)
    part = places - below
    low, high = ordered[below], ordered[np.minimum(below + 1, ordered.size - 1)]
    return np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part))


def _edges(ordered: Float64[np.ndarray, " rows"], bins: int, most_values: int) -> tuple[float, ...]:
    if not bins and not most_values:
        return ()
    values = ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]
    if not (values.size <= most_values and np.all(values == np.round(values))):
        values = np.unique(_quantiles(ordered, np.linspace(0, 1, bins + 1))) if bins else values[:0]
    return tuple(values.tolist()) if values.size > 2 else ()


def _smooth_clip(score: Float64[np.ndarray, " rows"]) -> Float64[np.ndarray, " rows"]:
    return score / np.sqrt(1 + (score / _SMOOTH_CLIP) ** 2)
