"""Permutation importance: by hand, against scikit-learn, as a shuffled column of the table; its error and its limits."""

import dataclasses
import functools

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.inspection import permutation_importance

from fallline.compilation.program import compilation_report
from fallline.experiment import network
from fallline.experiment.answers import answers
from fallline.experiment.importance import affordable, importance, loss_rises
from fallline.experiment.parts import Part
from fallline.experiment.preparation import prepare
from fallline.experiment.scores import row_log_losses
from fallline.experiment.settings import Settings


def frame(rows=900, seed=0):
    """`strong` and `town` decide, `weak` a little, `noise` nothing."""
    generator = np.random.default_rng(seed)
    strong, weak, noise = generator.normal(size=(3, rows))
    town = generator.integers(0, 3, rows)
    score = 2 * strong + 0.4 * weak + 1.5 * (town == 1)
    noisy = score + generator.normal(scale=0.5, size=rows)
    return pl.DataFrame(
        {
            "strong": strong,
            "weak": np.where(np.arange(rows) % 9 == 0, np.nan, weak),
            "town": np.array(["Ulm", "Bonn", "Kiel"])[town],
            "noise": noise,
            "value": 100 + 10 * noisy,
            "two": np.where(noisy > 1, "yes", "no"),
            "three": np.digitize(noisy, [0, 1.5]),
        }
    ).with_columns(pl.col("weak").fill_nan(None))


def built(target, table, **options):
    drop = tuple({"value", "two", "three"} - {target})
    settings = Settings("table", target=target, drop=drop, test=0.4, **options)
    prepared = prepare(settings, table)
    settings = network.with_defaults(settings, network.facts(prepared), watched=True)
    return network.build(settings, prepared), prepared


@functools.cache
def trained(target):
    model, prepared = built(target, frame(), layers=(16,))
    model.fit(prepared.train.x, prepared.train.y, epochs=12, batch_size=32, verbose=0, seed=0)
    return model, prepared


def losses(model, prepared, x, y):
    """The loss of each row in NumPy; of a number in units of the target's own scale."""
    said = answers(model, prepared.target, x)
    if prepared.task == "regression":
        return ((said - prepared.target.decode(y)) / prepared.target.deviation) ** 2
    return row_log_losses(y.astype(int), said)


def features_of(prepared, name):
    ends = np.cumsum([0] + [encoder.width for encoder in prepared.preprocessor.encoders])
    place = [encoder.name for encoder in prepared.preprocessor.encoders].index(name)
    return np.arange(ends[place], ends[place + 1])


def owner_of(prepared):
    widths = [encoder.width for encoder in prepared.preprocessor.encoders]
    return np.repeat(np.arange(len(widths), dtype=np.int32), widths)


@pytest.mark.parametrize("target", ["value", "two", "three"])
def test_the_losses_are_those_of_shuffling_one_column_after_the_other(target):
    model, prepared = trained(target)
    test = prepared.test
    orders = np.stack([np.random.default_rng(k).permutation(len(test)) for k in range(3)]).astype(np.int32)
    plain, received, given = loss_rises(model, prepared.task, test, owner_of(prepared), orders)
    np.testing.assert_allclose(plain, losses(model, prepared, test.x, test.y), rtol=2e-4, atol=2e-5)
    for k, encoder in enumerate(prepared.preprocessor.encoders):
        features = features_of(prepared, encoder.name)
        by_hand = np.zeros((2, len(test)))
        for order in orders:
            x = test.x.copy()
            x[:, features] = test.x[order][:, features]
            found = losses(model, prepared, x, test.y) - plain
            by_hand[0] += found / 3
            by_hand[1][order] += found / 3
        np.testing.assert_allclose(received[k], by_hand[0], rtol=2e-4, atol=2e-5)
        np.testing.assert_allclose(given[k], by_hand[1], rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("column", ["town", "weak"])
def test_shuffling_features_is_shuffling_the_column_of_the_table(column):
    model, prepared = trained("two")
    test, order = prepared.test, np.random.default_rng(5).permutation(len(prepared.test))
    shuffled = test.frame.with_columns(test.frame[column][order])
    x = prepared.preprocessor.transform(shuffled)
    orders = order[None].astype(np.int32)
    plain, received, _ = loss_rises(model, prepared.task, test, owner_of(prepared), orders)
    place = [encoder.name for encoder in prepared.preprocessor.encoders].index(column)
    np.testing.assert_allclose(
        received[place], losses(model, prepared, x, test.y) - plain, rtol=2e-4, atol=2e-5
    )


class Wrapped(ClassifierMixin, BaseEstimator):
    """A run's network on rows of the table, as scikit-learn wants a classifier."""

    def __init__(self, run):
        self.run = run
        self.classes_ = np.arange(2)

    def fit(self, x, y):
        return self

    def predict_proba(self, rows):
        model, prepared = self.run
        columns = {name: list(rows[:, k]) for k, name in enumerate(("strong", "weak", "town", "noise"))}
        x = prepared.preprocessor.transform(pl.DataFrame(columns))
        return answers(model, prepared.target, x)


def test_it_is_scikit_learns_within_what_shuffles_differ():
    model, prepared = trained("two")
    rows = prepared.test.frame.select("strong", "weak", "town", "noise").to_pandas().to_numpy(dtype=object)
    rows[:, 1] = [None if value != value else value for value in rows[:, 1]]
    peer = permutation_importance(
        Wrapped(trained("two")), rows, prepared.test.y, scoring="neg_log_loss", n_repeats=20, random_state=0
    )
    own = {column.name: column for column in importance(model, prepared, seed=1).columns}
    for k, name in enumerate(("strong", "weak", "town", "noise")):
        spread = peer.importances_std[k] * np.sqrt(1 / 5 + 1 / 20)
        assert own[name].mean == pytest.approx(peer.importances_mean[k], abs=4 * spread + 1e-5)


@pytest.mark.parametrize("target", ["value", "two", "three"])
def test_what_decides_comes_first_and_noise_is_chance(target):
    model, prepared = trained(target)
    found = importance(model, prepared, seed=0)
    assert found.columns[0].name == "strong"
    leaned_on = {column.name for column in found.leaned_on}
    assert {"strong", "town"} <= leaned_on
    assert "noise" not in leaned_on
    assert (found.part, found.rows, found.all_rows, found.repeats) == ("test", 360, 360, 5)
    test = prepared.test
    score = losses(model, prepared, test.x, test.y).mean()
    if target == "value":
        true = prepared.target.decode(test.y)
        residual = answers(model, prepared.target, test.x) - true
        score = 1 - np.mean(residual**2) / np.var(true)
    assert found.measure == ("r2" if target == "value" else "log_loss")
    assert found.score == pytest.approx(score, rel=1e-4)


def test_the_standard_error_is_how_much_samples_of_rows_differ():
    model, prepared = trained("value")
    means, errors = [], []
    for seed in range(60):
        table = frame(150, seed=100 + seed)
        part = Part(
            prepared.preprocessor.transform(table),
            prepared.target.encode(table["value"]),
            np.arange(150),
        )
        found = importance(model, dataclasses.replace(prepared, test=part), seed=seed)
        # In units of the loss: the variance of each sample is no part of the error.
        columns = sorted(found.columns, key=lambda column: column.name)
        means.append([column.mean * np.var(part.y) for column in columns])
        errors.append([column.standard_error * np.var(part.y) for column in columns])
    # 60 samples know their spread within 9 %. Five shuffles leave some chance of their own in each row, which counts twice.
    ratio = np.mean(errors, axis=0) / np.std(means, axis=0, ddof=1)
    assert (ratio > 0.75).all()
    assert (ratio < 1.5).all()


@pytest.mark.parametrize("shares", [(2.0, 0.0), (1.0, 1.0), (0.0, 2.0)])
def test_columns_that_say_the_same_share_what_they_are_worth(shares):
    # A linear network with weight w on a column of variance v: shuffling it costs 2 w^2 v. Where a twin has half of the
    # weight, each of the two costs a quarter.
    table = frame().with_columns(pl.col("strong").alias("twin"))
    model, prepared = built("value", table, layers=())
    names = list(prepared.preprocessor.feature_names)
    kernel = np.zeros((len(names), 1), np.float32)
    kernel[names.index("strong")], kernel[names.index("twin")] = shares
    model.set_weights([kernel, np.zeros(1, np.float32)])
    x = prepared.test.x
    y = (2 * x[:, names.index("strong")] + np.random.default_rng(3).normal(size=len(x))).astype(np.float32)
    test = Part(x, y, prepared.test.numbers)
    found = {
        column.name: column
        for column in importance(model, dataclasses.replace(prepared, test=test), seed=0).columns
    }
    for name, weight in zip(("strong", "twin"), shares, strict=True):
        worth = 2 * weight**2 * np.var(x[:, names.index(name)]) / np.var(y)
        # The column and what is left unexplained go together a little in 360 rows; the error knows.
        assert found[name].mean == pytest.approx(worth, abs=3 * found[name].standard_error)
        assert found[name].mean == pytest.approx(worth, rel=0.15)
    assert found["noise"].mean == pytest.approx(0, abs=1e-6)


def test_all_columns_and_shuffles_are_one_program():
    def compiled():
        return sum(program.name == "permutation importance" for program in compilation_report().programs)

    model, prepared = trained("two")
    part = prepared.test
    smaller = dataclasses.replace(prepared, test=Part(part.x[:50], part.y[:50], part.numbers[:50]))
    before = compiled()
    first = importance(model, smaller, seed=0)
    assert compiled() == before + 1
    assert importance(model, smaller, seed=0) == first
    assert importance(model, smaller, seed=1) != first
    assert compiled() == before + 1


def test_columns_side_by_side_and_one_after_the_other_are_the_same(monkeypatch):
    model, prepared = trained("three")
    together = importance(model, prepared, seed=0)
    monkeypatch.setattr("fallline.experiment.importance.CELLS_AT_ONCE", 3 * prepared.test.x.size)
    apart = importance(model, prepared, seed=0)
    for one, other in zip(together.columns, apart.columns, strict=True):
        assert one.name == other.name
        assert one.mean == pytest.approx(other.mean, rel=1e-4, abs=1e-6)


def test_too_many_rows_are_drawn_and_said(monkeypatch):
    model, prepared = trained("two")
    monkeypatch.setattr("fallline.experiment.importance.affordable", lambda *_: (100, 2))
    found = importance(model, prepared, seed=0)
    assert found.basis == "100 of 360 test rows, 2 shuffles a column"
    assert found == importance(model, prepared, seed=0)


def test_without_test_rows_the_validation_rows_tell():
    model, prepared = trained("two")
    found = importance(model, dataclasses.replace(prepared, test=None), seed=0)
    assert (found.part, found.rows) == ("validation", len(prepared.validation))
    assert importance(model, dataclasses.replace(prepared, test=None, validation=None), seed=0) is None


def test_rows_that_cannot_be_told_apart_have_no_importance():
    model, prepared = trained("value")
    part = prepared.test
    one = Part(part.x[:1], part.y[:1], part.numbers[:1])
    equal = Part(part.x, np.zeros_like(part.y), part.numbers)
    for test in (one, equal):
        assert importance(model, dataclasses.replace(prepared, test=test), seed=0) is None


@pytest.mark.parametrize(
    ("rows", "columns", "work", "expected"),
    [
        (30, 4, 1000, (30, 5)),
        (6500, 14, 72_000, (4960, 5)),
        (10_000, 1000, 60_000, (208, 2)),
        (10_000, 4096, 1_000_000, (0, 0)),
        (20, 4096, 200_000, (20, 1)),
    ],
)
def test_the_work_is_bounded(rows, columns, work, expected):
    assert affordable(rows, columns, work) == expected
