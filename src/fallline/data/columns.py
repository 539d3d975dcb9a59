"""What kind of column is it: numbers, categories, dates, or nothing a network could learn from.

The decision is made on the training rows alone, and every one that is not plain comes with a sentence (a
note) for the run's summary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

Kind = Literal["numeric", "categorical", "date", "dropped"]

# Fewer rows than this prove nothing about a column whose texts are all different.
_ROWS_FOR_IDENTIFIER = 20
_MOSTLY_UNIQUE = 0.9
_KEY_NAMES = re.compile(
    r"(?i)^(id|index|idx|row|row_?id|row_?n(umber|r|um)|key|uuid|guid|unnamed.*|.*_?uuid)$"
)

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d %b %Y", "%b %d, %Y")
_TIMES = ("%H:%M:%S%.f", "%H:%M:%S", "%H:%M")
DATE_FORMATS = (
    *_DATES,
    *(f"%Y-%m-%dT{time}{zone}" for time in _TIMES for zone in ("", "%#z")),
    *(f"{date} {time}" for date in _DATES for time in _TIMES),
    *(f"%Y-%m-%d {time}%#z" for time in _TIMES),
)
"""The forms in which a date, or a date with a time of day, is recognised in text (chrono's letters)."""


@dataclass(frozen=True)
class ColumnKind:
    """What was decided about one column.

    Args:
        name: The column.
        kind: `numeric`, `categorical`, `date` or `dropped`.
        date_format: How its dates are written; None where the column is no text.
        note: A sentence for the run's summary; empty where there is nothing to say.
    """

    name: str
    kind: Kind
    date_format: str | None = None
    note: str = ""


def column_kind(column: pl.Series) -> ColumnKind:
    """Decides what a column of training rows is.

    - no value, or one value in every row: dropped;
    - whole numbers that are all different, under the name of a key (`id`, `index`, an unnamed column): dropped;
    - dates and times, or text that reads as dates throughout: a date;
    - text that differs in (nearly) every row: dropped; other text and booleans: categorical;
    - other numbers: numeric.
    """
    name, present = column.name, column.drop_nulls()
    if present.len() == 0:
        return _dropped(name, "has no values")
    distinct = present.n_unique()
    if distinct == 1 and present.len() == column.len():
        return _dropped(name, f"has the same value in every row ({present[0]})")
    if column.dtype in (pl.Date, pl.Datetime):
        return ColumnKind(name, "date")
    if column.dtype == pl.Boolean:
        return ColumnKind(name, "categorical")
    if column.dtype == pl.String:
        return _text_kind(name, present, distinct)
    if column.dtype == pl.Int64 and distinct == column.len() and _KEY_NAMES.match(name):
        return _dropped(name, "is a key: whole numbers, all different")
    return ColumnKind(name, "numeric")


def find_date_format(texts: pl.Series) -> tuple[str | None, bool]:
    """The form in which all texts are dates, or None; and whether day and month could be exchanged.

    Where both readings are possible throughout, the day is taken to come first.
    """
    sample = texts.head(20)
    if not sample.str.contains(r"\d").all() or not sample.str.contains(r"[-/.: ]").all():
        return None, False
    fitting = [form for form in DATE_FORMATS if parse_dates(sample, form).null_count() == 0]
    fitting = [form for form in fitting if parse_dates(texts, form).null_count() == 0]
    if not fitting:
        return None, False
    swapped = fitting[0].replace("%d/%m", "%m/%d")
    return fitting[0], swapped != fitting[0] and swapped in fitting


def parse_dates(texts: pl.Series, date_format: str) -> pl.Series:
    """Texts as times without zone (those with one in UTC); null where a text is not of that form."""
    dates = texts.str.strptime(pl.Datetime("us"), date_format, strict=False)
    return dates.dt.replace_time_zone(None)


def _text_kind(name: str, present: pl.Series, distinct: int) -> ColumnKind:
    date_format, ambiguous = find_date_format(present)
    if date_format:
        note = (
            f'"{name}": read as dates (day before month; written otherwise, reorder them).'
            if ambiguous
            else ""
        )
        return ColumnKind(name, "date", date_format, note)
    if present.len() >= _ROWS_FOR_IDENTIFIER and distinct > _MOSTLY_UNIQUE * present.len():
        return _dropped(name, f"is text that differs in nearly every row ({distinct} values)")
    return ColumnKind(name, "categorical")


def _dropped(name: str, why: str) -> ColumnKind:
    return ColumnKind(name, "dropped", note=f'"{name}": left out; it {why}.')
