"""Delimited text (CSV and its relatives): from bytes to cells, all of them text.

The first lines decide the separator and the header. Then polars splits the whole; it fills short rows up in silence,
so that it is asked afterwards whether there can be any: only where the last column has gaps. What is odd is looked at
line by line (`ragged`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.footer import tidy
from fallline.data.tables.header import MISSING as MISSING, find_table
from fallline.data.tables.ragged import Body, split
from fallline.data.tables.separator import ONE_COLUMN, SEPARATORS, declared_separator, find_separator
from fallline.data.tables.text import Text, clean_text, western
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
    text = clean_text(content, where)
    del content
    try:
        return _read(text, where, header, delimiter, column)
    except UnicodeDecodeError:
        return _read(western(text, where), where, header, delimiter, column)


def _read(
    text: Text,
    where: str,
    header: bool | int | None,
    delimiter: str | None,
    column: str | Collection[str] | None,
) -> Cells:
    at_least = 0 if header is None else int(header)
    lines, is_cut = _head(text.content, at_least)
    declared = declared_separator(lines)
    separator = delimiter or find_separator(lines, column)
    if separator == " " and b'"' not in text.holds:
        # Runs of blanks are one separator, and tabs are blanks.
        text = replace(text, content=_BLANKS.sub(b"", text.content).replace(b"\t", b" "))
        lines, is_cut = _head(text.content, at_least)
    rows, numbers = _rows(lines, separator, is_cut)
    if declared is not None:
        rows[0] = []
    start = find_table(rows, lines=numbers, header=header, column=column, where=where)
    frame, line_numbers = pl.DataFrame(schema=dict.fromkeys(start.names, pl.String)), np.zeros(0, np.int64)
    left_out: tuple[str, ...] = ()
    if start.first < len(rows):
        quoted = _is_quoted(text, separator)
        body = Body(text.content, numbers[start.first], separator, quoted, start, where)
        frame, line_numbers, left_out = split(body)
        frame = _stripped(frame, text, separator)
    frame, kept, tidied = tidy(frame, line_numbers, start, where=where)
    notes = (*text.notes, *start.notes, *left_out, *tidied)
    return Cells(
        frame, where, _what(separator), kept, notes, generated_names=start.header is None, separator=separator
    )


def _what(separator: str) -> str:
    if separator == ONE_COLUMN:
        return "CSV, one column"
    return f"CSV, {SEPARATORS.get(separator, repr(separator))}s between the cells"


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


def _is_quoted(text: Text, separator: str) -> bool:
    """Whether some cell begins with a quotation mark: within a cell it is inches, and means nothing."""
    opening = re.escape(separator.encode())
    return b'"' in text.holds and re.search(rb"(?m)(^|" + opening + rb') *"', text.content) is not None


def _stripped(frame: pl.DataFrame, text: Text, separator: str) -> pl.DataFrame:
    """The cells without blanks around them; those without any character are null."""
    texts = pl.col(pl.String)
    if _has_blank_edges(text, separator):
        stripped = texts.str.strip_chars()
        return frame.with_columns(pl.when(stripped != "").then(stripped).name.keep())
    if b'"' in text.holds and b'""' in text.content:
        return frame.with_columns(pl.when(texts != "").then(texts).name.keep())
    return frame


def _has_blank_edges(text: Text, separator: str) -> bool:
    """Whether a blank stands beside a separator, a quotation mark or the end of a line.

    To strip every cell takes nearly as long as to read them.
    """
    content = text.content
    if content[:1] in b" \t" or content[-1:] in b" \t" or (b"\xc2" in text.holds and b"\xc2\xa0" in content):
        return True
    codes = np.frombuffer(content, np.uint8)
    is_edge = np.zeros(256, bool)
    is_edge[[ord("\n"), ord('"'), ord(separator)]] = True
    for blank in (b" ", b"\t"):
        if blank not in text.holds or blank == separator.encode():
            continue
        for begin in range(0, len(codes), _CHUNK):
            places = np.flatnonzero(codes[begin : begin + _CHUNK] == ord(blank)) + begin
            if is_edge[codes[places - 1]].any() or is_edge[codes[places + 1]].any():
                return True
    return False
