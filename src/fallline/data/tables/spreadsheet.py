"""Sheets of Excel and ODS workbooks: cells that carry types, the table found among them as in text."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import itertools
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
import python_calamine as calamine
from jaxtyping import Int64

from fallline.data.tables.cells import Cells
from fallline.data.tables.content import Content
from fallline.data.tables.footer import tidy
from fallline.data.tables.header import EARLY, TableStart, find_table, is_value, named_lines
from fallline.data.tables.values import column_of, spelled
from fallline.errors import DataError, suggestion

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an .xls, and of an .xlsx behind a password."""

Range = tuple[tuple[int, int], tuple[int, int]]
"""Merged cells: the first row and column, and the last."""

_EARLY_ROWS = 500
_EXACT_IN_FLOATS = 2**53
_ODS_SPAN = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")


def read_workbook(
    content: Content,
    *,
    sheet: str | int | None = None,
    header: bool | int | None = None,
    column: str | Collection[str] | None = None,
) -> Cells:
    """The table in a sheet of an Excel (.xlsx, .xlsm, .xlsb, .xls) or ODS workbook.

    A column whose cells are all of one type has it; another is text. Cells with an error of Excel are empty.

    Args:
        content: The workbook.
        sheet: Its name, or its position from 0 (from the end when negative); None for the one that holds `column`, or the first that is not empty.
        header: The row (from 1) that names the columns, whether one does at all, or None to find out.
        column: A name that is asked for, or several: the row that holds it is the header.

    Raises:
        DataError: damaged, behind a password, no such sheet, or nothing in it.
    """
    wanted = {column} if isinstance(column, str) else set(column or ())
    found, notes = _sheet(_opened(content), sheet, wanted, content.source)
    where = f'{content.source}, sheet "{found.name}"'
    columns, positions = _columns(found.to_python(skip_empty_area=False))
    if not columns:
        raise DataError(f"{where} is empty.")
    early = list(zip(*([spelled(cell) for cell in cells[:_EARLY_ROWS]] for cells in columns), strict=True))
    if header is None:
        early, headings = _without_headings(early, found.merged_cell_ranges or (), positions)
        notes += headings
    start = find_table(early, header=header, column=column, word="row", where=where)
    frame, numbers, left_out = _typed(start, columns)
    merged = _merged(found, dict(zip(positions, start.names, strict=True)), start.first)
    return Cells(
        frame,
        content.source,
        f'sheet "{found.name}" of a workbook',
        numbers,
        (*content.notes, *notes, *start.notes, *left_out, *merged),
        generated_names=start.header is None,
        place="row",
    )


def _typed(
    start: TableStart, columns: Sequence[Sequence[Any]]
) -> tuple[pl.DataFrame, Int64[np.ndarray, " rows"], tuple[str, ...]]:
    """The rows below the header that are data, their numbers in the sheet, and notes about those left out."""
    below = [cells[start.first :] for cells in columns]
    frame = pl.DataFrame(list(map(column_of, start.names, below)))
    rows = np.arange(start.first + 1, start.first + 1 + frame.height)
    tidied, numbers, notes = tidy(frame, rows, start, "row")
    assert numbers is not None
    if tidied.height < frame.height:  # a total or the header again may have made text of a column of numbers
        kept = (numbers - rows[0]).tolist()
        frame = pl.DataFrame(
            [
                column_of(name, [cells[row] for row in kept])
                for name, cells in zip(start.names, below, strict=True)
            ]
        )
    # Beside a table that starts at B3 stands a column with nothing in it but, at most, the title.
    header = start.header or start.names
    beside = [
        name
        for name, cell in zip(start.names, header, strict=True)
        if not cell and frame[name].null_count() == frame.height
    ]
    return frame[[name for name in tidied.columns if name not in beside]], numbers, notes


def _opened(content: Content) -> calamine.CalamineWorkbook:
    if _is_locked(content):
        raise _locked(content.source)
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(content.data))
    except calamine.PasswordError:
        raise _locked(content.source) from None
    except Exception as error:  # it raises several kinds
        raise DataError(
            f"{content.source} is a damaged workbook, or none: {error}. Save it again as .xlsx or CSV."
        ) from error


def _is_locked(content: Content) -> bool:
    """Whether a workbook lies encrypted in its file; calamine says of those that it does not know the format."""
    if content.start.startswith(OLE_START):
        return content.data.find("EncryptedPackage".encode("utf-16-le")) >= 0
    with (
        contextlib.suppress(KeyError, zipfile.BadZipFile),
        zipfile.ZipFile(io.BytesIO(content.data)) as archive,
    ):
        return b"encryption-data" in archive.read("META-INF/manifest.xml")
    return False


def _locked(source: str) -> DataError:
    return DataError(f"{source} is behind a password. Save it without one, or as CSV.")


def _sheet(
    book: calamine.CalamineWorkbook, sheet: str | int | None, wanted: Collection[str], source: str
) -> tuple[calamine.CalamineSheet, list[str]]:
    """The sheet that is meant, and a note where it was chosen among several: one with the names that are asked for."""
    sheets = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
    names = [one.name for one in sheets]
    if not names:
        raise DataError(f"{source} is a workbook without sheets of cells.")
    if sheet is not None:
        return book.get_sheet_by_name(_named(names, sheet, source)), []
    seen = [one.name for one in sheets if one.visible == calamine.SheetVisibleEnum.Visible] or names
    filled = [found for name in seen if (found := book.get_sheet_by_name(name)).height]
    if not filled:
        return book.get_sheet_by_name(seen[0]), []
    chosen = max(filled, key=lambda found: _hits(found, wanted)) if len(filled) > 1 else filled[0]
    others = ", ".join(f'"{name}"' for name in names if name != chosen.name)
    notes = (
        [f'sheet "{chosen.name}" was taken; there are also {others} (--sheet takes another)']
        if others
        else []
    )
    return chosen, notes


def _hits(sheet: calamine.CalamineSheet, wanted: Collection[str]) -> int:
    """How many of the names that are asked for stand in one of the first rows; a number could be a position."""
    names = {name.strip() for name in wanted if not is_value(name.strip())}
    if not names:
        return 0
    rows = itertools.islice(sheet.iter_rows(), EARLY)
    return max(len(names.intersection((spelled(_value(cell)) or "").strip() for cell in row)) for row in rows)


def _named(names: Sequence[str], sheet: str | int, source: str) -> str:
    wanted = str(sheet).strip()
    if wanted in names and isinstance(sheet, str):
        return wanted
    if re.fullmatch(r"-?\d+", wanted):
        if -len(names) <= int(wanted) < len(names):
            return names[int(wanted)]
        raise DataError(
            f"{source} has no sheet at position {wanted}: it has {len(names)}, positions 0 to {len(names) - 1}: "
            f"{', '.join(names[:10])}{', ...' if len(names) > 10 else ''}."
        )
    raise DataError(f'{source} has no sheet "{wanted}". {suggestion(wanted, names)}')


def _columns(rows: Sequence[Sequence[Any]]) -> tuple[list[list[Any]], list[int]]:
    """The columns that hold anything, their cells as Python values, and their positions in the sheet."""
    columns, positions = [], []
    for position, cells in enumerate(zip(*rows, strict=True)):
        if any(cell != "" for cell in cells):
            columns.append([_value(cell) for cell in cells])
            positions.append(position)
    return columns, positions


def _value(cell: Any) -> Any:
    """A cell as calamine gives it; whole numbers whole, and ODS's spans of a day and more as spans."""
    if cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT_IN_FLOATS:
        return int(cell)
    if isinstance(cell, str) and cell.startswith("PT") and (span := _ODS_SPAN.fullmatch(cell)):
        hours, minutes, seconds = map(float, span.groups())
        return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return cell


def _without_headings(
    rows: list[tuple[str | None, ...]], merged: Collection[Range], positions: Sequence[int]
) -> tuple[list[tuple[str | None, ...]], list[str]]:
    """The first rows, without those whose cells are merged over several columns right above the names; and notes.

    A name that is merged with the cell above it stands in that row, and comes down to the others.
    """
    rows, notes = list(rows), list[str]()
    for row in sorted({top for (top, left), (bottom, right) in merged if top == bottom and left < right}):
        if row + 1 >= min(len(rows), EARLY):
            continue
        down = {
            left for (top, left), (bottom, right) in merged if (top, bottom, right) == (row, row + 1, left)
        }
        cells = zip(positions, rows[row], rows[row + 1], strict=True)
        names = tuple(above if position in down else below for position, above, below in cells)
        if all(name and not is_value(name) for name in names):
            shown = ", ".join(
                f'"{above}"'
                for position, above in zip(positions, rows[row], strict=True)
                if above and position not in down
            )
            notes.append(f"row {row + 1} with the headings {shown} above the names was left out")
            rows[row], rows[row + 1] = (None,) * len(names), names
    return rows, notes


def _merged(sheet: calamine.CalamineSheet, names: dict[int, str], first: int) -> Iterable[str]:
    """Says in which columns cells are merged over rows, since their value stands in the first row alone."""
    rows: dict[int, list[int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top >= first and bottom > top and left == right and left in names:
            rows.setdefault(left, []).append(top + 1)
    for column, tops in sorted(rows.items()):
        yield (
            f'column "{names[column]}" has cells merged over several rows ({named_lines(sorted(tops), "row")}): '
            "the value stands in the first of them, the others are missing; fill them down in the sheet if they share it"
        )
