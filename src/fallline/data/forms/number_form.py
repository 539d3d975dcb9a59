"""How the numbers of a column are written, and how they are read by it.

A form is strict: groups stand in threes, behind no leading zero. So a cell that speaks against a form does not fit it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

MINUS = "\\-\u2212\u2013"
SPACES = " \u00a0\u202f\u2009"
_MARKS = {"": "", ",": ",", ".": r"\.", " ": f"[{SPACES}]", "'": "['\u2019]"}
_MARK_NAMES = {",": "comma", ".": "point", " ": "space", "'": "apostrophe"}


@dataclass(frozen=True)
class NumberForm:
    """How the numbers of a column are written.

    Args:
        decimal: The decimal mark, `.` or `,`.
        thousands: The mark between thousands: `,`, `.`, a space (of any width), `'` (also as U+2019) or none.
        unit: What stands at the number, as it is written: `%`, `kg`, `€`. A cell may lack it.
        before: Whether it stands before the number.
        indian: Whether groups of two stand before the last three digits, as in 1,23,456.
    """

    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    before: bool = False
    indian: bool = False
    kind: ClassVar[str] = "number"

    @property
    def words(self) -> str:
        """The form in words: `numbers, comma between thousands, $ before`."""
        parts = ["numbers"]
        if self.thousands:
            parts.append(
                f"{_MARK_NAMES[self.thousands]} between thousands{' (Indian)' if self.indian else ''}"
            )
        if self.decimal == ",":
            parts.append("decimal comma")
        if self.unit:
            parts.append(f"{self.unit} {'before' if self.before else 'behind'}")
        return ", ".join(parts)

    @cached_property
    def body(self) -> str:
        """What the number itself looks like, without sign."""
        mark, decimal = _MARKS[self.thousands], re.escape(self.decimal)
        plain = rf"(?:[0-9]+(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?"
        if not mark:
            return plain
        groups = rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
        if self.indian:
            groups = rf"[1-9][0-9]?(?:{mark}[0-9]{{2}})*{mark}[0-9]{{3}}"
        return rf"(?:{groups}(?:{decimal}[0-9]*)?|{plain})"

    @cached_property
    def pattern(self) -> str:
        """What a whole cell looks like; the first group is the number without sign."""
        unit = f"(?i:{re.escape(self.unit)})" if len(self.unit) > 1 else re.escape(self.unit)
        sign = f"[+{MINUS}]"
        before, behind = f"{sign}?", ""
        if self.unit and self.before:
            before = rf"(?:{sign}?\s*(?:{unit})?|{unit}\s*{sign})"
        elif self.unit:
            behind = rf"(?:\s*{unit})?"
        return rf"^\s*\(?\s*{before}\s*({self.body}){behind}\s*[{MINUS}]?\s*\)?\s*$"

    def read(self, texts: pl.Series) -> pl.Series:
        """Int64 where all that fits is whole, else Float64; null where a text does not fit. Never infinite."""
        numbers = read_plain(self._undressed(texts))
        missing = numbers.is_null() & texts.is_not_null()
        if not missing.any():
            return numbers
        rows = missing.arg_true()
        rest = self._read_carefully(texts.gather(rows))
        if rest.null_count() == rest.len():
            return numbers
        if rest.dtype != numbers.dtype:
            numbers, rest = numbers.cast(pl.Float64), rest.cast(pl.Float64)
        return numbers.scatter(rows, rest)

    def _undressed(self, texts: pl.Series) -> pl.Series:
        """Cells as plain numbers where that needs nothing but to take away: cheap, and enough for most cells."""
        if self.unit:
            spaced = evenly(texts, 50).str.contains(f" {self.unit}", literal=True).all()
            unit = f" {self.unit}" if spaced and not self.before else self.unit
            texts = texts.str.strip_prefix(unit) if self.before else texts.str.strip_suffix(unit)
            if evenly(texts, 50).str.contains(r"^\s|\s$").any():
                texts = texts.str.strip_chars()
        if self.thousands:
            texts = texts.set(~texts.str.contains(f"^[+-]?{self.body}$"), None)
            texts = self._without_thousands(texts)
        elif self.decimal == "," and (point := texts.str.contains(".", literal=True)).any():
            texts = texts.set(point, None)
        return texts.str.replace(",", ".", literal=True) if self.decimal == "," else texts

    def _read_carefully(self, texts: pl.Series) -> pl.Series:
        """Cells with signs and brackets too."""
        body = self._without_thousands(texts.str.extract(self.pattern, 1))
        if self.decimal == ",":
            body = body.str.replace(",", ".", literal=True)
        if texts.str.contains(r"[()]").any():
            balanced = texts.str.contains(r"^\s*\(.*\)\s*$") | ~texts.str.contains(r"[()]")
            body = body.set(~balanced, None)
        numbers = read_plain(body)
        negative = texts.str.contains(rf"^[^0-9.,]*[{MINUS}(]|[{MINUS}]\s*\)?\s*$")
        return numbers.zip_with(~negative | negative.is_null(), -numbers)

    def _without_thousands(self, texts: pl.Series) -> pl.Series:
        if self.thousands in (",", "."):
            return texts.str.replace_all(self.thousands, "", literal=True)
        return texts.str.replace_all(_MARKS[self.thousands], "") if self.thousands else texts


def read_plain(texts: pl.Series) -> pl.Series:
    """Int64 where all that is a plain number is whole, else Float64; null where a text is none, or is not finite."""
    probe = evenly(texts, 50)
    real = probe.cast(pl.Float64, strict=False).is_not_null() & probe.cast(pl.Int64, strict=False).is_null()
    if not real.any():
        whole = texts.cast(pl.Int64, strict=False)
        if whole.null_count() == texts.null_count():
            return whole
    numbers = finite(texts.cast(pl.Float64, strict=False))
    if real.any() or whole.null_count() > numbers.null_count():
        return numbers
    return whole


def finite(numbers: pl.Series) -> pl.Series:
    """Floats with null for what is not finite."""
    numbers = numbers.fill_nan(None)
    infinite = numbers.is_infinite()
    return numbers.set(infinite, None) if infinite.any() else numbers


def evenly(cells: pl.Series, most: int) -> pl.Series:
    """At most about `most` of the cells that are not empty, evenly from all rows."""
    present = cells.len() - cells.null_count()
    return cells.drop_nulls().gather_every(max(1, present // most))
