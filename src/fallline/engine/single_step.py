"""One step on rows of the moment, for programs that write the loop themselves."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline._schedule import at_step
from fallline._tree import all_finite
from fallline.engine.calls import Flat, Prepared
from fallline.engine.compilation import Program
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.state import Numbers, sums_like
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
    place = np.array((seed, number), np.int32)
    leaves, compiled = prepared.call(
        "step", lambda: Program(_step, "step"), variables, optimizer, batch, place
    )
    after, left, finite, results = compiled.outputs.children()
    ends = after.num_leaves, after.num_leaves + left.num_leaves
    if np.asarray(leaves[ends[1]]):
        # What comes out has the shapes and types of what went in.
        variables = Flat(leaves[: ends[0]], variables.structure, variables.signature)
        optimizer = Flat(leaves[ends[0] : ends[1]], optimizer.structure, optimizer.signature)
    named = results.unflatten(leaves[ends[1] + finite.num_leaves :])
    return variables, optimizer, {name: np.asarray(value) for name, value in named.items()}


def _start(fixed: tuple[Objective, Optimizer], variables: Variables) -> Any:
    return at_step(fixed[1], 0).init(variables.params)


def _step(
    fixed: tuple[Objective, Optimizer], variables: Variables, optimizer: Any, batch: Batch, place: Any
) -> tuple[Variables, Any, Array, dict[str, Array]]:
    sums_like(at_step(fixed[0], 0), variables, batch, training=True)  # refuses a loss that is no scalar
    numbers = Numbers(*fixed, seed=place[0])
    step = take_step(variables, optimizer, batch, numbers, place[1], jnp.asarray(0, jnp.int32))
    # Chosen on the host: a choice of arrays here would be a pass over all of them.
    finite = jnp.isfinite(step.loss) & all_finite(step.variables)
    results = {name: statistic.result() for name, statistic in step.statistics.items()}
    return step.variables, step.optimizer, finite, {"loss": step.loss} | results
