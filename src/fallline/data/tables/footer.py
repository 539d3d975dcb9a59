"""Rows within a table that are no data: blank ones, the header again, totals and notes at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Int64

from fallline.data.tables.header import TableStart, is_value, named_lines
from fallline.errors import DataError

_TOTAL = re.compile(
    r"(grand |overall |sub)?(totals?|sums?|total général|somme|suma|summe|gesamt|gesamtsumme|insgesamt|totale|"
    r"average|mean|durchschnitt|mittelwert)\s*[:=]?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(sources?|notes?|footnotes?|remarks?|quellen?|hinweise?|anmerkungen?|stand|legend|generated|exported|downloaded|"
    r"created|printed|retrieved|last updated|copyright|data (from|source)|end of (file|report|data))\b.*"
    r"|©.*|\*+\s*\S.*|\(?\d[\d,.']* (rows?|records?|lines?)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_AT_THE_END = 20


def tidy(
    frame: pl.DataFrame,
    line_numbers: Int64[np.ndarray, " rows"] | None,
    start: TableStart,
    word: str = "line",
    where: str = "the table",
) -> tuple[pl.DataFrame, Int64[np.ndarray, " rows"] | None, tuple[str, ...]]:
    """Leaves out what is no data.

    Args:
        frame: The cells below the header, one column a name; null is an empty cell.
        line_numbers: The number of each row in its source; None counts from 1.
        start: What `find_table` found.
        word: What a row is called, in notes.
        where: The source's name, for messages.

    Returns:
        The frame, its line numbers, and a note for each kind of row that was left out.

    Raises:
        DataError: the rows end with a separator, as it seemed, but some hold a cell behind it that has no name.
    """
    drop = np.zeros(frame.height, bool)
    notes: list[str] = []
    numbers = np.arange(1, frame.height + 1, dtype=np.int64) if line_numbers is None else line_numbers

    def leave_out(rows: np.ndarray, what: str) -> None:
        rows = rows[~drop[rows]]
        if rows.size:
            drop[rows] = True
            notes.append(f"{named_lines(numbers[rows].tolist(), word)} {what}")

    blank = _blank_rows(frame)
    drop[blank] = True
    filled = np.flatnonzero(~drop) if blank.size else None
    last = frame.height - 1 if filled is None else int(filled[-1]) if filled.size else -1
    between = numbers[blank[blank < last]].tolist()
    if between:
        notes.append(f"{named_lines(between, word)} blank: left out")
    for cells, what in ((start.header, "the header again"), (start.units, "the units again")):
        if cells is not None:
            leave_out(_rows_alike(frame, cells), f"{what}: left out")
    for k, shown in _footers(frame, drop):
        leave_out(np.array([k]), f'("{shown}") at the end is no row of data: left out')
    if start.empty_end and frame.width:
        end = frame.to_series(-1)
        if end.null_count() == frame.height:
            frame = frame[:, :-1]
            notes.append("the separator at the end of the rows begins no column")
        elif start.header is not None and len(start.header) < len(start.names):
            line = numbers[int(end.is_not_null().arg_true()[0])]
            raise DataError(
                f"{where}, {word} {line}: expected {frame.width - 1} fields as in the header, got {frame.width}. "
                "Correct it, or give the last column a name."
            )
    if drop.any():
        keep = ~drop
        frame = frame.filter(pl.Series(keep))
        line_numbers = None if line_numbers is None else line_numbers[keep]
    return frame, line_numbers, tuple(notes)


def is_footer(cells: Sequence[str | None], width: int) -> str | None:
    """The text by which a row at the end shows itself as a total or a note; None for data."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return None
    first, rest = filled[0], filled[1:]
    if _TOTAL.fullmatch(first) and all(map(is_value, rest)) and (rest or width > 1):
        return first
    # A note may hold separators, but begins in the first column and fills no whole row.
    if cells[0] and _NOTE.fullmatch(first) and width > 1 and (len(filled) == 1 or len(cells) != width):
        return first if len(first) <= 60 else first[:57] + "..."
    return None


def _blank_rows(frame: pl.DataFrame) -> np.ndarray:
    if not frame.width or not frame.height or min(frame.null_count().row(0)) == 0:
        return np.zeros(0, np.int64)
    return np.flatnonzero(frame.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy())


def _rows_alike(frame: pl.DataFrame, cells: Sequence[str]) -> np.ndarray:
    """The rows that hold just these cells."""
    texts = [k for k, dtype in enumerate(frame.dtypes) if dtype == pl.String and k < len(cells) and cells[k]]
    if len(cells) != frame.width or len(texts) < sum(map(bool, cells)) or not texts:
        return np.zeros(0, np.int64)
    # A file that was joined to another may bring its byte order mark.
    first = frame.to_series(texts[0])
    rows = np.flatnonzero(
        first.is_in([cells[texts[0]], "\ufeff" + cells[texts[0]]]).fill_null(False).to_numpy()
    )
    for k in texts[1:]:
        if not rows.size:
            break
        column = frame.to_series(k)
        rows = rows[(column.gather(rows) == cells[k]).fill_null(False).to_numpy()]
    return rows


def _footers(frame: pl.DataFrame, drop: np.ndarray) -> Iterable[tuple[int, str]]:
    """The rows at the end that are totals or notes, from the last."""
    kept = np.flatnonzero(~drop[-10 * _AT_THE_END :]) + max(0, frame.height - 10 * _AT_THE_END)
    for k in kept[::-1][:_AT_THE_END].tolist():
        row = [cell if cell is None or isinstance(cell, str) else str(cell) for cell in frame.row(k)]
        shown = is_footer(row, frame.width)
        place = next((i for i, cell in enumerate(row) if cell), 0)
        column = frame.to_series(place)
        # A word that stands further up as well is a value of its column.
        if shown is None or (column.dtype == pl.String and int((column == row[place]).sum()) > 1):
            return
        yield k, shown
