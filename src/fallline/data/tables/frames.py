"""Data frames of any library, by way of narwhals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
import polars.selectors as cs  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.cells import Cells
from fallline.data.tables.values import column_of_objects, plain
from fallline.errors import DataError, UsageError

NAMES_SHOWN = 3


def read_frame(frame: Any) -> Cells:
    """Any data frame that narwhals knows (pandas, polars, pyarrow, DuckDB, ...) as cells.

    A column of objects is of their type where all agree, else of text.

    Raises:
        UsageError: the object is no data frame.
        DataError: a column holds objects that are no cells, or two columns share a name.
    """
    name = f"the {type(frame).__name__}"
    try:
        table = nw.from_native(frame)
        eager = table.collect() if isinstance(table, nw.LazyFrame) else table
        schema, names = eager.schema, list(eager.columns)
    except TypeError as error:
        raise UsageError(
            f"expected a data frame (pandas, polars, pyarrow, ...), got {type(frame).__name__}. Give its columns "
            "their names: pandas.DataFrame(values, columns=[...])."
        ) from error
    except Exception as error:  # every library behind narwhals has error types of its own
        _refuse_repeated(name, frame, getattr(frame, "column_names", getattr(frame, "columns", ())))
        raise DataError(
            f"{name} cannot be read as a table: {_one_line(error)}. "
            "Give each column one name and one type (numbers, text, dates)."
        ) from error
    _refuse_repeated(name, frame, names)
    polars = _as_polars(eager)
    # The categories of an ordered pandas column come over, but not their order; numbers bring their own.
    ordered = [
        cs.by_name(column).cast(pl.Enum(list(dtype.categories)))
        for column, dtype in schema.items()
        if isinstance(dtype, nw.Enum) and all(isinstance(level, str) for level in dtype.categories)
    ]
    library = type(frame).__module__.split(".")[0]
    return Cells(plain(polars.with_columns(ordered)), name, f"a data frame of {library}")


def column_of_series(name: str, series: Any) -> pl.Series:
    """A series of pandas or another library as a column.

    Raises:
        DataError: it holds objects that are no cells.
    """
    try:
        return series.to_polars().alias(name)
    except Exception:  # objects of several types, or of types that only their library knows
        return column_of_objects(name, series.to_list())


def _as_polars(frame: nw.DataFrame[Any]) -> pl.DataFrame:
    try:
        return frame.to_polars()
    except Exception:  # a column of mixed objects: which one, only each by itself tells
        return pl.DataFrame([column_of_series(str(name), frame[name]) for name in frame.columns])


def _refuse_repeated(name: str, frame: Any, names: Iterable[Any]) -> None:
    """Refuses names that stand twice.

    Raises:
        DataError: they do; of pandas with the line that leaves them out.
    """
    twice = [f'"{column}"' for column, count in Counter(map(str, names)).items() if count > 1]
    if not twice:
        return
    shown = ", ".join(twice[:NAMES_SHOWN]) + (", ..." if len(twice) > NAMES_SHOWN else "")
    pandas = type(frame).__module__.split(".")[0] == "pandas"
    first = ", or keep the first of each: frame.loc[:, ~frame.columns.duplicated()]" if pandas else ""
    raise DataError(f"{name} has several columns named {shown}. Give each a name of its own{first}.")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
