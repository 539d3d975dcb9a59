"""One step on rows of the moment, for programs that write the loop themselves."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from fallline._schedule import at_step
from fallline._tree import all_finite, select
from fallline.engine.calls import Flat, Prepared
from fallline.engine.compilation import Program
from fallline.engine.objective import Batch, Objective, Step, Variables
from fallline.engine.state import Numbers, sums_like, zeros_like
from fallline.engine.step import take_step
from fallline.optimizers import Optimizer


def single_step(
    prepared: Prepared[Any],
    variables: Flat,
    optimizer: Flat | None,
    batch: Batch,
    seed: int,
    number: int,
) -> tuple[Flat, Flat, dict[str, Any]]:
    """The step that a run of one epoch with one batch takes, without a run.

    Where the loss or the weights would not be finite, variables and optimizer stay as they were.

    Args:
        prepared: An objective and an optimizer.
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
    place = np.array((seed, number, 1), np.int32)
    leaves, compiled = prepared.call(
        "step", lambda: Program(_step, "step"), variables, optimizer, batch, place
    )
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
    seed, number, steps = place[0], place[1], place[2]
    objective = at_step(fixed[0], 0)
    zero = zeros_like(sums_like(objective, variables, batch, training=True))

    def step(index: Any, state: Step) -> Step:
        numbers = Numbers(*fixed, seed=seed)
        return take_step(state.variables, state.optimizer, batch, numbers, number, index)

    # A loop of one step, as in a run: XLA then gives its digits.
    after = lax.fori_loop(jnp.int32(0), steps, step, Step(variables, optimizer, zero.loss, zero.statistics))
    finite = jnp.isfinite(after.loss) & all_finite(after.variables)
    kept = select(finite, (after.variables, after.optimizer), (variables, optimizer))
    results = {name: statistic.result() for name, statistic in after.statistics.items()}
    return *kept, {"loss": after.loss} | results
