"""Any source into cells: what it is, its content decides, not its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables import columnar, database, spreadsheet
from fallline.data.tables.cells import Cells
from fallline.data.tables.compressed import ZIP_STARTS, members, packing, unpacked
from fallline.data.tables.content import Content, file_content, standard_input
from fallline.data.tables.delimited import read_delimited
from fallline.data.tables.folder import find_files, is_pattern, read_files
from fallline.errors import DataError, UsageError, suggestion

STANDARD_INPUT = "-"

_ENDINGS = {
    "delimited text": (".csv", ".tsv"),
    "Parquet": (".parquet", ".pq"),
    "Arrow": (".arrow", ".feather", ".ipc"),
    "JSON": (".json", ".jsonl", ".ndjson"),
    "SQLite": (".sqlite", ".sqlite3"),
    "a workbook": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    "gzip": (".gz",),
    "bzip2": (".bz2",),
    "xz": (".xz",),
    "zstd": (".zst", ".zstd"),
    "zip": (".zip",),
}
_SAID = {ending: form for form, endings in _ENDINGS.items() for ending in endings}
_MARKUP = re.compile(
    rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|table|meta|style|\?xml|!--)\b", re.IGNORECASE
)
# What people hand over by mistake, and what is to be done about it.
_FOREIGN = {
    b"FEA1\0\0\0\0": "a Feather file of the first version. Save it as Parquet or as Feather of the second",
    b"\x89HDF": "an HDF5 file. Save its table as Parquet or CSV",
    b"\x93NUMPY": "a NumPy array. Save it as CSV, or give the arrays to fit",
    b"%PDF-": "a PDF document. Save its table as CSV",
    b"\x89PNG": "a PNG image; expected a table",
    b"\xff\xd8\xff": "a JPEG image; expected a table",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive. Unpack it, and give the file inside",
    b"Rar!\x1a": "a RAR archive. Unpack it, and give the file inside",
    b"\x80\x04\x95": "a Python pickle, which runs code when it is read. Save it as Parquet or CSV",
    b"\x80\x05\x95": "a Python pickle, which runs code when it is read. Save it as Parquet or CSV",
    b"RDX3\n": "a file of R. Save it there by write.csv(...)",
    b"$FL2@(#)": "a file of SPSS. Save it as CSV",
    b"<stata_dta>": "a file of Stata. Save it as CSV",
}


@dataclass(frozen=True)
class Asked:
    """What the person says about a source.

    Args:
        header: Whether a line names the columns, or which (from 1); None to find out.
        delimiter: The character between the cells of a text file; None to find out.
        column: A name that is asked for, or several: the line that holds it is the header.
        sheet: The sheet of a workbook, by name or position from 0.
        table: The table of a database, or the file in a zip archive.
        query: What a database is asked.
    """

    header: bool | int | None = None
    delimiter: str | None = None
    column: str | Collection[str] | None = None
    sheet: str | int | None = None
    table: str | None = None
    query: str | None = None


def read_cells(
    data: Any,
    *,
    header: bool | int | None = None,
    delimiter: str | None = None,
    column: str | Collection[str] | None = None,
    sheet: str | int | None = None,
    table: str | None = None,
    query: str | None = None,
) -> Cells:
    """The cells of a table, wherever it stands.

    Args:
        data: A path: of delimited text, Parquet, Arrow IPC (Feather), JSON lines or an array of objects, an Excel or
            ODS workbook, a SQLite database, any of them compressed (gzip, bzip2, xz, zstd) or in a zip archive
            (`archive.zip/inner.csv` where it holds several files); of a folder, or a pattern (`data/*.csv`), of files
            of one form. `-` is standard input. `postgresql://user@host/name` is a database. Or a data frame.
        header: Whether a line names the columns, or the number of the line that does; None to find out.
        delimiter: One character; None to find out.
        column: The name of a column that is asked for, or several: the line that holds it names the columns.
        sheet: The sheet of a workbook, by its name or its position from 0; None for the one that holds `column`, or the
            first that is not empty.
        table: The table of a database; also the file in a zip archive.
        query: What a database is asked, instead of for a table.

    Raises:
        DataError: there is no such source, or it cannot be read as a table.
        UsageError: `data` is neither path nor frame, or something is asked for that this source has not.
    """
    asked = Asked(header, delimiter, column, sheet, table, query)
    if not isinstance(data, str | Path):
        from fallline.data.tables.frames import read_frame  # here: narwhals is no small import

        _refuse(asked, "a data frame", "sheet", "table", "query")
        return read_frame(data)
    if database.ADDRESS.match(str(data)):
        _refuse(asked, "a database", "sheet")
        return database.read_address(str(data), table=table, query=query)
    if str(data) == STANDARD_INPUT:
        return _read_content(standard_input(), asked)
    path = Path(data).expanduser()
    if path.is_dir() or is_pattern(path):
        return read_files(path, find_files(path), partial(_read_one, asked))
    return _read_path(path, asked)


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
        # An accent may be a sign of its own or one with its letter: nobody sees the difference.
        alike = [name for name in frame.columns if _composed(name) == _composed(wanted)]
        if len(alike) == 1:
            return alike[0]
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


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _read_one(asked: Asked, path: Path, name: str | None) -> Cells:
    """One file of several; a name that its header holds is known from the first."""
    return _read_path(path, replace(asked, column=asked.column or name))


def _read_path(path: Path, asked: Asked) -> Cells:
    member = None
    if not path.exists():
        archive = next((parent for parent in path.parents if parent.is_file()), None)
        if archive is not None:
            path, member = archive, path.relative_to(archive).as_posix()
    return _read_content(file_content(path), asked, member)


def _read_content(content: Content, asked: Asked, member: str | None = None) -> Cells:
    if member is None and asked.table is not None and len(members(content)) > 1:
        member, asked = asked.table, replace(asked, table=None)
    inner = unpacked(content, member)
    form, read = _form(inner)
    found, said = packing(content) or form, _SAID.get(Path(content.source).suffix.casefold())
    if said not in (None, found):
        note = f"{content.source} is {found}, though its name says {said}: it was read as what it is"
        inner = replace(inner, notes=(*inner.notes, note))
    return read(inner, asked)


def _form(content: Content) -> tuple[str, Callable[[Content, Asked], Cells]]:
    """What a content is, and who reads it."""
    start = content.start
    if start.startswith(database.SQLITE_START):
        return "SQLite", _read_sqlite
    if start.startswith((spreadsheet.OLE_START, *ZIP_STARTS)):
        return "a workbook", _read_workbook
    readers = (
        ("Parquet", start.startswith(columnar.PARQUET_START), columnar.read_parquet),
        ("Arrow", start.startswith(columnar.ARROW_STARTS), columnar.read_arrow),
        ("JSON", columnar.JSON_START.match(start) is not None, columnar.read_json),
    )
    for form, is_it, read in readers:
        if is_it:
            return form, partial(_read_typed, form, read)
    _refuse_foreign(content)
    return "delimited text", _read_delimited


def _read_sqlite(content: Content, asked: Asked) -> Cells:
    _refuse(asked, content.source, "sheet")
    return database.read_sqlite(content, table=asked.table, query=asked.query)


def _read_workbook(content: Content, asked: Asked) -> Cells:
    _refuse(asked, content.source, "table", "query")
    return spreadsheet.read_workbook(content, sheet=asked.sheet, header=asked.header, column=asked.column)


def _read_typed(form: str, read: Callable[[Content], Cells], content: Content, asked: Asked) -> Cells:
    _refuse(asked, f"{content.source} ({form})", "sheet", "table", "query")
    return read(content)


def _read_delimited(content: Content, asked: Asked) -> Cells:
    _refuse(asked, f"{content.source} (delimited text)", "sheet", "table", "query")
    # A mapped file is read anew: pages that were looked at through the map would stay beside the copy.
    cells = read_delimited(
        bytes(content.data) if content.path is None else content.path.read_bytes(),
        content.source,
        header=asked.header,
        delimiter=asked.delimiter,
        column=asked.column,
    )
    return replace(cells, notes=(*content.notes, *cells.notes))


def _refuse(asked: Asked, source: str, *names: str) -> None:
    """Says what a source of this form has not, where it is asked for.

    Raises:
        UsageError: it is.
    """
    for name in names:
        if (given := getattr(asked, name)) is not None:
            owner = {
                "sheet": "workbooks have sheets",
                "table": "databases have tables",
                "query": "databases take queries",
            }
            raise UsageError(f'{name} "{given}" was asked of {source}, but only {owner[name]}.')


def _refuse_foreign(content: Content) -> None:
    for start, what in _FOREIGN.items():
        if content.start.startswith(start):
            raise DataError(f"{content.source} is {what}.")
    if content.start[257:262] == b"ustar":
        raise DataError(f"{content.source} is a tar archive. Unpack it, and give the file inside.")
    if _MARKUP.match(content.start):
        raise DataError(
            f"{content.source} is HTML or XML, whatever its name says (web tools export such as Excel). "
            "Open it in a spreadsheet program and save it as .xlsx or CSV."
        )
