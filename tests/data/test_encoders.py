import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import OneHotEncoder

from fallline.data.encoders import (
    CategoricalColumn,
    DateColumn,
    NumericColumn,
    OrderedColumn,
    PresenceColumn,
    TextColumn,
    numbers,
    text,
    to_texts,
)
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
    encoder = DateColumn.fit(pl.Series("t", days))
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
    encoder = DateColumn.fit(pl.Series("t", [dt.date(2020, 3, 1), dt.date(2020, 3, 15), None]))
    # Sundays both, in one month and year.
    assert encoder.feature_names == ("t days", "t day", "t is missing")
    features = encoder.encode(pl.Series("t", [None, dt.date(2020, 3, 1)]))
    assert features[0].tolist() == [0] * (features.shape[1] - 1) + [1]
    assert np.isfinite(encoder.encode(pl.Series("t", [None], dtype=pl.String))).all()


def test_dates_come_as_dates_or_times_with_zone():
    encoder = DateColumn.fit(pl.Series("t", [dt.date(2020, 3, 1), dt.date(2021, 5, 15)]))
    expected = encoder.encode(pl.Series("t", [dt.date(2021, 1, 2)]))
    time = pl.Series("t", [dt.datetime(2021, 1, 2)])
    for column in (time, time.cast(pl.Datetime("ms")), time.dt.replace_time_zone("UTC")):
        np.testing.assert_array_equal(encoder.encode(column), expected)
    berlin = pl.Series("t", [dt.datetime(2021, 1, 2, 1)]).dt.replace_time_zone("Europe/Berlin")
    np.testing.assert_array_equal(encoder.encode(berlin), expected)


def test_wrong_values_are_named():
    numeric = NumericColumn.fit(pl.Series("age", [1, 2, 3]))
    with pytest.raises(DataError, match=r'"age", data row 2: expected a number .*"old"'):
        numeric.encode(pl.Series("age", ["1", "old"]))
    with pytest.raises(DataError, match=r'"age", data row 3: -inf'):
        numeric.encode(pl.Series("age", [1.0, 2.0, float("-inf")]))
    with pytest.raises(DataError, match="holds dates"):
        numeric.encode(pl.Series("age", [dt.date(2020, 1, 1)]))
    date = DateColumn.fit(pl.Series("t", [dt.date(2020, 3, 1), dt.date(2020, 3, 15)]))
    with pytest.raises(DataError, match=r'"t" holds String; the training rows held dates'):
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
    assert encoder == CategoricalColumn(name, ("c", "b"), other=True, rare=("a",))
    assert encoder.encode(column).tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0], *[[1, 0, 0]] * 3]


@pytest.mark.parametrize("rows", [1, 2, 3, 10, 257, 1000])
def test_quantiles_are_those_of_numpy_to_the_bit(rows):
    values = np.sort(np.random.default_rng(rows).lognormal(size=rows) - 1)
    shares = np.linspace(0, 1, 13)
    np.testing.assert_array_equal(numbers._quantiles(values, shares), np.quantile(values, shares))


def test_of_many_rows_some_are_drawn_and_the_ends_are_kept(monkeypatch):
    monkeypatch.setattr(numbers, "MOST_ROWS", 2000)
    values = np.tile(np.arange(24.0), 1000)  # the hour, in the order of time
    values[-1], values[7] = 40.5, -2.5
    encoder = NumericColumn.fit(pl.Series("hour", values), bins=12)
    assert encoder.trained == (-2.5, 40.5)
    assert (encoder.edges[0], encoder.edges[-1]) == (-2.5, 40.5)
    assert abs(encoder.median - 11.5) <= 1
    assert NumericColumn.fit(pl.Series("hour", values), bins=12) == encoder


def test_no_feature_has_one_value_in_all_training_rows():
    generator = np.random.default_rng(5)
    half_days = [
        dt.datetime(2024, 1, 1) + dt.timedelta(hours=12 * int(k)) for k in generator.integers(0, 9, 60)
    ]
    columns = [
        NumericColumn.fit(pl.Series("n", [0, 0, 1, 5, 5, 5, 9] * 9), bins=12, most_values=2),
        NumericColumn.fit(pl.Series("n", [None, 1.0, 2.0, 2.0, 7.5] * 9), bins=4),
        CategoricalColumn.fit(pl.Series("c", ["a", "b", "c", None] * 9), most=2),
        DateColumn.fit(pl.Series("t", half_days)),
        PresenceColumn.fit(pl.Series("p", [None, "x"] * 30)),
        OrderedColumn.fit(pl.Series("o", ["s", "xl", None, "m"] * 9, dtype=SIZES)),
        TextColumn.fit(pl.Series("w", ["red pen", "red ink", "blue pen"] * 20)),
    ]
    trained = [
        pl.Series("n", [0, 0, 1, 5, 5, 5, 9] * 9),
        pl.Series("n", [None, 1.0, 2.0, 2.0, 7.5] * 9),
        pl.Series("c", ["a", "b", "c", None] * 9),
        pl.Series("t", half_days),
        pl.Series("p", [None, "x"] * 30),
        pl.Series("o", ["s", "xl", None, "m"] * 9, dtype=SIZES),
        pl.Series("w", ["red pen", "red ink", "blue pen"] * 20),
    ]
    for encoder, column in zip(columns, trained, strict=True):
        features = encoder.encode(column)
        assert features.shape[1] == encoder.width == len(encoder.feature_names)
        assert np.ptp(features, axis=0).min() > 1e-6, encoder.feature_names[np.ptp(features, axis=0).argmin()]


def test_a_sine_that_stands_still_is_no_feature():
    # At hours 0 and 12 the sine is 0 but for rounding, the cosine 1 and -1.
    encoder = DateColumn.fit(pl.Series("t", [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 12)] * 2))
    assert encoder.feature_names == ("t days", "t hour cos")
    assert encoder.encode(pl.Series("t", [dt.datetime(2024, 1, 1, 6)]))[0, 1] == pytest.approx(0)


def test_times_of_day_have_days_and_hours_only():
    day = dt.datetime(1970, 1, 1)
    times = pl.Series("t", [day + dt.timedelta(minutes=37 * k) for k in range(38)])
    encoder = DateColumn.fit(times)
    assert encoder.feature_names == ("t days", "t hour sin", "t hour cos")
    assert encoder.doing.startswith("time of day")
    late, early = encoder.encode(pl.Series("t", [day + dt.timedelta(hours=23.9), day]))
    assert np.abs(late - early)[1:].max() < 0.03  # neighbours on the circle


def test_whole_dates_among_times_of_day_are_their_time():
    day = dt.datetime(1970, 1, 1, 9)
    encoder = DateColumn.fit(pl.Series("t", [day + dt.timedelta(minutes=k) for k in range(60)]))
    new = pl.Series("t", [dt.datetime(2024, 5, 6, 9, 30), dt.datetime(1970, 1, 1, 23, 15)])
    assert encoder.encode(new)[0] == pytest.approx(
        encoder.encode(pl.Series("t", [day.replace(minute=30)]))[0]
    )
    dated, far = encoder.surprises(new)
    assert dated.words.startswith('"t": 1 cell is a whole date')
    assert '"t": 1 time lies far outside 09:00 to 09:59' in far.words
    assert "(farthest: 23:15)" in far.words
    assert encoder.written(new[1]) == "23:15:00"


def test_seconds_are_part_of_the_hour():
    times = [dt.datetime(1970, 1, 1, 6, 0, second) for second in (0, 30)]
    encoder = DateColumn.fit(pl.Series("t", times))
    sines = encoder.encode(pl.Series("t", times))[:, list(encoder.feature_names).index("t hour cos")]
    assert sines[1] - sines[0] == pytest.approx(-2 * np.pi * 30 / 86_400, rel=1e-3)


def test_one_value_and_gaps_say_only_whether_there_is_a_value():
    encoder = PresenceColumn.fit(pl.Series("p", [7.0, None, 7.0]))
    assert encoder.encode(pl.Series("p", [7.0, None, 900.0])).tolist() == [[1], [0], [1]]
    assert encoder.surprises(pl.Series("p", [7.0, None, 7.0])) == []
    (found,) = encoder.surprises(pl.Series("p", [7, None, 900]))
    assert found.rows.tolist() == [False, False, True]
    assert "1 row holds another value than 7," in found.words
    for value in (True, "x", dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 7), 0.3):
        column = pl.Series("p", [value, None])
        assert PresenceColumn.fit(column).surprises(column) == []


def test_texts_are_plain_words():
    plain = text.plain_text(pl.Series(["  Red,RED  pen(s)\n", "", "Ä-1"]))
    assert plain.to_list() == [" red , red pen ( s ) ", "  ", " ä - 1 "]


def test_words_and_pieces_worked_example():
    rows = ["red pen", "red ink", "blue pen", "blue inkwell"] * 3
    encoder = TextColumn.fit(pl.Series("w", rows))
    # Of the words that stand in the same rows, or in just the others, one is kept: red (blue), pen, ink, inkwell.
    assert set(encoder.parts[:4]) >= {" pen ", " ink "}
    assert not {" red ", " blue "} <= set(encoder.parts)
    k = encoder.parts.index(" pen ")
    assert encoder.shares[k] == 0.5
    # Half the rows hold it: (1 - 1/2) / (1/2) and (0 - 1/2) / (1/2). "pencil" is no "pen".
    new = encoder.encode(pl.Series("w", ["a PEN!", "pencil", None]))
    assert new[:, k].tolist() == [1, -1, -1]
    assert np.isfinite(new).all()
    assert f'w has "{encoder.parts[k].strip()}"' in encoder.feature_names


def test_texts_agree_with_scikit_learn():
    generator = np.random.default_rng(8)
    words = np.array(["oak", "elm", "ash", "yew", "fir", "box"])
    rows = [" ".join(words[generator.random(6) < 0.4]) or "none" for _ in range(300)]
    encoder = TextColumn.fit(pl.Series("w", rows))
    chosen = [part.strip() for part in encoder.parts if part.startswith(" ") and part.endswith(" ")]
    assert set(words) <= set(chosen)
    peer = CountVectorizer(vocabulary=chosen, binary=True).fit(rows)
    held = encoder.encode(pl.Series("w", rows))[:, [encoder.parts.index(f" {word} ") for word in chosen]] > 0
    np.testing.assert_array_equal(held, peer.transform(rows).toarray() > 0)


def test_a_word_of_two_rows_is_no_feature_and_nothing_known_is_said():
    rows = ["red pen", "ink"] * 8 + ["blue thing", "blue thing"]
    encoder = TextColumn.fit(pl.Series("w", rows))
    assert not any("blue" in part or "thing" in part for part in encoder.parts)
    (found,) = encoder.surprises(pl.Series("w", ["a pen", "zyx", "qqq"]))
    assert found.rows.tolist() == [False, True, True]
    assert "2 texts hold none of the words" in found.words
    assert 'first: "zyx"' in found.words


def test_missing_texts():
    encoder = TextColumn.fit(pl.Series("w", ["red pen", "red ink", None, "pen"] * 5))
    features = encoder.encode(pl.Series("w", [None, "red pen"]))
    assert features[:, -1].tolist() == [1, 0]
    assert encoder.shares[encoder.parts.index(" ink ")] == pytest.approx(0.25)
    assert encoder.surprises(pl.Series("w", [None, "red pen"])) == []


SIZES = pl.Enum(["xs", "s", "m", "l", "xl"])


def test_ordered_categories_worked_example():
    encoder = OrderedColumn.fit(pl.Series("size", ["s", "l", "xl", "l"], dtype=SIZES))
    # Ranks 0, 1, 2, 1: mean 1, deviation sqrt(1/2).
    assert encoder.feature_names == ("size rank", "size at least l", "size at least xl")
    root = math.sqrt(2)
    np.testing.assert_allclose(
        encoder.encode(pl.Series("size", ["s", "l", "xl"])),
        [[-root, -0.5, -0.5], [0, 0.5, -0.5], [root, 0.5, 0.5]],
        rtol=1e-12,
    )
    # "m" was never trained on: halfway; "xs" lies below all, "huge" is no level and counts as missing.
    np.testing.assert_allclose(
        encoder.encode(pl.Series("size", ["m", "xs", "huge", None])),
        [[-root / 2, -0.5, -0.5], [-root, -0.5, -0.5], [0, 0.5, -0.5], [0, 0.5, -0.5]],
        rtol=1e-12,
    )
    gap, unseen = encoder.surprises(pl.Series("size", ["m", "huge", "l", None]))
    assert gap.rows.tolist() == [False, False, False, True]
    assert '"l", stands in' in gap.words
    assert unseen.rows.tolist() == [True, True, False, False]
    assert encoder.doing == "rank and 2 steps from s to xl"


def test_two_levels_and_gaps():
    encoder = OrderedColumn.fit(pl.Series("size", ["s", "l", None], dtype=SIZES))
    assert encoder.feature_names == ("size rank", "size is missing")
    features = encoder.encode(pl.Series("size", ["s", "l", None], dtype=SIZES))
    assert features[:, 1].tolist() == [0, 0, 1]
    np.testing.assert_allclose(features[:, 0].mean(), 0, atol=1e-12)
    np.testing.assert_allclose(features[:, 0].std(), 1)


def test_far_numbers_and_gaps_are_named():
    encoder = NumericColumn.fit(pl.Series("age", [18, 40, 90]))
    assert encoder.surprises(pl.Series("age", [0, 18, 126, -18])) == []  # the range is 72, half of it 36
    gap, far = encoder.surprises(pl.Series("age", [430, None, -19, 127]))
    assert gap.rows.tolist() == [False, True, False, False]
    assert "1 row has no value" in gap.words
    assert "40, stands in" in gap.words
    assert not gap.outside
    assert far.rows.tolist() == [True, False, True, True]
    assert "3 values lie far outside 18 to 90" in far.words
    assert "farthest: 430" in far.words
    assert NumericColumn.fit(pl.Series("age", [18, None, 90])).surprises(pl.Series("age", [None, 50])) == []


def test_unseen_categories_are_named_and_counted():
    encoder = CategoricalColumn.fit(pl.Series("job", ["cook", "nurse", "smith"]), most=64)
    (found,) = encoder.surprises(pl.Series("job", ["Cook", "pilot", "cook", "Cook"]))
    assert found.rows.tolist() == [True, True, False, True]
    assert '3 rows hold a category that no training row had: "Cook" (2), "pilot" (1)' in found.words
    assert 'Is "Cook" the category "cook"?' in found.words
    (found,) = encoder.surprises(pl.Series("job", ["cook", None]))
    assert "1 row has no value" in found.words
    few = CategoricalColumn.fit(pl.Series("job", ["cook", "cook", "nurse", "smith"]), most=1)
    (found,) = few.surprises(pl.Series("job", ["nurse", "pilot"]))
    assert found.rows.tolist() == [False, True]
    assert 'had: "pilot" (1); it counts as one of the others' in found.words


def test_far_dates_are_named():
    encoder = DateColumn.fit(pl.Series("t", [dt.date(2024, 1, 1), dt.date(2024, 1, 11)]))
    column = pl.Series("t", [dt.date(2024, 1, 16), dt.date(2024, 1, 17), None, dt.date(1900, 1, 1)])
    gap, far = encoder.surprises(column)
    assert gap.rows.tolist() == [False, False, True, False]
    assert far.rows.tolist() == [False, True, False, True]
    assert "2 dates lie far outside 2024-01-01 to 2024-01-11" in far.words
    assert "farthest: 1900-01-01" in far.words


def test_columns_say_what_is_done_with_them():
    assert NumericColumn.fit(pl.Series("x", [0, 1, 2, 3]), bins=3).doing == "scaled, 3 bins"
    assert CategoricalColumn.fit(pl.Series("x", ["a", "b"]), most=9).doing == "one-hot, 2 categories"
    assert PresenceColumn.fit(pl.Series("x", ["a", None])).groups == {"presence": 1}
    assert DateColumn.fit(pl.Series("x", [dt.date(2024, 1, 1), dt.date(2025, 2, 1)])).groups == {
        "part of a date": 2,
        "place on a circle": 4,
    }


def test_a_new_category_of_several_lines_is_shown_in_one():
    encoder = CategoricalColumn.fit(pl.Series("c", ["Ulm", "Bonn"] * 4), most=9)
    (found,) = encoder.surprises(pl.Series("c", ["of two\n\nlines", "x" * 99]))
    assert '"of two lines" (1)' in found.words
    assert "xxx..." in found.words
