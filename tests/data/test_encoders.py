import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from sklearn.preprocessing import OneHotEncoder

from fallline.data.encoders import CategoricalColumn, DateColumn, NumericColumn, to_texts
from fallline.errors import DataError


def test_numeric_worked_example():
    # Quartiles 1, 2, 3: z = -1, -1/2, 0, 1/2, 1; s = z / sqrt(1 + z²/9) = -3/√10, -3/√37, 0, ...
    column = pl.Series("x", [0.0, 1.0, 2.0, 3.0, 4.0])
    encoder = NumericColumn.fit(column)
    assert (encoder.median, encoder.spread, encoder.mean) == (2.0, 2.0, 0.0)
    s = np.array([-3 / math.sqrt(10), -3 / math.sqrt(37), 0, 3 / math.sqrt(37), 3 / math.sqrt(10)])
    np.testing.assert_allclose(encoder.encode(column)[:, 0], s / np.sqrt(np.mean(s**2)), rtol=1e-12)


def test_numeric_is_standardised_and_bounded():
    values = np.random.default_rng(0).standard_cauchy(2000)
    encoder = NumericColumn.fit(pl.Series("x", values))
    features = encoder.encode(pl.Series("x", values))[:, 0]
    assert abs(features.mean()) < 1e-9
    assert abs(features.std() - 1) < 1e-9
    # |s| < 3 whatever comes.
    far = encoder.encode(pl.Series("x", [1e30, -1e30]))[:, 0]
    np.testing.assert_allclose(far * encoder.deviation + encoder.mean, [3, -3])


def test_missing_numbers_become_the_median_and_say_so():
    encoder = NumericColumn.fit(pl.Series("x", [1.0, 2.0, None, 9.0]))
    assert encoder.feature_names == ("x", "x is missing")
    features = encoder.encode(pl.Series("x", [None, 2.0]))
    assert features[0, 0] == features[1, 0]
    assert features[:, 1].tolist() == [1, 0]
    silent = NumericColumn.fit(pl.Series("x", [1.0, 2.0, 9.0]))
    assert silent.encode(pl.Series("x", [None], dtype=pl.Float64)).shape == (1, 1)


def test_piecewise_linear_bins_worked_example():
    encoder = NumericColumn.fit(pl.Series("x", [0.5, 1.5, 2.5, 4.5, 8.5]), bins=4)
    assert encoder.edges == (0.5, 1.5, 2.5, 4.5, 8.5)
    features = encoder.encode(pl.Series("x", [2.0, 8.5, -7.0]))[:, 1:] + 0.5
    assert features.tolist() == [[1, 0.5, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]]


def test_few_whole_numbers_have_a_bin_each_step():
    encoder = NumericColumn.fit(pl.Series("hour", [0, 1, 1, 1, 3, 7] * 5), bins=2, most_values=4)
    assert encoder.edges == (0, 1, 3, 7)
    assert NumericColumn.fit(pl.Series("hour", [0, 1, 1, 1, 3, 7] * 5), bins=2, most_values=3).edges != (
        0,
        1,
        3,
        7,
    )


def test_constant_and_rare_columns_stay_finite_and_small():
    constant = NumericColumn.fit(pl.Series("x", [3.0, None, 3.0]))
    assert np.isfinite(constant.encode(pl.Series("x", [3.0, 4.0]))).all()
    rare = NumericColumn.fit(pl.Series("x", [0] * 9999 + [1]))
    assert rare.encode(pl.Series("x", [1]))[0, 0] < 10


def test_one_hot_agrees_with_scikit_learn():
    train, new = ["b", "a", "c", "a", "a", "b"], ["c", "unseen", "a"]
    encoder = CategoricalColumn.fit(pl.Series("s", train), most=64)
    assert encoder.categories == ("a", "b", "c")
    peer = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(np.array(train)[:, None])
    np.testing.assert_array_equal(encoder.encode(pl.Series("s", new)), peer.transform(np.array(new)[:, None]))


def test_categories_beyond_the_limit_and_missing():
    encoder = CategoricalColumn.fit(pl.Series("s", ["a", "a", "a", "b", "b", "c", None]), most=2)
    assert encoder.feature_names == ("s = a", "s = b", "s = (other)", "s is missing")
    features = encoder.encode(pl.Series("s", ["b", "c", "new", None]))
    assert features.argmax(axis=1).tolist() == [1, 2, 2, 3]
    assert features.sum() == 4


def test_missing_category_unknown_in_training_is_all_zero():
    encoder = CategoricalColumn.fit(pl.Series("s", ["a", "b"]), most=9)
    assert encoder.encode(pl.Series("s", [None, "a"])).tolist() == [[0, 0], [1, 0]]


def test_categories_that_come_as_numbers_or_booleans():
    encoder = CategoricalColumn.fit(pl.Series("s", ["1", "2", "x"]), most=9)
    assert encoder.encode(pl.Series("s", [1, 2])).argmax(axis=1).tolist() == [0, 1]
    assert encoder.encode(pl.Series("s", [2.0, None])).tolist() == [[0, 1, 0], [0, 0, 0]]
    flag = CategoricalColumn.fit(pl.Series("f", [True, False, True]), most=9)
    assert flag.encode(pl.Series("f", ["True", "FALSE"])).tolist() == [[1, 0], [0, 1]]


def test_date_parts():
    days = [dt.datetime(2020, 1, 1) + dt.timedelta(hours=30 * k) for k in range(400)]
    encoder = DateColumn.fit(pl.Series("t", days), None)
    assert encoder.parts == ("days", "year", "month", "day", "weekday", "hour")
    # Thursday 1 October 2020, 06:00: month 9 of 12, weekday 3 of 7, a quarter of the day.
    features = dict(
        zip(
            encoder.feature_names,
            encoder.encode(pl.Series("t", [dt.datetime(2020, 10, 1, 6)]))[0],
            strict=True,
        )
    )
    assert features["t month sin"] == pytest.approx(math.sin(1.5 * math.pi))
    assert features["t weekday cos"] == pytest.approx(math.cos(2 * math.pi * 3 / 7))
    assert features["t hour sin"] == pytest.approx(1)
    trained = encoder.encode(pl.Series("t", days))
    straight = [encoder.feature_names.index(f"t {part}") for part in ("days", "year", "day")]
    np.testing.assert_allclose(trained[:, straight].mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(trained[:, straight].std(axis=0), 1)


def test_only_varying_parts_and_missing_dates():
    encoder = DateColumn.fit(pl.Series("t", ["2020-03-01", "2020-03-15", None]), "%Y-%m-%d")
    # Sundays both, in one month and year.
    assert encoder.feature_names == ("t days", "t day", "t is missing")
    features = encoder.encode(pl.Series("t", [None, "2020-03-01"], dtype=pl.String))
    assert features[0].tolist() == [0] * (features.shape[1] - 1) + [1]
    assert np.isfinite(encoder.encode(pl.Series("t", [None], dtype=pl.String))).all()


def test_dates_come_as_text_dates_or_times_with_zone():
    encoder = DateColumn.fit(pl.Series("t", ["2020-03-01", "2021-05-15"]), "%Y-%m-%d")
    day = dt.date(2021, 1, 2)
    zone = pl.Series("t", [dt.datetime(2021, 1, 2)]).dt.replace_time_zone("UTC")
    expected = encoder.encode(pl.Series("t", ["2021-01-02"]))
    for column in (pl.Series("t", [day]), pl.Series("t", ["2021/01/02"]), zone):
        np.testing.assert_array_equal(encoder.encode(column), expected)


def test_wrong_values_are_named():
    numeric = NumericColumn.fit(pl.Series("age", [1, 2, 3]))
    with pytest.raises(DataError, match=r'"age", data row 2: expected a number .*"old"'):
        numeric.encode(pl.Series("age", ["1", "old"]))
    with pytest.raises(DataError, match=r'"age", data row 3: -inf'):
        numeric.encode(pl.Series("age", [1.0, 2.0, float("-inf")]))
    with pytest.raises(DataError, match="holds dates"):
        numeric.encode(pl.Series("age", [dt.date(2020, 1, 1)]))
    date = DateColumn.fit(pl.Series("t", ["2020-03-01", "2020-03-15"]), "%Y-%m-%d")
    with pytest.raises(DataError, match=r'"t", data row 2: expected a date .*"soon"'):
        date.encode(pl.Series("t", ["2020-03-01", "soon"]))
    with pytest.raises(DataError, match="held dates"):
        date.encode(pl.Series("t", [3]))


def test_a_number_as_text_does_not_depend_on_other_rows():
    texts = to_texts(pl.Series([2.0, 0.5, None, -1.0, 1e300]))
    assert texts.to_list() == ["2", "0.5", None, "-1", "1e+300"]
    assert to_texts(pl.Series([2.0])).to_list() == ["2"]


@pytest.mark.parametrize("name", ["rows", "count", "category", "index"])
def test_a_column_of_texts_may_have_any_name(name):
    column = pl.Series(name, ["b", "a", "b", "c", "c", "c"])
    encoder = CategoricalColumn.fit(column, most=2)
    assert encoder == CategoricalColumn(name, ("c", "b"), other=True)
    assert encoder.encode(column).tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0], *[[1, 0, 0]] * 3]
