"""Means of weights."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline.errors import FalllineWarning, NotReadyError, UsageError
from fallline.models import greedy_soup, uniform_soup

from .problems import HELD, TRAIN, X, Y, classifier, trained


@functools.cache
def siblings() -> list[fl.Model]:
    """Networks that began with the same weights; the last is spoilt."""
    models: list[fl.Model] = []
    for seed in range(4):
        model = classifier(seed=0)
        model.fit(X[TRAIN], Y[TRAIN], epochs=2, verbose=0, seed=seed)
        models.append(model)
    models[-1].set_weights([-3 * array for array in models[-1].get_weights()])
    return models


def test_the_mean_of_all() -> None:
    soup = uniform_soup(siblings()[:3])
    assert soup.ingredients == (0, 1, 2)
    for array, *each in zip(
        soup.model.get_weights(), *(model.get_weights() for model in siblings()[:3]), strict=True
    ):
        np.testing.assert_allclose(array, np.mean(np.array(each, float), axis=0), rtol=1e-6)
    assert soup.model.loss is siblings()[0].loss


def by_hand(models: list[fl.Model], monitor: str, sign: int) -> tuple[list[int], float]:
    """Recipe 1 of the paper."""
    work = classifier()

    def score(numbers: list[int]) -> float:
        arrays = zip(*(models[number].get_weights() for number in numbers), strict=True)
        work.set_weights([np.mean(np.array(each, float), axis=0).astype(np.float32) for each in arrays])
        return sign * float(work.evaluate(X[HELD], Y[HELD], return_dict=True)[monitor])

    alone = [score([number]) for number in range(len(models))]
    order = sorted(range(len(models)), key=lambda number: (alone[number], number))
    taken = order[:1]
    for number in order[1:]:
        if score([*taken, number]) <= score(taken):
            taken.append(number)
    return taken, sign * score(taken)


@pytest.mark.parametrize(("monitor", "sign"), [("loss", 1), ("accuracy", -1)])
def test_greedy_as_by_hand(monitor: str, sign: int) -> None:
    soup = greedy_soup(siblings(), X[HELD], Y[HELD], monitor=monitor)
    taken, reached = by_hand(siblings(), monitor, sign)
    assert list(soup.ingredients) == taken
    assert soup.score == pytest.approx(reached)
    assert 3 not in soup.ingredients
    assert len(soup.scores) == 4
    found = soup.model.evaluate(X[HELD], Y[HELD], return_dict=True)[monitor]
    assert found == pytest.approx(reached)
    assert sign * reached <= min(sign * score for score in soup.scores)


def normalised(seed: int) -> fl.Model:
    layers = [fl.Input((4,)), fl.layers.Dense(3), fl.layers.BatchNormalization(), fl.layers.Dense(1)]
    model = fl.Sequential(layers, seed=seed)
    model.compile("sgd", "mse")
    return model


def test_batch_statistics_are_asked_for_and_taken_again() -> None:
    models = [normalised(seed) for seed in range(2)]
    with pytest.warns(FalllineWarning, match="statistics=x"):
        uniform_soup(models)
    soup = uniform_soup(models, statistics=X).model
    kernel, bias = soup.get_weights()[:2]
    np.testing.assert_allclose(
        soup.layers[1].moving_mean, (X @ kernel + bias).mean(axis=0), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize(
    ("models", "text"),
    [
        (lambda: [trained(8), trained(5)], r"Dense kernel \(4, 8\) and Dense kernel \(4, 5\).*Ensemble"),
        (list, "at least one"),
        (lambda: [trained(), "model"], "member 1 is no model"),
    ],
)
def test_unlike_models(models: Any, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        uniform_soup(models())
    with pytest.raises(UsageError, match=text):
        greedy_soup(models(), X, Y)


def test_what_is_monitored() -> None:
    with pytest.raises(UsageError, match='Did you mean "accuracy"'):
        greedy_soup(siblings(), X, Y, monitor="acuracy")
    bare = fl.Sequential([fl.Input((4,)), fl.layers.Dense(3)])
    with pytest.raises(NotReadyError, match="compiled"):
        greedy_soup([bare], X, Y)
