"""Stacked numbers are the same run: each member of a population gives what its solo run gives."""

from __future__ import annotations

import importlib

import jax
import numpy as np
import pytest

from fallline.engine import EarlyStopping, Numbers, Plan, RunResult, compilation_report, initialise, run
from fallline.engine.placement import Placement, place
from fallline.errors import UsageError
from fallline.layers import Dense, Input
from fallline.models import NetworkObjective
from fallline.optimizers import SGD, Adam
from fallline.regularizers import L2

from .problems import classification, classifier, objective_of

# Matrix products in a vmap may add in another order; over 20 epochs that stays below this relative difference.
TOLERANCE = 1e-5

# learning rate, dropout rate, patience: two stop early at different epochs, one diverges, three go on.
SETTINGS = [
    (0.01, 0.0, 30),
    (0.3, 0.2, 2),
    (0.02, 0.5, 30),
    (0.5, 0.1, 5),
    (1e30, 0.3, 30),
    (0.02, 0.4, 30),
]


def member(seed: int, learning_rate: float, rate: float, patience: int) -> Numbers:
    rule = EarlyStopping(patience=patience, restore_best_weights=True)
    return Numbers(classifier(rate), SGD(learning_rate, momentum=0.9), (rule,), seed=seed)


@pytest.fixture(scope="module")
def members() -> list[Numbers]:
    return [member(seed, *setting) for seed, setting in enumerate(SETTINGS)]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(epochs=20, batch_size=32)


@pytest.fixture(scope="module")
def population(members: list[Numbers], plan: Plan) -> RunResult:
    return run(members[0].objective, classification(), plan, Numbers.stack(members))


def same(solo: RunResult, population: RunResult, member: int) -> None:
    """Asserts that a member's outcome, trace and variables are those of its solo run."""
    assert population.outcome[member] == solo.outcome
    epochs = int(solo.epochs)
    assert int(population.epochs[member]) == epochs
    for name, values in solo.trace.items():
        np.testing.assert_allclose(
            population.trace[name][member][:epochs], values, rtol=TOLERANCE, err_msg=name
        )
        assert np.isnan(population.trace[name][member][epochs:]).all()
    pairs = zip(jax.tree.leaves(solo.variables), jax.tree.leaves(population.variables), strict=True)
    for alone, stacked in pairs:
        np.testing.assert_allclose(stacked[member], alone, rtol=TOLERANCE, atol=1e-6)


def test_the_population_runs_on_two_devices() -> None:
    placement = place(members=6, parameters=200)
    assert len(placement.devices) == 2
    assert placement.width == 3


def test_members_end_in_different_ways(population: RunResult) -> None:
    kinds = [outcome.kind for outcome in population.outcome]
    assert kinds.count("early_stopped") == 2
    assert kinds[4] == "diverged"
    stopped = {outcome.epoch for outcome in population.outcome if outcome.kind == "early_stopped"}
    assert len(stopped) == 2, "the two that stop early stop at different epochs"
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(population.variables))


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_each_member_equals_its_solo_run(
    number: int, members: list[Numbers], plan: Plan, population: RunResult
) -> None:
    solo = run(members[number].objective, classification(), plan, members[number])
    same(solo, population, number)


@pytest.mark.parametrize(("devices", "width"), [(1, 1), (1, 2), (2, 2)])
def test_members_in_another_layout_are_the_same_run(
    members: list[Numbers],
    plan: Plan,
    population: RunResult,
    monkeypatch: pytest.MonkeyPatch,
    devices: int,
    width: int,
) -> None:
    """One after the other on one device, in groups of two, and in groups on two devices with two that fill up."""
    other_layout = lambda count, parameters, **_: Placement(count, tuple(jax.devices()[:devices]), width)  # noqa: E731
    monkeypatch.setattr(importlib.import_module("fallline.engine.run"), "place", other_layout)
    other = run(members[0].objective, classification(), plan, Numbers.stack(members))
    assert other.outcome == population.outcome
    for name, values in population.trace.items():
        np.testing.assert_allclose(other.trace[name], values, rtol=TOLERANCE, err_msg=name)


def test_a_number_of_members_that_the_devices_do_not_divide(members: list[Numbers], plan: Plan) -> None:
    odd = members[:3]
    result = run(odd[0].objective, classification(), plan, Numbers.stack(odd))
    assert len(result.outcome) == 3
    assert result.trace["loss"].shape[0] == 3
    same(run(odd[2].objective, classification(), plan, odd[2]), result, 2)


def test_members_may_share_the_data_order_and_start_from_given_weights(plan: Plan) -> None:
    data, objective = classification(), classifier()
    numbers = [Numbers(objective, Adam(rate), seed=5) for rate in (1e-3, 1e-2, 3e-2)]
    starts = [initialise(objective, seed) for seed in (10, 11, 12)]
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *starts)
    result = run(objective, data, plan, Numbers.stack(numbers), variables=stacked)
    for k in range(3):
        same(run(objective, data, plan, numbers[k], variables=starts[k]), result, k)


def test_penalties_differ_between_members() -> None:
    def objective(factor: float) -> NetworkObjective:
        return objective_of([Input((8,)), Dense(3, activation="softmax", kernel_regularizer=L2(factor))])

    plan = Plan(epochs=5)
    numbers = [Numbers(objective(factor), SGD(0.1), seed=1) for factor in (1e-4, 1e-1)]
    result = run(numbers[0].objective, classification(), plan, Numbers.stack(numbers))
    size = [float(np.abs(result.variables.params["dense"]["kernel"][k]).sum()) for k in range(2)]
    assert size[1] < size[0] / 2, "the larger penalty keeps the weights smaller"
    same(run(numbers[1].objective, classification(), plan, numbers[1]), result, 1)


def test_structures_that_differ_are_refused() -> None:
    numbers = [Numbers(classifier(0.1), SGD(0.1)), Numbers(classifier(0.1), Adam(0.1))]
    with pytest.raises(UsageError, match="differ in structure"):
        Numbers.stack(numbers)


def test_a_population_compiles_once_for_other_numbers(members: list[Numbers], plan: Plan) -> None:
    run(members[0].objective, classification(), plan, Numbers.stack(members))
    before = len(compilation_report().programs)
    others = [member(seed + 10, 0.05, 0.25, 4) for seed in range(6)]
    run(others[0].objective, classification(), Plan(epochs=7, batch_size=32), Numbers.stack(others))
    assert len(compilation_report().programs) == before
