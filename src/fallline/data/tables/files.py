"""A table as one typed frame, its texts typed by `infer_types`.

What comes out has only these column types: Int64, Float64, String, Boolean, Date, Datetime. A missing value
is null. Types are decided on all rows, never on the first few.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.header import MISSING
from fallline.data.tables.source import read_cells
from fallline.errors import DataError

_DECIMAL_COMMA = r"^[+-]?\d*,\d+([eE][+-]?\d+)?$|^[+-]?\d+$"
_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})*$"


def read_table(
    path: str | Path,
    *,
    header: bool | None = None,
    delimiter: str | None = None,
    column: str | None = None,
    minimum_rows: int = 2,
    types: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """A table of any source, typed.

    Args:
        path: What `read_cells` takes.
        header: Whether the first line names the columns; None to find out. Without a header they are named
            `column_1`, `column_2`, ...
        delimiter: One character; None to find out.
        column: The name of a column that is asked for: the line that holds it names the columns.
        minimum_rows: Fewer rows are an error: 2 for training, 1 for scoring.
        types: Gives the columns of a text file their types; None for `infer_types`, which looks at this file
            alone. Rows that belong to another table take that one's types.

    Raises:
        DataError: the source cannot be read as a table, or has too few rows.
        UsageError: the delimiter is not one character.
    """
    cells = read_cells(path, header=header, delimiter=delimiter, column=column)
    all_text = all(dtype == pl.String for dtype in cells.frame.dtypes) and cells.line_numbers is not None
    frame = (types or infer_types)(cells.frame) if all_text else _typed(cells)
    if frame.height < minimum_rows:
        rows = {0: "no data rows", 1: "one data row"}.get(frame.height, f"{frame.height} data rows")
        raise DataError(f"{path} has {rows}; expected at least {minimum_rows}.")
    return frame


def from_frame(frame: Any) -> pl.DataFrame:
    """Any data frame that narwhals knows (pandas, polars, pyarrow, DuckDB, ...) as a typed polars frame.

    Texts are kept as they are: in a frame what is missing is already marked as missing.

    Raises:
        UsageError: the object is no data frame.
        DataError: a column holds lists, structures, bytes or mixed objects; or two columns share a name.
    """
    return _typed(read_cells(frame))


def infer_types(frame: pl.DataFrame, text_columns: Collection[str] = ()) -> pl.DataFrame:
    """Gives columns of text their types: whole numbers, numbers, or still text, over all rows.

    Codes of equal length with leading zeros (`007`) stay text, and so do `true` and `false`. Decimal commas
    are read as such unless all of them could be thousands separators.

    Args:
        frame: Columns of text, as `read_delimited` gives them.
        text_columns: Columns that stay text whatever they hold; names the frame lacks mean nothing.
    """
    if not frame.width:
        return frame
    stripped = pl.all().str.strip_chars()
    frame = frame.select(pl.when(stripped.is_in(MISSING)).then(None).otherwise(stripped).name.keep())
    missing = frame.null_count().row(0)
    whole = frame.select(pl.all().cast(pl.Int64, strict=False))
    real = frame.select(pl.all().cast(pl.Float64, strict=False).fill_nan(None))
    whole_missing, real_missing = whole.null_count().row(0), real.null_count().row(0)
    columns = []
    for k, name in enumerate(frame.columns):
        text = frame[name]
        if missing[k] == frame.height or name in text_columns:
            columns.append(text)
        elif whole_missing[k] == missing[k]:
            columns.append(text if _are_codes(text) else whole[name])
        elif real_missing[k] == missing[k] or _only_nan_besides(text, real[name]):
            columns.append(real[name])
        else:
            columns.append(_decimal_comma(text))
    return pl.DataFrame(columns)


def _typed(cells: Cells) -> pl.DataFrame:
    return cells.frame.select(_plain(cells.frame[name]) for name in cells.frame.columns)


def _plain(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype == pl.UInt64 and (column.max() or 0) > 2**63 - 1:  # type: ignore[operator]
        return column.cast(pl.Float64)
    if dtype.is_integer():
        return column.cast(pl.Int64)
    if dtype.is_float() or dtype.is_decimal():
        return column.cast(pl.Float64).fill_nan(None)
    if dtype in (pl.Categorical, pl.Enum, pl.String, pl.Null):
        return column.cast(pl.String)
    if dtype in (pl.Boolean, pl.Date, pl.Datetime):
        return column
    if dtype == pl.Duration:
        return (column.dt.total_microseconds() / 1e6).cast(pl.Float64)
    if dtype == pl.Time:
        return (column.cast(pl.Int64) / 1e9).cast(pl.Float64)
    raise DataError(
        f'column "{column.name}" holds {dtype}; expected numbers, text, booleans or dates. '
        "Spread it over plain columns, or leave it out."
    )


def _are_codes(text: pl.Series) -> bool:
    lengths = text.str.len_chars()
    return bool(text.str.contains(r"^0\d").any()) and lengths.min() == lengths.max()


def _only_nan_besides(text: pl.Series, numbers: pl.Series) -> bool:
    """Whether the texts that are no finite number are all some spelling of not-a-number, such as `-nan`."""
    rest = text.filter(numbers.is_null() & text.is_not_null())
    return bool(rest.str.contains(r"(?i)^[+-]?nan$").all()) and len(rest) < len(text)


def _decimal_comma(text: pl.Series) -> pl.Series:
    if not text.head(1000).str.contains(_DECIMAL_COMMA).all() or not text.str.contains(_DECIMAL_COMMA).all():
        return text
    if text.str.contains(_THOUSANDS).all():
        return text
    return text.str.replace(",", ".", literal=True).cast(pl.Float64)
