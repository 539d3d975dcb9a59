"""What a run carries from step to step, and the numbers it runs with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fallline._schedule import at_step
from fallline._tree import PyTree, canonical, named_leaves, replace, stack, static, tree
from fallline._types import Scalar
from fallline.data.sampling import HardExamples
from fallline.engine.endings import Status
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.probes import Probe
from fallline.engine.share import Share
from fallline.engine.stopping import Rule
from fallline.errors import UsageError
from fallline.metrics import Statistic
from fallline.optimizers import Optimizer, OptimizerState

T = TypeVar("T")


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
        share: The rows that this network has, and what they weigh.
        members: How many networks; None for one without a member axis.
    """

    objective: Objective
    optimizer: Optimizer
    rules: tuple[Rule, ...] = ()
    seed: Any = 0
    probes: tuple[Probe, ...] = ()
    sampler: HardExamples | None = None
    share: Share = Share()
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
class Sums:
    """What an evaluation sums up over rows: all zero, it is that of no rows.

    Attributes:
        loss: The loss of each batch times its rows.
        rows: How many rows there were.
        statistics: Of the metrics.
    """

    loss: Scalar
    rows: Int[Array, ""]
    statistics: dict[str, Statistic]


@tree
class Good:
    """What a member that diverges goes back to: that of the last epoch in which everything was finite.

    Attributes:
        variables: Its variables; None where a rule keeps some anyway (`Rule.kept`).
        optimizer: The optimizer's state. Its slots are None where nothing is read from them at the end: they begin
            afresh then, and need not be held twice.
    """

    variables: Variables | None
    optimizer: OptimizerState

    def of(self, variables: Variables, optimizer: OptimizerState) -> Good:
        """The same parts of another moment."""
        return Good(
            None if self.variables is None else variables,
            optimizer if self.optimizer.slots is not None else replace(optimizer, slots=None),
        )


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
        validation: Sums over the validation rows seen in the current epoch; None without a validation set.
        errors: The loss of each training row after the last epoch (rows,), where a sampler wants it; else None.
        good: What a member that diverges goes back to.
    """

    variables: Variables
    optimizer: OptimizerState
    rules: tuple[PyTree, ...]
    epoch: Int[Array, ""]
    status: Int[Array, ""]
    bad_step: Int[Array, ""]
    step_losses: Float[Array, "steps"]
    statistics: dict[str, Statistic]
    validation: Sums | None
    errors: Float[Array, "rows"] | None
    good: Good


def adjusted(numbers: Numbers, state: TrainingState) -> Numbers:
    """The numbers of the current epoch, after every rule had its say."""
    for rule, rule_state in zip(numbers.rules, state.rules, strict=True):
        numbers = rule.adjust(rule_state, numbers)
    return numbers


def initial_state(
    numbers: Numbers,
    variables: Variables,
    optimizer: OptimizerState | None,
    steps_per_epoch: int,
    batch: Batch,
    validation: Batch | None,
    rows: int,
) -> TrainingState:
    """The state before the first step, for one member.

    Args:
        numbers: The run's numbers.
        variables: Variables to start from.
        optimizer: The optimizer state to go on with, or None for a fresh one.
        steps_per_epoch: Steps per epoch, the short one included.
        batch: Any batch; only its shapes are used, to learn which statistics the objective keeps.
        validation: Likewise of the validation set, if there is one.
        rows: Rows that the member is trained on.
    """
    for name, leaf in named_leaves(variables.params).items():
        if not jnp.issubdtype(leaf.dtype, jnp.floating):
            raise UsageError(
                f'parameter "{name}" has type {leaf.dtype}; gradients need floating numbers. '
                "Make it a float in init."
            )
    numbers = at_step(numbers, 0)
    sums = sums_like(numbers.objective, variables, batch, training=True)
    optimizer = numbers.optimizer.init(variables.params) if optimizer is None else optimizer
    rules = tuple(rule.init(variables) for rule in numbers.rules)
    kept = kept_by_rules(numbers, rules) is not None
    averages = numbers.optimizer.finish(variables.params, optimizer) is not variables.params
    return TrainingState(
        variables=variables,
        optimizer=optimizer,
        rules=rules,
        epoch=jnp.asarray(0, jnp.int32),
        status=jnp.asarray(Status.RUNNING, jnp.int32),
        bad_step=jnp.asarray(-1, jnp.int32),
        step_losses=jnp.zeros((steps_per_epoch,), sums.loss.dtype),
        statistics=zeros_like(sums.statistics),
        validation=None
        if validation is None
        else zeros_like(sums_like(numbers.objective, variables, validation, training=False)),
        errors=None if numbers.sampler is None else jnp.ones((rows,), jnp.float32),
        good=Good(None if kept else variables, optimizer if averages else replace(optimizer, slots=None)),
    )


def sums_like(objective: Objective, variables: Variables, batch: Batch, *, training: bool) -> Sums:
    """The shapes and types of what a batch adds to the sums of an epoch.

    Raises:
        UsageError: the loss is no scalar.
    """
    key = jax.random.key(0)
    value, left = jax.eval_shape(lambda v, b: objective.loss(v, b, key, training=training), variables, batch)
    if value.shape != ():
        raise UsageError(f"the objective's loss must be a scalar, got shape {value.shape}.")
    return Sums(value, jax.eval_shape(jnp.int32, 0), left.statistics)


def kept_by_rules(numbers: Numbers, rules: Sequence[PyTree]) -> Variables | None:
    """Finite variables that a rule keeps, from the states of all rules; None where none does."""
    kept = (rule.kept(state) for rule, state in zip(numbers.rules, rules, strict=True))
    return next((variables for variables in kept if variables is not None), None)


def zeros_like(sums: T) -> T:
    """Sums of no rows at all."""
    zero: T = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), sums)
    return zero
