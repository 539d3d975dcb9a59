"""Files whose columns have names and types of their own: Parquet, Arrow IPC (Feather), JSON."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.content import Content
from fallline.data.tables.values import columns_of, plain
from fallline.errors import DataError

PARQUET_START = b"PAR1"
ARROW_STARTS = (b"ARROW1\0\0", b"\xff\xff\xff\xff")
JSON_START = re.compile(rb'(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*\{)')


def read_parquet(content: Content) -> Cells:
    """A Parquet file.

    Raises:
        DataError: damaged, or a column holds lists, records or bytes.
    """
    return _typed(_read(pl.read_parquet, content, "Parquet", use_pyarrow=False), content, "Parquet")


def read_arrow(content: Content) -> Cells:
    """An Arrow IPC file (Feather) or stream.

    Raises:
        DataError: damaged, or a column holds lists, records or bytes.
    """
    if content.start.startswith(ARROW_STARTS[0]):
        frame = _read(pl.read_ipc, content, "Arrow")
    else:
        frame = _read(pl.read_ipc_stream, content, "Arrow")
    return _typed(frame, content, "Arrow IPC")


def read_json(content: Content) -> Cells:
    """JSON lines, or an array of objects; a key that an object lacks is a missing value.

    A field within a field is a column of its own: `{"address": {"city": "Ulm"}}` has the column `address.city`.

    Raises:
        DataError: damaged, not one object a row, or a key holds lists or records.
    """
    data = bytes(content.data).removeprefix(b"\xef\xbb\xbf")
    lines = not data.lstrip().startswith(b"[")
    what = "JSON lines" if lines else "a JSON array of objects"
    frame = _fast_lines(data) if lines else None
    if frame is not None:
        if frame.height == 1 and _holds_more_rows(frame.dtypes):
            raise _one_object(frame.columns, content.source)
        return _typed(frame, content, what)
    records = list(_objects(data, lines, content.source))
    names = dict.fromkeys(name for record in records for name in record)
    columns = columns_of({name: [record.get(name) for record in records] for name in names})
    return Cells(pl.DataFrame(columns), content.source, what, notes=content.notes)


def _fast_lines(data: bytes) -> pl.DataFrame | None:
    """None where polars fails: values of several kinds under one key, NaN, or damage, whose place it does not name.

    Its reader of arrays is not taken, since it makes 1 of `true` beside numbers.
    """
    try:
        return pl.read_ndjson(io.BytesIO(data), infer_schema_length=None)
    except pl.exceptions.PolarsError:
        return None


def _holds_more_rows(dtypes: Sequence[pl.DataType]) -> bool:
    """Whether one object is a table of its own, by columns or with a list of rows, rather than a row with fields."""
    return any(isinstance(dtype, pl.List) for dtype in dtypes) or all(
        isinstance(dtype, pl.Struct) for dtype in dtypes
    )


def _typed(frame: pl.DataFrame, content: Content, what: str) -> Cells:
    return Cells(plain(frame), content.source, what, notes=content.notes)


def _read(reader: Any, content: Content, form: str, **options: Any) -> pl.DataFrame:
    source: Path | BinaryIO = content.path or io.BytesIO(content.data)
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:  # a path would be taken for a pattern
                return reader(file, **options)
        return reader(source, **options)
    except (Exception, pl.exceptions.PanicException) as error:
        reason = (str(error).splitlines() or ["unreadable"])[0]
        raise DataError(
            f"{content.source} is a damaged {form} file, or one that polars does not read: {reason}. "
            "Copy it again, or save it as Parquet."
        ) from error


def _objects(data: bytes, lines: bool, source: str) -> Iterable[dict[str, Any]]:
    """The objects of a JSON file, one by one, each with its place in messages."""
    text = _decoded(data, source)
    if lines:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    yield _object(json.loads(line), f"{source}, line {number}")
                except json.JSONDecodeError as error:
                    if (whole := _whole_object(text)) is not None:
                        raise _one_object(list(whole), source) from None
                    raise DataError(
                        f"{source}, line {number}: no JSON: {error.msg} at column {error.colno}."
                    ) from None
        return
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{source}, line {error.lineno}: no JSON: {error.msg} at column {error.colno}."
        ) from None
    for number, row in enumerate(rows, 1):
        yield _object(row, f"{source}, row {number}")


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise DataError(
            f"{source} is no JSON in UTF-8: byte 0x{data[error.start]:02x} at position {error.start}."
        ) from None


def _object(row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise DataError(
            f"{where}: expected an object with a key for each column, got {json.dumps(row)[:40]}."
        )
    return row


def _whole_object(text: str) -> dict[str, Any] | None:
    """The one object that a text is, over many lines; None where it is damaged."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _one_object(keys: Sequence[str], source: str) -> DataError:
    shown = ", ".join(f'"{key}"' for key in keys[:5]) + (", ..." if len(keys) > 5 else "")
    return DataError(
        f"{source} is one JSON object ({shown}), no table. Expected one object a line, or an array of objects. "
        'pandas writes lines by to_json(path, orient="records", lines=True).'
    )
