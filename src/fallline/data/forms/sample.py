"""A few cells of a column, for what can be ruled out without reading all of them."""

from __future__ import annotations

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

_CELLS = 64
_LONGEST = 60


def sample_of(texts: pl.Series) -> pl.Series:
    """Different cells from the beginning and from all over the column; all that there are where they are few."""
    cells = texts.head(_CELLS).append(texts.gather_every(max(texts.len() // _CELLS, 1))).drop_nulls()
    if cells.is_empty():
        cells = texts.drop_nulls().head(_CELLS)
    return cells.unique(maintain_order=True).head(2 * _CELLS)


def short_with_digits(cells: pl.Series) -> list[str]:
    """Those cells that could be a date or a span at all."""
    return [cell for cell in cells if len(cell) <= _LONGEST and any(map(str.isdigit, cell))]
