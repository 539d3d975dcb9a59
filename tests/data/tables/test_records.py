"""Rows and columns of plain Python, of pandas and of NumPy."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fallline.data.tables.records import as_frame
from fallline.errors import DataError

FRAME = pl.DataFrame({"size": [50.5, 60.0], "town": ["Ulm", "Bonn"]})
ROWS = FRAME.to_dicts()
PANDAS = pd.DataFrame(ROWS)


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        tuple(ROWS),
        {"size": [50.5, 60.0], "town": ("Ulm", "Bonn")},
        {"size": np.array([50.5, 60.0]), "town": np.array(["Ulm", "Bonn"])},
        {"size": FRAME["size"], "town": np.array(["Ulm", "Bonn"], dtype=object)},
        {"size": PANDAS["size"], "town": PANDAS["town"]},
        [PANDAS.iloc[0], PANDAS.iloc[1]],
        [PANDAS.iloc[0], ROWS[1]],
        np.array([(50.5, "Ulm"), (60.0, "Bonn")], dtype=[("size", "f8"), ("town", "U9")]),
        np.rec.array([(50.5, "Ulm"), (60.0, "Bonn")], dtype=[("size", "f8"), ("town", "U9")]),
    ],
)
def test_rows_of_every_form_are_one_frame(rows):
    assert as_frame(rows, FRAME.columns).equals(FRAME)


@pytest.mark.parametrize("row", [ROWS[0], PANDAS.iloc[0], {"size": np.float64(50.5), "town": "Ulm"}])
def test_one_row(row):
    assert as_frame(row, FRAME.columns).equals(FRAME.head(1))


def test_one_value_stands_for_all_rows():
    assert as_frame({"town": "Ulm", "size": [1, 2]}, ()).to_dict(as_series=False) == {
        "town": ["Ulm", "Ulm"],
        "size": [1, 2],
    }


def test_mixed_values_become_text_and_what_is_missing_null():
    frame = as_frame([{"a": 1, "b": pd.NA}, {"a": "x"}, {"b": pd.Timestamp("2024-03-01")}], ())
    assert frame["a"].to_list() == ["1", "x", None]
    assert str(frame["b"][2]) == "2024-03-01 00:00:00"


def test_lists_may_be_left_out_later():
    assert as_frame({"a": [1, 2], "tags": [["x"], ["y", "z"]]}, ())["tags"].dtype == pl.List(pl.String)
    with pytest.raises(DataError, match='"tags" holds lists'):
        as_frame({"tags": [["x"], 1]}, ())


def test_fields_within_rows_are_columns():
    frame = as_frame([{"a": 1, "at": {"town": "Ulm", "x": 1}}, {"a": 2, "at": {"x": "?"}}], ())
    assert frame.to_dict(as_series=False) == {"a": [1, 2], "at.town": ["Ulm", None], "at.x": ["1", "?"]}
    assert as_frame({"a": 1, "at": {"town": "Ulm"}}, ()).columns == ["a", "at.town"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows are given"),
        ({}, "no rows are given"),
        (np.ones((0, 2)), "no rows are given"),
        ({"size": [1, 2], "town": ["Ulm"]}, r'differ in length \("size" 2, "town" 1\)\. Give each'),
        (PANDAS["size"], r"column or a row. Give a frame: rows.to_frame\(\) has it as a column"),
        (np.ones((2, 2)), r'got ndarray, .* pandas\.DataFrame\(rows, columns=\["size", "town"\]\)'),
        ([[1.0, "Ulm"]], "got list, whose columns have no names"),
        (({"size": 1.0}, [2.0]), "got tuple, whose columns have no names"),
        ({"size": [object()]}, 'column "size" holds a value of type object'),
    ],
)
def test_what_is_no_table_is_told_with_the_remedy(rows, message):
    with pytest.raises(DataError, match=message):
        as_frame(rows, FRAME.columns)


@pytest.mark.parametrize("source", ["rows.csv", FRAME, None])
def test_what_is_something_else_stays(source):
    assert as_frame(source, ()) is source
