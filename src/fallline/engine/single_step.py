"""One step on rows of the moment, for programs that write the loop themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from fallline._schedule import at_step
from fallline._tree import all_finite, replace
from fallline.compilation.program import Program
from fallline.engine.calls import Flat, Prepared
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.packed import Packed
from fallline.engine.state import Numbers, sums_like
from fallline.engine.step import take_step
from fallline.optimizers import Optimizer, OptimizerState


class Taken(NamedTuple):
    """A step that the device takes just now.

    Attributes:
        variables: The variables after it.
        optimizer: The optimizer's state after it, its slots packed.
        begun: That before it.
        left: What else it leaves.
        packed: The structure of that, packed.
    """

    variables: Flat
    optimizer: Flat
    begun: Flat
    left: Sequence[Any]
    packed: Any

    def results(self) -> tuple[bool, dict[str, Any]]:
        """Whether loss and variables are finite; loss and metrics before the step by name. Waits for the device."""
        finite, named = self.packed.unflatten(map(np.asarray, self.left)).tree
        return bool(finite), named


def single_step(
    prepared: Prepared[Any],
    variables: Flat,
    optimizer: Flat | None,
    batch: Batch,
    seed: int,
    number: int,
) -> Taken:
    """The step that a run of one epoch with one batch takes, without a run.

    Where it turns out that it is not finite, variables and optimizer should stay as they were: nothing is donated.

    Args:
        prepared: An objective and an optimizer.
        variables: The variables.
        optimizer: The optimizer's state, its slots packed; None: a fresh one.
        batch: The rows; an optimizer that needs all rows at once takes these for all.
        seed: Decides dropout, with the number of the step.
        number: How many such steps came before.
    """
    if optimizer is None:
        fresh, begun = prepared.call("start", lambda: Program(_start, "start", runs_once=True), variables)
        optimizer = Flat(fresh, begun.outputs)
    rows = batch, np.array((seed, number), np.int32)
    leaves, compiled = prepared.call("step", lambda: Program(_step, "step"), variables, optimizer, rows)
    middle = len(variables.leaves)
    end = middle + len(optimizer.leaves)
    # What comes out has the shapes and types of what went in.
    return Taken(
        Flat(leaves[:middle], variables.structure, variables.signature),
        Flat(leaves[middle:end], optimizer.structure, optimizer.signature),
        optimizer,
        leaves[end:],
        compiled.outputs.children()[2],
    )


def _start(fixed: tuple[Objective, Optimizer], variables: Variables) -> OptimizerState:
    return with_packed_slots(at_step(fixed[1], 0).init(variables.params))


def _step(
    fixed: tuple[Objective, Optimizer],
    variables: Variables,
    optimizer: OptimizerState,
    rows: tuple[Batch, Any],
) -> tuple[Variables, OptimizerState, Packed]:
    batch, place = rows
    sums_like(at_step(fixed[0], 0), variables, batch, training=True)  # refuses a loss that is no scalar
    numbers = Numbers(*fixed, seed=place[0])
    optimizer = replace(optimizer, slots=optimizer.slots.tree)
    step = take_step(variables, optimizer, batch, numbers, place[1], jnp.asarray(0, jnp.int32))
    # Chosen on the host: a choice of arrays here would be a pass over all of them.
    finite = jnp.isfinite(step.loss) & all_finite(step.variables)
    results = {name: statistic.result() for name, statistic in step.statistics.items()}
    left = finite.astype(step.loss.dtype), {"loss": step.loss} | results
    return step.variables, with_packed_slots(step.optimizer), Packed.of(left)


def with_packed_slots(state: OptimizerState) -> OptimizerState:
    """The state of an optimizer as a single step takes it."""
    return replace(state, slots=Packed.of(state.slots))
