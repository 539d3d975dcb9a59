"""Splits the rows of a text, and finds those that have not as many cells as the others.

Three ways, from fast to exact: polars, with a count of all separators to prove that no row is short; the layout of
every line, counted in the bytes, which shows the odd ones; and the csv module, some thirty times slower, where
quotation marks stand as polars does not expect them.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.footer import is_footer
from fallline.data.tables.header import TableStart, is_comment, named_lines
from fallline.data.tables.scan import count, layout
from fallline.data.tables.separator import SEPARATORS
from fallline.errors import DataError

_END = "\x1e"


@dataclass(frozen=True)
class Body:
    """The rows of data of a text.

    Args:
        text: The whole text in UTF-8; a line ends with a line feed, maybe after a return.
        first: The number of the line, from 1, where the rows begin.
        separator: The character between the cells.
        quoted: Whether quotation marks enclose cells.
        exactly: Whether only the csv module reads the quotation marks right.
        stray: Whether marks stand within cells as well: polars takes two of them for a pair, across lines.
        start: The names, and the header's cells.
        where: The file's name, for messages.
    """

    text: bytes
    first: int
    separator: str
    quoted: bool
    exactly: bool
    stray: bool
    start: TableStart
    where: str

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.start.names)

    def offset(self) -> int:
        """The byte at which the rows begin."""
        begin = 0
        for _ in range(self.first - 1):
            begin = self.text.index(b"\n", begin) + 1
        return begin


def split(body: Body) -> tuple[pl.DataFrame, np.ndarray, tuple[str, ...]]:
    """The cells, the line number of each row, and notes on lines that were left out.

    Raises:
        DataError: a row has too few or too many cells, or a quotation mark never closes.
        UnicodeDecodeError: the text is in another encoding.
    """
    if body.exactly:
        return _split_exactly(body)
    frame = _split_fast(body)
    if frame is not None and _is_even(frame, body):
        return frame, np.arange(body.first, body.first + frame.height, dtype=np.int64), ()
    rows = layout(body.text, body.offset(), body.separator, body.quoted)
    if rows is None or (body.stray and rows.lines[-1] >= len(rows.lines)):
        return _split_exactly(body)
    odd = np.flatnonzero(rows.separators != body.width - 1)
    if frame is None or frame.height != len(rows.starts):
        frame = _split_fast(body, truncate=True) if odd.size else None
    if frame is None or frame.height != len(rows.starts):
        return _split_exactly(body)
    ends = np.append(rows.starts[1:], len(body.text))
    cells = [(int(k), _cells(body, body.text[rows.starts[k] : ends[k]])) for k in odd]
    # Marks within cells can mislead the layout: then what it shows is odd, and the csv module decides.
    if body.quoted and any(_differ(frame.row(k), shown) for k, shown in cells):
        return _split_exactly(body)
    numbers = rows.lines + body.first
    try:
        dropped, notes = _judge(cells, numbers, body)
    except DataError:
        if body.quoted:
            return _split_exactly(body)
        raise
    keep = np.ones(len(numbers), bool)
    keep[dropped] = False
    return (frame.filter(pl.Series(keep)) if dropped else frame), numbers[keep], notes


def _split_fast(body: Body, truncate: bool = False) -> pl.DataFrame | None:
    """What polars reads; None where it meets a row that is too long or a mark out of place."""
    try:
        return pl.read_csv(
            body.text,
            has_header=False,
            separator=body.separator,
            quote_char='"' if body.quoted else None,
            infer_schema=False,
            schema=dict.fromkeys(body.start.names, pl.String),
            skip_lines=body.first - 1,
            truncate_ragged_lines=truncate,
        )
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(body.start.names, pl.String))
    except pl.exceptions.PolarsError as error:
        if "utf-8" in str(error) or "utf8" in str(error):
            body.text.decode()
        return None


def _is_even(frame: pl.DataFrame, body: Body) -> bool:
    """Whether it is certain, by what is cheap to see, that each line is a row and no row is short."""
    if body.quoted:
        lines = count(body.text, "\n", body.offset()) + (not body.text.endswith(b"\n"))
        if frame.height != lines:
            return False
    gaps = frame.null_count().row(0)
    if gaps[-1] == 0:
        return True
    # Rows of nulls may be blank lines, which lack separators that others could have too many of.
    if min(gaps) > 0 and frame.select(pl.all_horizontal(pl.all().is_null()).any()).item():
        return False
    found = count(body.text, body.separator, body.offset(), outside_marks=body.quoted)
    return found == frame.height * (body.width - 1)


def _differ(read: Sequence[str | None], shown: Sequence[str]) -> bool:
    return any(
        (cell or "") != other for cell, other in itertools.zip_longest(read, shown[: len(read)], fillvalue="")
    )


def _cells(body: Body, line: bytes) -> list[str]:
    text = line.decode().removesuffix("\n").removesuffix("\r")
    if not body.quoted:
        return text.split(body.separator) if text else []
    return next(
        csv.reader(io.StringIO(text, newline=""), delimiter=body.separator, skipinitialspace=True), []
    )


def _split_exactly(body: Body) -> tuple[pl.DataFrame, np.ndarray, tuple[str, ...]]:
    """The csv module's reading: exact about quotation marks and line numbers."""
    text = body.text[body.offset() :].decode()
    # A last line shows whether a mark is still open: then it is no row of its own.
    source = itertools.chain(io.StringIO(text, newline=""), [_END])
    reader = csv.reader(source, delimiter=body.separator, skipinitialspace=True)
    rows, lines, line = list[list[str]](), list[int](), body.first
    try:
        for row in reader:
            rows.append(row)
            lines.append(line)
            line = reader.line_num + body.first
    except csv.Error as error:
        raise DataError(
            f"{body.where}, line {line}: {error}. Is there a quotation mark that never closes?"
        ) from None
    if rows.pop() != [_END]:
        raise DataError(f"{body.where}, line {lines[-1]}: a quotation mark opens here and never closes.")
    numbers = np.array(lines[:-1], np.int64)
    width = body.width
    odd = ((k, row) for k, row in enumerate(rows) if len(row) != width)
    dropped, notes = _judge(odd, numbers, body)
    left_out = set(dropped)
    kept = [row[:width] for k, row in enumerate(rows) if k not in left_out]
    columns = list(zip(*kept, strict=True)) if kept else [()] * width
    frame = pl.DataFrame(
        {
            name: pl.Series(cells, dtype=pl.String)
            for name, cells in zip(body.start.names, columns, strict=True)
        }
    )
    stripped = pl.all().str.strip_chars()
    return (
        frame.select(pl.when(stripped != "").then(stripped).name.keep()),
        np.delete(numbers, dropped),
        notes,
    )


def _judge(
    odd: Iterable[tuple[int, Sequence[str]]], numbers: np.ndarray, body: Body
) -> tuple[list[int], tuple[str, ...]]:
    """Which of the rows with another number of cells are no data, with notes.

    Raises:
        DataError: some are data.
    """
    rows = [(k, [cell.strip() for cell in cells]) for k, cells in odd]
    kinds: dict[str, list[int]] = {
        kind: [] for kind in ("blank", "comment", "header", "footer", "long", "wrong")
    }
    shown, end = {}, len(numbers)
    for k, cells in reversed(rows):
        kind = _kind(cells, body, at_end=k == end - 1)
        kinds[kind].append(k)
        if k == end - 1 and kind in ("blank", "comment", "footer"):
            end = k
        if kind == "footer":
            shown[k] = is_footer(cells, body.width)
    if kinds["wrong"]:
        cells = dict(rows)[kinds["wrong"][-1]]
        _refuse(int(numbers[kinds["wrong"][-1]]), len(cells), len(kinds["wrong"]), body)
    between = [k for k in kinds["blank"] if k < end]
    notes = [
        f"{named_lines(numbers[sorted(found)].tolist())} {what}"
        for found, what in (
            (between, "blank: left out"),
            (kinds["comment"], "a comment: left out"),
            (kinds["header"], "the header again: left out"),
        )
        if found
    ]
    notes += [
        f'line {numbers[k]} ("{shown[k]}") at the end is no row of data: left out' for k in sorted(shown)
    ]
    dropped = sorted(k for kind, found in kinds.items() if kind != "long" for k in found)
    return dropped, tuple(notes)


def _kind(cells: Sequence[str], body: Body, at_end: bool) -> str:
    """What a row with another number of cells is."""
    if not any(cells):
        return "blank"
    if is_comment(cells):
        return "comment"
    if len(cells) > body.width and not any(cells[body.width :]):
        return "long"
    if body.start.header is not None and cells == [cell.strip() for cell in body.start.header]:
        return "header"
    return "footer" if at_end and is_footer(cells, body.width) is not None else "wrong"


def _refuse(line: int, got: int, count: int, body: Body) -> None:
    more = f" ({count} such lines)" if count > 1 else ""
    name = SEPARATORS.get(body.separator, body.separator)
    raise DataError(
        f"{body.where}, line {line}: expected {body.width} fields as in the other lines, got {got}{more}. "
        f"The delimiter taken is the {name}; correct the line or give --delimiter."
    )
