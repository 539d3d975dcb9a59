"""Delimited text (CSV and its relatives): from bytes to cells, all of them text.

The first lines decide the separator and the header. Then polars splits the whole; it fills short rows up in silence,
so that it is asked afterwards whether there can be any: only where the last column has gaps. What is odd is looked at
line by line (`ragged`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.footer import tidy
from fallline.data.tables.header import MISSING as MISSING, find_table
from fallline.data.tables.ragged import Body, NotUtf8Error, split
from fallline.data.tables.separator import ONE_COLUMN, SEPARATORS, declared_separator, find_separator
from fallline.data.tables.text import clean_text, western
from fallline.errors import UsageError

_HEAD_LINES, _LEAST_HEAD_LINES, _HEAD_BYTES = 500, 60, 1_000_000
_CHUNK = 1 << 18
_BLANKS = re.compile(rb"(?m)^[ \t]+|[ \t]+$|(?<=[ \t])[ \t]+")


def read_delimited(
    content: bytes,
    where: str,
    *,
    header: bool | int | None = None,
    delimiter: str | None = None,
    column: str | Collection[str] | None = None,
) -> Cells:
    """Splits the bytes of a delimited file into cells of text.

    Args:
        content: The file's bytes, already decompressed.
        where: The file's name, for messages.
        header: Whether a line names the columns, or the number of the line that does, from 1; None to find out.
        delimiter: One character; None to find out.
        column: A column's name that is asked for, or several of which any may be there: the separator and the line
            under which it is a whole cell are taken.

    Returns:
        The cells; without a header the columns are named `column_1`, `column_2`, ...

    Raises:
        UsageError: the delimiter is not one character.
        DataError: no text, an encoding that is not known, ragged rows, no header in the line given.
    """
    if delimiter is not None and len(delimiter.encode()) != 1:
        raise UsageError(f"the delimiter must be one ASCII character, got {delimiter!r}.")
    text, notes = clean_text(content, where)
    del content
    try:
        return _read(text, where, notes, header, delimiter, column)
    except (NotUtf8Error, UnicodeDecodeError):
        text, note = western(text, where)
        return _read(text, where, (*notes, note), header, delimiter, column)


def _read(
    text: bytes,
    where: str,
    notes: tuple[str, ...],
    header: bool | int | None,
    delimiter: str | None,
    column: str | Collection[str] | None,
) -> Cells:
    lines, is_cut = _head(text, 0 if header is None else int(header))
    declared = declared_separator(lines)
    separator = delimiter or find_separator(lines, column)
    if separator == " ":
        # Runs of blanks are one separator, and tabs are blanks.
        text = _BLANKS.sub(b"", text).replace(b"\t", b" ") if b'"' not in text else text
        lines, is_cut = _head(text, 0 if header is None else int(header))
    rows, numbers = _rows(lines, separator, is_cut)
    if declared is not None:
        rows[0] = []
    start = find_table(rows, lines=numbers, header=header, column=column, where=where)
    first = numbers[start.first] if start.first < len(rows) else None
    if first is None:
        frame, line_numbers = (
            pl.DataFrame(schema=dict.fromkeys(start.names, pl.String)),
            np.zeros(0, np.int64),
        )
        found: tuple[str, ...] = ()
    else:
        body = Body(text, first, separator, _is_quoted(text, separator), start, where)
        frame, line_numbers, found = split(body)
        frame = _stripped(frame, text, separator)
    frame, kept, left_out = tidy(frame, line_numbers, start)
    name = (
        "one column"
        if separator == ONE_COLUMN
        else f"{SEPARATORS.get(separator, repr(separator))}s between the cells"
    )
    return Cells(
        frame, where, f"CSV, {name}", kept, (*notes, *start.notes, *found, *left_out), start.header is None
    )


def _head(text: bytes, at_least: int) -> tuple[list[str], bool]:
    """The first lines, and whether more follow."""
    end = 0
    for k in range(max(_HEAD_LINES, at_least)):
        stop = text.find(b"\n", end)
        end = len(text) if stop < 0 else stop + 1
        if end == len(text) or (k >= max(_LEAST_HEAD_LINES, at_least) and end > _HEAD_BYTES):
            break
    lines = text[:end].decode().split("\n")
    return lines[:-1] if lines[-1] == "" else lines, end < len(text)


def _rows(lines: Sequence[str], separator: str, is_cut: bool) -> tuple[list[list[str]], list[int]]:
    """The cells of lines and the number of the line in which each row begins; a blank line is a row of none."""
    rows, numbers, line = list[list[str]](), list[int](), 1
    reader = csv.reader([f"{line}\n" for line in lines], delimiter=separator, skipinitialspace=True)
    try:
        for row in reader:
            rows.append(row)
            numbers.append(line)
            line = reader.line_num + 1
    except csv.Error:  # a cell that is longer than the module allows: said where the whole is read
        pass
    if is_cut and len(rows) > 1 and numbers[-1] < len(lines):
        del rows[-1], numbers[-1]
    return rows, numbers


def _is_quoted(text: bytes, separator: str) -> bool:
    """Whether some cell begins with a quotation mark: within a cell it is inches, and means nothing."""
    opening = re.escape(separator.encode())
    return b'"' in text and re.search(rb"(?m)(^|" + opening + rb') *"', text) is not None


def _stripped(frame: pl.DataFrame, text: bytes, separator: str) -> pl.DataFrame:
    """The cells without blanks around them; those without any character are null."""
    texts = pl.col(pl.String)
    if _has_blank_edges(text, separator):
        stripped = texts.str.strip_chars()
        return frame.with_columns(pl.when(stripped != "").then(stripped).name.keep())
    if b'""' in text:
        return frame.with_columns(pl.when(texts != "").then(texts).name.keep())
    return frame


def _has_blank_edges(text: bytes, separator: str) -> bool:
    """Whether a blank stands beside a separator, a quotation mark or the end of a line.

    To strip every cell takes nearly as long as to read them.
    """
    if text[:1].isspace() or (text[-1:].isspace() and text[-1:] != b"\n") or b"\xc2\xa0" in text:
        return True
    codes = np.frombuffer(text, np.uint8)
    for begin in range(0, len(codes), _CHUNK):
        chunk = codes[begin : begin + _CHUNK + 1]
        blanks = (chunk == ord(" ")) | (chunk == ord("\t")) if separator != "\t" else chunk == ord(" ")
        if not blanks.any():
            continue
        edges = (chunk == ord(separator)) | (chunk == ord("\n")) | (chunk == ord('"'))
        if (blanks[1:] & edges[:-1]).any() or (blanks[:-1] & edges[1:]).any():
            return True
    return False
