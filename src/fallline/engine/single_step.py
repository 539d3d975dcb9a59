"""One step on rows of the moment, for programs that write the loop themselves."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline._schedule import at_step
from fallline._tree import all_finite, replace, select
from fallline.engine.calls import Flat, Prepared
from fallline.engine.compilation import Program
from fallline.engine.epoch import train_step
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.state import Numbers, initial_state
from fallline.optimizers import Optimizer


def single_step(
    prepared: Prepared[tuple[Objective, Optimizer]],
    variables: Flat,
    optimizer: Flat | None,
    batch: Batch,
    seed: int,
    number: int,
) -> tuple[Flat, Flat, dict[str, Any]]:
    """The step that a run of one epoch with one batch takes, without a run.

    Where the loss or the weights would not be finite, variables and optimizer stay as they were.

    Args:
        prepared: What to train, and the optimizer.
        variables: The variables.
        optimizer: The optimizer's state; None: a fresh one.
        batch: The rows; an optimizer that needs all rows at once takes these for all.
        seed: Decides dropout, with the number of the step.
        number: How many such steps came before.

    Returns:
        Variables and optimizer state after it, loss and metrics before it by name.
    """
    if optimizer is None:
        fresh, begun = prepared.call("start", lambda: Program(_start, "start", runs_once=True), variables)
        optimizer = Flat(fresh, begun.outputs)
    place = np.int32(seed), np.int32(number)
    leaves, compiled = prepared.call("step", lambda: Program(_step, "step"), variables, optimizer, batch, place)
    ends = len(variables.leaves), len(variables.leaves) + len(optimizer.leaves)
    # What comes out has the shapes and types of what went in.
    variables = Flat(leaves[: ends[0]], variables.structure, variables.signature)
    optimizer = Flat(leaves[ends[0] : ends[1]], optimizer.structure, optimizer.signature)
    results = compiled.outputs.children()[2].unflatten(leaves[ends[1] :])
    return variables, optimizer, {name: np.asarray(value) for name, value in results.items()}


def _start(fixed: tuple[Objective, Optimizer], variables: Variables) -> Any:
    return at_step(fixed[1], 0).init(variables.params)


def _step(
    fixed: tuple[Objective, Optimizer], variables: Variables, optimizer: Any, batch: Batch, place: Any
) -> tuple[Variables, Any, dict[str, jax.Array]]:
    seed, number = place
    numbers = Numbers(*fixed, seed=seed)
    begun = initial_state(numbers, variables, optimizer, 1, batch, batch.rows)
    state = train_step(begun, numbers, batch, number, jnp.asarray(0, jnp.int32))
    loss = state.step_losses[0]
    finite = jnp.isfinite(loss) & all_finite(state.variables)
    state = select(finite, state, replace(begun, statistics=state.statistics))
    results = {name: statistic.result() for name, statistic in state.statistics.items()}
    return state.variables, state.optimizer, {"loss": loss} | results
