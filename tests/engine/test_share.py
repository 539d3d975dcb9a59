"""Rows of a member's own: folds, bootstrap and boosting in one population, each member as alone on its rows."""

from __future__ import annotations

import importlib
from typing import Any

import jax
import numpy as np
import pytest

from fallline.data import ClassBalanced, HardExamples
from fallline.engine import Batch, Data, EarlyStopping, Numbers, Plan, RunResult, Share, run
from fallline.engine.placement import Placement
from fallline.errors import DataError, UsageError
from fallline.optimizers import SGD

from .problems import classification, classifier

ROWS, FOLDS = 120, 4
WHOLE = classification(ROWS, 0).train
WEIGHTED = classifier()


@pytest.fixture(params=["side by side", "one after the other"])
def _placement(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    width = 2 if request.param == "side by side" else 1
    layout = lambda count, parameters, **_: Placement(count, tuple(jax.devices()[:2]), width)  # noqa: E731
    monkeypatch.setattr(importlib.import_module("fallline.engine.run"), "place", layout)


def folds() -> list[Share]:
    order = np.random.default_rng(3).permutation(ROWS).reshape(FOLDS, -1)
    return [Share(np.delete(order, k, 0).reshape(-1), order[k]) for k in range(FOLDS)]


def rows(indices: Any, weight: Any = None) -> Batch:
    taken: Batch = jax.tree.map(lambda array: array[np.asarray(indices)], WHOLE)
    return Batch(taken.x, taken.y, weight)


def same(population: RunResult, solo: RunResult, member: int) -> None:
    """Within what the tests of populations allow."""
    assert population.outcome[member] == solo.outcome
    for name, values in solo.trace.items():
        np.testing.assert_allclose(
            population.trace[name][member][: len(values)], values, rtol=1e-5, err_msg=name
        )
    pairs = zip(jax.tree.leaves(population.variables), jax.tree.leaves(solo.variables), strict=True)
    for stacked, alone in pairs:
        np.testing.assert_allclose(stacked[member], alone, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("_placement")
def test_folds_with_validation_and_early_stopping() -> None:
    """Each is trained on its rows and stopped by its own validation, here 90 and 30 of 120."""

    def numbers(seed: int, share: Share) -> Numbers:
        rule = EarlyStopping(patience=2, restore_best_weights=True)
        return Numbers(classifier(), SGD(0.5), (rule,), seed=seed, share=share)

    plan = Plan(epochs=12, batch_size=32)
    members = [numbers(k, share) for k, share in enumerate(folds())]
    population = run(members[0].objective, Data(WHOLE, WHOLE), plan, Numbers.stack(members))
    assert {outcome.kind for outcome in population.outcome} == {"early_stopped", "completed"}
    for k, share in enumerate(folds()):
        alone = run(classifier(), Data(rows(share.train), rows(share.validation)), plan, numbers(k, Share()))
        same(population, alone, k)


@pytest.mark.usefixtures("_placement")
@pytest.mark.parametrize("batch_size", [32, ROWS])
def test_bootstrap_counts_as_weights(batch_size: int) -> None:
    rng = np.random.default_rng(0)
    counts = [np.bincount(rng.integers(0, ROWS, ROWS), minlength=ROWS).astype(np.float32) for _ in range(3)]
    plan = Plan(epochs=3, batch_size=batch_size)
    members = [Numbers(WEIGHTED, SGD(0.2), seed=k, share=Share(weight=each)) for k, each in enumerate(counts)]
    population = run(WEIGHTED, Data(WHOLE), plan, Numbers.stack(members))
    for k, each in enumerate(counts):
        alone = run(WEIGHTED, Data(rows(range(ROWS), each)), plan, Numbers(WEIGHTED, SGD(0.2), seed=k))
        same(population, alone, k)


HOW: dict[str, Any] = {
    "one network": (32, None, True),
    "full batch": (90, None, False),
    "hard examples": (32, HardExamples(), False),
}


@pytest.mark.parametrize(("batch_size", "sampler", "solo"), HOW.values(), ids=HOW.keys())
def test_rows_and_weights_however_rows_are_taken(batch_size: int, sampler: Any, solo: bool) -> None:
    """The weights are by the row of the whole set, and multiply those that the data have."""
    own = np.linspace(0.5, 1.5, ROWS).astype(np.float32)
    factors = np.linspace(2, 0, ROWS).astype(np.float32)
    data, plan = Data(rows(range(ROWS), own)), Plan(epochs=3, batch_size=batch_size)
    train = folds()[1].train
    given = Numbers(WEIGHTED, SGD(0.2), seed=5, sampler=sampler, share=Share(train, weight=factors))
    alone = Numbers(WEIGHTED, SGD(0.2), seed=5, sampler=sampler)
    expected = run(WEIGHTED, Data(rows(train, (own * factors)[train])), plan, alone)
    if solo:
        found = run(WEIGHTED, data, plan, given)
        for one, other in zip(
            jax.tree.leaves(found.variables), jax.tree.leaves(expected.variables), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    else:
        same(run(WEIGHTED, data, plan, Numbers.stack([given, given])), expected, 1)


def test_a_share_that_does_not_fit_is_refused() -> None:
    def attempt(share: Share, plan: Plan | None = None) -> None:
        run(WEIGHTED, Data(WHOLE), plan or Plan(), Numbers(WEIGHTED, SGD(0.2), share=share))

    with pytest.raises(DataError, match="train holds rows 0 to 120, but the train set has 120 rows"):
        attempt(Share(np.array([0, 120])))
    with pytest.raises(DataError, match="validation holds rows 3 to 3, but the validation set has 0 rows"):
        attempt(Share(validation=np.array([3])))
    with pytest.raises(DataError, match=r"one number per row of the training set \(120,\); got \(3,\)"):
        attempt(Share(weight=np.ones(3)))
    with pytest.raises(DataError, match=r"row numbers \(n,\), at least one; got float64 \(2,\)"):
        Share(np.array([0.0, 1.0]))
    with pytest.raises(UsageError, match="ClassBalanced knows the whole training set"):
        attempt(Share(np.arange(8)), Plan(sampling=ClassBalanced().bound(ROWS, WHOLE.y)))
