"""Scores by the number of training rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

import fallline as fl
from fallline.errors import UsageError
from fallline.population import LearningCurve

X, Y = load_wine(return_X_y=True)
FIT: dict[str, Any] = {"epochs": 3, "batch_size": 16, "verbose": 0}


def build() -> fl.Sequential:
    layers = [fl.Input((13,)), fl.layers.Dense(6, "relu"), fl.layers.Dense(3, "softmax")]
    model = fl.Sequential(layers)
    model.compile(fl.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def found() -> LearningCurve:
    return fl.learning_curve(build, X, Y, sizes=[20, 1.0], cv=2, seeds=2, preprocess=StandardScaler(), **FIT)


def test_sizes_seeds_and_folds(found: LearningCurve) -> None:
    assert found.sizes == (20, 89)
    assert found.scores["val_loss"].shape == (2, 2, 2)
    assert found.minimise
    few, many = found.estimates()
    assert many.mean < few.mean  # more steps of more rows
    assert many.mean == pytest.approx(found.scores["val_loss"][1].mean())
    assert "20" in str(found)
    with pytest.raises(UsageError, match="val_loss"):
        found.estimates("val_loos")


def test_all_rows_give_what_cross_validation_gives(found: LearningCurve) -> None:
    whole = fl.cross_validate(build, X, Y, cv=2, seeds=2, preprocess=StandardScaler(), **FIT)
    np.testing.assert_allclose(found.scores["val_loss"][-1], whole.scores["val_loss"], rtol=1e-4)


def test_each_is_a_solo_fit_on_its_rows(found: LearningCurve) -> None:
    assert found.population.folded is not None
    fold = found.population.folded.folds[1]
    assert (fold.train.size, fold.number) == (20, 1)
    scaler = StandardScaler().fit(X[fold.train])
    model = build()
    model._reseed(1)
    rows = (scaler.transform(X[fold.validation]), Y[fold.validation])
    history = model.fit(scaler.transform(X[fold.train]), Y[fold.train], validation_data=rows, seed=1, **FIT)
    expected = history.history["val_loss"][-1]
    assert found.scores["val_loss"][0, 1, 1] == pytest.approx(expected, rel=1e-4)


def test_its_figure_says_what_was_found(found: LearningCurve, tmp_path: Path) -> None:
    figure = found.plot(tmp_path / "rows.png")
    assert (tmp_path / "rows.png").stat().st_size > 0
    assert "From 20 to 89 training rows val_loss" in figure.get_suptitle().replace("\n", " ")


def test_sizes_that_are_none() -> None:
    with pytest.raises(UsageError, match="120"):
        fl.learning_curve(build, X, Y, sizes=[120], cv=2, **FIT)
