"""From a source to a typed table: its cells (`tables/`), read by the forms that all of them decide (`forms/`)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.table import TableForm
from fallline.data.tables import Cells, find_column, read_cells
from fallline.errors import DataError
from fallline.own.shown import fields_shown

EXAMPLES = 3
_ROWS_FOR_EXAMPLES = 200
_LONGEST_EXAMPLE = 24


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    Args:
        frame: Its values: Int64, Float64, String, Boolean, Datetime (UTC, without zone) or an ordered Enum a column;
            null is a missing value.
        form: How its columns are written, by which new rows are read as well.
        source: Where it comes from.
        what: What the source is, in words.
        where: Where a row (from 0) stands in the source.
        notes: What was found odd in reading it, one sentence each.
        examples: Of each column up to three different cells, as they stand in the source.
    """

    __repr__ = fields_shown

    frame: pl.DataFrame
    form: TableForm
    source: str
    what: str
    where: Callable[[int], str]
    notes: tuple[str, ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_table(
    data: Any,
    *,
    target: str | None = None,
    missing: tuple[str, ...] = (),
    kinds: Mapping[str, str] | None = None,
    skip: Sequence[str | int] = (),
    minimum_rows: int = 2,
    **options: Any,
) -> Table:
    """Reads a table and decides by all its rows how each column is written.

    Args:
        data: As in `read_cells`: a path, a pattern, a database's URL, `-`, or a data frame.
        target: The column to be predicted, by name or position: words for missing are no classes of it.
        missing: Words that stand for a missing value, beside `MISSING_WORDS`; after `=` in their place.
        kinds: Column, by name or position -> what it is, a key of `KINDS`.
        skip: Columns, by name or position, that nobody needs: they stay as they stand.
        minimum_rows: Fewer rows are an error: 2 for training, 1 for scoring.
        **options: How the source is read, as in `read_cells`.

    Raises:
        DataError: the source cannot be read as a table, has too few rows, or a kind does not fit its column.
        UsageError: an option that the source does not have.
    """
    cells = read_cells(data, column=target, **options)
    check_rows(cells, minimum_rows)
    named = None if target is None else find_column(cells.frame, target)
    given = {find_column(cells.frame, name): kind for name, kind in (kinds or {}).items()}
    form, frame = TableForm.decide(
        cells.frame,
        target=named,
        missing=missing,
        kinds=given,
        skip={find_column(cells.frame, name) for name in skip},
        where=cells.where,
        separator=cells.separator,
    )
    return _table(cells, form, frame, form.notes)


def read_rows(data: Any, form: TableForm, *, minimum_rows: int = 1, **options: Any) -> Table:
    """Reads rows that belong to another table, each column as it is written there.

    Args:
        data: As in `read_cells`.
        form: That table's.
        minimum_rows: Fewer rows are an error.
        **options: How the source is read, as in `read_cells`.

    Raises:
        DataError: the source cannot be read as a table, or has too few rows.
    """
    names = tuple(column.name for column in form.columns)
    if form.generated_names:
        names = ()
    elif options.get("header") is None:
        # The first table's columns have names, so these have: a guess from a few new rows could go wrong.
        options["header"] = True
    cells = read_cells(data, column=names or None, **options)
    check_rows(cells, minimum_rows)
    frame, notes = form.read(cells.frame, cells.where)
    return _table(cells, form, frame, notes)


def check_rows(cells: Cells, least: int) -> None:
    """Refuses a table of too few rows.

    Raises:
        DataError: it has fewer than `least`.
    """
    height = cells.frame.height
    if height < least:
        rows = {0: "no data rows", 1: "one data row"}.get(height, f"{height} data rows")
        raise DataError(f"{cells.source} has {rows}; expected at least {least}.")


def _table(cells: Cells, form: TableForm, frame: pl.DataFrame, notes: tuple[str, ...]) -> Table:
    head = cells.frame.head(_ROWS_FOR_EXAMPLES).to_dict(as_series=False)
    examples = {name: _different(values) for name, values in head.items()}
    return Table(frame, form, cells.source, cells.what, cells.where, (*cells.notes, *notes), examples)


def _different(values: list[Any]) -> tuple[str, ...]:
    """The first few that differ, as text."""
    different = dict.fromkeys(str(value) for value in values if value is not None)
    return tuple(_shortened(value) for value in itertools.islice(different, EXAMPLES))


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_EXAMPLE else text[: _LONGEST_EXAMPLE - 3] + "..."
