"""The cells of a table as its source holds them, and where they stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Int64


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
    """

    frame: pl.DataFrame
    source: str
    what: str
    line_numbers: Int64[np.ndarray, " rows"] | None = None
    notes: tuple[str, ...] = ()
    generated_names: bool = False

    def where(self, row: int) -> str:
        """Where a data row (from 0) stands: `line 17`, or `row 16` where there are no lines."""
        return f"row {row + 1}" if self.line_numbers is None else f"line {self.line_numbers[row]}"
