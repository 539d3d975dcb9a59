import dataclasses
import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from fallline.data.target import TargetEncoder, infer_task, rows_with_target
from fallline.errors import DataError, SavedFileError, UsageError


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["yes", "no", "yes"], "binary"),
        ([True, False, None], "binary"),
        (["a", "b", "c"], "multiclass"),
        ([0, 1, 1, 0], "binary"),
        ([2.0, 4.0, 4.0], "binary"),
        ([1, 2, 3, 4, 5, 6, 7] * 10, "multiclass"),
        ([0.0, 1.0, 2.0] * 10, "multiclass"),
        ([3, 4, 5, 6, 7, 8, 9] * 10, "regression"),
        ([1, 2, 4] * 10, "regression"),
        ([0, 1, 2, 3], "regression"),
        (list(range(21)) * 10, "regression"),
        ([0.5, 1.5, 2.5] * 10, "regression"),
    ],
)
def test_the_rule_of_tasks(values, task):
    assert infer_task(pl.Series("y", values)) == task


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["dog", "cat", "dog", "eel"], ("cat", "dog", "eel")),
        ([3, 1, 2, 1], (1, 2, 3)),
        ([True, False, True], (False, True)),
        ([1.5, 0.5, 1.5], (0.5, 1.5)),
    ],
)
def test_classes_stay_what_they_were(values, classes):
    encoder = TargetEncoder.fit(pl.Series("y", values), "binary" if len(classes) == 2 else "multiclass")
    assert encoder.classes == classes
    codes = encoder.encode(pl.Series("y", values))
    assert codes.dtype == np.int32
    assert codes.tolist() == [classes.index(value) for value in values]
    decoded = encoder.decode(codes).tolist()
    assert decoded == values
    assert [type(value) for value in decoded] == [type(value) for value in values]


def test_classes_are_known_again_in_another_type():
    encoder = TargetEncoder.fit(pl.Series("y", [1, 2, 3]), "multiclass")
    assert encoder.encode(pl.Series("y", ["3", "1"])).tolist() == [2, 0]
    assert encoder.encode(pl.Series("y", [2.0])).tolist() == [1]
    with pytest.raises(DataError, match='data row 1: "1.5"'):
        encoder.encode(pl.Series("y", [1.5]))
    flags = TargetEncoder.fit(pl.Series("y", [True, False]))
    assert flags.encode(pl.Series("y", ["True", "false"])).tolist() == [1, 0]
    texts = TargetEncoder.fit(pl.Series("y", ["1", "2", "x"]))
    assert texts.encode(pl.Series("y", [2, 1])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([True, False], ("false", "true")),
        (["b", "a"], ("a", "b")),
        ([2, 1], ("1", "2")),
        ([0.5, 2.0], ("0.5", "2.0")),
    ],
)
def test_class_names_are_what_a_csv_of_the_classes_holds(values, names):
    encoder = TargetEncoder.fit(pl.Series("y", values))
    assert encoder.class_names == names
    written = pl.DataFrame({"y": encoder.classes}).write_csv().split()
    assert tuple(written[1:]) == names


def test_regression_has_no_class_names():
    assert TargetEncoder.fit(pl.Series("y", [1.0, 2.5, 4.0])).class_names == ()


def test_regression_is_standardised_and_comes_back():
    encoder = TargetEncoder.fit(pl.Series("y", [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]))
    assert (encoder.task, encoder.mean, encoder.deviation) == ("regression", 5.0, 2.0)
    coded = encoder.encode(pl.Series("y", [9.0, 1.0]))
    assert coded.dtype == np.float32
    assert coded.tolist() == [2.0, -2.0]
    assert encoder.decode(coded).tolist() == [9.0, 1.0]


@pytest.mark.parametrize("values", [["a", "b", "c"], [True, False], [1.0, 2.5, 4.0]])
def test_round_trip_through_json(values):
    encoder = TargetEncoder.fit(pl.Series("y", values))
    again = TargetEncoder.from_config(json.loads(json.dumps(encoder.to_config())))
    assert again == encoder
    assert [type(label) for label in again.classes] == [type(label) for label in encoder.classes]
    with pytest.raises(SavedFileError):
        TargetEncoder.from_config({"name": "y"})


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        ([None, None], None, "has no values"),
        ([3.5, 3.5, None], None, "is constant: every row has 3.5"),
        (["a", "a"], None, "single class: every row has a"),
        (["1", "two", "3"], "regression", 'not numeric[\\s\\S]*"two"'),
        ([1.0, float("inf"), 2.0], None, "data row 2: inf"),
        (["a", "b", "c"], "binary", "3 classes; binary needs 2"),
        ([f"name {k}" for k in range(50)], None, "50 classes in 50 rows[\\s\\S]*another column"),
        ([k / 7 for k in range(50)], "multiclass", "Use --task regression"),
        (list(range(1001)) * 5, "multiclass", "1001 classes"),
        ([dt.date(2020, 1, 1), dt.date(2020, 1, 2)], None, "holds dates"),
    ],
)
def test_targets_that_cannot_be_learned(values, task, message):
    with pytest.raises(DataError, match=message):
        TargetEncoder.fit(pl.Series("y", values), task)


def test_numbers_written_as_text_can_be_regressed():
    assert TargetEncoder.fit(pl.Series("y", ["1", "3"]), "regression").mean == 2.0


def test_unknown_task_and_unknown_class():
    with pytest.raises(UsageError, match='Did you mean "regression"'):
        TargetEncoder.fit(pl.Series("y", [1, 2]), "regresion")  # type: ignore[arg-type]
    encoder = TargetEncoder.fit(pl.Series("y", ["<=50K", ">50K"]))
    with pytest.raises(DataError, match='data row 2: "<=50K." is no class[\\s\\S]*"<=50K"'):
        encoder.encode(pl.Series("y", [">50K", "<=50K."]))
    with pytest.raises(DataError, match="1 of 2 rows have no value"):
        encoder.encode(pl.Series("y", [">50K", None]))


def test_a_class_of_one_row_is_noted():
    encoder = TargetEncoder.fit(pl.Series("y", ["a"] * 5 + ["b"] * 5 + ["rare"]))
    assert encoder.classes == ("a", "b", "rare")
    assert "one row only (rare)" in encoder.notes[0]


def test_rows_without_target_are_left_out():
    frame = pl.DataFrame({"x": [1, 2, 3], "y": ["a", None, "b"]})
    kept, note = rows_with_target(frame, "y")
    assert kept["x"].to_list() == [1, 3]
    assert note.startswith("1 row has")
    assert rows_with_target(kept, "y")[1] == ""
    with pytest.raises(DataError, match="no values"):
        rows_with_target(pl.DataFrame({"y": [None, None]}), "y")


def test_a_text_target_for_regression_is_counted_by_its_different_texts():
    target = pl.Series("colour", ["red", "blue", "red", "red"])
    with pytest.raises(DataError, match='it holds "red" and 1 more different texts'):
        TargetEncoder.fit(target, "regression")


@pytest.mark.parametrize("text", ["{},{:02d}", "-{}.000,{:02d}", " {},{} "])
def test_numbers_with_a_comma_are_told(text):
    values = pl.Series("y", [text.format(number, number) for number in range(60)])
    with pytest.raises(DataError, match="They look like numbers with a comma: write 1234.5"):
        TargetEncoder.fit(values, "multiclass")


@pytest.mark.parametrize(
    ("texts", "hint"),
    [
        (
            [*[f"{k}.25" for k in range(50)], *["pending"] * 10],
            '10 of 60 rows hold no number but "pending".* --missing pending',
        ),
        ([f"2{k:03d}-01-05" for k in range(60)], "It holds dates"),
        ([f"1:{k:02d}" for k in range(60)], 'It holds times.* --type "y=span"'),
    ],
)
def test_what_stands_in_too_many_classes_is_told(texts, hint):
    with pytest.raises(DataError, match=hint):
        TargetEncoder.fit(pl.Series("y", texts), "multiclass")


@pytest.mark.parametrize("name", ["rows", "count", "class", "index", "literal"])
def test_a_target_may_have_any_name(name):
    target = pl.Series(name, ["b", "a", "b", "a"])
    encoder = TargetEncoder.fit(target)
    assert (encoder.name, encoder.classes) == (name, ("a", "b"))
    assert encoder.encode(target).tolist() == [1, 0, 1, 0]


def test_a_class_called_none_does_not_go_without_a_word():
    frame = pl.DataFrame({"y": ["Mild", None, "Severe"]})
    assert rows_with_target(frame, "y")[1] == (
        '1 row has no "y" and was left out; in a text file None, NaN and NA are no values.'
    )


def test_two_classes_are_decided_by_the_threshold():
    flags = TargetEncoder.fit(pl.Series("y", ["no", "yes"]))
    given = np.array([[0.9, 0.1], [0.7, 0.3], [0.5, 0.5], [0.2, 0.8]])
    # Equally likely: the first, as the likeliest of more classes is found.
    assert flags.decide(given).tolist() == np.argmax(given, axis=1).tolist() == [0, 0, 0, 1]
    assert dataclasses.replace(flags, threshold=0.2).decide(given).tolist() == [0, 1, 1, 1]
    assert flags.decide(given, 0.05).tolist() == [1, 1, 1, 1]


def test_more_classes_are_decided_by_the_likeliest():
    species = TargetEncoder.fit(pl.Series("y", ["a", "b", "c"]))
    assert species.decide(np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]])).tolist() == [1, 0]


def test_the_threshold_is_saved():
    flags = dataclasses.replace(TargetEncoder.fit(pl.Series("y", [True, False])), threshold=0.125)
    config = json.loads(json.dumps(flags.to_config()))
    assert TargetEncoder.from_config(config) == flags
    del config["threshold"]
    with pytest.raises(SavedFileError, match="cannot be read"):
        TargetEncoder.from_config(config)


def test_a_target_of_which_a_few_rows_are_nearly_all_says_so_and_what_to_do():
    normal = np.random.default_rng(0).normal(size=2000)
    assert TargetEncoder.fit(pl.Series("y", normal)).notes == ()
    (note,) = TargetEncoder.fit(pl.Series("y", 10 ** (3 * normal))).notes
    assert '1 % of the training rows carry 80% or more of the variance of "y"' in note
    assert "Its logarithm" in note
    (note,) = TargetEncoder.fit(pl.Series("y", normal**9)).notes
    assert "once far values are clipped" in note
    # Of fewer than a hundred rows there is no such percent.
    assert TargetEncoder.fit(pl.Series("y", [float(k) for k in range(98)] + [1e9]), "regression").notes == ()
