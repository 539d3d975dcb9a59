"""Tables in: delimited text (plain or gzipped), Parquet, and any data frame, as one typed polars frame.

What comes out has only these column types: Int64, Float64, String, Boolean, Date, Datetime. A missing value
is null. Types are decided on all rows, never on the first few.
"""

from __future__ import annotations

import difflib
import gzip
import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import narwhals.stable.v1 as nw
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.delimited import MISSING, read_delimited
from fallline.errors import DataError, UsageError, suggestion

_GZIP_START = b"\x1f\x8b"
_PARQUET_START = b"PAR1"
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
    """Reads a CSV, TSV or other delimited file (plain or gzipped) or a Parquet file.

    What the file is, its content decides, not its name.

    Args:
        path: The file.
        header: Whether the first line names the columns; None to find out. Without a header they are named
            `column_1`, `column_2`, ...
        delimiter: One character; None to find out among comma, semicolon, tab, pipe and space.
        column: The name of a column that is asked for: a first line that holds it names the columns.
        minimum_rows: Fewer rows are an error: 2 for training, 1 for scoring.
        types: Gives the columns of a text file their types; None for `infer_types`, which looks at this file
            alone. Rows that belong to another table take that one's types.

    Returns:
        The typed frame.

    Raises:
        DataError: no such file, a folder, empty, too few rows, ragged, damaged, not UTF-8, duplicate names.
        UsageError: the delimiter is not one character.
    """
    path = Path(path)
    content = _read_bytes(path)
    if content.startswith(_PARQUET_START):
        frame = from_frame(_read_parquet(path))
    elif path.suffix.casefold() in (".parquet", ".pq"):
        raise DataError(f"{path} is no Parquet file, though its name says so: it does not start with PAR1.")
    else:
        cells = read_delimited(content, str(path), header=header, delimiter=delimiter, column=column)
        frame = (types or infer_types)(cells.frame)
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
    try:
        table = nw.from_native(frame)
        eager = table.collect() if isinstance(table, nw.LazyFrame) else table
        polars = eager.to_polars()
    except TypeError as error:
        raise UsageError(
            f"expected a data frame (pandas, polars, pyarrow, ...), got {type(frame).__name__}: {error}"
        ) from error
    except Exception as error:  # every library behind narwhals has error types of its own
        raise DataError(
            f"the {type(frame).__name__} cannot be read as a table: {error}. "
            "Give each column one name and one type (numbers, text, dates)."
        ) from error
    return polars.select(_plain(polars[name]) for name in polars.columns)


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


def find_column(frame: pl.DataFrame, name_or_position: str | int) -> str:
    """The name of the column meant by a name or by a position counted from 0 (from the end when negative).

    Where a text is a name and could be a position too, the name wins.

    Raises:
        DataError: there is no such column; the nearest name is suggested.
    """
    wanted = str(name_or_position).strip()
    if isinstance(name_or_position, str):
        for candidate in (name_or_position, wanted):
            if candidate in frame.columns:
                return candidate
    try:
        position = int(wanted)
    except ValueError:
        raise DataError(f'no column "{wanted}". {suggestion(wanted, frame.columns)}') from None
    if not -frame.width <= position < frame.width:
        raise DataError(
            f"no column at position {position}: the table has {frame.width} columns, "
            f"positions 0 to {frame.width - 1} (or -1 for the last)."
        )
    return frame.columns[position]


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise DataError(f"{path} is a folder; expected a CSV, Parquet or .npz file.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"no file {path}.{_nearest_file(path)}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    if content.startswith(_GZIP_START):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{path} is a damaged gzip file: {error}. Download or copy it again.") from error
    elif path.suffix.casefold() == ".gz" and content:
        raise DataError(f"{path} is no gzip file, though its name says so. Rename it without .gz.")
    if not content:
        raise DataError(f"{path} is empty.")
    return content


def _nearest_file(path: Path) -> str:
    if not path.parent.is_dir():
        return f" There is no folder {path.parent} either."
    # By stem and ending apart: every name that ends in .csv is near every other, and a picture is no table.
    names = {
        entry.stem: entry.name
        for entry in path.parent.iterdir()
        if entry.is_file()
        and (not path.suffix or difflib.get_close_matches(path.suffix, [entry.suffix], cutoff=0.7))
    }
    near = difflib.get_close_matches(path.stem, names, n=1, cutoff=0.7)
    return f' Did you mean "{path.parent / names[near[0]]}"?' if near else ""


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, use_pyarrow=False)
    except Exception as error:  # polars raises several kinds, and a panic that is none of its own
        raise DataError(f"{path} is a damaged Parquet file: {str(error).splitlines()[0]}") from error


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
