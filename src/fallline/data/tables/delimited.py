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
import polars.selectors as cs  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.footer import tidy
from fallline.data.tables.header import find_table
from fallline.data.tables.quotes import with_double_marks
from fallline.data.tables.ragged import Body, split
from fallline.data.tables.scan import Traits, traits as find_traits
from fallline.data.tables.separator import ONE_COLUMN, SEPARATORS, declared_separator, find_separator
from fallline.data.tables.text import Text, clean_text, western
from fallline.errors import UsageError

_HEAD_LINES, _LEAST_HEAD_LINES, _HEAD_BYTES = 500, 60, 1_000_000
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
    if (
        doubled := with_double_marks(text, lines, SEPARATORS if delimiter is None else (delimiter,))
    ) is not text:
        text, (lines, is_cut) = doubled, _head(doubled.content, at_least)
    declared = declared_separator(lines)
    separator = delimiter or find_separator(lines, column)
    if separator == " " and b'"' not in text.holds:
        # Runs of blanks are one separator, and tabs are blanks.
        content = text.content.replace(b"\r\n", b"\n")
        text = replace(text, content=_BLANKS.sub(b"", content).replace(b"\t", b" "))
        lines, is_cut = _head(text.content, at_least)
    rows, numbers = _rows(lines, separator, is_cut)
    if declared is not None:
        rows[0] = []
    start = find_table(rows, lines=numbers, header=header, column=column, where=where)
    frame, line_numbers = pl.DataFrame(schema=dict.fromkeys(start.names, pl.String)), np.zeros(0, np.int64)
    left_out: tuple[str, ...] = ()
    if start.first < len(rows):
        quoted = _is_quoted(text, separator)
        found = find_traits(
            text.content,
            separator,
            blanks=_blanks(text, separator),
            quoted=quoted,
            returns=b"\r" in text.holds,
        )
        exact = quoted and (separator == " " or found.blank_before_mark)
        if exact and separator != " ":
            exact = _blank_before_mark(text.content, separator)
        body = Body(
            text.content, numbers[start.first], separator, quoted, exact, found.stray_marks, start, where
        )
        frame, line_numbers, left_out = split(body)
        if b"\xc2" in text.holds and b"\xc2\xa0" in text.content:
            found = replace(found, blank_edges=True)
        frame = _stripped(frame, text, found)
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
    lines = [line.removesuffix("\r") for line in text[:end].decode().split("\n")]
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


def _blanks(text: Text, separator: str) -> list[int]:
    return [ord(blank) for blank in (b" ", b"\t") if blank in text.holds and blank != separator.encode()]


def _is_quoted(text: Text, separator: str) -> bool:
    """Whether some cell begins with a quotation mark: within a cell it is inches, and means nothing."""
    opening = re.escape(separator.encode())
    return b'"' in text.holds and re.search(rb"(?m)(^|" + opening + rb') *"', text.content) is not None


def _blank_before_mark(content: bytes, separator: str) -> bool:
    """Whether blanks stand between a separator and a quotation mark: polars takes the mark for a character then."""
    opening = re.escape(separator.encode())
    return re.search(rb"(?m)(^|" + opening + rb') +"', content) is not None


def _stripped(frame: pl.DataFrame, text: Text, traits: Traits) -> pl.DataFrame:
    """The cells without blanks around them; those without any character are null."""
    cells = pl.all()
    if traits.double_marks:
        frame = frame.select(pl.when(cells != "").then(cells).name.keep())
    if not traits.blank_edges:
        return frame
    # To strip a cell takes thrice as long as to look at its ends.
    kinds = [blank for blank in (" ", "\t", "\u00a0") if blank.encode()[:1] in text.holds]
    looks = (
        frame.select((cells.str.starts_with(blank) | cells.str.ends_with(blank)).any()).row(0)
        for blank in kinds
    )
    with_edges = [name for name, *found in zip(frame.columns, *looks, strict=True) if any(found)]
    stripped = cs.by_name(with_edges).str.strip_chars()
    return frame.with_columns(pl.when(stripped != "").then(stripped).name.keep()) if with_edges else frame
