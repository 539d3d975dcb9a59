"""Finds in which form a column of texts holds dates and times.

A few cells say which layouts come into question, and every row which format of a layout holds. What the formats
leave unread is looked at again, until it shows no new layout.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.calendar_words import are_known_words, plain
from fallline.data.forms.counted_times import find_counted, mostly_numbers
from fallline.data.forms.date_order import Asked, Readings, decide_formats
from fallline.data.forms.found import Found
from fallline.data.forms.layouts import Layout, is_dated, layout_of
from fallline.data.forms.sample import sample_of, short_with_digits
from fallline.data.forms.spans import find_spans, speaks_of_spans
from fallline.data.forms.time_form import TimeForm, different_texts, read_formats, spread

ORDERS = {"date-dmy": "dmy", "date-mdy": "mdy", "date-ymd": "ymd"}
"""Kinds that say in which order digits name day, month and year."""

# Fewer cells of a sample with some layout are no column of dates; and so many of all cells must read.
_LEAST_IN_SAMPLE, _LEAST_READ = 0.25, 0.5
# Digits that form dates by chance lie anywhere between the years 1000 and 9999.
_LIKELY_YEARS, _LEAST_LIKELY = (1700, 2200), 0.9
_ROUNDS, _LOOKED_AT = 6, 2_000
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
    of_day = values is not None and form is not None and not form.dated
    if not forced and (
        values is None or (of_day and (values.count() < texts.count() or speaks_of_spans(name)))
    ):
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
    candidates = short_with_digits(sample)
    layouts, respelled = _best_layouts(candidates)
    if not layouts or (layouts.total() < _LEAST_IN_SAMPLE * sample.len() and not asked.forced):
        return None
    plainly = not respelled and len(layouts) == 1 and len(next(iter(layouts))) == 1
    different, rows = (texts, pl.repeat(1, texts.len(), eager=True)) if plainly else different_texts(texts)
    for _ in range(_ROUNDS):
        readings = Readings(plain(different) if respelled else different, rows)
        known = _of_one_kind(layouts)
        formats, doubts = decide_formats(readings, known, asked)
        values = read_formats(readings.cells, formats, readings.read)
        unread = different.filter(values.is_null() & different.is_not_null())
        if unread.is_empty():
            break
        more, switched = _best_layouts(
            short_with_digits(unread.unique().head(_LOOKED_AT)), respelled=respelled
        )
        if switched and not respelled:
            respelled = True
            layouts, _ = _best_layouts(candidates, respelled=True)
        elif not set(_of_one_kind(layouts | more)) - set(known):
            break
        layouts.update(layout for layout in more if layout not in layouts)
    values = spread(values, different, texts)
    if not values.count() or not (asked.forced or _plausible(values, texts)):
        return None
    return TimeForm(formats, respelled), values, "; ".join((*doubts, *_doubts(formats, values)))


def _best_layouts(cells: list[str], *, respelled: bool = False) -> tuple[Counter[Layout], bool]:
    """The layouts of some cells; of the cells in plain spelling, and True, where more of those have one, or as told."""
    layouts = _layouts(cells)
    if not respelled and (layouts.total() == len(cells) or not any(map(are_known_words, cells))):
        return layouts, False
    plainly = _layouts(plain(pl.Series(cells, dtype=pl.String)))
    return (plainly, True) if respelled or plainly.total() > layouts.total() else (layouts, False)


def _layouts(cells: Iterable[str]) -> Counter[Layout]:
    return Counter(layout for cell in cells if (layout := layout_of(cell)))


def _of_one_kind(layouts: Counter[Layout]) -> tuple[Layout, ...]:
    """Layouts of dates, or of times of day, whichever are more: a time of day among dates has no day."""
    dated = [layout for layout in layouts if is_dated(layout[0])]
    clock = [layout for layout in layouts if not is_dated(layout[0])]
    more = sum(layouts[layout] for layout in dated) >= sum(layouts[layout] for layout in clock)
    return tuple(sorted(dated if more else clock, key=lambda layout: -layouts[layout]))


def _plausible(values: pl.Series, cells: pl.Series) -> bool:
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
        doubts.append(f"years of two digits taken for 1969 to 2068; dates after {_LATE}: {late}")
    return doubts
