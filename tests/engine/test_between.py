"""Who changes a run between its epochs: a rate that is halved, weights that are copied, members that are ended."""

from __future__ import annotations

import importlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import replace
from fallline.engine import Numbers, Plan, TrainingState, run
from fallline.engine.endings import Status
from fallline.engine.placement import Placement
from fallline.errors import UsageError
from fallline.optimizers import Adam

from .problems import classification, classifier

DATA, PLAN, OBJECTIVE = classification(80, 20), Plan(epochs=6, batch_size=32), classifier()


def bits(node: Any) -> list[bytes]:
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(node)]


def numbers(rate: float, seed: int = 3) -> Numbers:
    return Numbers(OBJECTIVE, Adam(rate), seed=seed)


def with_rate(given: Numbers, rate: Any) -> Numbers:
    return replace(given, optimizer=replace(given.optimizer, learning_rate=rate))


def test_a_rate_that_is_halved_is_that_of_a_run_that_goes_on_with_it() -> None:
    turns: list[int] = []

    def halve(state: TrainingState, given: Numbers) -> Any:
        turns.append(int(state.epoch))
        if state.epoch != 4:
            return None
        return state, with_rate(given, given.optimizer.learning_rate / 2)

    result = run(OBJECTIVE, DATA, PLAN, numbers(0.02), between=halve, every=2)
    assert turns == [2, 4], "not after the last epoch"
    first = run(OBJECTIVE, DATA, Plan(epochs=4, batch_size=32), numbers(0.02))
    rest = run(
        OBJECTIVE,
        DATA,
        Plan(epochs=6, initial_epoch=4, batch_size=32),
        numbers(0.01),
        variables=first.variables,
        optimizer=first.optimizer,
    )
    assert bits(result.variables) == bits(rest.variables)
    np.testing.assert_array_equal(result.trace["val_loss"][4:], rest.trace["val_loss"])


def test_a_member_takes_over_the_weights_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exploit step of population-based training: the third of three members, over two devices, one filled up."""
    layout = lambda count, parameters, **_: Placement(count, tuple(jax.devices()[:2]), width=1)  # noqa: E731
    monkeypatch.setattr(importlib.import_module("fallline.engine.run"), "place", layout)

    def exploit(state: TrainingState, given: Numbers) -> Any:
        if state.epoch[0] != 2:
            return None
        assert state.epoch.shape == (3,)
        taken = np.array([0, 1, 0])
        copied = jax.tree.map(lambda leaf: leaf[taken], (state.variables, state.optimizer))
        rates = np.asarray(given.optimizer.learning_rate) * np.array([1, 1, 0.1])
        return replace(state, variables=copied[0], optimizer=copied[1]), with_rate(given, rates)

    members = Numbers.stack([numbers(rate, seed) for seed, rate in enumerate((0.02, 0.01, 0.05))])
    result = run(OBJECTIVE, DATA, PLAN, members, between=exploit)
    first = run(OBJECTIVE, DATA, Plan(epochs=2, batch_size=32), numbers(0.02, 0))
    rest = run(
        OBJECTIVE,
        DATA,
        Plan(epochs=6, initial_epoch=2, batch_size=32),
        numbers(0.005, 2),
        variables=first.variables,
        optimizer=first.optimizer,
    )
    for stacked, alone in zip(
        jax.tree.leaves(result.variables), jax.tree.leaves(rest.variables), strict=True
    ):
        np.testing.assert_allclose(stacked[2], alone, rtol=1e-6, atol=1e-7)
    untouched = run(OBJECTIVE, DATA, PLAN, numbers(0.02, 0))
    for stacked, alone in zip(
        jax.tree.leaves(result.variables), jax.tree.leaves(untouched.variables), strict=True
    ):
        np.testing.assert_allclose(stacked[0], alone, rtol=1e-6, atol=1e-7)


def test_members_may_be_ended() -> None:
    """Successive halving: the worse half goes no further."""

    def halve(state: TrainingState, given: Numbers) -> Any:
        if state.epoch.max() != 3:
            return None
        worse = np.array([False, True])
        return replace(state, status=jnp.where(worse, Status.STOPPED, state.status)), given

    members = Numbers.stack([numbers(0.01), numbers(1e-6)])
    result = run(OBJECTIVE, DATA, PLAN, members, between=halve)
    assert result.epochs.tolist() == [6, 3]
    assert [outcome.kind for outcome in result.outcome] == ["completed", "early_stopped"]
    assert np.isnan(result.trace["loss"][1, 3:]).all()
    short = run(OBJECTIVE, DATA, Plan(epochs=3, batch_size=32), numbers(1e-6))
    np.testing.assert_allclose(result.trace["loss"][1, :3], short.trace["loss"], rtol=1e-5)


def test_what_diverges_later_goes_back_to_the_weights_it_was_given() -> None:
    """A copied member is as good as it was copied, though its own last epoch was another."""

    def spoil(state: TrainingState, given: Numbers) -> Any:
        zeros = jax.tree.map(jnp.zeros_like, state.variables)
        return replace(state, variables=zeros), with_rate(given, np.float32(1e38))

    result = run(OBJECTIVE, DATA, PLAN, numbers(0.01), between=spoil, every=2)
    assert result.outcome.kind == "diverged"
    assert all((np.asarray(leaf) == 0).all() for leaf in jax.tree.leaves(result.variables))


def test_who_takes_the_place_of_one_that_diverged_may_diverge_again() -> None:
    given: list[Any] = []

    def exploit(state: TrainingState, numbers: Numbers) -> Any:
        if state.epoch[0] != 2:
            return None
        assert np.asarray(state.status).tolist() == [Status.RUNNING, Status.DIVERGED]
        copied = jax.tree.map(lambda leaf: leaf[np.array([0, 0])], state)
        given.append(jax.tree.map(lambda leaf: np.array(leaf[1]), copied.variables))
        return copied, numbers

    members = Numbers.stack([numbers(0.01), numbers(1e38)])
    result = run(OBJECTIVE, DATA, PLAN, members, between=exploit)
    assert [outcome.kind for outcome in result.outcome] == ["completed", "diverged"]
    assert result.epochs.tolist() == [6, 3]
    for stacked, copied in zip(jax.tree.leaves(result.variables), jax.tree.leaves(given[0]), strict=True):
        np.testing.assert_array_equal(stacked[1], copied)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s, n: (s, replace(n, seed=np.int32(9))), "between: seed cannot change"),
        (lambda s, n: (replace(s, variables=None), n), "between: state must have the structure"),
        (lambda s, n: (replace(s, step_losses=np.zeros(9)), n), r"state step_losses must have shape \(3,\)"),
    ],
)
def test_what_does_not_fit_is_refused(change: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(OBJECTIVE, DATA, PLAN, numbers(0.01), between=change)
