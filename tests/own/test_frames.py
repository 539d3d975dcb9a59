"""Data frames as numbers: what each kind of column becomes, and what is refused by its name."""

from __future__ import annotations

import datetime as dt
import decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import fallline as fl
from fallline.data.arrays import as_rows, as_values
from fallline.errors import DataError

D = decimal.Decimal
DAY = dt.datetime(2020, 1, 1)
WANTED = [[1.5, 1], [2, 0]]


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"a": [D("1.5"), D(2)], "b": [True, False]}),
        pl.DataFrame({"a": [1.5, 2], "b": pl.Series([1, 0], dtype=pl.Int128)}),
        pl.DataFrame({"a": [1.5, 2], "b": pl.Series([1, 0], dtype=pl.UInt64)}),
        pd.DataFrame({"a": [D("1.5"), 2], "b": pd.array([1, 0], "Int64")}),
        pd.DataFrame({"a": pd.array([1.5, 2], "Float64"), "b": pd.array([True, False], "boolean")}),
        pd.DataFrame({"a": [Fraction(3, 2), 2], "b": pd.arrays.SparseArray([1.0, 0.0])}),
        pd.DataFrame({"a": pd.Series([1.5, 2], dtype="double[pyarrow]"), "b": [1, 0]}),
        pa.table({"a": pa.array([D("1.5"), D(2)]), "b": [True, False]}),
        pa.RecordBatch.from_pydict({"a": [1.5, 2], "b": [1, 0]}),
    ],
    ids=lambda frame: type(frame).__module__.split(".")[0],
)
def test_numbers_of_every_type_are_right(frame):
    array = as_values(frame, "x")
    assert array.dtype == np.float32
    assert array.tolist() == WANTED


@pytest.mark.parametrize(
    ("column", "kind", "example"),
    [
        (pl.Series([DAY]), "dates", "2020-01-01 00:00:00"),
        (pl.Series([DAY.date()]), "dates", "2020-01-01"),
        (pl.Series([dt.time(1)]), "times of day", "01:00:00"),
        (pl.Series([dt.timedelta(1)]), "time differences", "1 day, 0:00:00"),
        (pl.Series(["red"], dtype=pl.Categorical), "categories", "red"),
        (pl.Series(["red"], dtype=pl.Enum(["red"])), "categories", "red"),
        (pl.Series(["7a"]), "text", "7a"),
        (pl.Series([b"x"]), "bytes", ""),
        (pl.Series([[1, 2]]), "lists", ""),
        (pl.Series([{"u": 1}]), "records", ""),
        (pd.Series([DAY]), "dates", "2020-01-01 00:00:00"),
        (pd.Series([DAY]).dt.tz_localize("Europe/Berlin"), "dates", "2020-01-01 00:00:00"),
        (pd.Series([DAY], dtype="timestamp[us][pyarrow]"), "dates", "2020-01-01 00:00:00"),
        (pd.Series(pd.period_range("2020", periods=1, freq="M")), "dates", "2020-01"),
        (pd.Series([pd.Timedelta(1, "s")]), "time differences", "0 days 00:00:01"),
        (pd.Series([DAY], dtype=object), "dates", "2020-01-01 00:00:00"),
        (pd.Series(pd.Categorical([3])), "categories", "3"),
        (pd.Series(["red"], dtype="string"), "text", "red"),
        (pd.Series([1.0, "red"], dtype=object)[1:].reset_index(drop=True), "text", "red"),
        (pd.Series(pd.interval_range(0, 1)), r"objects \(Interval\)", ""),
        (pa.chunked_array([[DAY]]), "dates", "2020-01-01 00:00:00"),
        (pa.chunked_array([pa.array([10]).dictionary_encode()]), "categories", "10"),
    ],
)
def test_a_column_of_anything_else_is_refused_by_its_name(column, kind, example):
    """Beside numbers most of these became numbers: days since 1970, codes."""
    if isinstance(column, pl.Series):
        frame = pl.DataFrame({"size": [1.5], "when": column})
    elif isinstance(column, pd.Series):
        frame = pd.DataFrame({"size": [1.5], "when": column.array})
    else:
        frame = pa.table({"size": [1.5], "when": column})
    with pytest.raises(
        DataError, match=f'^x must hold numbers; got {kind} in column "when" .such as {example}.*[.]$'
    ):
        as_values(frame, "x")


def test_the_remedy_and_further_columns():
    frame = pl.DataFrame({"a": ["x"], "b": [DAY], "c": [1]})
    with pytest.raises(DataError) as raised:
        as_rows(frame, where="validation_data: ")
    assert str(raised.value) == (
        'validation_data: x must hold numbers; got text in column "a" (such as x), dates in column "b" (such as 2020-01-01 '
        "00:00:00). Turn dates into numbers first, such as the days since a first day. Give each category a column of 0 and "
        "1. `fallline train` reads such "
        "columns as they are."
    )


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"a": [1, 2], "b": [True, None]}),
        pl.DataFrame({"a": [1.0, 2.0], "b": pl.Series([D(1), None])}),
        pl.DataFrame({"a": [1.0, 2.0], "b": [None, None]})[1:].vstack(
            pl.DataFrame({"a": [1.0], "b": [None]})
        ),
        pd.DataFrame({"a": [1, 2], "b": pd.array([1, None], "Int64")}),
        pd.DataFrame({"a": [1, 2], "b": pd.array([True, None], "boolean")}),
        pd.DataFrame({"a": [1, 2], "b": pd.Series([1, pd.NA], dtype=object)}),
        pa.table({"a": [1.0, 2.0], "b": [1, None]}),
    ],
)
def test_what_is_missing_is_found_in_its_column(frame):
    with pytest.raises(DataError, match=r'not finite, the first \(nan\) at row [01], column 1 \("b"\)'):
        as_values(frame, "x")


def test_two_columns_of_one_name():
    with pytest.raises(DataError, match="x: two columns have one name. .*'a'"):
        as_values(pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]), "x")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (pd.Series(pd.Categorical([3, 4])), [3, 4]),
        (pa.chunked_array([pa.array([10, 30, 10]).dictionary_encode()]), [10, 30, 10]),
        ([3 * 10**9], [3e9]),
        (np.array([2**63], np.uint64), [2.0**63]),
        (pl.Series([1, 2], dtype=pl.Int128), [1, 2]),
        (pl.Series(["0", "1.5"]), [0, 1.5]),
        (pd.Series(pd.Categorical(["7", "3"])), [7, 3]),
        ([D("0.5"), Fraction(1, 4)], [0.5, 0.25]),
    ],
)
def test_targets_and_weights(given, wanted):
    rows = as_rows(np.zeros(len(wanted)), given, given)
    assert rows.y.tolist() == rows.weight.tolist() == wanted


def test_text_as_targets_names_its_series():
    with pytest.raises(
        DataError, match='^y must hold numbers; got text in column "label" .such as a..*return_inverse'
    ):
        as_rows([1, 2], pd.Series(["a", "b"], name="label"))


# NumPy converts each of these to the number of days, nanoseconds or seconds.
@pytest.mark.parametrize(
    "item",
    [
        np.datetime64("2020-01-01"),
        np.datetime64("2020-01-01", "ns"),
        np.timedelta64(1, "s"),
        DAY,
        pd.Timestamp(DAY),
    ],
)
def test_a_time_among_objects_is_no_number(item):
    for given in ([[item, 1.0]], np.array([[1.0, item]], object)):
        with pytest.raises(DataError, match=f"x must hold numbers; got objects .*{type(item).__name__}"):
            as_values(given, "x")


def test_missing_among_objects():
    for item in (None, pd.NA, pd.NaT, np.datetime64("NaT")):
        with pytest.raises(DataError, match=r"\(nan\) at row 0, column 1"):
            as_values([[1.0, item]], "x")


def test_records():
    with pytest.raises(DataError, match=r"got records \(a, b\).*structured_to_unstructured"):
        as_values(np.zeros(2, [("a", "f4"), ("b", "f4")]), "x")


def test_adapt_reads_frames_alike():
    layer = fl.layers.Normalization()
    with pytest.raises(DataError, match='adapt: the data must hold numbers; got dates in column "when"'):
        layer.adapt(pl.DataFrame({"when": [DAY.date()], "a": [1]}))
    layer.adapt(pl.DataFrame({"a": [D(1), D(3)]}))
    assert layer.mean.tolist() == [2.0]
