"""One column: what kind it is and how it is written, decided by all its cells.

A few cells that do not fit do not decide a column: they are missing, and named. The readings are tried from cheap to
dear, on some cells first; the one that is taken has read every cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.found import Form, Found
from fallline.data.forms.misfits import FEW, NOUNS, Misfits, Where, name_cells
from fallline.data.forms.number_form import NumberForm, evenly
from fallline.data.forms.numbers import find_numbers, is_number, may_be_times, why_text
from fallline.data.forms.odd import far_values, first_days, sentinels, without_signs
from fallline.data.forms.spans import find_spans
from fallline.data.forms.times import find_times
from fallline.data.forms.words import (
    NO_VALUE_WORDS,
    find_booleans,
    find_order,
    find_words,
    stands_for_missing,
)
from fallline.errors import DataError, UnknownNameError

Kind = Literal["number", "boolean", "date", "span", "ordered", "text"]

KINDS: dict[str, Kind] = {
    "number": "number",
    "decimal-point": "number",
    "decimal-comma": "number",
    "boolean": "boolean",
    "date": "date",
    "date-dmy": "date",
    "date-mdy": "date",
    "date-ymd": "date",
    "span": "span",
    "ordered": "ordered",
    "category": "text",
    "text": "text",
    "id": "text",
}
"""The names by which a person says what a column is (`--type column=kind`), and the kind that its cells are read as."""

_SAMPLE = 400
_ENOUGH = 50
_MOST_CLASSES = 20
_ROWS_PER_CLASS = 5


@dataclass(frozen=True)
class ColumnForm:
    """What a column is, and how its cells are written.

    Args:
        name: The column.
        kind: What its cells are read as.
        form: How they are written; None for text, and for what came typed.
        missing: The words that were taken for missing in this column.
        notes: What a person should know about it, in sentences.
    """

    name: str
    kind: Kind
    form: Form | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it is, in words: `numbers, comma between thousands`; `text`."""
        return (
            self.form.words
            if self.form
            else {"number": "numbers", "date": "dates", "span": "spans"}.get(self.kind, self.kind)
        )


@dataclass(frozen=True)
class Decided:
    """A column as it was decided.

    Args:
        column: What it is.
        values: Its typed values.
        doubt: What other reading of the same cells is possible, as it stands in the notes.
    """

    column: ColumnForm
    values: pl.Series
    doubt: str = ""


@dataclass(frozen=True)
class Room:
    """What is known about the file beside the cells of one column.

    Args:
        missing: The words for missing.
        where: Says where a row stands.
        target: The column to be predicted.
        decimal: The decimal mark of the file's columns; None where they do not show it.
        order: The order of day, month and year in its dates: `dmy`, `mdy`, `ymd`; empty where they do not show it.
    """

    missing: tuple[str, ...]
    where: Where
    target: str | None = None
    decimal: str | None = None
    order: str = ""


def decide_column(cells: pl.Series, room: Room, *, plain: pl.Series | None = None) -> Decided:
    """Decides about a column of text by all its cells.

    Args:
        cells: Them; null where empty.
        room: What is known beside them.
        plain: What `read_plain` makes of the cells, where it is known.

    Raises:
        DataError: too many of the numbers are infinite.
    """
    is_target = cells.name == room.target
    if plain is not None and plain.null_count() == cells.null_count() < cells.len():
        return _number(cells, room, is_target, plain)
    seen = _seen(cells, room.missing)
    if not seen:
        return decide_text(cells, room)
    if not is_target and (words := find_words(cells, seen, room.missing)):
        return _settled(cells, words, room)
    total = sum(seen.values())
    numbers = sum(count for cell, count in seen.items() if is_number(cell))
    first: Decided | None = None
    if 2 * numbers >= total:
        first = _number(cells, room, is_target, plain)
        if first.column.kind != "text":
            return first
    if (times := _times(cells, seen, room)) and (not is_target or _is_measured(times)):
        return _in_seconds(times) if is_target else times
    return first or decide_text(cells, room)


def decide_text(cells: pl.Series, room: Room, note: str = "") -> Decided:
    """A column of text; words for missing are missing, and counted. A target's stay: who knows the others decides."""
    name = cells.name
    cells = stripped(cells)
    if name == room.target:
        return Decided(ColumnForm(name, "text", notes=(note,) if note else ()), blank_out(cells, ("",)))
    values = blank_out(cells, room.missing)
    notes = [note] if note else []
    words: tuple[str, ...] = ()
    if values.null_count() > cells.null_count():
        rows = (values.is_null() & cells.is_not_null() & (cells != "")).arg_true()
        words = tuple(cells.gather(rows).unique(maintain_order=True))
        if rows.len():
            counted = (
                "1 cell is a word for missing"
                if rows.len() == 1
                else f"{rows.len()} cells are words for missing"
            )
            notes.append(f'"{name}": {counted}: {name_cells(cells, rows, room.where)}.')
    return Decided(ColumnForm(name, "text", None, words, tuple(notes)), values)


def force_column(cells: pl.Series, wanted: str, room: Room) -> Decided:
    """A column of the kind that a person says it is.

    Raises:
        UnknownNameError: there is no such kind.
        DataError: more than half of the cells are not of that kind.
    """
    if wanted not in KINDS:
        raise UnknownNameError("kind of column", wanted, KINDS)
    kind = KINDS[wanted]
    if kind == "text":
        return decide_text(cells, room)
    found: Found | None
    if kind == "number":
        found = find_numbers(
            cells, decimal={"decimal-point": ".", "decimal-comma": ","}.get(wanted, room.decimal)
        )
    elif kind == "boolean":
        found = find_booleans(cells, room.missing, known=True)
    elif kind == "ordered":
        found = find_order(cells, room.missing, numbers=True)
    elif kind == "span":
        found = find_spans(without_words(cells, room.missing), forced=True)
    else:
        order = wanted.removeprefix("date").lstrip("-") or room.order
        present = without_words(cells, room.missing)
        found = find_times(present, name=cells.name, forced=True, order=order)
    if found is not None and found.form.kind != kind:
        found = None
    misfits = Misfits.of(cells, found.values if found else cells.clear(cells.len()), room.missing)
    wrong = misfits.strays.append(misfits.infinite)
    if found is None or 2 * wrong.len() > misfits.fits + wrong.len():
        raise DataError(
            f'column "{cells.name}" cannot be read as {wanted}: {wrong.len()} of {misfits.fits + wrong.len()} cells are none: '
            f"{name_cells(cells, wrong.sort(), room.where)}. Correct them, or name another kind: {', '.join(KINDS)}."
        )
    return _settled(cells, found, room)


def _number(cells: pl.Series, room: Room, is_target: bool, plain: pl.Series | None) -> Decided:
    """Numbers; or text, with the reason where it is not plain to see."""
    name = cells.name
    found = find_numbers(cells, decimal=room.decimal, plain=plain)
    if found is None:
        return decide_text(cells, room)
    misfits = Misfits.of(cells, found.values, room.missing)
    if is_target and _are_labels(found, misfits):
        return decide_text(cells, room)
    if not misfits.are_few:
        return _left_as_text(cells, found, misfits, room)
    if misfits.infinite.len() > FEW * misfits.fits:
        raise DataError(
            f'column "{name}": {misfits.infinite.len()} of {cells.len()} cells are infinite: '
            f"{name_cells(cells, misfits.infinite, room.where)}. Expected finite numbers; leave a cell empty if its value is missing."
        )
    reason, odd = why_text(cells, found)
    if reason:
        return decide_text(cells, room, f'"{name}": taken as text; the cells are {reason}.')
    ends = found.values.min(), found.values.max()
    if not is_target and may_be_times(*ends) and (times := find_times(cells, name=name)):  # type: ignore[arg-type]
        return _settled(cells, times, room)
    return _settled(cells, found, room, f'"{name}": {odd}.' if odd else "")


def _times(cells: pl.Series, seen: Mapping[str, int], room: Room) -> Decided | None:
    """Dates, times or spans; None where hardly a cell is one."""
    digits = sum(count for cell, count in seen.items() if re.search("[0-9]", cell))
    # Dates are dear: some cells tell whether it is worth while.
    some = pl.Series(cells.name, list(seen))
    if 2 * digits < sum(seen.values()) or not find_times(some, name=cells.name, order=room.order):
        return None
    found = find_times(without_words(cells, room.missing), name=cells.name, order=room.order)
    if found is None:
        return None
    misfits = Misfits.of(cells, found.values, room.missing)
    return _settled(cells, found, room) if misfits.are_few else _left_as_text(cells, found, misfits, room)


def _left_as_text(cells: pl.Series, found: Found, misfits: Misfits, room: Room) -> Decided:
    """Text, with a word where most cells, but not all but a few, are numbers or dates."""
    strays = misfits.strays.len()
    # Of numbers half are worth a word; dates may be read into texts that are none.
    least = strays if found.form.kind == "number" else 4 * strays
    if misfits.fits <= least and not (found.doubt and found.form.kind == "number"):
        return decide_text(cells, room)
    doubt = f"; {found.doubt}" if found.doubt else ""
    note = f'"{cells.name}": taken as text, as {strays} of {misfits.fits + strays} cells are {NOUNS[found.form.kind]}{doubt}'
    return decide_text(cells, room, f"{note}: {name_cells(cells, misfits.strays, room.where)}.")


def _settled(cells: pl.Series, found: Found, room: Room, odd: str = "") -> Decided:
    """The column in its form, with sentences about every cell that is missing though something stands there."""
    name, values = cells.name, found.values.alias(cells.name)
    kind: Kind = found.form.kind  # type: ignore[assignment]
    misfits = Misfits.of(cells, values, room.missing)
    notes = misfits.named(kind, room.where, blanks=name == room.target)
    doubt = f'"{name}": {found.doubt}.' if found.doubt else ""
    notes += tuple(filter(None, (doubt, odd)))
    rows = misfits.blanks.append(misfits.words)
    words = tuple(word for word in cells.gather(rows).str.strip_chars().unique(maintain_order=True) if word)
    if kind == "number":
        values, more = without_signs(values, room.missing)
        words += more
        notes += sentinels(values)
        if name == room.target:
            notes += far_values(values, room.where)
    elif kind == "date":
        notes += first_days(values)
    return Decided(ColumnForm(name, kind, found.form, words, notes), values, doubt)


def _are_labels(found: Found, misfits: Misfits) -> bool:
    """Whether the few different numbers of a target are rather names of classes: with units, or words beside them."""
    if found.form == NumberForm() and not misfits.strays.len() and not misfits.words.len():
        return False
    distinct = found.values.drop_nulls().n_unique()
    return distinct <= _MOST_CLASSES and misfits.fits >= _ROWS_PER_CLASS * distinct


def _is_measured(times: Decided) -> bool:
    """Whether a target holds spans of time, and so many that they are no names of classes."""
    rows, distinct = times.values.count(), times.values.drop_nulls().n_unique()
    return times.column.kind == "span" and (distinct > _MOST_CLASSES or rows < _ROWS_PER_CLASS * distinct)


def _in_seconds(times: Decided) -> Decided:
    note = f'"{times.column.name}": spans of time; predicted in seconds.'
    return replace(times, column=replace(times.column, notes=(*times.column.notes, note)))


def without_words(cells: pl.Series, missing: Sequence[str]) -> pl.Series:
    """Cells with null for all that stands for missing where the others are numbers, dates or the like."""
    absent = cells.is_in([*missing, ""]) | cells.str.to_lowercase().is_in(list(NO_VALUE_WORDS))
    return cells.set(absent, None) if absent.any() else cells


def _seen(cells: pl.Series, missing: Sequence[str]) -> dict[str, int]:
    """Some cells that say something, evenly from all rows, and how often they stand there."""
    seen = _saying(evenly(cells, _SAMPLE), missing)
    if sum(seen.values()) < _ENOUGH and cells.len() - cells.null_count() > _SAMPLE:
        seen = _saying(evenly(without_words(cells, missing), _SAMPLE), missing)
    return seen


def _saying(cells: pl.Series, missing: Sequence[str]) -> dict[str, int]:
    return {cell: count for cell, count in Counter(cells).items() if not stands_for_missing(cell, missing)}


def stripped(cells: pl.Series) -> pl.Series:
    """Cells without blanks around them, which a source may have left."""
    blanks = any(cells.str.starts_with(sign).any() or cells.str.ends_with(sign).any() for sign in " \n\t")
    return cells.str.strip_chars() if blanks else cells


def blank_out(cells: pl.Series, words: Sequence[str]) -> pl.Series:
    """Cells with null for those that are empty or one of the words."""
    absent = cells.is_in(["", *words])
    return cells.set(absent, None) if absent.any() else cells
