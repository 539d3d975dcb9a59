"""The cells of a table as its source holds them, and where they stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Int64

from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class Cells:
    """A table before anything is decided about its columns.

    Args:
        frame: One column a column of the source, with unique names. A column is text (String) where the source
            holds text, each cell as it stands but for surrounding blanks; null is a cell that is empty. Sources
            with types of their own (Parquet, Excel, JSON, data frames) bring Int64, UInt64, Float64, Boolean,
            Date, Datetime, Time, Duration, Enum or Categorical columns as well.
        source: The source's name, for messages.
        what: What it is, in words: `CSV, semicolons between the cells`.
        line_numbers: The line (of a text file) or row (of a sheet) of each data row, counted from 1; None where the source
            has no lines, and then rows are counted from 1.
        notes: What was skipped, renamed or chosen in finding the table, one sentence each.
        generated_names: Whether the source names no columns, and they are `column_1`, `column_2`, ...
        files: Of several files that were joined, the first row (from 0) and the name of each.
        place: What `line_numbers` count: `line` in a text file, `row` in a sheet.
        separator: What stands between the cells of a text file.
    """

    __repr__ = fields_shown

    frame: pl.DataFrame
    source: str
    what: str
    line_numbers: Int64[np.ndarray, " rows"] | None = None
    notes: tuple[str, ...] = ()
    generated_names: bool = False
    files: tuple[tuple[int, str], ...] = ()
    place: str = "line"
    separator: str = ""

    def where(self, row: int) -> str:
        """Where a data row (from 0) stands: `line 17`, or `row 16` where there are no lines.

        The file's name stands before it where several were joined.
        """
        begin, file = next((one for one in reversed(self.files) if one[0] <= row), (0, ""))
        number, place = row - begin + 1, "row"
        if self.line_numbers is not None:
            number, place = int(self.line_numbers[row]), self.place
        return f"{file}, {place} {number}" if file else f"{place} {number}"
