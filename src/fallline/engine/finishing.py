"""What a run ends with: weights that are finite, averages, and how each member ended."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline._schedule import at_step
from fallline._tree import PyTree, replace
from fallline.engine import endings
from fallline.engine.endings import Status
from fallline.engine.objective import Variables
from fallline.engine.state import Numbers, TrainingState, kept_by_rules
from fallline.history.outcome import Outcome


def restored(state: TrainingState, numbers: Numbers, bad: NDArray[np.bool_]) -> TrainingState:
    """A state in which members that are not finite are what they last were; done once a member, not in the loop.

    Args:
        state: The state of the run.
        numbers: Its numbers.
        bad: Which members these are: (), or (members,) in a population.
    """
    if not bad.any():
        return state
    good, optimizer = state.good.variables, state.good.optimizer
    variables = kept_by_rules(numbers, state.rules) if good is None else good
    assert variables is not None
    if optimizer.slots is None:

        def fresh(numbers: Numbers, params: PyTree) -> PyTree:
            return at_step(numbers.optimizer, 0).init_slots(params)

        fresh = fresh if numbers.members is None else jax.vmap(fresh)
        slots = fresh(numbers, variables.params)
        optimizer = replace(optimizer, slots=slots)

    def pick(then: Any, now: Any) -> Any:
        return jnp.where(bad.reshape(bad.shape + (1,) * (np.ndim(now) - bad.ndim)), then, now)

    variables, optimizer = jax.tree.map(pick, (variables, optimizer), (state.variables, state.optimizer))
    return replace(state, variables=variables, optimizer=optimizer)


def not_finite(variables: Variables, members: int | None) -> NDArray[np.bool_]:
    """Which members, () or (members,), have variables that are not finite."""
    axis = 0 if members is None else 1

    def finite(leaf: Any) -> NDArray[np.bool_]:
        values = np.isfinite(np.asarray(leaf, np.float64))
        return np.asarray(values.all(axis=tuple(range(axis, values.ndim))))

    return ~np.all([finite(leaf) for leaf in jax.tree.leaves(variables)], axis=0)


def averaged(state: TrainingState, numbers: Numbers) -> Variables:
    """The variables as the optimizer ends with them, e.g. averaged over the steps."""
    if state.good.optimizer.slots is None:
        return state.variables  # nothing is read from the slots at the end, see `Good`

    def finish(numbers: Numbers, params: PyTree, kept: PyTree) -> PyTree:
        finished = numbers.optimizer.finish(params, kept)
        # An average of points that keep to the constraints need not keep to them.
        return (
            params
            if finished is params
            else at_step(numbers, kept.step).objective.project(finished, jnp.zeros(()))
        )

    finish = finish if numbers.members is None else jax.vmap(finish)
    return replace(state.variables, params=finish(numbers, state.variables.params, state.optimizer))


def outcome(
    member: TrainingState,
    numbers: Numbers,
    initial_epoch: int,
    planned: int,
    step: int,
    *,
    interrupted: bool,
    stopped: bool,
    pauses: bool,
) -> Outcome:
    """How one member ended.

    Args:
        member: Its state on the host.
        numbers: The numbers of the run, for its rules.
        initial_epoch: The epoch with which the run began.
        planned: The epoch at which it was to end.
        step: Full steps done in the current epoch.
        interrupted: Whether Ctrl-C ended it.
        stopped: Whether an observer ended it.
        pauses: Whether it was to run a part of its epochs only.
    """
    epochs = initial_epoch + int(member.epoch)
    rules = zip(numbers.rules, member.rules, strict=True)
    # Of several rules that restore, the last has the last word.
    chosen = [rule.best_epoch(rule_state) for rule, rule_state in rules if rule.restores]
    best = chosen[-1] if chosen else None
    if member.status == Status.DIVERGED:
        return endings.diverged(initial_epoch, epochs - 1, int(member.bad_step), best)
    if member.status == Status.EARLY_STOPPED:
        return endings.early_stopped(epochs, best)
    if interrupted and epochs < planned:
        return endings.interrupted(epochs, step, best)
    if stopped or member.status == Status.STOPPED:
        return endings.stopped(epochs, best)
    if pauses and epochs < planned:
        return endings.paused(epochs, planned, best)
    return endings.completed(initial_epoch, epochs, best)
