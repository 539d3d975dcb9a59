"""Tables, as `tf.contrib.learn.datasets.base` reads them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fallline.errors import DataError, UsageError

__all__ = ["Dataset", "load_csv_with_header", "load_csv_without_header", "load_iris"]


class Dataset(NamedTuple):
    """Rows and what is to be told of them."""

    data: Any
    target: Any


def load_csv_with_header(
    filename: Any, target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Dataset:
    """A table whose first line says how many rows and columns it has.

    Args:
        filename: The file, comma-separated.
        target_dtype: The type of the targets.
        features_dtype: The type of the rows.
        target_column: Which column has the targets.

    Raises:
        DataError: the file is missing, or holds what is no number.
    """
    return _table(filename, target_dtype, features_dtype, target_column, 1)


def load_csv_without_header(
    filename: Any, target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Dataset:
    """The same without a first line."""
    return _table(filename, target_dtype, features_dtype, target_column, 0)


def _table(filename: Any, target_dtype: Any, features_dtype: Any, column: int, skipped: int) -> Dataset:
    path = Path(filename)
    if not path.is_file():
        raise DataError(f"load_csv: there is no file {str(path)!r}.")
    with path.open(newline="") as file:
        rows = [row for row in list(csv.reader(file))[skipped:] if row]
    targets = [row.pop(column) for row in rows]
    try:
        return Dataset(np.asarray(rows, features_dtype), np.asarray(targets, target_dtype))
    except ValueError as error:
        raise DataError(f"load_csv: {path.name} does not hold numbers of these types: {error}.") from error


def load_iris(data_path: Any = None) -> Dataset:
    """150 flowers: four measurements and three kinds, from scikit-learn.

    Args:
        data_path: A file in the form of `load_csv_with_header`, instead.

    Raises:
        UsageError: scikit-learn is not installed.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, np.int64, np.float64)
    try:
        from sklearn.datasets import load_iris as flowers
    except ImportError as error:
        raise UsageError("load_iris: scikit-learn has the data: pip install scikit-learn.") from error
    found = flowers()
    return Dataset(found.data, found.target)
