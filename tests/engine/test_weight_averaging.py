"""The mean of late weights, inside the run."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from fallline.engine import (
    Boundary,
    EarlyStopping,
    Numbers,
    Plan,
    StochasticWeightAveraging,
    run,
)
from fallline.errors import UsageError
from fallline.optimizers import SGD

from .problems import classification, classifier

DATA = classification(60, 0)
PLAN = Plan(epochs=6, batch_size=16)


class Kept:
    """The weights at the end of each epoch."""

    granularity = "epoch"

    def __init__(self) -> None:
        self.weights: list[Any] = []

    def at_boundary(self, boundary: Boundary) -> None:
        if boundary.fresh_epochs:
            self.weights.append(jax.tree.map(np.array, boundary.state.variables))


def numbers(rule: Any, seed: int = 0, rate: float = 0.3) -> Numbers:
    rules = rule if isinstance(rule, tuple) else (rule,)
    return Numbers(classifier(), SGD(rate), rules, seed=seed)


@pytest.mark.parametrize(
    ("start", "every", "chosen"), [(0, 1, range(6)), (2, 1, [2, 3, 4, 5]), (1, 2, [2, 4])]
)
def test_the_run_ends_with_the_mean_of_the_epochs_that_count(start: int, every: int, chosen: Any) -> None:
    kept = Kept()
    result = run(classifier(), DATA, PLAN, numbers(StochasticWeightAveraging(start, every)), observers=[kept])
    expected = jax.tree.map(
        lambda *each: np.mean(np.array(each, float), axis=0), *(kept.weights[k] for k in chosen)
    )
    for found, mean in zip(jax.tree.leaves(result.variables), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(found, mean, rtol=1e-5, atol=1e-6)
    assert result.outcome.kind == "completed"  # type: ignore[union-attr]


def test_members_with_other_numbers_are_what_they_are_alone() -> None:
    members = [
        numbers(StochasticWeightAveraging(start, every), seed)
        for start, every, seed in ((0, 1, 0), (3, 2, 1))
    ]
    population = run(classifier(), DATA, PLAN, Numbers.stack(members))
    for k, member in enumerate(members):
        alone = run(classifier(), DATA, PLAN, member)
        pairs = zip(jax.tree.leaves(population.variables), jax.tree.leaves(alone.variables), strict=True)
        for stacked, solo in pairs:
            np.testing.assert_allclose(stacked[k], solo, rtol=1e-5, atol=1e-6)


def test_a_member_that_diverges_ends_with_what_was_finite() -> None:
    members = [numbers(StochasticWeightAveraging(), k, rate) for k, rate in enumerate((0.1, 1e30))]
    result = run(classifier(), DATA, PLAN, Numbers.stack(members))
    assert [outcome.kind for outcome in result.outcome] == ["completed", "diverged"]  # type: ignore[union-attr]
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(result.variables))


def test_of_two_rules_that_choose_the_last_has_the_last_word() -> None:
    stopping = EarlyStopping("loss", patience=9, restore_best_weights=True, mode="min")
    averaging = StochasticWeightAveraging()
    one, other, alone = (
        run(classifier(), DATA, PLAN, numbers(rules)).variables
        for rules in ((stopping, averaging), (averaging, stopping), (averaging,))
    )
    first, second, third = (jax.tree.leaves(each)[0] for each in (one, other, alone))
    np.testing.assert_array_equal(first, third)
    assert np.abs(first - second).max() > 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"every": 0}, "every"),
        ({"start_from_epoch": -1}, "start_from_epoch"),
        ({"start_from_epoch": 1.5}, "start"),
    ],
)
def test_numbers_that_are_none(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        StochasticWeightAveraging(**arguments)
