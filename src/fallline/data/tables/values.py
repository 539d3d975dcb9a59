"""Values of a source with types of its own as columns of cells: one type where all agree, else text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.errors import DataError

_EXACT_IN_FLOATS = 2**53
_LARGEST = 2**63 - 1
_PLAIN = {bool, int, float, str, Decimal, dt.date, dt.time, dt.timedelta}
_FOREIGN = {list, dict, bytes}
_MISSING = ("NAType", "NaTType")
"""Types of pandas' marks for a missing value."""
_DATATYPES: tuple[tuple[set[type], Any], ...] = (
    ({bool}, pl.Boolean),
    ({int}, pl.Int64),
    ({int, float, Decimal}, pl.Float64),
    ({dt.date}, pl.Date),
    ({dt.date, dt.datetime}, pl.Datetime("us")),
    ({dt.time}, pl.Time),
    ({dt.time, dt.timedelta}, pl.Duration("us")),
)


def column_of(name: str, values: Sequence[Any]) -> pl.Series:
    """Python values as one column: of their type where all agree (whole numbers and fractions do), else of text.

    Text is spelled so that the rules for text read it back: `1` for 1.0, `2024-03-01`, `true`.

    Raises:
        DataError: a value is a list, a record or bytes.
    """
    kinds = set(map(type, values)) - {type(None)}
    for value in values if kinds & {bytes, list, dict} else ():
        if isinstance(value, bytes | list | dict):
            raise no_cell(name, {bytes: "bytes", list: "lists", dict: "records"}[type(value)])
    if not kinds or kinds == {str}:
        return bare(pl.Series(name, values, dtype=pl.String))
    for types, dtype in _DATATYPES:
        if kinds <= types:
            if dtype == pl.Int64 and not _fit(values):
                break  # text: rounded to floats, numbers that tell rows apart would run together
            if len(kinds) > 1 and dtype.is_temporal():
                values = [_aligned(value) for value in values]
            return _as_cells(pl.Series(name, values, dtype=dtype, strict=False))
    timed = dt.datetime in kinds
    return bare(pl.Series(name, [spelled(value, timed=timed) for value in values], dtype=pl.String))


def column_of_objects(name: str, values: Iterable[Any]) -> pl.Series:
    """Objects of Python, NumPy or pandas as one column, as `column_of` makes it of their plain values.

    Raises:
        DataError: a value is neither number, text, boolean nor date.
    """
    return column_of(name, [_plain_value(name, value) for value in values])


def columns_of(records: Mapping[str, Sequence[Any]]) -> list[pl.Series]:
    """Values by key as columns; one for each field where all values of a key are records, `address.city`.

    Lists, bytes and records whose names are taken stay, an error where they are looked at, for they may be left out.

    Raises:
        DataError: values of a key are partly lists, records or bytes, or no cells at all.
    """
    columns: list[pl.Series] = []
    taken = set(records)
    waiting = [*records.items()][::-1]
    while waiting:
        name, values = waiting.pop()
        kinds = set(map(type, values)) - {type(None)}
        fields = (
            dict.fromkeys(field for value in values if value for field in value) if kinds == {dict} else {}
        )
        names = {field: f"{name}.{field}" for field in fields}
        if fields and not taken & set(names.values()):
            taken |= set(names.values())
            waiting += [
                (names[field], [None if value is None else value.get(field) for value in values])
                for field in reversed(fields)
            ]
        else:
            columns.append(
                _column_left_out(name, values)
                if kinds and kinds <= _FOREIGN
                else column_of_objects(name, values)
            )
    return columns


def _column_left_out(name: str, values: Sequence[Any]) -> pl.Series:
    try:
        return pl.Series(name, values, strict=False)
    except (pl.exceptions.PolarsError, TypeError, ValueError):  # not each list is one of polars
        return pl.Series(
            name, [None if value is None else repr(value).encode() for value in values], pl.Binary
        )


def _plain_value(name: str, value: Any) -> Any:
    """A value as one of Python's own types; what a library marks as missing is None, a time with a zone is in UTC."""
    if isinstance(value, np.generic):
        value = value.item()
    if (
        value is None or type(value) in _PLAIN or type(value) in _FOREIGN
    ):  # what is foreign, `column_of` refuses
        return value
    if type(value).__name__ in _MISSING:
        return None
    if isinstance(value, dt.datetime):
        value = value if value.tzinfo is None else value.astimezone(dt.UTC)
        return dt.datetime.combine(value.date(), value.time())
    if isinstance(value, dt.timedelta):
        return dt.timedelta(value.days, value.seconds, value.microseconds)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise no_cell(name, f"a value of type {type(value).__name__}")


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Typed columns as the types that cells have; text without blanks around it, not-a-number as null.

    Whole numbers beyond 64 bits become text, as they tell rows apart; times with a zone become UTC.

    Each field of a record is a column of its own, `address.city`. Lists and bytes stay as they are.

    Raises:
        DataError: a column holds objects.
    """
    frame = _spread(frame)
    frame = pl.DataFrame([_as_cells(frame[name]) for name in frame.columns])
    return frame.with_columns(_bare(pl.col(pl.String)))


def _spread(frame: pl.DataFrame) -> pl.DataFrame:
    """A column for each field of a record, at every depth; records stay where a name is taken, or there is no field."""
    if pl.Struct not in frame.dtypes:
        return frame
    taken = set(frame.columns)
    columns: list[pl.Series] = []
    waiting = frame.get_columns()[::-1]
    while waiting:
        column = waiting.pop()
        dtype = column.dtype
        fields = [field.name for field in dtype.fields] if isinstance(dtype, pl.Struct) else []
        names = [f"{column.name}.{field}" for field in fields]
        if not fields or taken & set(names):
            columns.append(column)
            continue
        taken |= set(names)
        pairs = zip(fields, names, strict=True)
        waiting += [column.struct.field(field).alias(name) for field, name in pairs][::-1]
    return pl.DataFrame(columns)


def joined(parts: Sequence[pl.Series]) -> pl.Series:
    """Parts of one column, each decided by itself, as one: of their type where all agree, else of text."""
    filled = [part for part in parts if part.null_count() < len(part)]
    dtypes = {part.dtype for part in filled}
    if len(dtypes) > 1 and all(dtype in (pl.Categorical, pl.Enum, pl.String) for dtype in dtypes):
        dtypes = {pl.String()}
    if len(dtypes) > 1:
        return column_of(parts[0].name, [value for part in parts for value in part.to_list()])
    dtype = dtypes.pop() if dtypes else pl.String()
    return pl.concat([part.cast(dtype) for part in parts])


def bare(column: pl.Series) -> pl.Series:
    """Text without the blanks around it; null where nothing is left."""
    return column.to_frame().select(_bare(pl.first())).to_series()


def _bare(text: pl.Expr) -> pl.Expr:
    stripped = text.str.strip_chars()
    return pl.when(stripped != "").then(stripped).name.keep()


def _as_cells(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype in (pl.String, pl.Null):
        return column.cast(pl.String)
    if dtype.is_integer() or (isinstance(dtype, pl.Decimal) and dtype.scale == 0):
        return _whole(column)
    if dtype.is_float() or dtype.is_decimal():
        return column.cast(pl.Float64).fill_nan(None)
    if dtype in (pl.Date, pl.Datetime):
        _check_years(column)
    if isinstance(dtype, pl.Datetime):
        return (column.dt.convert_time_zone("UTC") if dtype.time_zone else column).cast(pl.Datetime("us"))
    if dtype == pl.Duration:
        return column.cast(pl.Duration("us"))
    if dtype == pl.Object:
        return column_of_objects(column.name, column.to_list())
    if dtype in (pl.Boolean, pl.Date, pl.Time, pl.Categorical, pl.Enum):
        return column
    if is_foreign(dtype):
        return column  # an error where it is looked at, for it may be left out
    raise no_cell(column.name, dtype)


def _check_years(column: pl.Series) -> None:
    """Refuses what no date of Python, nor a person's, is.

    Raises:
        DataError: a date is outside the years 1 to 9999.
    """
    years = column.dt.year()  # null where even polars counts no year
    if years.null_count() > column.null_count() or not years.is_between(1, 9999).all():
        raise DataError(
            f'column "{column.name}" holds dates outside the years 1 to 9999, as infinity in a database is one. '
            "Make them empty, or leave the column out."
        )


def _fit(values: Sequence[Any]) -> bool:
    return all(value is None or -_LARGEST <= value <= _LARGEST for value in values)


def _whole(column: pl.Series) -> pl.Series:
    whole = column.cast(pl.Int64, strict=False)
    if whole.null_count() == column.null_count():
        return whole
    return column if column.dtype == pl.UInt64 else column.cast(pl.String)


def _aligned(value: Any) -> Any:
    """A date as the time at its start, a time of day as the span since midnight, where others in the column are such."""
    if isinstance(value, dt.time):
        return dt.datetime.combine(dt.date.min, value) - dt.datetime.min
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value


def spelled(value: Any, *, timed: bool = False) -> str | None:
    """A value as the text that the rules for text read back; dates with a time of day where others in the column have one."""
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_IN_FLOATS else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return f"{value} 00:00:00" if timed else str(value)
    if isinstance(value, dt.timedelta):
        seconds, rest = divmod(abs(value), dt.timedelta(seconds=1))
        sign, fraction = "-" if value < dt.timedelta() else "", f".{rest.microseconds:06}" if rest else ""
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
    return str(value)


def is_foreign(dtype: pl.DataType) -> bool:
    """Whether a column holds lists, records or bytes, which are no cells of a table."""
    return dtype.is_nested() or dtype == pl.Binary


def no_cell(name: str, held: str | pl.DataType) -> DataError:
    """The error that a column holds what no cell of a table is."""
    what = re.sub(r"Extension\('([^']*)'.*", r"\1", str(held))
    what = what if len(what) <= 60 else what[:57] + "..."
    return DataError(
        f'column "{name}" holds {what}; expected numbers, text, booleans or dates. '
        "Spread it over plain columns, or leave it out."
    )
