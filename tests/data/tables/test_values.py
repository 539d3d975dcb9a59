import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from fallline.data.tables.values import column_of, joined, spelled
from fallline.errors import DataError


@pytest.mark.parametrize(
    ("values", "dtype", "cells"),
    [
        ([1, None], pl.Int64, [1, None]),
        ([1, 0.5, Decimal("2.25")], pl.Float64, [1.0, 0.5, 2.25]),
        ([1.5, float("nan")], pl.Float64, [1.5, None]),
        ([2**63 - 1, -(2**63) + 1], pl.Int64, [2**63 - 1, -(2**63) + 1]),
        ([2**63, 1], pl.String, [str(2**63), "1"]),
        ([True, None], pl.Boolean, [True, None]),
        ([True, 1], pl.String, ["true", "1"]),
        (
            [dt.date(2024, 3, 1), dt.datetime(2024, 3, 1, 14, 30)],
            pl.Datetime("us"),
            [dt.datetime(2024, 3, 1), dt.datetime(2024, 3, 1, 14, 30)],
        ),
        (
            [dt.time(1, 2), dt.timedelta(hours=31)],
            pl.Duration("us"),
            [dt.timedelta(hours=1, minutes=2), dt.timedelta(hours=31)],
        ),
        ([dt.date(2024, 3, 1), dt.time(1, 2)], pl.String, ["2024-03-01", "01:02:00"]),
        ([" a ", "", "  ", None], pl.String, ["a", None, None, None]),
        ([None, None], pl.String, [None, None]),
        ([], pl.String, []),
    ],
)
def test_one_type_where_all_agree_else_text(values, dtype, cells):
    column = column_of("v", values)
    assert column.name == "v"
    assert column.dtype == dtype
    assert column.to_list() == cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.timedelta(hours=31, minutes=15), "31:15:00"),
        (-dt.timedelta(minutes=1, seconds=1.5), "-0:01:01.500000"),
        (-0.0, "0"),
        (2.0**53, "9007199254740992.0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (float("nan"), None),
        (None, None),
    ],
)
def test_a_value_as_text(value, text):
    assert spelled(value) == text


@pytest.mark.parametrize("value", [b"x", [1], {"a": 1}])
def test_what_is_no_cell(value):
    with pytest.raises(DataError, match='column "v" holds (bytes|lists|records); expected'):
        column_of("v", [1, value])


def test_parts_are_joined_by_what_all_of_them_hold():
    def dtype(*parts):
        column = joined([pl.Series("v", part) if isinstance(part, list) else part for part in parts])
        return column.dtype, column.to_list()

    assert dtype([1], [None, None], [2]) == (pl.Int64, [1, None, None, 2])
    assert dtype([1], [0.5]) == (pl.Float64, [1.0, 0.5])
    assert dtype([1.0], ["x"]) == (pl.String, ["1", "x"])
    assert dtype([None], [None]) == (pl.String, [None, None])
    assert dtype([dt.date(2024, 3, 1)], [dt.datetime(2024, 3, 1, 1)])[0] == pl.Datetime("us")
    kinds = pl.Series("v", ["a"]).cast(pl.Enum(["a", "b"]))
    assert dtype(kinds, pl.Series("v", ["c"]).cast(pl.Categorical)) == (pl.String, ["a", "c"])
    assert dtype(kinds, kinds) == (pl.Enum(["a", "b"]), ["a", "a"])
