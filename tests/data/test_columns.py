import datetime as dt

import polars as pl
import pytest

from fallline.data.columns import column_kind, find_date_format, parse_dates


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 2, 5], "numeric"),
        ([1.5, None, 2.5], "numeric"),
        (["a", "b", "a"], "categorical"),
        ([True, False, None], "categorical"),
        ([dt.date(2020, 1, 1), dt.date(2020, 1, 2)], "date"),
        (["2020-01-01", None, "2020-03-01"], "date"),
        ([None, None], "dropped"),
        ([7, 7, 7], "dropped"),
        ([7, None, 7], "numeric"),
        (["x", "x"], "dropped"),
        ([f"person {k}" for k in range(30)], "dropped"),
        ([f"person {k}" for k in range(5)], "categorical"),
    ],
)
def test_kinds(values, kind):
    decided = column_kind(pl.Series("thing", values))
    assert decided.kind == kind
    assert bool(decided.note) == (kind == "dropped")


def test_a_key_is_left_out_only_under_the_name_of_one():
    assert column_kind(pl.Series("Id", range(50))).kind == "dropped"
    assert column_kind(pl.Series("unnamed_1", range(50))).kind == "dropped"
    assert column_kind(pl.Series("instant", range(50))).kind == "numeric"
    assert column_kind(pl.Series("id", [1, 1, 2])).kind == "numeric"


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["2011-02-01", "2011-12-31"], dt.datetime(2011, 2, 1)),
        (["2011/02/01", "2011/12/31"], dt.datetime(2011, 2, 1)),
        (["1.2.2011", "31.12.2011"], dt.datetime(2011, 2, 1)),
        (["02/01/2011", "12/31/2011"], dt.datetime(2011, 2, 1)),
        (["01/02/2011", "31/12/2011"], dt.datetime(2011, 2, 1)),
        (["1 Feb 2011", "31 Dec 2011"], dt.datetime(2011, 2, 1)),
        (["2011-02-01 07:30", "2011-12-31 23:59"], dt.datetime(2011, 2, 1, 7, 30)),
        (["2011-02-01T07:30:15Z", "2011-12-31T23:59:00Z"], dt.datetime(2011, 2, 1, 7, 30, 15)),
        (["2011-02-01T07:30:00+02:00", "2011-12-31T23:59:00Z"], dt.datetime(2011, 2, 1, 5, 30)),
    ],
)
def test_date_forms(texts, first):
    form, ambiguous = find_date_format(pl.Series(texts))
    assert form is not None
    assert not ambiguous
    assert parse_dates(pl.Series(texts), form)[0] == first


def test_exchangeable_day_and_month_are_noted():
    decided = column_kind(pl.Series("when", ["01/02/2011", "03/04/2011"]))
    assert decided.date_format == "%d/%m/%Y"
    assert "day before month" in decided.note


@pytest.mark.parametrize(
    "texts", [["1-2", "3-4"], ["12:30", "11:15"], ["A-1", "B-2"], ["2020-01-01", "soon 2-2"]]
)
def test_what_is_no_date(texts):
    assert find_date_format(pl.Series(texts)) == (None, False)
