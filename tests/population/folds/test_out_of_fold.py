"""Predictions for every row by networks that have not seen it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import fallline as fl
from fallline.engine import Data, Numbers, Plan, run
from fallline.errors import DataError, UsageError
from fallline.optimizers import SGD
from fallline.population.folds import Bootstrap, assembled, draw_folds, folded, out_of_fold

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(3.0, 2.0, (24, 3)).astype(np.float32)
Y = (X @ [1.0, -1.0, 0.5] + 2).astype(np.float32)
FOLDS = draw_folds(3, 24, y=Y)


def build() -> fl.Model:
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(4, "tanh"), fl.layers.Dense(1)], seed=5)
    model.compile(SGD(0.05), "mse")
    return model


def test_members_are_what_they_are_alone_and_predict_rows_they_have_not_seen() -> None:
    data = folded(FOLDS, X, Y, preprocess=StandardScaler())
    rows = build()._prepared_rows(data.x, data.y)
    objective = build().objective(rows)
    numbers = [Numbers(objective, SGD(0.05), seed=5, share=share) for share in data.shares]
    result = run(objective, Data(rows, rows), Plan(epochs=3, batch_size=8), Numbers.stack(numbers))
    members, expected = [], np.zeros((24, 1))
    for fold in FOLDS:
        alone = build()
        scaler = StandardScaler().fit(X[fold.train])
        inputs = scaler.transform(X)
        history = alone.fit(
            inputs[fold.train],
            Y[fold.train],
            batch_size=8,
            epochs=3,
            verbose=0,
            seed=5,
            validation_data=(inputs[fold.validation], Y[fold.validation]),
        )
        for name, values in history.history.items():
            np.testing.assert_allclose(result.trace[name][fold.number], values, rtol=1e-5, err_msg=name)
        expected[fold.validation] = alone.predict(inputs[fold.validation])
        members.append(SimpleNamespace(model=alone, fold=fold.number))
    found = out_of_fold(members, X, data)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_predictions_are_put_together() -> None:
    parts = [np.full((fold.validation.size, 2), fold.number, np.float32) for fold in FOLDS]
    found = assembled(FOLDS, parts, 24)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[:, 0], np.repeat([0, 1, 2], 8))
    twice = assembled([*FOLDS, *FOLDS], [*parts, *(part + 2 for part in parts)], 24)
    np.testing.assert_array_equal(twice[:, 1], np.repeat([1, 2, 3], 8))


def test_no_partition_is_refused() -> None:
    parts = [np.zeros(fold.validation.size) for fold in FOLDS]
    with pytest.raises(DataError, match=r"8 of 24 rows are in no validation part.*KFold"):
        assembled(FOLDS[:2], parts[:2], 24)
    with pytest.raises(DataError, match="validated 1 times and some 2 times"):
        assembled([*FOLDS, FOLDS[0]], [*parts, parts[0]], 24)
    drawn = draw_folds(Bootstrap(9), 24)
    with pytest.raises(DataError, match="do not part"):
        assembled(drawn, [np.zeros(fold.validation.size) for fold in drawn], 24)
    with pytest.raises(UsageError, match="need members of folds"):
        out_of_fold([SimpleNamespace(model=None, fold=None)], X, folded(FOLDS, X, Y))


def test_several_inputs_are_cut_by_name() -> None:
    model = SimpleNamespace(predict=lambda x: x["a"][:, :1] + x["b"][:, :1])
    members = [SimpleNamespace(model=model, fold=fold.number) for fold in FOLDS]
    found = out_of_fold(members, {"a": X, "b": X}, folded(FOLDS, {"a": X, "b": X}, Y))
    np.testing.assert_allclose(found, 2 * X[:, :1])
    listed = SimpleNamespace(predict=lambda x: x[0][:, :1] + x[1][:, :1])
    members = [SimpleNamespace(model=listed, fold=fold.number) for fold in FOLDS]
    np.testing.assert_allclose(out_of_fold(members, [X, X], folded(FOLDS, [X, X], Y)), 2 * X[:, :1])
