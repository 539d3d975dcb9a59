"""The baselines beside the same models written by hand in scikit-learn on a pandas data frame, and what guards long fits."""

import dataclasses

import numpy as np
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fallline.data.images import ImagePreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.target import TargetEncoder
from fallline.experiment.baselines import boosting, fit_baselines, linear, trivial_answers
from fallline.experiment.judgement.findings import baseline_notes
from fallline.experiment.parts import Part, Prepared


def frames(table, prepared):
    """The rows that were seen and those of the test, as pandas has them, with the parts of the date."""
    when = table["since"].dt
    more = table.assign(
        days=table["since"].astype("datetime64[ns]").astype("int64") / 86_400e9,
        year=when.year,
        month=when.month,
        day=when.day,
        weekday=when.day_of_week,
        married=table["married"].astype(float),
    )
    seen = [prepared.train.numbers, prepared.validation.numbers]
    return more.iloc[np.concatenate(seen)], more.iloc[prepared.test.numbers]


NUMBERS = ["age", "married", "days", "year", "month", "day", "weekday"]


def by_hand(model):
    return make_pipeline(
        make_column_transformer(
            (
                make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()),
                NUMBERS,
            ),
            (OneHotEncoder(handle_unknown="ignore"), ["town"]),
        ),
        model,
    )


def test_ridge_is_that_of_scikit_learn_written_by_hand(table, pay, of_pay):
    seen, test = frames(table, pay)
    answers = of_pay["linear"].answers(pay.test, pay.target)
    wanted = by_hand(Ridge()).fit(seen, seen["pay"]).predict(test)
    np.testing.assert_allclose(answers, wanted, rtol=1e-5)


def test_logistic_regression_is_that_of_scikit_learn_written_by_hand(table, level, of_level):
    seen, test = frames(table, level)
    answers = of_level["linear"].answers(level.test, level.target)
    wanted = by_hand(LogisticRegression()).fit(seen, seen["level"]).predict_proba(test)
    assert level.classes == ("high", "low", "mid")  # as scikit-learn sorts them
    np.testing.assert_allclose(answers, wanted, atol=2e-3)
    assert (answers.argmax(1) == wanted.argmax(1)).all()


@pytest.mark.parametrize("target", ["pay", "level"])
def test_boosting_is_that_of_scikit_learn_with_its_categories(table, target, request):
    prepared = request.getfixturevalue(target)
    seen, test = frames(table, prepared)
    columns = ["age", "town", *NUMBERS[1:]]
    seen, test = (part[columns].astype({"town": "category"}) for part in (seen, test))
    answers = request.getfixturevalue(f"of_{target}")["boosting"].answers(prepared.test, prepared.target)
    model = (HistGradientBoostingRegressor if target == "pay" else HistGradientBoostingClassifier)(
        categorical_features="from_dtype", random_state=0
    )
    with boosting.one_thread():
        model.fit(
            seen, table[target].iloc[np.concatenate([prepared.train.numbers, prepared.validation.numbers])]
        )
        wanted = model.predict(test) if target == "pay" else model.predict_proba(test)
    np.testing.assert_allclose(answers, wanted, rtol=1e-4, atol=1e-4)


def test_trivial_answers_are_shares_and_mean(table, pay, level):
    seen, _ = frames(table, level)
    shares = seen["level"].value_counts(normalize=True).sort_index().to_numpy()
    np.testing.assert_allclose(trivial_answers(level, 2), [shares, shares])
    np.testing.assert_allclose(trivial_answers(pay, 3), [frames(table, pay)[0]["pay"].mean()] * 3, rtol=1e-6)


def test_new_rows_may_lack_values_and_hold_new_levels(pay, level, of_pay, of_level):
    new = pl.DataFrame(
        {"age": [30.0, None], "town": ["Rome", None], "married": [None, True], "since": [None, None]}
    )
    for prepared, baselines in ((pay, of_pay), (level, of_level)):
        for baseline in baselines.values():
            answers = baseline.answers_of_new(new, prepared.target)
            assert len(answers) == 2
            assert np.isfinite(answers).all()
            filled = baseline.answers_of_new(new.drop("since"), prepared.target, fill=True)
            np.testing.assert_array_equal(filled, answers)


def test_a_long_fit_takes_a_part_of_the_rows(monkeypatch, level):
    for module in (linear, boosting):
        monkeypatch.setattr(module, "LEAST_ROWS", 50)
        monkeypatch.setattr(module, "WORK_BUDGET", 1)
    baselines = fit_baselines(level, 0)
    assert [baseline.rows for baseline in baselines.values()] == [50, 50]


def test_many_classes_get_fewer_iterations_and_many_columns_none():
    assert (
        boosting.boosting_size(500, 20, 0).iterations == boosting.boosting_size(500, 20, 2).iterations == 100
    )
    assert boosting.boosting_size(500, 20, 26).iterations < 100
    assert boosting.boosting_size(500, 784, 10) is None


@pytest.mark.parametrize(
    ("rows", "ones", "names"), [(39, 19, ["linear"]), (60, 19, ["linear"]), (60, 25, ["linear", "boosting"])]
)
def test_trees_that_find_no_split_are_no_baseline(rows, ones, names):
    # scikit-learn wants 20 rows on each side of a split.
    flag = (np.arange(rows) < ones).astype(float)
    frame = pl.DataFrame({"flag": flag, "y": flag + 0.01 * np.arange(rows)})
    train = Part(flag[:, None], np.asarray(frame["y"]), np.arange(rows), frame)
    preprocessor = TablePreprocessor.fit(frame, target="y")
    prepared = Prepared(train, None, None, preprocessor, TargetEncoder.fit(frame["y"], "regression"), "", ())
    fitted = fit_baselines(prepared, 0)
    assert list(fitted) == names
    said = f"Boosted trees are no baseline here: in {rows} training and validation rows they find no split"
    assert [note.startswith(said) for note in baseline_notes(prepared, fitted)] == [True] * (2 - len(names))


def test_rows_of_one_class_are_answered_with_it(level):
    train = dataclasses.replace(level.train, y=np.ones_like(level.train.y))
    baselines = fit_baselines(dataclasses.replace(level, train=train), 0, parts=("train",))
    for baseline in baselines.values():
        answers = baseline.answers(level.test, level.target)
        assert answers.tolist() == [[0.0, 1.0, 0.0]] * len(level.test)


def test_a_class_without_rows_gets_probability_0(level):
    train = dataclasses.replace(level.train, y=np.where(level.train.y == 1, 0, level.train.y))
    baselines = fit_baselines(dataclasses.replace(level, train=train), 0, parts=("train",))
    for baseline in baselines.values():
        answers = baseline.answers(level.test, level.target)
        assert (answers[:, 1] == 0).all()
        np.testing.assert_allclose(answers.sum(1), 1.0)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_images_are_standardised_whatever_their_type(level, dtype):
    generator = np.random.default_rng(0)
    images = generator.integers(0, 200, (60, 4, 3)).astype(dtype)
    y = (images.mean((1, 2)) > 100).astype(np.int32) + (images[:, 0, 0] > 100)
    part = Part(images, y, np.arange(60))
    prepared = dataclasses.replace(
        level, train=part, validation=None, test=part, preprocessor=ImagePreprocessor.fit(images)
    )
    baselines = fit_baselines(prepared, 0)
    values = images.reshape(60, 12).astype(float)
    values = (values - values.mean()) / values.std()
    wanted = LogisticRegression().fit(values, y).predict_proba(values)
    np.testing.assert_allclose(baselines["linear"].answers(part, level.target), wanted, atol=5e-3)
    assert set(baselines) == {"linear", "boosting"}
