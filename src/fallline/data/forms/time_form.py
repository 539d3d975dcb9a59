"""Dates and times as text, and how they are read: by formats of `strptime`, or as a count of seconds or days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.calendar_words import plain
from fallline.data.forms.layouts import is_dated, order_of

MICROSECONDS = pl.Datetime("us")
# Microseconds of the years 1000 to 9999: %Y reads 23 as the year 23, and a zone may lead beyond Python's last year.
_FIRST, _LAST = -30_610_224_000_000_000, 253_402_300_799_999_999

# Years of two digits, as POSIX has them: 69 to 99 are of the last century.
_FIRST_SHORT_YEAR, _LAST_SHORT_YEAR = 1969, 2068
# What polars leaves to chrono costs ten times as much; then it remembers the texts it has read.
_SLOW = ("%b", "%p", "%a", "%#z", "%G")
_COUNTS = {
    "seconds": (1.0, "seconds since 1970"),
    "milliseconds": (1e-3, "milliseconds since 1970"),
    "microseconds": (1e-6, "microseconds since 1970"),
    "nanoseconds": (1e-9, "nanoseconds since 1970"),
    "days": (86_400.0, "days as spreadsheets count them, from 1899-12-30"),
}
_MIDNIGHT = r"([T :])24([:.]?00(?:[:.]?00)?\b)"
_SPREADSHEET_DAY_0 = -25_569.0
# Counts outside of these years are not times but words for missing, or another unit.
_COUNTED = (dt.datetime(1975, 1, 1), dt.datetime(2200, 1, 1))
_EXAMPLE = {
    "%a": "Tue", "%d": "14", "%b": "Mar", "%m": "03", "%Y": "2023", "%y": "23", "%.f": ".5", "%#z": "Z",
    "%H": "14", "%I": "2", "%M": "30", "%S": "15", "%p": "PM",
}  # fmt: skip
_SPOKEN = {
    "q%m": "Qn", "w%V": "Wn", "%G": "year", "%u": "weekday", "%a": "weekday", "%d": "day", "%m": "month",
    "%Y": "year", "%y": "year (2 digits)", "%H": "hour", "%I": "hour", "%M": "minute", "%S": "second", "%.f": "",
    "%p": "AM/PM", "%#z": "",
}  # fmt: skip
_MOST_SPOKEN = 3


@dataclass(frozen=True)
class TimeForm:
    """Dates, times of day, or both.

    Args:
        formats: Those of `strptime`, each for the cells that the ones before it do not read.
        respelled: Whether they hold for the cells in plain spelling (`calendar_words.plain`).
        counted: Instead of formats: `seconds`, `milliseconds`, `microseconds` or `nanoseconds` since 1970, or the `days`
            of a spreadsheet.
    """

    formats: tuple[str, ...] = ()
    respelled: bool = False
    counted: str = ""
    kind: ClassVar[str] = "date"

    @property
    def dated(self) -> bool:
        """Whether it names days or months; else times of day."""
        return bool(self.counted) or any(is_dated(form) for form in self.formats)

    @property
    def order(self) -> str:
        """The order of day, month and year where digits name all three: `dmy`, `mdy` or `ymd`; else empty."""
        orders = {order_of(form) for form in self.formats if "%b" not in form}
        return next((order for order in ("dmy", "mdy", "ymd") if order in orders), "")

    @property
    def words(self) -> str:
        """The form, for people: `dates and times, month/day/year hour:minute AM/PM`."""
        if self.counted:
            return f"dates and times, {_COUNTS[self.counted][1]}"
        shown = list(dict.fromkeys(_spoken(form) for form in self.formats))
        more = ", ..." if len(shown) > _MOST_SPOKEN else ""
        utc = ", in UTC" if any("%#z" in form for form in self.formats) else ""
        return f"{_what(self.formats)}, {' or '.join(shown[:_MOST_SPOKEN])}{more}{utc}"

    def read(self, texts: pl.Series) -> pl.Series:
        """Times without zone (those with one in UTC); times of day on 1970-01-01; null where a text does not fit."""
        if self.counted:
            return _read_count(texts, self.counted)
        if texts.dtype != pl.String:
            texts = texts.cast(pl.Int64, strict=False).cast(pl.String)
        different = different_texts(texts)[0] if self.respelled else texts
        cells = plain(different) if self.respelled else different
        return spread(read_formats(cells, self.formats, partial(read_format, cells)), different, texts)


def read_format(texts: pl.Series, form: str) -> pl.Series:
    """Texts by one format of `strptime`; what it leaves open is the first: a month is its first day.

    24:00 is the end of its day, as in ISO 8601.
    """
    values = _read_format(texts, form)
    if "%H" not in form or not is_dated(form) or values.null_count() == texts.null_count():
        return values
    rows = (values.is_null() & texts.str.contains(_MIDNIGHT)).arg_true()
    if rows.is_empty():
        return values
    midnights = _read_format(texts.gather(rows).str.replace(_MIDNIGHT, "${1}00${2}"), form)
    return values.scatter(rows, midnights.dt.offset_by("1d"))


def _read_format(texts: pl.Series, form: str) -> pl.Series:
    behind, completed = _completed(form)
    if behind:
        texts = texts + behind
    slow = any(code in form for code in _SLOW) or not is_dated(form)
    values = texts.str.strptime(MICROSECONDS, completed, strict=False, cache=slow)
    if "%#z" in form:
        values = values.dt.replace_time_zone(None)
    if "%y" in form or "%Y%m" in form:
        # %y reads 3 as the year 2003, and %Y%m%d 2023115 as a day in November.
        values = values.set(~texts.str.contains(_two_digits(completed)), None)
    if "%y" in form:
        return _short_years(values)
    instants = values.to_physical()
    if instants.len() > instants.null_count() and not (instants.min() >= _FIRST and instants.max() <= _LAST):  # type: ignore[operator]
        values = values.set(~instants.is_between(_FIRST, _LAST), None)
    return values


def read_formats(texts: pl.Series, formats: tuple[str, ...], read: Callable[[str], pl.Series]) -> pl.Series:
    """Texts by the first of some formats that reads them, each format read by `read`."""
    values = read(formats[0])
    for form in formats[1:]:
        if values.null_count() == texts.null_count():
            break
        values = values.zip_with(values.is_not_null(), read(form))
    return values


def different_texts(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Each different text once, and its rows; all as they stand where finding them would gain nothing."""
    if texts.n_unique() > texts.len() / 2:
        return texts, pl.repeat(1, texts.len(), eager=True)
    counts = texts.alias("text").value_counts(name="rows")
    return counts["text"], counts["rows"]


def spread(values: pl.Series, different: pl.Series, texts: pl.Series) -> pl.Series:
    """The values of different texts for every row that holds one of them."""
    if different is texts:
        return values
    table = pl.DataFrame({"text": different, "value": values})
    rows = pl.DataFrame({"text": texts}).join(table, on="text", how="left", maintain_order="left")
    return rows["value"].alias(texts.name)


def _completed(form: str) -> tuple[str, str]:
    """What is put behind each text, and the format for both, so that they name one instant."""
    behind, completed = "", form
    if ("%H" in form or "%I" in form) and "%M" not in form:
        behind, completed = " 0", f"{form} %M"
    if "%G" in form:
        return (behind, completed) if "%u" in form else (f"{behind} 1", f"{completed} %u")
    if not is_dated(form):
        return f"{behind} 1970-1-1", f"{completed} %Y-%m-%d"
    if not re.search("%[mb]", form):
        return f"{behind} 01 01", f"{completed} %m %d"
    return (behind, completed) if "%d" in form else (f"{behind} 01", f"{completed} %d")


def _two_digits(form: str) -> str:
    """A pattern of what has two digits for a year where a format has that; and for all else in `%Y%m%d`."""
    patterns = {"%y": r"\d\d", "%.f": ".*"}
    if "%Y%m" in form:
        patterns |= dict.fromkeys(("%m", "%d", "%H", "%M", "%S"), r"\d\d") | {"%Y": r"\d{4}"}
    parts = re.split(r"(%(?:\.f|#z|\w))", form)
    return f"^{''.join(patterns.get(part, '.+') if part[:1] == '%' else re.escape(part) for part in parts)}$"


def _short_years(values: pl.Series) -> pl.Series:
    # chrono's border lies a year later than POSIX's, and may move.
    year = values.dt.year()
    if (late := year > _LAST_SHORT_YEAR).any():
        values = values.zip_with(~late.fill_null(False), values.dt.offset_by("-100y"))
    if (early := year < _FIRST_SHORT_YEAR).any():
        values = values.zip_with(~early.fill_null(False), values.dt.offset_by("100y"))
    return values


def _read_count(texts: pl.Series, counted: str) -> pl.Series:
    unit = _COUNTS[counted][0]
    if counted == "nanoseconds":  # more digits than a double holds
        instants = texts.cast(pl.Int64, strict=False) // 1000
    else:
        seconds = texts.cast(pl.Float64, strict=False).fill_nan(None) * unit
        if counted == "days":
            # A double holds a day's fraction to a millisecond; its last digits would else be microseconds.
            seconds = (seconds + _SPREADSHEET_DAY_0 * unit).round(3)
        instants = (seconds * 1e6).round().cast(pl.Int64, strict=False)
    values = instants.cast(MICROSECONDS)
    return values.set(~values.is_between(*_COUNTED, closed="left"), None)


def _what(formats: tuple[str, ...]) -> str:
    timed = [bool(re.search("%[HI]", form)) for form in formats]
    if not any(is_dated(form) for form in formats):
        return "times of day"
    if any(timed):
        return "dates and times" if all(timed) else "dates, some with a time"
    for code, noun in (("q%m", "quarters"), ("w%V", "weeks"), ("%d", "dates"), ("%[mb]", "months")):
        if any(re.search(code, form) for form in formats):
            return noun
    return "years"


def _spoken(form: str) -> str:
    words = _EXAMPLE if "%b" in form else _SPOKEN
    form = form.replace("T", " ").removesuffix(".0")
    for code, word in words.items():
        form = form.replace(code, word)
    return form
