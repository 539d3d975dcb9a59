"""Data frames as strangers hand them over: mixed objects, repeated names, types that only their library knows."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fallline.data.tables import read_cells
from fallline.errors import DataError, UsageError


def objects(*values):
    """A column of objects beside one that is none."""
    return pd.DataFrame({"m": pd.Series(values, dtype=object), "n": range(len(values))})


@pytest.mark.parametrize(
    ("values", "dtype", "cells"),
    [
        ([1, "a", None], pl.String, ["1", "a", None]),
        (["a", 1.5, 2.0], pl.String, ["a", "1.5", "2"]),
        ([50.0, "60", "n/a", float("nan")], pl.String, ["50", "60", "n/a", None]),
        ([True, "x", pd.NA], pl.String, ["true", "x", None]),
        ([Decimal("0.5"), Fraction(1, 4), 2], pl.Float64, [0.5, 0.25, 2.0]),
        ([np.float32(0.5), np.int64(2), pd.NA], pl.Float64, [0.5, 2.0, None]),
        ([10**30, 1], pl.String, [str(10**30), "1"]),
        (
            [pd.Timestamp("2024-03-01"), dt.date(2024, 3, 2), pd.NaT],
            pl.Datetime("us"),
            [dt.datetime(2024, 3, 1), dt.datetime(2024, 3, 2), None],
        ),
        (
            [pd.Timestamp("2024-07-01 12:00", tz="Europe/Berlin"), "later"],
            pl.String,
            ["2024-07-01 10:00:00", "later"],
        ),
    ],
)
def test_mixed_objects_are_as_in_a_file(values, dtype, cells):
    frame = read_cells(objects(*values)).frame
    assert frame["m"].dtype == dtype
    assert frame["m"].to_list() == cells
    assert frame["n"].to_list() == list(range(len(values)))


def test_sparse_numbers_are_numbers():
    frame = pd.DataFrame({"s": pd.arrays.SparseArray([1.0, 0.0])})
    assert read_cells(frame).frame["s"].to_list() == [1.0, 0.0]


@pytest.mark.parametrize("value", [1 + 2j, {1, 2}, object()])
def test_what_is_no_cell_is_named_with_its_column(value):
    with pytest.raises(DataError, match=r'column "m" holds a value of type \w+; expected numbers, text'):
        read_cells(objects(value, 0))


def test_objects_in_polars_are_taken_alike():
    frame = pl.DataFrame({"o": pl.Series([1, "a"], dtype=pl.Object)})
    assert read_cells(frame).frame["o"].to_list() == ["1", "a"]


def test_repeated_names_are_told_with_the_remedy():
    frame = pd.DataFrame({"a": [1], "b": [2], "c": [3], "d": [4]})
    both = pd.concat([frame, frame[["a"]]], axis=1)
    with pytest.raises(DataError, match=r'several columns named "a"\. Give each .*columns\.duplicated'):
        read_cells(both)
    assert read_cells(both.loc[:, ~both.columns.duplicated()]).frame.columns == ["a", "b", "c", "d"]
    with pytest.raises(DataError, match=r'several columns named "a", "b", "c", \.\.\.'):
        read_cells(pd.concat([frame, frame], axis=1))
    with pytest.raises(DataError, match='several columns named "0"'):
        read_cells(pd.DataFrame([[1, 2]], columns=[0, "0"]))
    with pytest.raises(DataError, match=r'several columns named "a"\. Give each a name of its own\.'):
        read_cells(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]))


@pytest.mark.parametrize("rows", [pl.Series("a", [1]), np.ones((2, 2)), {1}, None, 5, [1, 2]])
def test_what_is_no_frame_is_told_how_to_become_one(rows):
    with pytest.raises(UsageError, match=r"expected a data frame .*, got \w+\. Give its columns their names"):
        read_cells(rows)
