"""Spans of time as text: `34:30:00`, `1 day 02:03:04`, `PT31H15M`, `2h 30m`, `90 min`; read as seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.found import Found
from fallline.data.forms.sample import sample_of, short_with_digits

# A year and a month at their mean length.
_SECONDS = {
    "years": 31_557_600.0, "months": 2_629_800.0, "weeks": 604_800.0, "days": 86_400.0, "hours": 3_600.0,
    "minutes": 60.0, "seconds": 1.0, "milliseconds": 1e-3,
}  # fmt: skip
# English, German, French, Spanish, Italian, Portuguese and Dutch.
_UNITS = {
    "years": r"years?|yrs?|y|jahre?n?|ans?|années?|años?|anni|anno|anos?|jaar",
    "months": r"months?|mos?|monate?n?|mois|mes(?:es)?|mesi|mese|maand(?:en)?",
    "weeks": r"weeks?|wks?|w|wochen?|semaines?|semanas?|settiman[ae]|weken|week",
    "days": r"days?|d|tage?n?|jours?|j|días?|dias?|giorn[io]|dag(?:en)?",
    "hours": r"hours?|hrs?|h|stunden?|std|heures?|horas?|or[ae]|uur|uren",
    "minutes": r"minutes?|mins?|m|minuten?|minutos?|minut[io]|minuut",
    "seconds": r"seconds?|secs?|s|sekunden?|sek|secondes?|segundos?|second[io]|seconden?",
    "milliseconds": r"milliseconds?|msecs?|ms|millisekunden?|millisecondes?",
}
_AMOUNT = r"[0-9]+(?:[.,][0-9]+)?"
_DAYS_BEFORE = rf"(?:(?P<days>[0-9]+)\s*(?:{_UNITS['days']})[, ]*)?"
_STYLES = {
    "clock": rf"(?i)^(?P<sign>-)?{_DAYS_BEFORE}(?P<own>[-+])?(?P<hours>[0-9]+):(?P<minutes>[0-5][0-9])(?::(?P<seconds>[0-5][0-9](?:[.,][0-9]+)?))?$",
    "ISO": r"(?i)^(?P<sign>-)?p"
    + "".join(rf"(?:(?P<{unit}>{_AMOUNT}){unit[0]})?" for unit in ("years", "months", "weeks", "days"))
    + "(?:t"
    + "".join(rf"(?:(?P<{unit}>{_AMOUNT}){unit[0]})?" for unit in ("hours", "minutes", "seconds"))
    + ")?$",
    "units": r"(?i)^(?P<sign>-)?"
    + r"(?:(?:,|and|und|et|y|e|en)?\s*)".join(
        rf"(?:(?P<{unit}>{_AMOUNT})\s*(?:{names})\.?\s*)?" for unit, names in _UNITS.items()
    )
    + "$",
}
# Python's patterns are ready at once, those of polars are faster on many cells.
_PATTERNS = {style: re.compile(pattern) for style, pattern in _STYLES.items()}
_WORDS = {"clock": "hours:minutes:seconds", "ISO": "ISO (PT2H30M)", "units": "numbers with units (2h 30m)"}
_WORD_OF_SPANS = re.compile(
    r"(?i)(?:^|[\W\d_])(?:durations?|elapsed|lengths?|lasting|runtime|lap|pace|age|delay|wait|waiting|dauer|laufzeit"
    r"|verspätung|durée|duración|durata|duração|duur)(?:$|[\W\d_])"
)
# One unit of one letter throughout is a number with a unit: `5 m` are metres as well.
_ONE_LETTER = r"^-?\d+(?:[.,]\d+)?\s*\p{L}$"
_LEAST_IN_SAMPLE, _LEAST_READ = 0.25, 0.5


@dataclass(frozen=True)
class SpanForm:
    """Spans of time.

    Args:
        styles: How they are written: `clock`, `ISO`, `units`; one or more.
    """

    styles: tuple[str, ...]
    kind: ClassVar[str] = "span"

    @property
    def words(self) -> str:
        """The form, for people: `spans of time, hours:minutes:seconds, in seconds`."""
        return f"spans of time, {' or '.join(_WORDS[style] for style in self.styles)}, in seconds"

    def read(self, texts: pl.Series) -> pl.Series:
        """Seconds, as Float64; null where a text is no span of these styles."""
        texts = texts.cast(pl.String)
        values = _read(texts, self.styles[0])
        for style in self.styles[1:]:
            values = values.zip_with(values.is_not_null(), _read(texts, style))
        return values


def find_spans(texts: pl.Series, *, forced: bool = False) -> Found | None:
    """The form in which a column's texts are spans of time; None where they are none.

    Hours and minutes below 24 hours are spans as well here, though they may be times of day; `find_times` asks
    whether they can be.

    Args:
        texts: The cells of a column, null where missing.
        forced: Whether it is known to hold spans: then one unit of one letter is enough (`5 m`, else metres), and one
            readable cell.
    """
    if texts.dtype != pl.String:
        return None
    sample = sample_of(texts)
    cells = short_with_digits(sample)
    counts = {style: sum(bool(pattern.match(cell)) for cell in cells) for style, pattern in _PATTERNS.items()}
    total = sum(counts.values())
    if not total or (total < _LEAST_IN_SAMPLE * sample.len() and not forced):
        return None
    styles = sorted((style for style in counts if counts[style]), key=lambda style: -counts[style])
    values = SpanForm(tuple(styles)).read(texts)
    if (unread := texts.filter(values.is_null() & texts.is_not_null())).len():
        styles += [style for style in counts if not counts[style] and _read(unread, style).count()]
        values = SpanForm(tuple(styles)).read(texts)
    if not forced and (values.count() < _LEAST_READ * texts.count() or texts.str.contains(_ONE_LETTER).all()):
        return None
    return Found(SpanForm(tuple(styles)), values, _doubt(texts))


def seconds_of(unit: str) -> float | None:
    """How many seconds a unit of time has, as people write it (`min`); None of another unit."""
    for name, spellings in _UNITS.items():
        if re.fullmatch(rf"(?i)(?:{spellings})\.?", unit):
            return _SECONDS[name]
    return None


def speaks_of_spans(name: str) -> bool:
    """Whether a column's name says that it holds spans: `duration`, `trip_duration`."""
    return _WORD_OF_SPANS.search(name) is not None


def _read(texts: pl.Series, style: str) -> pl.Series:
    groups = (
        pl.DataFrame({"text": texts}).select(pl.col("text").str.extract_groups(_STYLES[style])).unnest("text")
    )
    units = [unit for unit in _SECONDS if unit in groups.columns]
    amount = {
        unit: pl.col(unit).str.replace(",", ".", literal=True).cast(pl.Float64) * _SECONDS[unit]
        for unit in units
    }
    days = amount.pop("days").fill_null(0)
    rest = pl.sum_horizontal(value.fill_null(0) for value in amount.values())
    sign = _sign("sign")
    # As Python, pandas and PostgreSQL write it, the sign before days is theirs: `-1 day, 23:00:00` is an hour below 0.
    own = (
        pl.when(pl.col("days").is_null()).then(sign).otherwise(_sign("own"))
        if "own" in groups.columns
        else sign
    )
    seconds = days * sign + rest * own
    read = pl.any_horizontal(pl.col(unit).is_not_null() for unit in units)
    return groups.select(pl.when(read).then(seconds).alias(texts.name)).to_series()


def _sign(group: str) -> pl.Expr:
    return pl.when(pl.col(group) == "-").then(-1.0).otherwise(1.0)


def _doubt(texts: pl.Series) -> str:
    if not texts.str.contains(r"^\d+:\d\d$").any():
        return ""
    return "cells such as 34:30 taken for hours and minutes"
