"""Numbers as people write them: marks between thousands, decimal commas, signs, percent, currencies, units.

No reader of tables finds these by itself, and those that are told check nothing (`12,5` with a comma between
thousands becomes 125). Here a form is strict: groups stand in threes, behind no leading zero. So a cell that speaks
against a form does not fit it, and the form that fits most of **all** cells is the right one. Where two fit alike
(`1.234` throughout), the other columns decide; where they cannot, the doubt is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.found import Found
from fallline.data.forms.number_form import MINUS, SPACES, NumberForm, evenly, read_plain

_EXPONENT = "(?:[eE][+-]?[0-9]+)?"
_SIGNS = "".join(chr(code) for code in range(0x20, 0xFFFF) if unicodedata.category(chr(code)) == "Sc")
_CODES = (
    "AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|RUB|"
    "SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR|R\\$|US\\$|C\\$|A\\$|HK\\$|NZ\\$|Rs\\.?|kr\\.?|Fr\\.?"
)
# About a number; and the mark by which spreadsheets keep a number as text.
_BEFORE = f"[{re.escape(_SIGNS)}~\u2248']|{_CODES}"
# Words of at most three parts; a digit only as the power at the end (m2, kg/m3). Not "e5" nor a second number.
_BEHIND = rf"[%‰°µ{re.escape(_SIGNS)}]{{0,2}}(?:[^\W\d_](?:[^\W\d_]|[./·²³ -](?=[^\W\d_]))*[.23²³]?)?"
_CELL = re.compile(
    rf"\(?[+{MINUS}]?\s*(?P<before>{_BEFORE})?\s*[+{MINUS}]?\s*"
    rf"(?P<body>[.,]?[0-9](?:[0-9.,'\u2019{SPACES}]*[0-9])?[.,]?{_EXPONENT})\s*(?P<behind>{_BEHIND})\s*[{MINUS}]?\)?"
)
_PLAIN = re.compile(rf"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}")
COULD_BE_THOUSANDS = r"^[+-]?(?:[0-9]{1,3}|[1-9][0-9]{0,2}\.[0-9]{3})$"
_LONGEST_UNIT = 24
_SAMPLE = 500
_FEW = 0.05
Reading = tuple["NumberForm", pl.Series, str]

LIMIT = 2**63
"""Whole numbers from here on are no numbers of 64 bits."""

# Seconds to nanoseconds since 1970; months, days, minutes and seconds written as 202304 to 20230405143000.
_COUNTED = [(5e8 * 10**power, 3e9 * 10**power) for power in (0, 3, 6, 9)]
_TIMES = (*_COUNTED, *((19e4 * 100**power, 21.1e4 * 100**power) for power in (0, 1, 3, 4)))
NINES = frozenset(sign * int("9" * digits) for digits in range(2, 10) for sign in (1, -1)) | {-9}
"""Numbers that people write where there is none."""


def find_numbers(
    texts: pl.Series, *, decimal: str | None = None, plain: pl.Series | None = None
) -> Found | None:
    """The form of number that fits most cells; None where no cell is a number.

    Args:
        texts: All cells of a column; null where empty.
        decimal: The decimal mark of the other columns; decides where the cells themselves do not.
        plain: What `read_plain` makes of the cells, where it is known.
    """
    pool = _distinct(texts)
    if plain is None and not any(map(_PLAIN.fullmatch, pool)):
        cells = pool  # none is plain: they need not be read as such
    else:
        plain = read_plain(texts) if plain is None else plain
        rest = texts.clear()
        if plain.null_count() > texts.null_count():
            rest = texts.filter(plain.is_null() & texts.is_not_null())
        cells = _distinct(rest.filter(rest.str.contains("[0-9]")))
    dressed = _matches(cells)
    if not dressed:
        return None if plain is None or plain.null_count() == plain.len() else _plain(texts, plain, decimal)
    unit, mixed = _unit(dressed)
    readings = _readings(texts, _matches([*cells, *pool]), unit)
    form, values, doubt = _decide(readings, texts, decimal)
    return Found(form, values, mixed) if mixed else _with_unit(form, values, doubt, texts)


def _plain(texts: pl.Series, plain: pl.Series, decimal: str | None) -> Found:
    """Plain numbers; or is `1.234` throughout 1234?"""
    point, comma = NumberForm(), NumberForm(",", ".")
    fits = texts if plain.null_count() == texts.null_count() else texts.filter(plain.is_not_null())
    if plain.dtype == pl.Int64 or decimal == "." or not _all(fits, COULD_BE_THOUSANDS):
        return Found(point, plain)
    return Found(*_decide({point: plain, comma: comma.read(texts)}, texts, decimal))


def _readings(texts: pl.Series, pool: list[re.Match[str]], unit: NumberForm) -> dict[NumberForm, pl.Series]:
    """All cells as those forms read them that fit most of the cells looked at."""
    readings: dict[NumberForm, pl.Series] = {}
    # The cells that the best form does not read are looked at in turn: they may speak for another.
    for _ in range(4):
        scores = {form: _fitting(form, pool) for form in _candidates(pool, unit)}
        # Of those that fit alike, the first with a decimal point and the first with a decimal comma.
        best = {
            form.decimal: form for form, score in [*scores.items()][::-1] if score == max(scores.values())
        }
        new = [form for form in best.values() if form not in readings]
        if not new:
            break
        readings.update({form: form.read(texts) for form in new})
        misfits = texts.filter(readings[new[0]].is_null() & texts.is_not_null())
        pool = [*pool, *_matches(_distinct(misfits))]
    return readings


def _matches(cells: Iterable[str]) -> list[re.Match[str]]:
    return [match for cell in dict.fromkeys(cells) if (match := _CELL.fullmatch(cell))]


def is_number(cell: str) -> bool:
    """Whether a text is a number in some dress."""
    return _CELL.fullmatch(cell.strip()) is not None


def why_text(texts: pl.Series, found: Found) -> tuple[str, str]:
    """Why whole numbers are none to count with, and what is odd about them; each empty where there is nothing.

    Codes have leading zeros (`01234`), and ids more digits than 64 bits hold.
    """
    values = found.values
    if found.form != NumberForm():
        return "", ""
    if values.dtype == pl.Float64:
        largest: float = values.abs().max() or 0.0  # type: ignore[assignment]
        if largest < LIMIT:
            return "", ""
        large = texts.filter((values.abs() >= LIMIT).fill_null(False))
        if large.str.contains(r"^\s*[+-]?[0-9]+\s*$").any() and not texts.str.contains("[0-9][.,eE]").any():
            return "whole numbers beyond 64 bits", ""
        return "", ""
    zero = texts.str.starts_with("0") & (texts.str.len_bytes() > 1)
    if not zero.any():
        return "", ""
    codes = texts.filter(zero & values.is_not_null())
    if not codes.len():
        return "", ""
    fits = texts.filter(values.is_not_null()) if values.null_count() else texts
    lengths = fits.str.len_bytes()
    if lengths.min() == lengths.max() or codes.len() > _FEW * fits.len():
        return f'codes with leading zeros ("{codes[0]}")', ""
    cells = "cell begins" if codes.len() == 1 else "cells begin"
    return "", f'{codes.len()} {cells} with a zero ("{codes[0]}"); read as numbers all the same'


def may_be_times(low: float, high: float) -> bool:
    """Whether numbers of such ends lie where counts of seconds do, or days written as 20230405."""
    return any(start <= low and high <= end for start, end in _TIMES)


def stands_out(low: float, high: float) -> bool:
    """Whether numbers of such ends may be something else: times, ids, or signs for missing among them."""
    return low in NINES or high in NINES or may_be_times(low, high) or not -LIMIT < low <= high < LIMIT


def _distinct(texts: pl.Series) -> list[str]:
    return evenly(texts, _SAMPLE).str.strip_chars().unique(maintain_order=True).to_list()


def _all(texts: pl.Series, pattern: str) -> bool:
    # Most columns are decided by their first cells.
    first = texts.drop_nulls().head(20)
    return bool(first.str.contains(pattern).all()) and bool(texts.str.contains(pattern).all())


def _unit(cells: Iterable[re.Match[str]]) -> tuple[NumberForm, str]:
    """A form that has the unit of the cells and nothing else; and what is to be said where units differ."""
    units = Counter(
        (spelling, bool(match["before"]))
        for match in cells
        if (spelling := match["before"] or match["behind"]) and len(spelling) <= _LONGEST_UNIT
    )
    if not units:
        return NumberForm(), ""
    (unit, before), count = units.most_common(1)[0]
    alike = sum(
        number
        for (other, _), number in units.items()
        if other.casefold() == unit.casefold() and len(unit) > 1
    )
    if max(count, alike) >= (1 - _FEW) * units.total():
        return NumberForm(unit=unit, before=before), ""
    names = {name.casefold() for name, _ in units}
    # What follows the numbers of codes (12a, 41B) and ordinals (1st, 2nd) is no unit.
    if names <= {"st", "nd", "rd", "th"} or (
        max(map(len, names)) == 1 and not names <= set("kmgtbhslw%°€$£¥")
    ):
        return NumberForm(), ""
    shown = ", ".join(f'"{name}"' for (name, _), _ in units.most_common(4))
    return NumberForm(), f"units differ ({shown}{', ...' if len(units) > 4 else ''})"


def _candidates(pool: list[re.Match[str]], unit: NumberForm) -> list[NumberForm]:
    bodies = [match["body"] for match in pool]
    seen = set("".join(bodies))
    forms = [unit]
    if "," in seen:
        forms += [replace(unit, thousands=","), replace(unit, decimal=",")]
        if any(re.search(",[0-9]{2},", body) for body in bodies):
            forms.append(replace(unit, thousands=",", indian=True))
    if "." in seen:
        forms.append(replace(unit, decimal=",", thousands="."))
    for mark, kinds in ((" ", SPACES), ("'", "'\u2019")):
        if not seen.isdisjoint(kinds):
            forms.append(replace(unit, thousands=mark))
            if "," in seen:
                forms.append(replace(unit, decimal=",", thousands=mark))
    return forms


def _fitting(form: NumberForm, pool: list[re.Match[str]]) -> int:
    pattern = re.compile(form.pattern)
    return sum(pattern.match(match.string) is not None for match in pool)


def _decide(readings: dict[NumberForm, pl.Series], texts: pl.Series, decimal: str | None) -> Reading:
    """The form that reads most cells; of two that read alike that of the other columns, else the likelier one."""
    fewest = min(values.null_count() for values in readings.values())
    best = [form for form, values in readings.items() if values.null_count() == fewest]
    commas = [form for form in best if form.decimal == ","]
    points = [form for form in best if form.decimal == "."]
    if not commas or not points:
        return best[0], readings[best[0]], ""
    point, comma = points[0], commas[0]
    if (readings[point] == readings[comma]).all():
        return point, readings[point], ""
    if decimal:
        chosen = comma if decimal == "," else point
        return chosen, readings[chosen], ""
    mark = "." if comma.thousands == "." else ","
    ungrouped = bool(texts.str.contains(r"^[^\d.,]*\d{4,}[^\d.,]*$").any())
    if mark == ",":
        chosen = comma if ungrouped else point
    else:
        # Decimals of three places that end in no zero stand beside no whole number; thousands stand beside hundreds.
        marked = int(texts.str.contains(".", literal=True).sum())
        small = texts.len() - texts.null_count() - marked
        chosen = comma if small and marked >= 5 and not ungrouped else point
    other = comma if chosen == point else point
    row = int((readings[point] != readings[comma]).fill_null(False).arg_max() or 0)
    kind = "decimal-comma" if other.decimal == "," else "decimal-point"
    doubt = (
        f'"{texts[row]}" and its like could be {readings[point][row]} or {readings[comma][row]}; '
        f"read as {readings[chosen][row]} (for the other, --type {texts.name}={kind})"
    )
    return chosen, readings[chosen], doubt


def _with_unit(form: NumberForm, values: pl.Series, doubt: str, texts: pl.Series) -> Found:
    """The unit is said where not every number has it; where few have it, they do not fit."""
    if not form.unit:
        return Found(form, values, doubt)
    fits = texts.filter(values.is_not_null()) if values.null_count() else texts
    having = int((fits.str.starts_with(form.unit) if form.before else fits.str.ends_with(form.unit)).sum())
    if having < fits.len():
        having = int(fits.str.to_lowercase().str.contains(form.unit.lower(), literal=True).sum())
    if having == fits.len():
        return Found(form, values, doubt)
    if having <= _FEW * fits.len():
        bare = replace(form, unit="", before=False)
        return Found(bare, bare.read(texts), doubt)
    said = f'"{form.unit}" stands at {having} of {fits.len()} numbers and is taken for all'
    return Found(form, values, "; ".join(filter(None, (doubt, said))))
