import datetime as dt
import random
import uuid

import numpy as np
import polars as pl
import pytest

from fallline.data.columns import NAMED_KINDS, column_kind
from fallline.data.forms.column import KINDS
from fallline.errors import DataError


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 2, 5], "numeric"),
        ([1.5, None, 2.5], "numeric"),
        (["a", "b", "a"], "categorical"),
        ([True, False, None], "categorical"),
        ([dt.date(2020, 1, 1), dt.date(2020, 1, 2)], "date"),
        ([None, None], "dropped"),
        ([7, 7, 7], "dropped"),
        ([7, None, 7], "presence"),
        (["x", None], "presence"),
        ([0.3, 0.1 + 0.2, 0.3], "dropped"),  # one value, but for rounding
        ([1e9, 1e9 + 1, 1e9], "numeric"),
        (["x", "x"], "dropped"),
        (pl.Series(["low", "high"], dtype=pl.Enum(["low", "high"])), "ordered"),
        ([f"person {k}" for k in range(30)], "dropped"),
        ([f"person {k}" for k in range(5)], "categorical"),
    ],
)
def test_kinds(values, kind):
    decided = column_kind(pl.Series("thing", values))
    assert decided.kind == kind
    assert bool(decided.note) == (kind in ("dropped", "presence"))
    assert bool(decided.doing) == (kind == "dropped")


@pytest.mark.parametrize("name", ["Id", "unnamed_1", "customer_id", "PassengerId", "customerID", "order key"])
def test_a_key_by_its_name(name):
    shuffled = np.random.default_rng(0).permutation(50) * 7
    assert column_kind(pl.Series(name, shuffled)).doing == "a key"
    assert column_kind(pl.Series(name, [*shuffled, None], dtype=pl.Int64)).doing == "a key"
    assert column_kind(pl.Series(name, [1, 1, 2])).kind == "numeric"


@pytest.mark.parametrize("name", ["paid", "grid", "width", "instant"])
def test_what_only_looks_like_the_name_of_a_key(name):
    assert column_kind(pl.Series(name, np.random.default_rng(0).permutation(50) * 7)).kind == "numeric"


def test_what_counts_the_rows_is_a_key_under_any_name():
    rows = np.sort(np.random.default_rng(1).choice(500, 325, replace=False))  # a training part of a file
    counted = column_kind(pl.Series("no", rows))
    assert counted.doing == "a key"
    assert '--type "no=number"' in counted.note
    assert column_kind(pl.Series("no", rows[::-1])).kind == "numeric"
    assert column_kind(pl.Series("no", rows * 10)).kind == "numeric"
    assert column_kind(pl.Series("no", rows + 400)).kind == "numeric"
    # A count of years, hours or steps is what a row is about.
    for name in ("year", "hour", "time_step", "x"):
        assert column_kind(pl.Series(name, range(50))).kind == "numeric"


_RANDOM = random.Random(3)


def _random_text(signs, length):
    return "".join(_RANDOM.choices(signs, k=length))


@pytest.mark.parametrize(
    "make",
    [
        lambda k: f"ID{k:05}",
        lambda k: f"person {k}",
        lambda k: str(uuid.UUID(int=_RANDOM.getrandbits(128), version=4)),
        lambda k: _random_text("0123456789abcdef", 32),
        lambda k: _random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 9) + "4",
        lambda k: str(2**70 + _RANDOM.getrandbits(60)),
    ],
)
def test_texts_that_name_their_row_alone(make):
    decided = column_kind(pl.Series("thing", [make(k) for k in range(300)]))
    assert (decided.kind, decided.doing) == ("dropped", "an id")
    assert '--type "thing=text"' in decided.note


@pytest.mark.parametrize(
    "make",
    [
        lambda k: f"{_RANDOM.choice('ABC')}{k:05}",
        lambda k: f"{_RANDOM.choice(['DE', 'FR'])}-{k}-{_RANDOM.choice('XYZ')}",
        lambda k: f"{k} {_RANDOM.choice(['oak', 'elm'])} street",
        lambda k: f"{_random_text('abcdefgh', 7)}, Mrs.",
        lambda k: f"{_random_text('abcdefgh', 9)}@example.com",
    ],
)
def test_texts_of_many_values_that_say_more_are_text(make):
    decided = column_kind(pl.Series("thing", [make(k) for k in range(300)]))
    assert decided.kind == "text"
    assert "300 different" in decided.note


def test_postal_codes_begin_with_their_region():
    codes = [f"{_RANDOM.randrange(100_000):05}" for _ in range(300)]
    assert column_kind(pl.Series("Zip code", codes)).kind == "text"
    assert column_kind(pl.Series("customer", codes)).doing == "an id"


def test_many_categories_have_rows_enough_or_are_text():
    generator = np.random.default_rng(0)
    cities = np.array([f"city {k}" for k in range(200)])
    often = column_kind(pl.Series("city", generator.choice(cities, 8000)))
    assert (often.kind, often.most) == ("categorical", 512)
    assert column_kind(pl.Series("city", generator.choice(cities, 1000))).kind == "text"
    usual = column_kind(pl.Series("city", generator.choice(cities[:80], 1000)))
    assert (usual.kind, usual.most) == ("categorical", 64)


def test_codes_need_fewer_rows_each_than_texts():
    generator = np.random.default_rng(0)
    codes = np.array([f"K{37 * k % 1000:03d}" for k in range(100)])
    kind = column_kind(pl.Series("code", generator.choice(codes, 975)))
    assert (kind.kind, kind.most) == ("categorical", 512)


@pytest.mark.parametrize(
    ("name", "first", "kind"),
    [
        ("customer_id", 10_007, "categorical"),
        ("shop", 2**53 + 1, "categorical"),
        ("weight", 10_007, "numeric"),
    ],
)
def test_whole_numbers_that_name_something_are_codes(name, first, kind):
    values = first + 2 * np.random.default_rng(0).integers(0, 20, 300)
    decided = column_kind(pl.Series(name, values))
    assert decided.kind == kind
    assert bool(decided.note) == (kind == "categorical")


@pytest.mark.parametrize(
    ("values", "named", "kind"),
    [
        ([1, 2, 3] * 9, "category", "categorical"),
        ([1, 2, 3] * 9, "text", "text"),
        ([1, 2, 3] * 9, "id", "dropped"),
        (range(50), "number", "numeric"),
        ([f"ID{k}" for k in range(50)], "text", "text"),
        ([dt.date(2020, 1, 1), dt.date(2020, 3, 1)], "date", "date"),
        (["b", "a"], "ordered", "categorical"),  # nobody knows the order
        ([1, 2, 5], "ordered", "numeric"),
        (pl.Series(["low", "high"], dtype=pl.Enum(["low", "high"])), "ordered", "ordered"),
        (pl.Series(["low", "high"], dtype=pl.Enum(["low", "high"])), "category", "categorical"),
        ([7, 7], "number", "dropped"),
    ],
)
def test_a_person_says_what_a_column_is(values, named, kind):
    assert column_kind(pl.Series("id", values), named).kind == kind


def test_a_kind_that_a_column_cannot_be():
    with pytest.raises(DataError, match=r'"x": unknown kind "categry"\. Did you mean "category"'):
        column_kind(pl.Series("x", [1, 2]), "categry")
    with pytest.raises(DataError, match=r'"x" is to be a date, but holds String such as "soon"'):
        column_kind(pl.Series("x", ["soon", "later"]), "date")
    with pytest.raises(DataError, match='"x" is to be a number, but holds dates'):
        column_kind(pl.Series("x", [dt.date(2020, 1, 1), dt.date(2020, 1, 2)]), "number")


def test_the_names_of_kinds_are_those_of_the_forms():
    assert NAMED_KINDS.keys() == KINDS.keys()
