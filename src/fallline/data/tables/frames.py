"""Data frames of any library, by way of narwhals."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
import polars.selectors as cs  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.values import plain
from fallline.errors import DataError, UsageError


def read_frame(frame: Any) -> Cells:
    """Any data frame that narwhals knows (pandas, polars, pyarrow, DuckDB, ...) as cells.

    Raises:
        UsageError: the object is no data frame.
        DataError: a column holds lists, records, bytes or mixed objects; or two columns share a name.
    """
    name = f"the {type(frame).__name__}"
    try:
        table = nw.from_native(frame)
    except TypeError as error:
        raise UsageError(
            f"expected a data frame (pandas, polars, pyarrow, ...), got {type(frame).__name__}: {error}"
        ) from error
    try:
        eager = table.collect() if isinstance(table, nw.LazyFrame) else table
        schema, polars = eager.schema, eager.to_polars()
    except Exception as error:  # every library behind narwhals has error types of its own
        raise DataError(
            f"{name} cannot be read as a table: {error}. "
            "Give each column one name and one type (numbers, text, dates)."
        ) from error
    # The categories of an ordered pandas column come over, but not their order; numbers bring their own.
    ordered = [
        cs.by_name(column).cast(pl.Enum(list(dtype.categories)))
        for column, dtype in schema.items()
        if isinstance(dtype, nw.Enum) and all(isinstance(level, str) for level in dtype.categories)
    ]
    library = type(frame).__module__.split(".")[0]
    return Cells(plain(polars.with_columns(ordered)), name, f"a data frame of {library}")
