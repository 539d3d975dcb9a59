"""Values that may be none: signs for missing among numbers, and what lies far away from all others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.misfits import Where
from fallline.data.forms.number_form import evenly
from fallline.data.forms.numbers import NINES

_SAMPLE = 400
_ENOUGH = 50
_SEVERAL = 3
_BY_FAR = 20
_ZERO_DAYS = ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01")


def without_signs(values: pl.Series, missing: Sequence[str]) -> tuple[pl.Series, tuple[str, ...]]:
    """Numbers without those that stand for missing (`--missing -999`), and the words for these."""
    signs = numeric_words(missing)
    found = tuple(word for word, number in signs.items() if (values == number).any())
    if not found:
        return values, ()
    absent = pl.Series([signs[word] for word in found]).cast(values.dtype)
    return values.set(values.is_in(absent.to_list()), None), found


def numeric_words(missing: Sequence[str]) -> dict[str, float]:
    """Those words for missing that are numbers, such as -999."""
    return {word: float(word) for word in missing if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", word)}


def sentinels(values: pl.Series) -> tuple[str, ...]:
    """Numbers of nines, far from all others, that stand several times: are they words for missing?"""
    notes = []
    ends: tuple[Any, Any] = values.min(), values.max()
    for end, side in zip(ends, ("below", "above"), strict=True):
        if end not in NINES or not _is_far(end, evenly(values, _SAMPLE), side):
            continue  # some numbers rule out most columns, the others are asked
        others = values.filter(values != end)
        count, low, high = values.len() - values.null_count() - others.len(), others.min(), others.max()
        if count < _SEVERAL or low is None or low == high:
            continue
        if _is_far(end, others, side):
            notes.append(
                f'"{values.name}": {int(end)} stands {count} times, far {side} all others: is it a word for missing? '
                f"Then give --missing {int(end)}."
            )
    return tuple(notes)


def far_values(values: pl.Series, where: Where) -> tuple[str, ...]:
    """A number of a target that lies by far away from all others: a slip, or the sum of a line of totals."""
    present = values.drop_nulls()
    if present.len() < _ENOUGH:
        return ()
    notes = []
    for ordered, side in (
        (present.bottom_k(2).sort(), "below"),
        (present.top_k(2).sort(descending=True), "above"),
    ):
        end, next_one = float(ordered[0]), float(ordered[1])
        rest = present.filter(present != ordered[0])
        low: Any = rest.min()
        high: Any = rest.max()
        if rest.len() and abs(end - next_one) > _BY_FAR * (high - low) > 0:
            total = abs(end - float(rest.sum())) <= 1e-6 * abs(end)
            what = "it is the sum of them: a line of totals?" if total else "a slip?"
            row = int((values == ordered[0]).fill_null(False).arg_max() or 0)
            notes.append(
                f'"{values.name}": {end:g} ({where(row)}) lies far {side} all others ({low:g} to {high:g}); {what} '
                f"Correct it or leave the row out, or give --missing {ordered[0]}."
            )
    return tuple(notes)


def first_days(values: pl.Series) -> tuple[str, ...]:
    """A day from which programs count, that stands several times long before all others: is it a date at all?"""
    first: Any = values.min()
    day = "" if first is None else str(first)[:10]
    others = values.filter(values != first)
    ends: tuple[Any, Any] = others.min(), others.max()
    count = values.count() - others.count()
    if day not in _ZERO_DAYS or count < _SEVERAL or ends[0] is None:
        return ()
    if ends[0].year == first.year or ends[0] - first <= ends[1] - ends[0]:
        return ()
    return (
        f'"{values.name}": {day} stands {count} times, long before all others: is it a word for missing? '
        "Then give it, as it stands in the file, to --missing.",
    )


def _is_far(end: Any, numbers: pl.Series, side: str) -> bool:
    """Whether a number lies farther from the others than these from one another."""
    others = numbers.filter(numbers != end)
    low: Any = others.min()
    high: Any = others.max()
    return low is None or (low - end if side == "below" else end - high) > high - low
