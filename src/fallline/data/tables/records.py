"""Rows and columns of plain Python as a frame: dictionaries, rows of pandas, arrays whose fields have names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.tables.values import columns_of
from fallline.errors import DataError

NAMES_SHOWN = 5


def as_frame(data: Any, columns: Sequence[str]) -> Any:
    """Columns in a dictionary, rows in a list of them, a row of pandas or a structured array as a frame; else as it is.

    Args:
        data: What a person calls rows.
        columns: The names of the columns that are needed.

    Raises:
        DataError: the columns have no names or differ in length, a value is no cell, or no rows are given.
    """
    if isinstance(data, str | Path):
        return data
    if _is_series(data):
        if not set(columns) & set(data.keys()):
            raise DataError(
                "the rows are a Series, of which nothing says whether it is a column or a row. Give a frame: "
                "rows.to_frame() has it as a column, rows.to_frame().T as a row."
            )
        data = [data]
    if isinstance(data, np.ndarray) and data.dtype.names:
        data = {name: np.atleast_1d(data[name]) for name in data.dtype.names}
    if isinstance(data, list | tuple) and data and all(_is_row(row) for row in data):
        # A key may be missing in the first rows.
        names = dict.fromkeys(name for row in data for name in row.keys())  # noqa: SIM118  (a Series goes over its values)
        data = {name: [row.get(name) for row in data] for name in names}
    if isinstance(data, Mapping):
        return _of_columns(data)
    if isinstance(data, list | tuple | np.ndarray):
        raise _unnamed(data, columns)
    return data


def _of_columns(columns: Mapping[Any, Any]) -> pl.DataFrame:
    if not columns:
        raise _no_rows()
    several = {name: values for name, values in columns.items() if _is_column(values)}
    lengths = {name: len(values) for name, values in several.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f'"{name}" {count:,}' for name, count in [*lengths.items()][:NAMES_SHOWN])
        raise DataError(
            f"the rows are no table: the columns differ in length ({told}{', ...' if len(lengths) > NAMES_SHOWN else ''}). "
            "Give each column as many values as the others."
        )
    height = next(iter(lengths.values()), 1)
    filled = {str(name): values if name in several else [values] * height for name, values in columns.items()}
    return pl.DataFrame([column for name, values in filled.items() for column in _columns(name, values)])


def _columns(name: str, values: Any) -> list[pl.Series]:
    if isinstance(values, pl.Series):
        return [values.alias(name)]
    if isinstance(values, np.ndarray) and values.dtype.kind not in "OSU":
        return [pl.Series(name, values)]
    if isinstance(values, list | tuple | range | np.ndarray):
        # Objects and text of NumPy are lists of Python's in all but name.
        return columns_of({name: values.tolist() if isinstance(values, np.ndarray) else values})
    # Only here: narwhals is no small import.
    import narwhals.stable.v2 as nw

    from fallline.data.tables.frames import column_of_series

    return [column_of_series(name, nw.from_native(values, series_only=True))]


def _is_column(values: Any) -> bool:
    if isinstance(values, list | tuple | range | pl.Series):
        return True
    return values.ndim > 0 if isinstance(values, np.ndarray) else _is_series(values)


def _is_series(data: Any) -> bool:
    """Whether it is a series of pandas; that the library is there is not asked for."""
    return any(
        kind.__module__.split(".")[0] == "pandas" and kind.__name__ == "Series" for kind in type(data).__mro__
    )


def _is_row(row: Any) -> bool:
    return isinstance(row, Mapping) or _is_series(row)


def _no_rows() -> DataError:
    return DataError("no rows are given: the list or dictionary is empty.")


def _unnamed(data: Any, columns: Sequence[str]) -> DataError:
    if len(data) == 0:
        return _no_rows()
    shown = ", ".join(f'"{name}"' for name in columns[:NAMES_SHOWN])
    more = ", ..." if len(columns) > NAMES_SHOWN else ""
    return DataError(
        "expected a data frame, a dictionary of columns or a list of dictionaries, got "
        f"{type(data).__name__}, whose columns have no names. Name them: pandas.DataFrame(rows, columns=[{shown}{more}])."
    )
