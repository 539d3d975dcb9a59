"""Columns of dates and times: their parts, those that come round on a circle."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float64, Shaped

from fallline.data.encoders.encoder import Encoder, Surprise, absent_rows
from fallline.errors import DataError

_MICROSECONDS_OF_DAY = 86_400_000_000
_DAYS = float(_MICROSECONDS_OF_DAY)
_CYCLES = {"month": 12.0, "weekday": 7.0, "hour": 24.0}
_STILL = (
    1e-9  # a sine or cosine that moves less stands still: the cosine of hours 6 and 18 is 0, up to rounding
)
_FAR = 0.5  # of the time between the first and the last training row, beyond which a date lies far outside


@dataclass(frozen=True)
class DateColumn(Encoder):
    """A column of dates: those of its parts that vary in the training rows.

    Parts: `days` (since the first, with the fraction of the day), `year` and `day` (of the month) as standard
    scores; `month`, `weekday`, `hour` as sine and cosine, so that December lies beside January. Times of day
    come as those of one day, so that only `days` and `hour` are left of them.

    Args:
        name: The column.
        parts: The parts that became features.
        means: Mean of each part over the training rows; 0 for those on a circle.
        deviations: Standard deviation of each part; 1 for those on a circle.
        missing: Whether training rows had missing values.
        still: Sines and cosines (`month sin`) that have one value in all training rows: no features.
        trained: Days since 1970 of the first and the last date in the training rows.
    """

    parts: tuple[str, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    missing: bool
    still: tuple[str, ...]
    trained: tuple[float, float]

    @classmethod
    def fit(cls, column: pl.Series) -> DateColumn:
        """Learns from training rows."""
        times = to_times(column)
        parts = {part: _part(times, part) for part in _PARTS}
        varying = {part: values for part, values in parts.items() if np.nanmax(values) > np.nanmin(values)}
        straight = {part: values for part, values in varying.items() if part not in _CYCLES}
        means = {part: float(np.nanmean(values)) for part, values in straight.items()}
        deviations = {part: float(np.nanstd(values)) for part, values in straight.items()}
        waves = {
            name: wave
            for part in varying
            if part in _CYCLES
            for name, wave in _on_circle(part, varying[part]).items()
        }
        return cls(
            column.name,
            tuple(varying),
            tuple(means.get(part, 0.0) for part in varying),
            tuple(deviations.get(part, 1.0) for part in varying),
            times.null_count() > 0,
            tuple(name for name, wave in waves.items() if np.nanmax(wave) - np.nanmin(wave) < _STILL),
            (float(np.nanmin(parts["days"])), float(np.nanmax(parts["days"]))),
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""
        names = []
        for part in self.parts:
            names += [f"{part} sin", f"{part} cos"] if part in _CYCLES else [part]
        moving = [f"{self.name} {name}" for name in names if name not in self.still]
        return (*moving, *((f"{self.name} is missing",) if self.missing else ()))

    @property
    def groups(self) -> dict[str, int]:
        """How many features there are of each sort."""
        cyclic = 2 * sum(part in _CYCLES for part in self.parts) - len(self.still)
        straight = sum(part not in _CYCLES for part in self.parts)
        groups = {"part of a date": straight, "place on a circle": cyclic, "gap": int(self.missing)}
        return {sort: count for sort, count in groups.items() if count}

    @property
    def doing(self) -> str:
        """What is done with the column, in words."""
        gaps = ", gaps" if self.missing else ""
        if self.of_day:
            return f"time of day, with its place on a circle{gaps}"
        return f"date: {', '.join(self.parts)}{gaps}"

    @property
    def of_day(self) -> bool:
        """Whether the training rows held times of day."""
        return int(self.trained[0]) == int(self.trained[1]) == 0

    def read(self, column: pl.Series) -> pl.Series:
        """The times, without zone; of whole dates only the time of day where the training rows held no more.

        Raises:
            DataError: the column holds no dates.
        """
        times = to_times(column)
        return (times.to_physical() % _MICROSECONDS_OF_DAY).cast(times.dtype) if self.of_day else times

    def written(self, value: Any) -> str:
        """A date without the midnight that it does not name, or a time of day without a date."""
        if not isinstance(value, dt.datetime):
            return str(value)
        return str(value.time() if self.of_day else value).removesuffix(" 00:00:00")

    def features(
        self, values: Shaped[np.ndarray, " rows"] | pl.Series
    ) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows; all 0 where the date is missing."""
        times, features = pl.Series(values), []
        for part, mean, deviation in zip(self.parts, self.means, self.deviations, strict=True):
            number = _part(times, part)
            if part in _CYCLES:
                waves = _on_circle(part, number)
                features += [wave for name, wave in waves.items() if name not in self.still]
            else:
                features.append((number - mean) / deviation)
        if self.missing:
            features.append(times.is_null().to_numpy().astype(float))
        return np.asarray(np.nan_to_num(np.stack(features, axis=1), nan=0.0))

    def numbers(self, values: Shaped[np.ndarray, " rows"] | pl.Series) -> Float64[np.ndarray, "rows parts"]:
        """The parts that became features, as they are: months, days of the week and hours from 0; NaN where missing."""
        times = pl.Series(values)
        return np.stack([_part(times, part) for part in self.parts], axis=1)

    def surprises(self, column: pl.Series) -> list[Surprise]:
        """Dates far outside those of training, and dates missing where no training row lacked one."""
        times = self.read(column)
        absent = times.is_null().to_numpy()
        stand_in = "the middle of the training rows stands in"
        found = absent_rows(self.name, absent, stand_in, expected=self.missing)
        (first, last), days = self.trained, _part(times, "days")
        margin = _FAR * (last - first)
        far = (days < first - margin) | (days > last + margin)
        if self.of_day and (dated := int((to_times(column).dt.epoch("d") != 0).sum())):
            words = (
                f'"{self.name}": {dated:,} {"cell is a whole date" if dated == 1 else "cells are whole dates"}, where the '
                "training rows held times of day; only the time is taken."
            )
            found.append(Surprise(self.name, words, np.zeros(len(column), bool)))
        if count := int(np.count_nonzero(far)):
            noun = f"{'time' if self.of_day else 'date'}{'' if count == 1 else 's'}"
            distance = np.where(far, np.maximum(first - days, days - last), -1.0)
            words = (
                f'"{self.name}": {count:,} {noun} {"lies" if count == 1 else "lie"} far outside '
                f"{self._shown(first)} to {self._shown(last)}, the time of the training rows "
                f"(farthest: {self._shown(days[distance.argmax()])}); what is predicted there is guesswork."
            )
            found.append(Surprise(self.name, words, far, outside=True))
        return found

    def _shown(self, days: float) -> str:
        """Days since 1970 as a date, or as the time of day that they are."""
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(days=days)
        return f"{moment:%H:%M}" if self.of_day else f"{moment.date()}"


def to_times(column: pl.Series) -> pl.Series:
    """A column as times without zone, null where missing.

    Raises:
        DataError: it holds something else than dates.
    """
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if column.null_count() == column.len():
        return pl.Series(column.name, [None] * column.len(), pl.Datetime("us"))
    if column.dtype not in (pl.Date, pl.Datetime):
        raise DataError(f'column "{column.name}" holds {column.dtype}; the training rows held dates there.')
    return column.cast(pl.Datetime("us"))


_PARTS = ("days", "year", "month", "day", "weekday", "hour")


def _part(times: pl.Series, part: str) -> Float64[np.ndarray, " rows"]:
    """One part of each time; months, days of the week and hours from 0; NaN where there is no time."""
    if part == "days":
        return times.dt.epoch("us").cast(pl.Float64).to_numpy() / _DAYS
    if part == "hour":
        hours, minutes, seconds = (
            getattr(times.dt, unit)().cast(pl.Float64) for unit in ("hour", "minute", "second")
        )
        return (hours + minutes / 60 + seconds / 3600).to_numpy()
    number = getattr(times.dt, part)().cast(pl.Float64).to_numpy()
    return number - 1 if part in _CYCLES else number


def _on_circle(part: str, number: Float64[np.ndarray, " rows"]) -> dict[str, Float64[np.ndarray, " rows"]]:
    angle = 2 * np.pi * number / _CYCLES[part]
    return {f"{part} sin": np.sin(angle), f"{part} cos": np.cos(angle)}
