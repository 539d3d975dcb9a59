"""Cross-validation as one population, against the same by hand with scikit-learn's splitters and solo fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.model_selection import StratifiedKFold, TimeSeriesSplit
from sklearn.preprocessing import StandardScaler

import fallline as fl
from fallline.errors import NotReadyError, TrainingWarning, UsageError
from fallline.population import CrossValidation

X, Y = load_wine(return_X_y=True)
FIT: dict[str, Any] = {"epochs": 3, "batch_size": 32, "verbose": 0}


def build() -> fl.Sequential:
    layers = [fl.Input((13,)), fl.layers.Dense(6, "relu"), fl.layers.Dense(3, "softmax")]
    model = fl.Sequential(layers)
    model.compile(fl.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def found() -> CrossValidation:
    return fl.cross_validate(build, X, Y, cv=3, seeds=2, preprocess=StandardScaler(), **FIT)


def test_each_fold_is_a_solo_fit_and_each_row_is_predicted_by_strangers(found: CrossValidation) -> None:
    predicted = np.zeros((len(X), 3))
    for fold, (train, judged) in enumerate(StratifiedKFold(3).split(X, Y)):
        scaler = StandardScaler().fit(X[train])
        for seed in range(2):
            model = build()
            model._reseed(seed)
            history = model.fit(
                scaler.transform(X[train]),
                Y[train],
                validation_data=(scaler.transform(X[judged]), Y[judged]),
                seed=seed,
                **FIT,
            )
            for name, values in history.history.items():
                assert found.scores[name][seed, fold] == pytest.approx(values[-1], rel=1e-4)
            predicted[judged] += model.predict(scaler.transform(X[judged])) / 2
    np.testing.assert_allclose(found.predictions, predicted, rtol=1e-4, atol=1e-5)


def test_the_mean_and_its_error(found: CrossValidation) -> None:
    """Over folds, the seeds of each averaged first; variance s^2 (1/k + test/train) of Nadeau and Bengio."""
    of_folds = found.scores["val_loss"].mean(axis=0)
    estimate = found.estimate()
    assert found.mean == estimate.mean == pytest.approx(of_folds.mean())
    assert found.overlap == pytest.approx(0.5)
    assert found.standard_error == pytest.approx(np.sqrt(of_folds.var(ddof=1) * (1 / 3 + 0.5)))
    assert estimate.low < estimate.mean < estimate.high
    assert found.estimate("val_accuracy").mean == pytest.approx(found.scores["val_accuracy"].mean())
    assert str(found).splitlines()[0] == "3 folds x 2 seeds: mean ± standard error"
    with pytest.raises(UsageError, match='Did you mean "val_loss"'):
        found.estimate("val_los")


def test_it_leaves_a_population(found: CrossValidation) -> None:
    assert len(found.population.members) == 6
    with pytest.raises(UsageError, match="preprocessing of its own"):
        found.population.ensemble()


def test_folds_that_do_not_part_the_rows_give_scores_alone() -> None:
    scaled = StandardScaler().fit_transform(X)
    order = np.random.default_rng(0).permutation(len(X))
    found = fl.cross_validate(build, scaled[order], Y[order], cv=TimeSeriesSplit(2), **FIT)
    assert found.predictions is None
    assert found.scores["val_loss"].shape == (1, 2)


def test_scores_are_of_the_weights_that_a_network_ends_with() -> None:
    """What an epoch records is of the weights of that epoch, not of their mean."""
    scaled = StandardScaler().fit_transform(X)
    rule = fl.callbacks.StochasticWeightAveraging()
    found = fl.cross_validate(build, scaled, Y, cv=2, callbacks=[rule], **FIT)
    for member in found.population.members:
        judged = np.setdiff1d(np.arange(len(X)), found.population.folded.folds[member.fold].train)
        expected = member.model.evaluate(scaled[judged], Y[judged], return_dict=True)
        assert found.scores["val_loss"][0, member.fold] == pytest.approx(expected["loss"], rel=1e-5)
        assert member.value("val_loss") != pytest.approx(expected["loss"], rel=1e-3)
    loss = -np.log(found.predictions[np.arange(len(X)), Y]).mean()
    assert found.mean == pytest.approx(loss, rel=1e-4)


def test_networks_that_diverge() -> None:
    def wild(seed: int) -> fl.Sequential:
        model = build()
        model.compile(fl.optimizers.SGD(1e30 if seed else 0.01), "sparse_categorical_crossentropy")
        return model

    scaled = StandardScaler().fit_transform(X)
    with pytest.warns(TrainingWarning, match="2 of 4 members diverged"):
        found = fl.cross_validate(wild, scaled, Y, cv=2, seeds=2, **FIT)
    assert np.isnan(found.mean)
    assert np.isfinite(found.scores["val_loss"][0]).all()
    assert found.predictions is None
    with pytest.warns(TrainingWarning), pytest.raises(NotReadyError, match="all 2 members diverged"):
        fl.cross_validate(wild, scaled, Y, cv=2, seeds=[1], **FIT)


def test_folds_are_called_cv() -> None:
    for verb in (fl.cross_validate, fl.learning_curve):
        with pytest.raises(UsageError, match="the folds are cv="):
            verb(build, X, Y, folds=5)
