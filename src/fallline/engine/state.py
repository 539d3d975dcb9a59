"""What a run carries from step to step, and the numbers it runs with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fallline._schedule import at_step
from fallline._tree import PyTree, canonical, named_leaves, replace, stack, static, tree
from fallline.data.sampling import HardExamples
from fallline.engine.endings import Status
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.probes import Probe
from fallline.engine.stopping import Rule
from fallline.errors import UsageError
from fallline.metrics import Statistic
from fallline.optimizers import Optimizer


@tree
class Numbers:
    """Everything of a run that can change without compiling again: the leaves of these trees.

    With `members` set, every leaf carries a leading member axis and the run trains that many networks.

    Attributes:
        objective: The objective; its leaves are rates, penalties and the like.
        optimizer: The optimizer; its leaves are learning rate, betas and the like.
        rules: Rules inside the run (early stopping); their leaves are patience, min_delta and the like.
        seed: Decides initial weights, dropout and data order.
        probes: Measurements taken at the end of each epoch.
        sampler: What draws the rows of each epoch inside the run, or None: the order comes from the host.
        members: How many networks; None for one without a member axis.
    """

    objective: Objective
    optimizer: Optimizer
    rules: tuple[Rule, ...] = ()
    seed: Any = 0
    probes: tuple[Probe, ...] = ()
    sampler: HardExamples | None = None
    members: int | None = static(default=None)

    def canonical(self) -> Numbers:
        """The same numbers as arrays of the types that the compiled program takes."""
        return canonical(replace(self, seed=np.asarray(self.seed, np.int32)))

    @staticmethod
    def stack(members: Sequence[Numbers]) -> Numbers:
        """The numbers of several solo runs as those of one population.

        Raises:
            UsageError: the members differ in structure (another layer, another kind of optimizer).
        """
        members = [member.canonical() for member in members]
        structures = {jax.tree.structure(member) for member in members}
        if len(structures) != 1:
            raise UsageError(
                "Numbers.stack: the members differ in structure, not only in numbers; "
                "train one population for each structure."
            )
        stacked = stack(members)
        return replace(stacked, members=len(members))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each member (one for a solo run)."""
        return tuple(int(seed) for seed in np.atleast_1d(np.asarray(self.seed)))


@tree
class TrainingState:
    """The state of one network in training; in a population each leaf has a leading member axis.

    Attributes:
        variables: Current parameters and model state.
        optimizer: The optimizer's slots and step count.
        rules: The state of each rule.
        epoch: Epochs completed in this run.
        status: A `Status`.
        bad_step: For a diverged member, the step of the epoch whose loss was not finite; else -1.
        step_losses: The loss of each step of the current epoch (steps_per_epoch,).
        statistics: Sums of the current epoch's metrics.
        errors: The loss of each training row after the last epoch (rows,), where a sampler wants it; else None.
        good: Variables and optimizer state after the last epoch in which everything was finite.
    """

    variables: Variables
    optimizer: PyTree
    rules: tuple[PyTree, ...]
    epoch: Int[Array, ""]
    status: Int[Array, ""]
    bad_step: Int[Array, ""]
    step_losses: Float[Array, "steps"]
    statistics: dict[str, Statistic]
    errors: Float[Array, "rows"] | None
    good: tuple[Variables, PyTree]


@tree
class Window:
    """The part of the run that one dispatch executes, as numbers: no window compiles again.

    Either `epochs` whole epochs, or the steps from `first_step` to before `last_step` of one epoch, which is
    closed (validated, judged) when `last_step` is the number of full batches.

    Attributes:
        offset: Position of the first epoch in the block of indices.
        first_epoch: Number of the first epoch of the window, counted from 0 over the whole training.
        epochs: Epochs in the window.
        first_step: First step of each epoch.
        last_step: Step before which each epoch ends in this window.
    """

    offset: Any
    first_epoch: Any
    epochs: Any
    first_step: Any
    last_step: Any


def initial_state(
    numbers: Numbers,
    variables: Variables,
    optimizer: PyTree | None,
    steps_per_epoch: int,
    batch: Batch,
    rows: int,
) -> TrainingState:
    """The state before the first step, for one member.

    Args:
        numbers: The run's numbers.
        variables: Variables to start from.
        optimizer: The optimizer state to go on with, or None for a fresh one.
        steps_per_epoch: Steps per epoch, the short one included.
        batch: Any batch; only its shapes are used, to learn which statistics the objective keeps.
        rows: Rows of the training set.
    """
    for name, leaf in named_leaves(variables.params).items():
        if not jnp.issubdtype(leaf.dtype, jnp.floating):
            raise UsageError(
                f'parameter "{name}" has type {leaf.dtype}; gradients need floating numbers. '
                "Make it a float in init."
            )
    numbers = at_step(numbers, 0)
    key = jax.random.key(0)
    value, evaluated = jax.eval_shape(
        lambda v, b: numbers.objective.loss(v, b, key, training=True), variables, batch
    )
    if value.shape != ():
        raise UsageError(f"the objective's loss must be a scalar, got shape {value.shape}.")
    optimizer = numbers.optimizer.init(variables.params) if optimizer is None else optimizer
    return TrainingState(
        variables=variables,
        optimizer=optimizer,
        rules=tuple(rule.init(variables) for rule in numbers.rules),
        epoch=jnp.asarray(0, jnp.int32),
        status=jnp.asarray(Status.RUNNING, jnp.int32),
        bad_step=jnp.asarray(-1, jnp.int32),
        step_losses=jnp.zeros((steps_per_epoch,), value.dtype),
        statistics=zeros_like(evaluated.statistics),
        errors=None if numbers.sampler is None else jnp.ones((rows,), jnp.float32),
        good=(variables, optimizer),
    )


def zeros_like(statistics: dict[str, Statistic]) -> dict[str, Statistic]:
    """Statistics of no rows at all."""
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), statistics)
