"""New rows, read by the forms of the table that they belong to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.column import (
    ColumnForm,
    Room,
    blank_out,
    stripped,
    without_words,
)
from fallline.data.forms.found import Form, Found
from fallline.data.forms.misfits import FEW, NOUNS, Misfits
from fallline.data.forms.number_form import NumberForm
from fallline.data.forms.numbers import find_numbers
from fallline.data.forms.odd import numeric_words, without_signs
from fallline.data.forms.plain import read_plain_columns
from fallline.data.forms.spans import SpanForm, find_spans, seconds_of
from fallline.data.forms.time_form import TimeForm
from fallline.data.forms.times import find_times
from fallline.data.forms.typed import as_text, decide_typed
from fallline.data.forms.words import find_booleans
from fallline.data.tables.values import is_foreign, spelled

T = TypeVar("T")

_WORTH_THREADS = 20_000
_HELD = {
    "number": "numbers",
    "boolean": "two words",
    "date": "dates",
    "span": "spans of time",
    "ordered": "steps of a scale",
}


@dataclass(frozen=True)
class NewColumn:
    """A column of new rows, as it was read.

    Args:
        values: Its typed values.
        notes: What a person should know, in sentences.
        cells: Its cells, where they were read as text.
        form: The form that read them.
        switched: Whether it is another one than the table's.
    """

    values: pl.Series
    notes: tuple[str, ...] = ()
    cells: pl.Series | None = None
    form: Form | None = None
    switched: bool = False


def read_rows(
    columns: Mapping[str, ColumnForm], frame: pl.DataFrame, room: Room
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """New rows as typed columns, and what is to be said about them; columns that the table lacks stay as they are."""
    texts = [
        name
        for name, dtype in frame.schema.items()
        if name in columns and dtype == pl.String and columns[name].form == NumberForm()
    ]
    plain = {} if numeric_words(room.missing) else read_plain_columns(frame[texts])

    def one(name: str) -> NewColumn:
        if name not in columns or is_foreign(frame[name].dtype):
            return NewColumn(frame[name])  # whoever needs it will say what it holds
        if name in plain:
            return NewColumn(plain[name], cells=frame[name], form=columns[name].form)
        return _read(frame[name], columns[name], room)

    read = for_each_column(frame, one)
    marks = {
        item.form.decimal for item in read.values() if item.switched and isinstance(item.form, NumberForm)
    }
    if len(marks) == 1:
        mark = marks.pop()
        read = {name: _with_mark(item, mark, room) for name, item in read.items()}
    notes = tuple(note for item in read.values() for note in item.notes)
    return pl.DataFrame({name: item.values for name, item in read.items()}), notes


def for_each_column(frame: pl.DataFrame, one: Callable[[str], T]) -> dict[str, T]:
    """What a function answers for the name of each column; where there are many rows, several at a time."""
    if frame.height < _WORTH_THREADS:
        return {name: one(name) for name in frame.columns}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(frame.columns, pool.map(one, frame.columns), strict=True))


def _read(cells: pl.Series, column: ColumnForm, room: Room) -> NewColumn:
    if column.kind == "text":
        words = column.missing if column.name == room.target else room.missing
        return NewColumn(blank_out(stripped(as_text(cells)), words))
    if cells.dtype not in (pl.String, pl.Categorical, pl.Null):
        typed = decide_typed(cells, room)
        if typed.column.kind == column.kind != "ordered":
            old, new = column.form, typed.column.form
            if isinstance(new, TimeForm) and old and old != new:
                return NewColumn(typed.values, (_switch(cells.name, old, new),))
            return NewColumn(typed.values, _without_unit(column, typed.values))
        clock = cells.dtype in (pl.Time, pl.Duration)
        cells = (
            pl.Series(cells.name, [spelled(value) for value in cells], pl.String) if clock else as_text(cells)
        )
    cells = cells.cast(pl.String)
    form, found = column.form, None
    # A day such as 9999-12-31 is one to strptime, but stands for missing.
    present = without_words(cells, room.missing) if column.kind == "date" else cells
    values = form.read(present) if form else pl.Series(cells.name, [None] * cells.len(), pl.Datetime("us"))
    misfits = Misfits.of(cells, values, room.missing)
    switched, doubt = False, ""
    if misfits.strays.len() and (found := _another(cells, column, room)):
        others = Misfits.of(cells, found.values, room.missing)
        if switched := others.fits > misfits.fits:
            form, values, misfits, doubt = found.form, found.values, others, found.doubt
    read = _told(column, cells, form, values, misfits, room, switched)
    return replace(read, notes=(*read.notes, *_doubted(cells.name, doubt))) if doubt else read


def _without_unit(column: ColumnForm, numbers: pl.Series) -> tuple[str, ...]:
    """What is to be said of bare numbers where the table's have a unit."""
    unit = column.form.unit if isinstance(column.form, NumberForm) else ""
    if not unit or not numbers.count():
        return ()
    note = f'"{column.name}": no cell has the unit "{unit}" here; the numbers are taken as if it stood there.'
    if unit == "%" and numbers.is_between(-1, 1).all():
        note += " A workbook holds 12.5 % as 0.125: if these are such, multiply them by 100."
    return (note,)


def _told(
    column: ColumnForm,
    cells: pl.Series,
    form: Form | None,
    values: pl.Series,
    misfits: Misfits,
    room: Room,
    switched: bool,
) -> NewColumn:
    notes = [_switch(column.name, column.form, form)] if switched and column.form and form else []
    strays = misfits.strays.len()
    if strays > FEW * (misfits.fits + strays):
        notes.append(
            f'"{column.name}" held {_HELD[column.kind]} in training; here {strays} of {misfits.fits + strays} cells are '
            f"{NOUNS[column.kind]}."
        )
    notes += misfits.named(column.kind, room.where)
    if column.kind == "number":
        values, _ = without_signs(values, room.missing)
        if isinstance(form, NumberForm) and not cells.str.contains(form.unit, literal=True).any():
            notes += _without_unit(column, values)
    return NewColumn(values.alias(column.name), tuple(notes), cells, form, switched)


def _another(cells: pl.Series, column: ColumnForm, room: Room) -> Found | None:
    """The form of the same kind in which the new cells are written; not one of another unit."""
    if column.kind == "number":
        return _another_number(cells, column, room)
    if column.kind == "boolean":
        return find_booleans(cells, room.missing, known=True)
    if column.kind == "ordered":
        return None
    return _another_time(cells, column, room)


def _another_number(cells: pl.Series, column: ColumnForm, room: Room) -> Found | None:
    """Numbers written otherwise; also spans where the numbers are some of a unit of time, and true and false."""
    found = find_numbers(cells)
    unit = column.form.unit if isinstance(column.form, NumberForm) else ""
    new = found.form.unit if found and isinstance(found.form, NumberForm) else None
    same = found if new is not None and (unit.casefold() in ("", new.casefold()) or not new) else None
    seconds = seconds_of(unit)
    spans = find_spans(without_words(cells, room.missing), forced=True) if seconds else None
    if seconds and spans and (same is None or spans.values.count() > same.values.count()):
        return replace(spans, values=spans.values / seconds, doubt="")
    if found:
        return same
    # A program that knows true and false writes 1 and 0 so.
    words = find_booleans(cells, room.missing, known=True)
    return replace(words, values=words.values.cast(pl.Int64)) if words else None


def _another_time(cells: pl.Series, column: ColumnForm, room: Room) -> Found | None:
    """Dates written otherwise, or times of day, or spans; whichever the column held."""
    old = column.form if isinstance(column.form, TimeForm) else None
    present, order = without_words(cells, room.missing), old.order if old else ""
    if column.kind == "span":
        return find_spans(present, forced=True)
    found = find_times(present, name=cells.name, order=order)
    if found is None or found.form.kind != column.kind:
        # That the column holds dates is known: a few cells, and numbers, are enough.
        found = find_times(present, name=cells.name, order=order, forced=True)
    if found and old and old.dated and isinstance(found.form, TimeForm) and not found.form.dated:
        return None  # a time of day names no day
    return found


def _with_mark(item: NewColumn, mark: str, room: Room) -> NewColumn:
    """A column of numbers in a file whose other columns have changed their decimal mark, with that mark if it fits."""
    old, cells = item.form, item.cells
    if cells is None or not isinstance(old, NumberForm) or old.decimal == mark or item.switched:
        return item
    found = find_numbers(cells, decimal=mark)
    if found is None or not isinstance(found.form, NumberForm) or found.form.decimal != mark:
        return item
    if found.values.null_count() > item.values.null_count() or found.form.unit != old.unit:
        return item
    values, _ = without_signs(found.values, room.missing)
    note = _switch(cells.name, old, found.form)
    return NewColumn(values.alias(cells.name), (note, *item.notes), cells, found.form, switched=True)


def _doubted(name: str, doubt: str) -> tuple[str, ...]:
    """What another reading of new cells is possible; their kind cannot be given as in training, but their writing can."""
    if doubt.startswith("numbers taken for"):
        return ()  # that is said already
    said = re.sub(r" \(--type [^)]*\)", "", doubt)
    return (f'"{name}": {said}; written as in training, it would be certain.',)


def _switch(name: str, old: Form, new: Form) -> str:
    words = new.words
    if isinstance(new, SpanForm) and isinstance(old, NumberForm):
        words = words.replace("in seconds", f'in "{old.unit}"')
    return f'"{name}": written otherwise than in training ({old.words}); read as {words}.'
