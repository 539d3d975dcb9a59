"""All columns of a table: how each is written, and new rows read by the same forms."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.column import (
    KINDS,
    ColumnForm,
    Decided,
    Room,
    blank_out,
    decide_column,
    force_column,
)
from fallline.data.forms.found import Form
from fallline.data.forms.misfits import Where
from fallline.data.forms.number_form import NumberForm
from fallline.data.forms.odd import numeric_words
from fallline.data.forms.plain import need_no_look, read_plain_columns
from fallline.data.forms.rows import for_each_column, read_rows
from fallline.data.forms.spans import SpanForm
from fallline.data.forms.time_form import TimeForm
from fallline.data.forms.typed import as_text, decide_typed
from fallline.data.forms.words import MISSING_WORDS, BooleanForm, OrderedForm
from fallline.data.saved import from_saved
from fallline.errors import SavedFileError, UnknownNameError

_FORMS: dict[str, type[Form]] = {
    cls.__name__: cls for cls in (NumberForm, BooleanForm, OrderedForm, TimeForm, SpanForm)
}


def by_row(row: int) -> str:
    """Where a row (from 0) stands in a table without lines."""
    return f"row {row + 1}"


@dataclass(frozen=True)
class TableForm:
    """How the cells of a table are written.

    Args:
        columns: What each column is, in the order of the table.
        missing: The words for missing that were looked for.
        target: The column to be predicted, whose texts are classes.
    """

    columns: tuple[ColumnForm, ...]
    missing: tuple[str, ...] = MISSING_WORDS
    target: str | None = None

    @classmethod
    def decide(
        cls,
        frame: pl.DataFrame,
        *,
        target: str | None = None,
        missing: tuple[str, ...] = (),
        kinds: Mapping[str, str] | None = None,
        skip: Collection[str] = (),
        where: Where = by_row,
        separator: str = "",
    ) -> tuple[TableForm, pl.DataFrame]:
        """Decides about each column by all its cells, and reads them.

        Args:
            frame: The cells: text as it stands, or columns with types of their own.
            target: The column to be predicted; its texts are kept as they stand.
            missing: Words for missing beside `MISSING_WORDS`; where the first begins with `=`, in their place.
            kinds: What some columns are, by the names of `KINDS`.
            skip: Columns that are not looked at: they stay as they stand.
            where: Says where a row stands, for messages.
            separator: What stands between the cells of the file: `;` says that a comma within is a decimal one.

        Returns:
            The forms; and the typed frame: Int64, Float64, String, Boolean, Date, Datetime without zone, Enum; null
            where a value is missing.

        Raises:
            UnknownNameError: no such column, or no such kind.
            DataError: a column is not of the kind that it is said to be.
        """
        kinds = kinds or {}
        for name in kinds:
            if name not in frame.columns:
                raise UnknownNameError("column", name, frame.columns)
        missing, words = _words(missing)
        room = Room(words, where, target)
        decided = _decide_all(frame, room, kinds, skip)
        decided = _by_neighbours(frame, decided, room, kinds, separator)
        if target in decided and decided[target].column.kind == "text":
            decided[target] = _classes(decided, target, room, missing)
        form = cls(tuple(item.column for item in decided.values()), room.missing, target)
        return form, pl.DataFrame({name: item.values for name, item in decided.items()})

    @property
    def generated_names(self) -> bool:
        """Whether the columns are called by their position, as in a file without a header."""
        return [column.name for column in self.columns] == _by_position(len(self.columns))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the columns, in sentences."""
        return tuple(note for column in self.columns for note in column.notes)

    def read(self, frame: pl.DataFrame, where: Where = by_row) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Reads new rows by the same forms.

        A column that is written otherwise than it was (a file saved by another program) is read by the form of the same
        kind that its cells decide, and that is said. What fits neither is missing, and named.

        Args:
            frame: The cells of the new rows; columns in any order, some may lack.
            where: Says where a row stands, for messages.

        Returns:
            The typed frame, with columns that are not of the table as they stand; and notes, in sentences.
        """
        columns = {column.name: column for column in self.columns}
        frame, said = self._named(frame)
        read, notes = read_rows(columns, frame, Room(self.missing, where, self.target))
        return read, (*said, *notes)

    def _named(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """New rows whose columns are named by position, as in a file without header, with the names of the table.

        Without the target, all columns after it would silently move up by one.
        """
        names = [column.name for column in self.columns]
        if frame.columns != _by_position(frame.width):
            return frame, ()
        if self.generated_names and frame.width > len(names):
            return frame, (
                f"the rows have {frame.width} columns, those of the training {len(names)}: the first {len(names)} are taken.",
            )
        inputs = [name for name in names if name != self.target]
        fitting = {len(inputs): inputs, len(names): names}.get(frame.width)
        if fitting is None:
            return frame, ()
        said = "without a header, the columns are taken in the order of the training"
        said += f', which had "{self.target}" besides.' if fitting != names else "."
        notes = () if self.generated_names else (said,)
        return frame.rename(dict(zip(frame.columns, fitting, strict=True))), notes

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes an equal form."""
        return {
            "columns": [
                {
                    "name": column.name,
                    "kind": column.kind,
                    "form": None if column.form is None else _form_config(column.form),
                    "missing": list(column.missing),
                    "notes": list(column.notes),
                }
                for column in self.columns
            ],
            "missing": list(self.missing),
            "target": self.target,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> TableForm:
        """The form that `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or from another version.
        """
        try:
            columns = tuple(
                from_saved(ColumnForm, saved, form=_form_from(saved["form"])) for saved in config["columns"]
            )
            return from_saved(cls, config, columns=columns)
        except (KeyError, TypeError, ValueError) as error:
            raise SavedFileError(f"the saved forms of the columns cannot be read: {error!r}.") from error


def _by_position(columns: int) -> list[str]:
    return [f"column_{k + 1}" for k in range(columns)]


def _words(given: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that a person gave, and all that stand for missing."""
    if not given or not given[0].startswith("="):
        return given, tuple(dict.fromkeys((*MISSING_WORDS, *given)))
    own = tuple(word for word in (given[0].removeprefix("="), *given[1:]) if word)
    return own, own


def _decide_all(
    frame: pl.DataFrame, room: Room, kinds: Mapping[str, str], skip: Collection[str]
) -> dict[str, Decided]:
    texts = [
        name
        for name, dtype in frame.schema.items()
        if dtype == pl.String and name not in kinds and name not in skip
    ]
    plain = read_plain_columns(frame[texts])
    simple = set() if numeric_words(room.missing) else {*need_no_look(frame, plain)} - {room.target}

    def one(name: str) -> Decided:
        if name in simple:
            return Decided(ColumnForm(name, "number", NumberForm()), plain[name])
        cells = frame[name]
        if name in skip:
            return Decided(ColumnForm(name, "text"), cells)
        if cells.dtype == pl.String:
            wanted = kinds.get(name)
            return (
                force_column(cells, wanted, room)
                if wanted
                else decide_column(cells, room, plain=plain.get(name))
            )
        typed = decide_typed(cells, room)
        if name not in kinds or KINDS.get(kinds[name]) == typed.column.kind:
            return typed
        return force_column(as_text(cells), kinds[name], room)

    return for_each_column(frame, one)


def _by_neighbours(
    frame: pl.DataFrame, decided: dict[str, Decided], room: Room, kinds: Mapping[str, str], separator: str
) -> dict[str, Decided]:
    """Columns that can be read in two ways, by the decimal mark and the order of dates that the others show."""
    texts = {name: item for name, item in decided.items() if frame[name].dtype == pl.String}
    sure = [item for item in texts.values() if not item.doubt]
    shown = _single({mark for item in sure if (mark := _mark(item))})
    order = _single(
        {item.column.form.order for item in sure if isinstance(item.column.form, TimeForm)} - {""}
    )
    for name, item in texts.items():
        form = item.column.form
        if not item.doubt or name in kinds:
            continue
        if isinstance(form, TimeForm) and order and not form.counted:
            decided[name] = decide_column(frame[name], replace(room, order=order))
        if not isinstance(form, NumberForm):
            continue
        has_comma = form.thousands == "," or (form.decimal == "," and not form.thousands)
        mark = shown or ("," if separator == ";" and has_comma else None)
        if mark == form.decimal and has_comma and not form.unit:
            notes = tuple(note for note in item.column.notes if note != item.doubt)
            decided[name] = replace(item, column=replace(item.column, notes=notes), doubt="")
        elif mark:
            decided[name] = decide_column(frame[name], replace(room, decimal=mark))
    return _said_once(decided)


def _said_once(decided: dict[str, Decided]) -> dict[str, Decided]:
    """One sentence for all columns of numbers whose decimal mark is open in the same way."""
    alike: dict[NumberForm, list[str]] = {}
    for name, item in decided.items():
        if item.doubt and isinstance(form := item.column.form, NumberForm) and not form.unit:
            alike.setdefault(form, []).append(name)
    for first, *others in alike.values():
        for name in (first, *others) if others else ():
            item = decided[name]
            sentence = item.doubt.removeprefix(f'"{name}"')
            more = f'"{name}" and {len(others)} more columns like it{sentence}'
            said = more if name == first else ""
            notes = tuple(note if note != item.doubt else said for note in item.column.notes)
            decided[name] = replace(item, column=replace(item.column, notes=tuple(filter(None, notes))))
    return decided


def _single(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _mark(item: Decided) -> str | None:
    form = item.column.form
    if not isinstance(form, NumberForm):
        return None
    return form.decimal if item.values.dtype == pl.Float64 or form.thousands in (",", ".") else None


def _classes(decided: Mapping[str, Decided], target: str, room: Room, given: tuple[str, ...]) -> Decided:
    """A target of text. A word for missing is a class there, unless something else speaks for it; both is said."""
    item = decided[target]
    among = {
        word: name
        for name, other in decided.items()
        if name != target and other.column.kind != "text"
        for word in other.column.missing
    }
    cells = item.values
    suspects = cells.filter(cells.is_in([*room.missing, *among])).alias("word")
    counts = suspects.value_counts(name="rows").sort(["rows", "word"], descending=[True, False])
    notes, absent = list(item.column.notes), []
    if suspects.len() == cells.count() and counts.height == 1:
        return replace(item, values=blank_out(cells, counts["word"].to_list()))  # no class at all
    for word, rows in counts.iter_rows():
        said = (
            f'"{target}": {rows} row says "{word}"' if rows == 1 else f'"{target}": {rows} rows say "{word}"'
        )
        if word in given:
            absent.append(word)
            notes.append(f"{said}: missing, as --missing has it.")
        elif word in among:
            absent.append(word)
            notes.append(f'{said}: taken for missing, as among the values of "{among[word]}".')
        else:
            notes.append(f"{said}: taken as a class; if it stands for missing, give --missing {word}.")
    column = replace(item.column, missing=tuple(absent), notes=tuple(notes))
    return replace(item, column=column, values=blank_out(cells, absent))


def _form_config(form: Form) -> dict[str, Any]:
    return {"form": type(form).__name__, **dataclasses.asdict(form)}  # type: ignore[call-overload]


def _form_from(config: Mapping[str, Any] | None) -> Form | None:
    if config is None:
        return None
    fields = {**config}
    return from_saved(_FORMS[fields.pop("form")], fields)
