"""Dates and times written as one number: 20230405, 1680705000, 45021, 2023.

Any of them may be a mere number. So they are dates only with evidence: every cell a valid one of a likely year, and
the column's name, or more digits than chance explains; or because somebody says so.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.found import Found
from fallline.data.forms.sample import sample_of
from fallline.data.forms.time_form import TimeForm

_NUMBER = r"^\d+(\.\d+)?$"
_MOSTLY = 0.9
_ALL_BUT_FEW = 0.98
_LIKELY = (dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1))
_LIKELY_COUNTED = (dt.datetime(1990, 1, 1), dt.datetime(2050, 1, 1))
# So many different numbers of eight digits are not all dates by chance: one in thirty of 19000101 to 20991231 is.
_MANY = 20

_WORD_OF_TIME = re.compile(
    "date|dates|datetime|day|time|times|timestamp|ts|epoch|unix|created|updated|modified|changed|start|started|end|ended"
    "|begin|due|when|since|until|birthday|dob|birth|opened|closed|sent|received|month|yearmonth|ym|period|datum|tag|zeit"
    "|zeitpunkt|monat|fecha|hora|mes|dia|jour|heure|mois|data|ora|giorno|mese|tijd|dag|maand"
    # Joined to other words: orderdate, timestamp, Lieferdatum; but no candidate, and no lifetime.
    "|(?!candi|man|up|vali|life).*(?:date|time|stamp|datum|zeit)"
)


@dataclass(frozen=True)
class _Writing:
    form: TimeForm
    likely: tuple[dt.datetime, dt.datetime] = _LIKELY
    certain: bool = False


_BY_DIGITS = {
    4: _Writing(TimeForm(("%Y",))),
    5: _Writing(TimeForm(counted="days")),
    6: _Writing(TimeForm(("%Y%m", "%Y%m.0"))),
    8: _Writing(TimeForm(("%Y%m%d", "%Y%m%d.0"))),
    10: _Writing(TimeForm(counted="seconds"), _LIKELY_COUNTED),
    12: _Writing(TimeForm(("%Y%m%d%H%M",)), certain=True),
    13: _Writing(TimeForm(counted="milliseconds"), _LIKELY_COUNTED),
    14: _Writing(TimeForm(("%Y%m%d%H%M%S",)), certain=True),
    16: _Writing(TimeForm(counted="microseconds"), _LIKELY_COUNTED),
    19: _Writing(TimeForm(counted="nanoseconds"), _LIKELY_COUNTED),
}
# A year or a day of a spreadsheet is a number like any other, whatever the column's name.
_ONLY_IF_FORCED = (4, 5)
_DIGITS_OF_DAYS = 8
_ONE_MONTH = 2  # with a gap


def mostly_numbers(cells: pl.Series) -> bool:
    """Whether some cells are, but for a few words, digits with at most one point."""
    return cells.str.contains(_NUMBER).sum() >= max(_MOSTLY * cells.len(), 1)


def speaks_of_time(name: str) -> bool:
    """Whether a column's name says that it holds dates or times: `created_at`, `orderDate`."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", name)]
    return any(_WORD_OF_TIME.fullmatch(word) for word in words) or words[-1:] == ["at"]


def find_counted(numbers: pl.Series, *, name: str = "", forced: bool = False) -> Found | None:
    """The way in which numbers are dates or times; None where they are none, or nothing says so.

    Args:
        numbers: A column of numbers, or of texts that mostly are.
        name: The column's name.
        forced: Whether it is known to hold dates.
    """
    sample = sample_of(numbers)
    digits = _digits(sample)
    writing = _BY_DIGITS.get(digits)
    if writing is None or (digits in _ONLY_IF_FORCED and not forced):
        return None
    if not forced and not _all_likely(sample, writing.form.read(sample), writing.likely):
        return None
    named = forced or speaks_of_time(name)
    values = writing.form.read(numbers)
    if not forced and not _all_likely(numbers, values, writing.likely):
        return None
    if not values.count() or not (named or writing.certain or _not_by_chance(digits, values)):
        return None
    return Found(writing.form, values, "" if forced else _doubt(writing.form, name))


def _digits(sample: pl.Series) -> int:
    """How many digits stand before the point in nearly all cells; 0 where that differs."""
    texts = sample if sample.dtype == pl.String else sample.cast(pl.Int64, strict=False).cast(pl.String)
    lengths = texts.str.extract(r"^(\d+)(?:\.\d+)?$").str.len_bytes().drop_nulls()
    if lengths.is_empty():
        return 0
    usual = int(lengths.mode().max())  # type: ignore[arg-type]
    return usual if (lengths == usual).sum() >= _MOSTLY * lengths.len() else 0


def _all_likely(cells: pl.Series, values: pl.Series, likely: tuple[dt.datetime, dt.datetime]) -> bool:
    numbers = cells.cast(pl.Float64, strict=False).fill_nan(None).count()
    return int(values.is_between(*likely, closed="left").sum()) >= _ALL_BUT_FEW * max(numbers, 1)


def _not_by_chance(digits: int, values: pl.Series) -> bool:
    if digits != _DIGITS_OF_DAYS:
        return False
    # Within one month, consecutive numbers are dates as well.
    return values.n_unique() >= _MANY and values.dt.strftime("%Y-%m").n_unique() > _ONE_MONTH


def _doubt(form: TimeForm, name: str) -> str:
    return f"numbers taken for {form.words} (--type {name or 'COLUMN'}=number for the numbers themselves)"
