import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from fallline.data import preprocessing
from fallline.data.preprocessing import MOST_BIN_FEATURES, MOST_TEXT_FEATURES, TablePreprocessor
from fallline.errors import DataError, SavedFileError


@pytest.fixture
def frame():
    generator = np.random.default_rng(3)
    rows = 200
    return pl.DataFrame(
        {
            "age": generator.integers(18, 90, rows),
            "income": [
                None if k % 9 == 0 else float(v) for k, v in enumerate(generator.lognormal(size=rows))
            ],
            "job": generator.choice(["cook", "nurse", "smith"], rows),
            "size": pl.Series(generator.choice(["s", "m", "xl"], rows), dtype=pl.Enum(["s", "m", "l", "xl"])),
            "since": [dt.date(2010 + k % 9, 1 + k % 9, 15) for k in range(rows)],
            "constant": ["x"] * rows,
            "y": generator.normal(size=rows),
        }
    )


def test_inputs_have_no_target_and_one_name_a_feature(frame):
    fitted = TablePreprocessor.fit(frame, target="y")
    inputs = fitted.transform(frame)
    assert inputs.dtype == np.float32
    assert inputs.shape == (200, len(fitted.feature_names))
    assert np.isfinite(inputs).all()
    assert not any(name.startswith(("y", "constant")) for name in fitted.feature_names)
    assert {"age", "income is missing", "job = cook", "since year"} <= set(fitted.feature_names)
    assert any("constant" in note for note in fitted.notes)
    assert any('"income"' in note for note in fitted.notes)


def test_only_training_rows_count(frame):
    fitted = TablePreprocessor.fit(frame[:100], target="y")
    shifted = frame[100:].with_columns(pl.col("age") + 1000)
    assert TablePreprocessor.fit(frame[:100], target="y") == fitted
    # The test rows lie far outside: scaled by the training rows they cannot have mean 0.
    assert fitted.transform(shifted)[:, 0].mean() > 1


def test_order_extra_columns_and_target_do_not_matter(frame):
    fitted = TablePreprocessor.fit(frame, target="y")
    expected = fitted.transform(frame)
    other = frame.drop("y", "constant").select(reversed(frame.drop("y", "constant").columns))
    np.testing.assert_array_equal(fitted.transform(other.with_columns(extra=pl.lit("?"))), expected)
    np.testing.assert_array_equal(fitted.transform(frame[17:18]), expected[17:18])


def test_unseen_categories_and_new_missing_values_are_scored(frame):
    fitted = TablePreprocessor.fit(frame, target="y")
    new = frame.head(2).with_columns(job=pl.lit("pilot"), age=pl.lit(None, dtype=pl.Int64))
    inputs = fitted.transform(new)
    assert np.isfinite(inputs).all()
    jobs = [k for k, name in enumerate(fitted.feature_names) if name.startswith("job")]
    assert (inputs[:, jobs] == 0).all()


def test_round_trip_through_json(frame):
    fitted = TablePreprocessor.fit(frame, target="y", drop=["age"])
    again = TablePreprocessor.from_config(json.loads(json.dumps(fitted.to_config())))
    assert again == fitted
    np.testing.assert_array_equal(again.transform(frame), fitted.transform(frame))
    with pytest.raises(SavedFileError):
        TablePreprocessor.from_config({"encoders": [{"kind": "fancy"}]})


def test_what_becomes_of_each_column(frame):
    fitted = TablePreprocessor.fit(frame, target="y", drop=["since"])
    assert fitted.doing == {
        "age": "scaled, 10 bins",
        "income": "scaled, 10 bins, gaps",
        "job": "one-hot, 3 categories",
        "size": "rank and 2 steps from s to xl",
        "since": "left out: as asked",
        "constant": "left out: one value",
        "y": "to be predicted",
    }
    assert fitted.feature_groups["income"] == {"scaled value": 1, "gap": 1, "bin": 10}
    assert fitted.feature_words == (
        "4 columns become 29 features: 2 scaled values, 20 bins, 1 gap, 3 categories, 1 rank, 2 steps of a scale"
    )
    assert len(fitted.feature_names) == 29
    dates = TablePreprocessor.fit(frame.select("since", "y"), target="y")
    assert dates.feature_words == "1 column becomes 6 features: 2 parts of a date, 4 places on a circle"


def test_a_person_says_what_a_column_is(frame):
    fitted = TablePreprocessor.fit(frame, target="y", kinds={"age": "category", "job": "id"})
    assert any(name.startswith("age = ") for name in fitted.feature_names)
    assert fitted.doing["job"] == "left out: an id"
    with pytest.raises(DataError, match='no column "jobb"'):
        TablePreprocessor.fit(frame, target="y", kinds={"jobb": "id"})


def test_texts_of_many_values_teach(frame):
    generator = np.random.default_rng(0)
    red = generator.random(200) < 0.5
    titles = [f"{'Red' if flag else 'Dark blue'} chair, model {k}" for k, flag in enumerate(red)]
    fitted = TablePreprocessor.fit(frame.with_columns(job=pl.Series(titles)), target="y")
    names = [name for name in fitted.feature_names if name.startswith("job has")]
    assert any(name in ('job has "red"', 'job has "dark"', 'job has "blue"') for name in names)
    assert fitted.doing["job"].startswith("text: ")


def test_what_new_rows_hold_that_training_did_not(frame):
    fitted = TablePreprocessor.fit(frame, target="y")
    assert fitted.check(frame) == []
    assert fitted.outside(frame) == [""] * 200
    new = frame.head(3).with_columns(
        age=pl.Series([430, 50, None]), job=pl.Series(["pilot", "cook", "cook"]), extra=pl.lit("?")
    )
    said = " ".join(fitted.check(new))
    assert f'"age": 1 value lies far outside {frame["age"].min()} to {frame["age"].max()}' in said
    assert '"age": 1 row has no value' in said
    assert '"job": 1 row holds a category that no training row had: "pilot" (1)' in said
    assert "extra" not in said
    assert fitted.outside(new) == ["age = 430; job = pilot", "", ""]


def test_columns_that_are_not_there_may_be_filled(frame):
    fitted = TablePreprocessor.fit(frame, target="y")
    without = frame.drop("age", "income", "since")
    with pytest.raises(DataError, match="lacks the 3 columns"):
        fitted.check(without)
    empty = frame.with_columns(pl.lit(None).alias(name) for name in ("age", "income", "since"))
    np.testing.assert_array_equal(fitted.transform(without, fill=True), fitted.transform(empty))
    assert np.isfinite(fitted.transform(without, fill=True)).all()
    (note,) = fitted.check(without, fill=True)
    assert 'lacks the 3 columns "age", "income", "since"' in note
    with pytest.raises(DataError, match="lacks the 5 columns"):
        fitted.transform(frame.select("y"), fill=True)


def test_no_weight_that_was_never_trained_speaks(frame):
    """Whatever comes, a feature that was one value in training is not there to be multiplied with a weight."""
    generator = np.random.default_rng(4)
    gaps = generator.random(200) < 0.5
    tricky = frame.with_columns(
        one_value=pl.when(pl.Series(gaps)).then(None).otherwise(3.0),
        noise=pl.Series(0.1 * generator.integers(3, 4, 200) + np.where(gaps, 0.0, 4e-17)),
        twice=pl.Series([dt.datetime(2024, 1, 1) if gap else dt.datetime(2024, 7, 1, 12) for gap in gaps]),
        flag=pl.Series(generator.random(200) < 0.01),
        text=pl.Series([f"Dr. {'A' if gap else 'B'} {k}" for k, gap in enumerate(gaps)]),
    )
    inputs = TablePreprocessor.fit(tricky, target="y").transform(tricky)
    assert np.ptp(inputs, axis=0).min() > 1e-6


def test_rows_in_stretches_give_the_same(frame, monkeypatch):
    fitted = TablePreprocessor.fit(frame, target="y")
    expected = fitted.transform(frame)
    monkeypatch.setattr(preprocessing, "_CELLS_AT_ONCE", 1)
    monkeypatch.setattr(preprocessing, "_FEWEST_ROWS_AT_ONCE", 7)
    np.testing.assert_array_equal(fitted.transform(frame), expected)


def test_drop_by_name_or_position(frame):
    by_name = TablePreprocessor.fit(frame, target="y", drop=["age", "job"])
    by_position = TablePreprocessor.fit(frame, target="-1", drop=["0", "2"])
    assert by_name == by_position
    assert not any(name.startswith(("age", "job")) for name in by_name.feature_names)


def test_missing_columns_are_named_with_the_nearest(frame):
    fitted = TablePreprocessor.fit(frame, target="y")
    with pytest.raises(DataError, match=r'lacks the column "income"[\s\S]*"incomes"'):
        fitted.transform(frame.rename({"income": "incomes"}))
    with pytest.raises(DataError, match=r'lacks the 2 columns "age", "job"'):
        fitted.transform(frame.drop("age", "job"))


def test_nothing_left_to_learn_from():
    with pytest.raises(DataError, match='besides the target "y"[\\s\\S]*same value'):
        TablePreprocessor.fit(pl.DataFrame({"a": [1, 1, 1], "y": [1, 2, 3]}), target="y")


def test_too_many_text_columns_are_refused_at_once():
    texts = pl.DataFrame({f"c{k}": ["a", "b", "a"] for k in range(4200)})
    with pytest.raises(DataError, match="4199 columns of text"):
        TablePreprocessor.fit(texts, target="c0")


def test_widths_have_limits():
    generator = np.random.default_rng(1)
    numbers = pl.DataFrame({f"n{k}": generator.normal(size=400) for k in range(101)})
    fitted = TablePreprocessor.fit(numbers, target="n0")
    assert len(fitted.feature_names) <= 100 + MOST_BIN_FEATURES
    texts = pl.DataFrame(
        {f"t{k}": [f"w{j % 80}" for j in range(400)] for k in range(100)} | {"y": range(400)}
    )
    widths = TablePreprocessor.fit(texts, target="y").feature_names
    assert len(widths) <= 4096 + 100
    assert "t0 = (other)" in widths


def test_texts_share_their_features_and_few_rows_have_few():
    generator = np.random.default_rng(2)
    words = np.array([f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst"])

    def texts(rows):
        return pl.Series([" ".join(generator.choice(words, 12)) for _ in range(rows)])

    many = pl.DataFrame({f"t{k}": texts(600) for k in range(8)} | {"y": range(600)})
    fitted = TablePreprocessor.fit(many, target="y")
    assert MOST_TEXT_FEATURES / 2 < len(fitted.feature_names) <= MOST_TEXT_FEATURES + 8  # and their lengths
    few = TablePreprocessor.fit(many.head(100).select("t0", "y"), target="y")
    assert 25 < len(few.feature_names) <= 51


def test_few_rows_get_no_bins():
    small = pl.DataFrame({"x": np.arange(20.0) ** 2, "y": range(20)})
    assert TablePreprocessor.fit(small, target="y").feature_names == ("x",)


def test_infinity_in_training_is_refused():
    bad = pl.DataFrame({"x": [1.0, float("inf"), 2.0], "y": [1, 2, 3]})
    with pytest.raises(DataError, match='"x", data row 2: inf'):
        TablePreprocessor.fit(bad, target="y")


def test_gaps_of_many_columns_are_one_note():
    gaps = {f"c{k}": [None if row < k else float(row) for row in range(20)] for k in range(1, 8)}
    one, many = (
        TablePreprocessor.fit(
            pl.DataFrame({name: gaps[name] for name in names} | {"y": range(20)}), target="y"
        )
        for names in (["c1"], gaps)
    )
    assert one.notes == ('"c1": 5.0% of the training rows have no value; a feature says so.',)
    assert many.notes == (
        '7 columns have no value in some of the training rows ("c7" 35.0%, "c6" 30.0%, "c5" 25.0%, "c4" 20.0%, '
        '"c3" 15.0%, ...); a feature of each says so.',
    )
