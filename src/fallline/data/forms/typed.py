"""Columns of sources that have types of their own: Parquet, workbooks, JSON, data frames."""

from __future__ import annotations

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.column import (
    ColumnForm,
    Decided,
    Kind,
    Room,
    decide_column,
    decide_text,
)
from fallline.data.forms.number_form import NumberForm
from fallline.data.forms.numbers import LIMIT, may_be_times
from fallline.data.forms.odd import far_values, sentinels, without_signs
from fallline.data.forms.times import find_times
from fallline.data.forms.words import BooleanForm, OrderedForm
from fallline.data.tables.values import no_cell

_MICROSECONDS = pl.Datetime("us")


def decide_typed(cells: pl.Series, room: Room) -> Decided:
    """A column that its source gives a type.

    Raises:
        DataError: it holds lists, structures or bytes.
    """
    dtype = cells.dtype
    if dtype in (pl.String, pl.Categorical, pl.Null):
        return decide_column(cells.cast(pl.String), room)
    values = plain_type(cells)
    if values.dtype == pl.String:
        note = f'"{cells.name}": taken as text; the cells are whole numbers beyond 64 bits.'
        return decide_text(values, room, note)
    kind: Kind = "date"
    form: BooleanForm | OrderedForm | None = None
    if dtype == pl.Duration:
        kind = "span"
    elif values.dtype.is_numeric():
        named = cells.name != room.target and values.count() and may_be_times(values.min(), values.max())  # type: ignore[arg-type]
        if named and (times := find_times(values, name=cells.name)):
            doubt = f'"{cells.name}": {times.doubt}.' if times.doubt else ""
            column = ColumnForm(cells.name, "date", times.form, notes=(doubt,) if doubt else ())
            return Decided(column, times.values.alias(cells.name), doubt)
        values, words = without_signs(values, room.missing)
        notes = sentinels(values)
        if cells.name == room.target:
            notes += far_values(values, room.where)
        column = ColumnForm(cells.name, "number", NumberForm(), words, notes)
        return Decided(column, values)
    elif values.dtype == pl.Boolean:
        kind, form = "boolean", BooleanForm()
    elif isinstance(values.dtype, pl.Enum):
        levels = tuple(values.dtype.categories)
        if cells.name == room.target:
            return decide_text(values.cast(pl.String), room)
        kind, form = "ordered", OrderedForm(levels)
    return Decided(ColumnForm(cells.name, kind, form), values)


def plain_type(cells: pl.Series) -> pl.Series:
    """A typed column as Int64, Float64, Boolean, Date, Datetime in UTC without zone, Enum or (ids) String.

    Decimals are floats, spans seconds, times of day times on 1970-01-01, whole numbers beyond 64 bits text.

    Raises:
        DataError: it holds lists, structures or bytes.
    """
    dtype = cells.dtype
    if dtype.is_integer():
        beyond = dtype not in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32) and (
            (cells.max() or 0) >= LIMIT or (cells.min() or 0) < -LIMIT  # type: ignore[operator]
        )
        return cells.cast(pl.String if beyond else pl.Int64)
    if dtype.is_float() or dtype.is_decimal():
        return cells.cast(pl.Float64).fill_nan(None)
    if dtype in (pl.Boolean, pl.Date) or isinstance(dtype, pl.Enum):
        return cells
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            cells = cells.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return cells.cast(_MICROSECONDS)
    if dtype == pl.Duration:
        return (cells.dt.total_microseconds() / 1e6).cast(pl.Float64)
    if dtype == pl.Time:
        return (cells.cast(pl.Int64) // 1000).cast(_MICROSECONDS)
    raise no_cell(cells.name, dtype)


def as_text(cells: pl.Series) -> pl.Series:
    """Cells as text; whole floats without a decimal point, as a text file has them."""
    if cells.dtype == pl.Categorical:
        return cells.cast(pl.String)
    cells = cells if cells.dtype in (pl.String, pl.Null) else plain_type(cells)
    if cells.dtype == pl.Float64:
        whole = cells.cast(pl.Int64, strict=False)
        cells = whole.cast(pl.String).zip_with((whole == cells).fill_null(False), cells.cast(pl.String))
    return cells.cast(pl.String)
