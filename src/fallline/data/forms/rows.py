"""New rows, read by the forms of the table that they belong to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.column import (
    ColumnForm,
    Room,
    blank_out,
    numeric_words,
    stripped,
    without_signs,
    without_words,
)
from fallline.data.forms.found import Form, Found
from fallline.data.forms.misfits import FEW, NOUNS, Misfits
from fallline.data.forms.numbers import NumberForm, find_numbers
from fallline.data.forms.plain import read_plain_columns
from fallline.data.forms.time_form import TimeForm
from fallline.data.forms.times import find_times
from fallline.data.forms.typed import as_text, decide_typed
from fallline.data.forms.words import find_booleans

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
        if name not in columns:
            return NewColumn(frame[name])
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
            return NewColumn(typed.values)
        cells = as_text(cells)
    cells = cells.cast(pl.String)
    form, found = column.form, None
    # A day such as 9999-12-31 is one to strptime, but stands for missing.
    present = without_words(cells, room.missing) if column.kind == "date" else cells
    values = form.read(present) if form else pl.Series(cells.name, [None] * cells.len(), pl.Datetime("us"))
    misfits = Misfits.of(cells, values, room.missing)
    switched = False
    if misfits.strays.len() and (found := _another(cells, column, room)):
        others = Misfits.of(cells, found.values, room.missing)
        if switched := others.fits > misfits.fits:
            form, values, misfits = found.form, found.values, others
    return _told(column, cells, form, values, misfits, room, switched)


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
        unit = form.unit if isinstance(form, NumberForm) else ""
        if unit and misfits.fits and not cells.str.contains(unit, literal=True).any():
            notes.append(
                f'"{column.name}": no cell has the unit "{unit}" here; the numbers are taken as if it stood there.'
            )
    return NewColumn(values.alias(column.name), tuple(notes), cells, form, switched)


def _another(cells: pl.Series, column: ColumnForm, room: Room) -> Found | None:
    """The form of the same kind in which the new cells are written; not one of another unit."""
    if column.kind == "number":
        found = find_numbers(cells)
        old, new = column.form, found.form if found else None
        if isinstance(old, NumberForm) and isinstance(new, NumberForm):
            known = old.unit.casefold() in ("", new.unit.casefold()) or not new.unit
            return found if known else None
        # A program that knows true and false writes 1 and 0 so.
        words = find_booleans(cells, room.missing, known=True)
        return replace(words, values=words.values.cast(pl.Int64)) if words else None
    if column.kind == "boolean":
        return find_booleans(cells, room.missing, known=True)
    if column.kind == "ordered":
        return None
    order = column.form.order if isinstance(column.form, TimeForm) else ""
    found = find_times(without_words(cells, room.missing), name=cells.name, order=order)
    return found if found and found.form.kind == column.kind else None


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


def _switch(name: str, old: Form, new: Form) -> str:
    return f'"{name}": written otherwise than in training ({old.words}); read as {new.words}.'
