"""Finds in which form a column of texts holds dates and times.

A few cells say which layouts come into question, and every row which format of a layout holds. What the formats
leave unread is looked at again, until it shows no new layout.
"""

from __future__ import annotations

import re
from collections import Counter

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.calendar_words import plain
from fallline.data.forms.counted_times import find_counted, mostly_numbers
from fallline.data.forms.date_order import Asked, decide_formats
from fallline.data.forms.found import Found
from fallline.data.forms.layouts import Layout, is_dated, layout_of
from fallline.data.forms.sample import sample_of
from fallline.data.forms.spans import find_spans, speaks_of_spans
from fallline.data.forms.time_form import TimeForm, once_for_each, read_formats

ORDERS = {"date-dmy": "dmy", "date-mdy": "mdy", "date-ymd": "ymd"}
"""Kinds that say in which order digits name day, month and year."""

# Fewer cells of a sample with some layout are no column of dates; and so many of all cells must read.
_LEAST_IN_SAMPLE, _LEAST_READ = 0.25, 0.5
# Digits that form dates by chance lie anywhere between the years 1000 and 9999.
_LIKELY_YEARS, _LEAST_LIKELY = (1700, 2200), 0.9
_ROUNDS, _LOOKED_AT, _LONGEST = 6, 2_000, 60
_LATE = 2035


def find_times(texts: pl.Series, *, name: str = "", forced: bool = False, order: str = "") -> Found | None:
    """The form in which a column's cells are dates, times of day or spans; None where they are neither.

    Args:
        texts: The cells of a column, null where missing; text, or numbers.
        name: The column's name: evidence for numbers that may count seconds or name a day (20230405), and for
            times of day that may be spans.
        forced: Whether the column is known to hold dates or times of day. Then numbers may be years, days of a
            spreadsheet or counts of seconds, spans are not looked for, and one readable cell is enough.
        order: `dmy`, `mdy` or `ymd` where it is known; unless `forced`, taken only where no row speaks against it.
    """
    if texts.dtype != pl.String:
        return find_counted(texts, name=name, forced=forced) if texts.dtype.is_numeric() else None
    sample = sample_of(texts)
    if mostly_numbers(sample):
        return find_counted(texts, name=name, forced=forced)
    form, values, doubt = _find_formats(texts, sample, Asked(name, order, forced)) or (None, None, "")
    if not forced and (form is None or not form.dated):
        spans = find_spans(texts)
        if spans and (values is None or speaks_of_spans(name) or values.count() < spans.values.count()):
            return spans
    if form is None or values is None:
        return None
    return Found(form, values, doubt)


def _find_formats(
    texts: pl.Series, sample: pl.Series, asked: Asked
) -> tuple[TimeForm, pl.Series, str] | None:
    """The formats of a column of text, what they read, and what is in doubt."""
    sample = sample.filter(sample.str.contains(r"\d") & (sample.str.len_bytes() <= _LONGEST))
    layouts, respelled = _best_layouts(sample)
    if not layouts or (layouts.total() < _LEAST_IN_SAMPLE * sample.len() and not asked.forced):
        return None
    cells = once_for_each(texts, plain) if respelled else texts
    for _ in range(_ROUNDS):
        known = _of_one_kind(layouts)
        formats, doubts = decide_formats(cells, known, asked)
        values = read_formats(cells, formats)
        unread = cells.filter(values.is_null() & cells.is_not_null()).unique().head(_LOOKED_AT)
        more, differently = _best_layouts(unread)
        if differently and not respelled:
            cells, respelled = once_for_each(texts, plain), True
            layouts, more = _layouts(plain(sample)), _layouts(plain(unread))
        layouts.update(layout for layout in more if layout not in layouts)
        if _of_one_kind(layouts) == known:
            break
    if not values.count() or not (asked.forced or _plausible(cells, values)):
        return None
    return TimeForm(formats, respelled), values, "; ".join((*doubts, *_doubts(formats, values)))


def _best_layouts(cells: pl.Series) -> tuple[Counter[Layout], bool]:
    """The layouts of some cells; of the cells in plain spelling, and True, where more of those have one."""
    layouts, respelled = _layouts(cells), _layouts(plain(cells))
    return (respelled, True) if respelled.total() > layouts.total() else (layouts, False)


def _layouts(cells: pl.Series) -> Counter[Layout]:
    return Counter(layout for cell in cells if (layout := layout_of(cell)))


def _of_one_kind(layouts: Counter[Layout]) -> tuple[Layout, ...]:
    """Layouts of dates, or of times of day, whichever are more: a time of day among dates has no day."""
    dated = [layout for layout in layouts if is_dated(layout[0])]
    clock = [layout for layout in layouts if not is_dated(layout[0])]
    more = sum(layouts[layout] for layout in dated) >= sum(layouts[layout] for layout in clock)
    return tuple(sorted(dated if more else clock, key=lambda layout: -layouts[layout]))


def _plausible(cells: pl.Series, values: pl.Series) -> bool:
    likely = values.dt.year().is_between(*_LIKELY_YEARS).sum()
    return values.count() >= _LEAST_READ * cells.count() and likely >= _LEAST_LIKELY * values.count()


def _doubts(formats: tuple[str, ...], values: pl.Series) -> list[str]:
    doubts = []
    zoned = ["%#z" in form for form in formats if re.search("%[HI]", form)]
    if any(zoned) and not all(zoned):
        doubts.append("times without a zone, among others with one, taken for UTC")
    days = ["%d" in form for form in formats if is_dated(form)]
    if any(days) and not all(days):
        doubts.append("months without a day, among whole dates, taken for their first day")
    if any("%y" in form for form in formats) and (late := (values.dt.year() > _LATE).sum()):
        doubts.append(f"years of two digits taken for 1969 to 2068; {late} cells lie after {_LATE}")
    return doubts
