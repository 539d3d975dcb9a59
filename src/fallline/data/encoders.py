"""How one column of a table becomes the numbers that a network sees: one class a kind of column.

Each learns its numbers from training rows (`fit`), and turns any later rows into the same features (`encode`).
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
from jaxtyping import Float64

from fallline.data.columns import DATE_FORMATS, find_date_format, parse_dates
from fallline.errors import DataError

_SMOOTH_CLIP = 3.0
# A column that is 1 in one row of a thousand would else reach 30 there.
_LEAST_DEVIATION = 0.2
_DAYS = 86_400e6  # microseconds
_CYCLES = {"month": 12.0, "weekday": 7.0, "hour": 24.0}


LARGEST = 1e37
"""The largest magnitude of a number in a column: its distance from another still fits 32 bits."""


@dataclass(frozen=True)
class NumericColumn:
    """A column of numbers: its clipped standard score, and what was added to it.

    Args:
        name: The column.
        median: Of the training rows; stands in for a missing value.
        spread: Interquartile range of the training rows, or a stand-in where that is 0.
        mean: Mean of the clipped score over the training rows.
        deviation: Its standard deviation, at least 0.2.
        missing: Whether training rows had missing values; adds a feature that says so.
        edges: Ends of the piecewise-linear bins; as many features as there are bins.
    """

    name: str
    median: float
    spread: float
    mean: float
    deviation: float
    missing: bool = False
    edges: tuple[float, ...] = ()

    @classmethod
    def fit(cls, column: pl.Series, *, bins: int = 0, most_values: int = 0) -> NumericColumn:
        """Learns from training rows; whole numbers of at most `most_values` values get a bin for each step."""
        numbers = to_numbers(column)
        present = numbers[~np.isnan(numbers)]
        lower, median, upper = np.quantile(present, (0.25, 0.5, 0.75))
        # A column that is mostly one value (capital gain) has no interquartile range; its other values must
        # not be blown up, hence half the range.
        spread = upper - lower or (present.max() - present.min()) / 2 or 1.0
        score = _smooth_clip((np.where(np.isnan(numbers), median, numbers) - median) / spread)
        ends = np.unique(present)
        whole = bool(np.all(ends == np.round(ends)))
        if not (whole and ends.size <= most_values):
            ends = np.unique(np.quantile(present, np.linspace(0, 1, bins + 1))) if bins else ends[:0]
        return cls(
            name=column.name,
            median=float(median),
            spread=float(spread),
            mean=float(score.mean()),
            deviation=max(float(score.std()), _LEAST_DEVIATION),
            missing=present.size < numbers.size,
            edges=tuple(ends.tolist()) if ends.size > 2 else (),
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

    def encode(self, column: pl.Series) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows.

        Raises:
            DataError: a text that is no number, or an infinity.
        """
        numbers = to_numbers(column)
        absent = np.isnan(numbers)
        numbers = np.where(absent, self.median, numbers)
        score = (_smooth_clip((numbers - self.median) / self.spread) - self.mean) / self.deviation
        features = [score[:, None]]
        if self.missing:
            features.append(absent[:, None].astype(float))
        if self.edges:
            ends = np.array(self.edges)
            # Centred: bins of 0 to 1 would all start with the same sign and slow the first layer.
            features.append(np.clip((numbers[:, None] - ends[:-1]) / np.diff(ends), 0, 1) - 0.5)
        return np.concatenate(features, axis=1)


@dataclass(frozen=True)
class CategoricalColumn:
    """A column of categories: one feature (1 or 0) for each category of the training rows.

    Args:
        name: The column.
        categories: Those with a feature of their own, the most frequent first.
        other: Whether all further categories share a feature; a category unseen in training falls there,
            or, where there is none, leaves all features 0.
        missing: Whether training rows had missing values; missing is then a category like the others.
    """

    name: str
    categories: tuple[str, ...]
    other: bool = False
    missing: bool = False

    @classmethod
    def fit(cls, column: pl.Series, *, most: int) -> CategoricalColumn:
        """Learns from training rows; at most `most` categories, the rest is `other`."""
        texts = to_texts(column).drop_nulls()
        # Under a name of our own: the column's may be that of the counts.
        counts = texts.alias("category").value_counts(name="rows")
        names = counts.sort(["rows", "category"], descending=[True, False])["category"].to_list()
        return cls(column.name, tuple(names[:most]), len(names) > most, texts.len() < column.len())

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""
        return (
            *(f"{self.name} = {category}" for category in self.categories),
            *((f"{self.name} = (other)",) if self.other else ()),
            *((f"{self.name} is missing",) if self.missing else ()),
        )

    def encode(self, column: pl.Series) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows."""
        texts = to_texts(column)
        if set(self.categories) == {"true", "false"}:
            texts = texts.str.to_lowercase()
        known = len(self.categories)
        unseen = known if self.other else -1
        absent = known + self.other if self.missing else -1
        codes = texts.replace_strict(
            pl.Series(self.categories), pl.Series(range(known)), default=unseen, return_dtype=pl.Int64
        ).to_numpy()
        codes = np.where(texts.is_null().to_numpy(), absent, codes)
        return np.asarray(codes[:, None] == np.arange(len(self.feature_names)), np.float64)


@dataclass(frozen=True)
class DateColumn:
    """A column of dates: those of its parts that vary in the training rows.

    Parts: `days` (since the first, with the fraction of the day), `year` and `day` (of the month) as standard
    scores; `month`, `weekday`, `hour` as sine and cosine, so that December lies beside January.

    Args:
        name: The column.
        date_format: How the training rows wrote it; None where they held dates, not text.
        parts: The parts that became features.
        means: Mean of each part over the training rows; 0 for those on a circle.
        deviations: Standard deviation of each part; 1 for those on a circle.
        missing: Whether training rows had missing values.
    """

    name: str
    date_format: str | None
    parts: tuple[str, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    missing: bool = False

    @classmethod
    def fit(cls, column: pl.Series, date_format: str | None) -> DateColumn:
        """Learns from training rows."""
        times = to_times(column, date_format)
        varying = {
            part: values for part, values in _parts(times).items() if np.nanmax(values) > np.nanmin(values)
        }
        straight = {part: values for part, values in varying.items() if part not in _CYCLES}
        means = {part: float(np.nanmean(values)) for part, values in straight.items()}
        deviations = {part: float(np.nanstd(values)) for part, values in straight.items()}
        return cls(
            column.name,
            date_format,
            tuple(varying),
            tuple(means.get(part, 0.0) for part in varying),
            tuple(deviations.get(part, 1.0) for part in varying),
            times.null_count() > 0,
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""
        names: list[str] = []
        for part in self.parts:
            names += (
                [f"{self.name} {part} {f}" for f in ("sin", "cos")]
                if part in _CYCLES
                else [f"{self.name} {part}"]
            )
        return (*names, *((f"{self.name} is missing",) if self.missing else ()))

    def encode(self, column: pl.Series) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows; all 0 where the date is missing.

        Raises:
            DataError: a text that is no date.
        """
        times = to_times(column, self.date_format)
        parts, features = _parts(times), []
        for part, mean, deviation in zip(self.parts, self.means, self.deviations, strict=True):
            if part in _CYCLES:
                angle = 2 * np.pi * parts[part] / _CYCLES[part]
                features += [np.sin(angle), np.cos(angle)]
            else:
                features.append((parts[part] - mean) / deviation)
        if self.missing:
            features.append(times.is_null().to_numpy().astype(float))
        return np.asarray(np.nan_to_num(np.stack(features, axis=1), nan=0.0))


def to_numbers(column: pl.Series) -> Float64[np.ndarray, " rows"]:
    """A column as finite floats, NaN where missing.

    Raises:
        DataError: a text that is no number, a date, or an infinity; with its row, counted from 1.
    """
    if column.dtype in (pl.Date, pl.Datetime):
        raise DataError(f'column "{column.name}" holds dates; the training rows held numbers there.')
    numbers = column.cast(pl.Float64, strict=False).fill_nan(None)
    if column.dtype == pl.String and numbers.null_count() > column.null_count():
        row = int((numbers.is_null() & column.is_not_null()).arg_max() or 0)
        raise DataError(
            f'column "{column.name}", data row {row + 1}: expected a number as in the training rows, '
            f'got the text "{column[row]}". Correct it, or leave the cell empty if the value is missing.'
        )
    result = numbers.fill_null(float("nan")).to_numpy()
    if (infinite := np.isinf(result)).any():
        raise DataError(
            f'column "{column.name}", data row {int(infinite.argmax()) + 1}: {result[infinite.argmax()]} is no '
            f"finite number ({int(infinite.sum())} such). Leave the cell empty if the value is missing."
        )
    largest = np.nanmax(np.abs(result), initial=0.0)
    if largest > LARGEST:
        row = int(np.nanargmax(np.abs(result)))
        raise DataError(
            f'column "{column.name}", data row {row + 1}: {result[row]:g} is beyond {LARGEST:g}, which 32 bits cannot '
            "scale. Give the column in larger units, its logarithm, or leave it out with --drop."
        )
    return np.asarray(result, np.float64)


def to_texts(column: pl.Series) -> pl.Series:
    """A column of categories as text; whole numbers without a decimal point, booleans as true and false.

    Each row's text depends on that row alone.
    """
    if column.dtype == pl.Float64:
        whole = column.cast(pl.Int64, strict=False)
        column = whole.cast(pl.String).zip_with((whole == column).fill_null(False), column.cast(pl.String))
    return column.cast(pl.String)


def to_times(column: pl.Series, date_format: str | None) -> pl.Series:
    """A column as times without zone, null where missing.

    Raises:
        DataError: a text that is no date, with its row, counted from 1; or numbers.
    """
    if column.dtype == pl.Date:
        return column.cast(pl.Datetime("us"))
    if isinstance(column.dtype, pl.Datetime):
        if column.dtype.time_zone:
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.cast(pl.Datetime("us"))
    if column.null_count() == column.len():
        return column.cast(pl.String).cast(pl.Datetime("us"))
    if column.dtype != pl.String:
        raise DataError(f'column "{column.name}" holds {column.dtype}; the training rows held dates there.')
    times = parse_dates(column, date_format or DATE_FORMATS[0])
    if times.null_count() == column.null_count():
        return times
    if other := find_date_format(column.drop_nulls())[0]:
        return parse_dates(column, other)
    row = int((column.is_not_null() & times.is_null()).arg_max() or 0)
    raise DataError(
        f'column "{column.name}", data row {row + 1}: expected a date as in the training rows'
        f' ({date_format or DATE_FORMATS[0]}), got "{column[row]}".'
    )


def _smooth_clip(score: Float64[np.ndarray, " rows"]) -> Float64[np.ndarray, " rows"]:
    return score / np.sqrt(1 + (score / _SMOOTH_CLIP) ** 2)


def _parts(times: pl.Series) -> dict[str, Float64[np.ndarray, " rows"]]:
    def number(part: pl.Series) -> Float64[np.ndarray, " rows"]:
        return part.cast(pl.Float64).fill_null(float("nan")).to_numpy()

    clock = times.dt.hour().cast(pl.Float64) + times.dt.minute().cast(pl.Float64) / 60
    return {
        "days": number(times.dt.epoch("us")) / _DAYS,
        "year": number(times.dt.year()),
        "month": number(times.dt.month()) - 1,
        "day": number(times.dt.day()),
        "weekday": number(times.dt.weekday()) - 1,
        "hour": number(clock),
    }
