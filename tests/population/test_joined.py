"""A population as one model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import fallline as fl
from fallline.errors import FalllineWarning, NotReadyError, TrainingWarning, UsageError
from fallline.models import Ensemble
from fallline.population import Population

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(np.int32)


def build(learning_rate: float = 0.1) -> fl.Sequential:
    layers = [fl.Input((4,)), fl.layers.Dense(5, "relu"), fl.layers.Dense(2, "softmax")]
    model = fl.Sequential(layers)
    model.compile(fl.optimizers.SGD(learning_rate), "sparse_categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def population() -> Population:
    """Six members, two of which diverge."""
    axes = {"learning_rate": [0.01, 0.3, 1e30]}
    with pytest.warns(TrainingWarning, match="2 of 6 members diverged"):
        return Population(build, axes, seeds=2).fit(X, Y, epochs=2, validation_split=0.25, verbose=0)


@pytest.fixture(scope="module")
def folded() -> Population:
    return Population(build, {"learning_rate": [0.01, 0.3]}).fit(X, Y, epochs=2, folds=3, verbose=0)


def mean(members: Any) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = np.mean([member.model.predict(X) for member in members], axis=0)
    return found


def test_all_that_did_not_diverge(population: Population) -> None:
    left = [member for member in population.members if not member.diverged]
    ensemble = population.ensemble(select="all")
    assert isinstance(ensemble, Ensemble)
    assert len(ensemble.members) == len(left) == 4
    np.testing.assert_allclose(ensemble.predict(X), mean(left), rtol=1e-5, atol=1e-6)


def test_unless_told_it_is_of_the_seeds_of_the_best_candidate(population: Population) -> None:
    scores = [np.mean([m.score for m in population.members if m.candidate == k]) for k in range(3)]
    best = [m for m in population.members if m.candidate == int(np.nanargmin(scores))]
    np.testing.assert_allclose(population.ensemble().predict(X), mean(best), rtol=1e-5, atol=1e-6)


def test_the_best(population: Population) -> None:
    best = sorted((m for m in population.members if not m.diverged), key=lambda member: member.score)[:2]
    np.testing.assert_allclose(population.ensemble(top=2).predict(X), mean(best), rtol=1e-5, atol=1e-6)


def test_a_greedy_choice_on_the_validation_rows(population: Population) -> None:
    ensemble = population.ensemble(select="greedy", top=6)
    loss = ensemble.evaluate(X[90:], Y[90:])
    assert loss <= min(m.model.evaluate(X[90:], Y[90:]) for m in population.members if not m.diverged) + 1e-6
    other = population.ensemble(select="greedy", top=6, x=X[90:], y=Y[90:])
    np.testing.assert_array_equal(ensemble.predict(X), other.predict(X))  # type: ignore[union-attr]


def test_weights(population: Population) -> None:
    alike = Population(build, {"learning_rate": [0.01, 0.1]}).fit(
        X, Y, epochs=1, validation_split=0.25, verbose=0
    )
    soup = alike.ensemble(average="weights", select="all")
    with pytest.raises(UsageError, match="the best candidate has one member"):
        alike.ensemble()
    each = [member.model.get_weights() for member in alike.members]
    for array, *own in zip(soup.get_weights(), *each, strict=True):
        np.testing.assert_allclose(array, np.mean(own, axis=0), rtol=1e-5, atol=1e-7)
    best = min(member.score for member in alike.members)
    assert alike.ensemble(average="weights", select="greedy").evaluate(X[90:], Y[90:]) <= best + 1e-5
    with pytest.warns(FalllineWarning, match="began with other weights"):
        population.ensemble(average="weights")


def test_folds_come_and_go_together(folded: Population) -> None:
    ensemble = folded.ensemble()
    assert isinstance(ensemble, Ensemble)
    np.testing.assert_array_equal(folded.ensemble(top=1).predict(X), ensemble.predict(X))
    scores = [np.mean([m.score for m in folded.members if m.candidate == k]) for k in (0, 1)]
    best = [m for m in folded.members if m.candidate == int(np.argmin(scores))]
    assert len(ensemble.members) == 3
    np.testing.assert_allclose(ensemble.predict(X), mean(best), rtol=1e-5, atol=1e-6)
    greedy = folded.ensemble(select="greedy")
    assert isinstance(greedy, Ensemble)
    assert len(greedy.members) in (3, 6)
    with pytest.warns(FalllineWarning), pytest.raises(UsageError, match="trained nobody"):
        folded.ensemble(select="greedy", average="weights")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"top": 5}, r"top=5 of 4 members that can be taken \(2 diverged"),
        ({"top": 0}, "top"),
        ({"select": "bets"}, 'Did you mean "best"'),
        ({"average": "weight"}, 'Did you mean "weights"'),
        ({"select": "all", "top": 2}, "leave top out"),
    ],
)
def test_what_is_refused(population: Population, options: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        population.ensemble(**options)


def test_nothing_to_join() -> None:
    with pytest.raises(NotReadyError, match="nothing is trained"):
        Population(build).ensemble()
    plain = Population(build).fit(X, Y, epochs=1, verbose=0)
    with pytest.raises(UsageError, match="validation_data, validation_split or folds"):
        plain.ensemble(select="greedy")
    prepared = Population(build).fit(X, Y, epochs=1, folds=2, preprocess=StandardScaler(), verbose=0)
    with pytest.raises(UsageError, match="preprocessing of its own"):
        prepared.ensemble()
