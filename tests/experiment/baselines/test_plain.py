"""The columns of a table as scikit-learn takes them, value by value."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from fallline.data.encoders import (
    CategoricalColumn,
    DateColumn,
    NumericColumn,
    OrderedColumn,
    PresenceColumn,
    TextColumn,
)
from fallline.data.preprocessing import TablePreprocessor
from fallline.errors import DataError
from fallline.experiment.baselines.plain import (
    MOST_LEVELS,
    OTHER,
    described_columns,
    plain_columns,
    plain_values,
)

NAN = float("nan")
SIZES = pl.Enum(["small", "medium", "large"])


def learned(*encoders):
    return TablePreprocessor(encoders, "", tuple(encoder.name for encoder in encoders))


def values_of(encoder, column):
    return plain_values(learned(encoder), pl.DataFrame([column])).T.tolist()


def check(encoder, column, *wanted):
    np.testing.assert_array_equal(values_of(encoder, column), wanted)


def test_a_number_is_itself():
    encoder = NumericColumn.fit(pl.Series("a", [1.0, 2.0, 30.0]), bins=2)
    check(encoder, pl.Series("a", [5.5, None, -1e9]), [5.5, NAN, -1e9])


@pytest.mark.parametrize("rows", [[True, True, False], [False, False, True]])
def test_a_yes_is_1_and_a_no_0(rows):
    encoder = CategoricalColumn.fit(pl.Series("a", rows), most=9)
    check(encoder, pl.Series("a", [True, False, None]), [1.0, 0.0, NAN])
    assert plain_columns(learned(encoder)).categories == ()
    assert described_columns(learned(encoder)) == [{"name": "a", "kind": "number"}]


def test_a_category_is_the_code_of_its_level():
    encoder = CategoricalColumn.fit(pl.Series("a", ["x", "y", "y", None, "z", "z", "z"]), most=2)
    check(encoder, pl.Series("a", ["z", "y", "x", "new", None]), [0.0, 1.0, 2.0, 2.0, NAN])
    assert described_columns(learned(encoder)) == [
        {"name": "a", "kind": "category", "levels": ["z", "y", OTHER]}
    ]
    strict = CategoricalColumn.fit(pl.Series("a", ["x", "y", "y"]), most=2)
    check(strict, pl.Series("a", ["new", None, "x"]), [-1.0, NAN, 1.0])


def test_the_rarest_of_many_levels_share_one():
    encoder = CategoricalColumn("a", tuple(f"k{k}" for k in range(400)))
    codes = values_of(encoder, pl.Series("a", ["k0", "k252", "k253", "k399"]))
    assert codes == [[0.0, 252.0, 253.0, 253.0]]
    [column] = described_columns(learned(encoder))
    assert (len(column["levels"]), column["levels"][-2:]) == (MOST_LEVELS, ["k252", OTHER])


def test_an_ordered_category_is_the_code_of_its_level_too():
    encoder = OrderedColumn.fit(pl.Series("a", ["large", "small", "small"], SIZES))
    check(encoder, pl.Series("a", ["small", "medium", "large", None]), [0.0, -1.0, 1.0, NAN])
    assert described_columns(learned(encoder))[0]["levels"] == ["small", "large"]


def test_a_date_is_those_of_its_parts_that_vary():
    column = pl.Series("a", [dt.datetime(2023, 1, 2, 6), dt.datetime(2023, 3, 2, 6), None])
    encoder = DateColumn.fit(column)
    assert plain_columns(learned(encoder)).names == ("a days", "a month", "a weekday")
    # The 2nd of January 2023 is a Monday, and 19,359 days after 1970 began.
    check(encoder, column, [19_359.25, 19_418.25, NAN], [0.0, 2.0, NAN], [0.0, 3.0, NAN])


def test_one_value_and_gaps_is_whether_there_is_one():
    check(PresenceColumn("a", "1"), pl.Series("a", [1, None, 7]), [1.0, 0.0, 1.0])


def test_a_text_is_the_words_that_it_holds():
    column = pl.Series("a", [f"{'red' if k % 2 else 'blue'} thing {k}" for k in range(60)])
    encoder = TextColumn.fit(column)
    preprocessor = learned(encoder)
    assert plain_columns(preprocessor).names == encoder.feature_names
    np.testing.assert_array_equal(plain_values(preprocessor, pl.DataFrame([column])), encoder.encode(column))


def test_what_lacks_is_an_error_or_filled():
    encoders = NumericColumn("a", 0.0, 1.0, 0.0, 1.0, False, (), (0.0, 1.0)), CategoricalColumn("b", ("x",))
    rows = pl.DataFrame({"b": ["x"]})
    with pytest.raises(DataError, match='lacks the column "a"'):
        plain_values(learned(*encoders), rows)
    np.testing.assert_array_equal(plain_values(learned(*encoders), rows, fill=True), [[NAN, 0.0]])
