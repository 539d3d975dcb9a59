"""The pure functions of the one training loop: a step, an epoch, its close, and a window of epochs.

All of it is one program per structure. A window may be many epochs, one epoch, or a few steps of one: the
bounds are numbers, so every dispatch size runs the same compiled code and gives bitwise the same result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from fallline._random import Key, named_key, root_key
from fallline._schedule import at_step
from fallline._tree import all_finite, replace, select
from fallline._types import Scalar
from fallline.data.sampling import HardExamples
from fallline.engine.endings import Status
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.probes import measure
from fallline.engine.state import Numbers, TrainingState, Window, zeros_like
from fallline.metrics import Statistic
from fallline.optimizers import Problem

Row = dict[str, Array]
"""What one epoch adds to the trace: a name and its value."""


@dataclasses.dataclass(frozen=True)
class Shape:
    """The static shape of a run: what the program is compiled for.

    Attributes:
        batch_size: Rows per full step.
        steps: Full batches per epoch.
        tail: Rows of the short last batch, or 0.
        capacity: Epochs per block, the length of the trace of one dispatch.
        evaluation_batch_size: Rows per batch of the validation data.
        validation_freq: Epochs between validations.
    """

    batch_size: int
    steps: int
    tail: int
    capacity: int
    evaluation_batch_size: int
    validation_freq: int = 1

    @property
    def steps_per_epoch(self) -> int:
        """Steps per epoch, the short one included."""
        return self.steps + (1 if self.tail else 0)


def train_step(
    state: TrainingState, numbers: Numbers, batch: Batch, epoch: Array, step: Array
) -> TrainingState:
    """One step: loss and gradient of a batch, one update of the optimizer."""
    key = step_key(numbers.seed, epoch, step)
    numbers = at_step(numbers, state.optimizer.step)
    objective, kept = numbers.objective, state.variables.state

    def loss(params: Any) -> Any:
        return objective.loss(Variables(params, kept), batch, key, training=True)

    parts = objective.parts(state.variables, batch, key)
    problem = Problem(loss) if parts is None else Problem(loss, parts.outputs, parts.loss)
    params, optimizer, value, evaluated = numbers.optimizer.step(
        problem, state.optimizer, state.variables.params
    )
    lengths = (
        numbers.optimizer.step_lengths(state.optimizer, optimizer) if objective.proximal else jnp.zeros(())
    )
    params = objective.project(params, lengths)
    return replace(
        state,
        variables=Variables(params, evaluated.state),
        optimizer=optimizer,
        step_losses=state.step_losses.at[step].set(value),
        statistics=jax.tree.map(jnp.add, state.statistics, evaluated.statistics),
    )


def adjusted(numbers: Numbers, state: TrainingState) -> Numbers:
    """The numbers of the current epoch, after every rule had its say."""
    for rule, rule_state in zip(numbers.rules, state.rules, strict=True):
        numbers = rule.adjust(rule_state, numbers)
    return numbers


def step_key(seed: Any, epoch: Array, step: Array) -> Key:
    """The key of one step: a function of seed, epoch and step alone. Removed by XLA where nothing is random."""
    key = named_key(root_key(seed), "step")
    return jax.random.fold_in(jax.random.fold_in(key, epoch), step)


@dataclasses.dataclass(frozen=True)
class Choice:
    """The rows of one epoch: step -> its batch, and the short last batch."""

    full: Callable[[Array], Batch]
    short: Callable[[], Batch]


def draw(
    sampler: HardExamples, state: TrainingState, epoch: Array, seed: Any, data: Batch, shape: Shape
) -> Choice:
    """Draws the rows of an epoch by their errors; the same in each window of the epoch."""
    assert state.errors is not None
    key = jax.random.fold_in(named_key(root_key(seed), "sampling"), epoch)
    used = shape.steps * shape.batch_size
    rows, weights = sampler.draw(state.errors, key, used + shape.tail)

    def batch(rows: Array, weights: Array) -> Batch:
        taken = data.take(rows)
        given = jax.tree.leaves(taken.weight)
        return replace(
            taken,
            weight=jax.tree.map(lambda own: own * weights.astype(own.dtype), taken.weight)
            if given
            else weights,
        )

    def full(step: Array) -> Batch:
        first = step * shape.batch_size
        return batch(*(lax.dynamic_slice_in_dim(array, first, shape.batch_size) for array in (rows, weights)))

    return Choice(full, lambda: batch(rows[used:], weights[used:]))


def row_losses(objective: Objective, variables: Variables, data: Batch, batch_size: int) -> Array:
    """The loss of every row of a data set (rows,), batch by batch."""
    batch_size = min(batch_size, data.rows)
    whole = data.rows // batch_size * batch_size

    def part(rows: Array) -> Array:
        return objective.row_losses(variables, data.take(rows)).astype(jnp.float32)

    rows = jnp.arange(data.rows, dtype=jnp.int32)
    losses = lax.map(part, rows[:whole].reshape(-1, batch_size)).reshape(-1)
    return jnp.concatenate([losses, part(rows[whole:])]) if whole < data.rows else losses


def evaluate(
    objective: Objective, variables: Variables, data: Batch, batch_size: int
) -> tuple[Scalar, dict[str, Statistic]]:
    """Mean loss and metric statistics over a data set, batch by batch, without training anything.

    The mean weighs each batch by its rows, so it is exact whatever the batch size.
    """
    batch_size = min(batch_size, data.rows)
    steps, tail = divmod(data.rows, batch_size)
    key = root_key(0)

    def score(batch: Batch) -> tuple[Scalar, dict[str, Statistic]]:
        value, evaluated = objective.loss(variables, batch, key, training=False)
        return value * batch.rows, evaluated.statistics

    def cut(first: int, last: int) -> Batch:
        return jax.tree.map(lambda array: array[first:last], data)

    if steps == 1:
        total = score(cut(0, batch_size))
    else:
        folded = jax.tree.map(
            lambda array: array[: steps * batch_size].reshape(steps, batch_size, *array.shape[1:]), data
        )
        zero = jax.tree.map(
            lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), jax.eval_shape(score, cut(0, batch_size))
        )
        total, _ = lax.scan(
            lambda sums, batch: (jax.tree.map(jnp.add, sums, score(batch)), None), zero, folded
        )
    if tail:
        total = jax.tree.map(jnp.add, total, score(cut(steps * batch_size, data.rows)))
    return total[0] / data.rows, total[1]


def run_window(
    state: TrainingState,
    numbers: Numbers,
    data: Batch,
    validation: Batch | None,
    order: tuple[Array, Array] | None,
    window: Window,
    shape: Shape,
    axis: str | None = None,
) -> tuple[TrainingState, Row]:
    """Executes one window of the run for one member.

    Args:
        state: The member's state; donated by the caller.
        numbers: The member's numbers.
        data: The training set.
        validation: The validation set or None.
        order: Row indices (capacity, steps, batch_size) and (capacity, tail), or None for everything.
        window: Which part to run.
        shape: Static sizes.
        axis: The name of the mapped member axis, or None. Members in one `vmap` share the loop: it goes on
            while any of them runs, and those that have stopped are held still.

    Returns:
        The new state, and the trace (capacity,) per recorded name, filled at the epochs that were closed.
    """
    closes = window.last_step == shape.steps

    def choice(index: Array, state: TrainingState) -> Choice:
        """Which rows the steps of an epoch take: a function of what is known when it begins."""
        if numbers.sampler is not None:
            epoch = window.first_epoch + index - window.offset
            return draw(numbers.sampler, state, epoch, numbers.seed, data, shape)
        if order is None:
            return Choice(lambda _: data, lambda: data)
        return Choice(lambda step: data.take(order[0][index, step]), lambda: data.take(order[1][index]))

    def finish(index: Array, state: TrainingState) -> tuple[TrainingState, Row]:
        epoch = window.first_epoch + index - window.offset
        chosen = choice(index, state)
        if shape.tail:
            last = jnp.asarray(shape.steps, jnp.int32)
            state = train_step(state, adjusted(numbers, state), chosen.short(), epoch, last)
        current = adjusted(numbers, state)
        state, row = close(state, numbers, validation, epoch, shape, chosen.full(jnp.asarray(0, jnp.int32)))
        if numbers.sampler is not None:
            objective = at_step(current.objective, state.optimizer.step)
            errors = row_losses(objective, state.variables, data, shape.evaluation_batch_size)
            state = replace(state, errors=errors)
        return state, row

    nothing = _nothing(jax.eval_shape(finish, window.offset, state)[1])

    def one_epoch(index: Array, state: TrainingState) -> tuple[TrainingState, Row]:
        epoch = window.first_epoch + index - window.offset
        current, chosen = adjusted(numbers, state), choice(index, state)
        state = lax.fori_loop(
            window.first_step,
            window.last_step,
            lambda step, state: train_step(state, current, chosen.full(step), epoch, step),
            state,
        )
        return lax.cond(closes, finish, lambda _, state: (state, nothing), index, state)

    def body(carry: tuple[Array, TrainingState, Row]) -> tuple[Array, TrainingState, Row]:
        index, state, trace = carry
        new_state, row = one_epoch(index, state)
        if axis is not None:
            running = state.status == Status.RUNNING
            new_state, row = select(running, (new_state, row), (state, nothing))
        trace = jax.tree.map(lambda whole, value: whole.at[index].set(value), trace, row)
        return index + 1, new_state, trace

    def unfinished(carry: tuple[Array, TrainingState, Row]) -> Array:
        running = carry[1].status == Status.RUNNING
        if axis is not None:
            running = lax.pmax(running.astype(jnp.int32), axis) > 0
        return (carry[0] < window.offset + window.epochs) & running

    trace = jax.tree.map(lambda leaf: jnp.full((shape.capacity, *leaf.shape), jnp.nan, leaf.dtype), nothing)
    _, state, trace = lax.while_loop(unfinished, body, (window.offset, state, trace))
    return state, trace


def _nothing(row: Row) -> Row:
    """A row of the trace in which nothing was recorded."""
    return jax.tree.map(lambda leaf: jnp.full(leaf.shape, jnp.nan, leaf.dtype), row)


def close(
    state: TrainingState,
    numbers: Numbers,
    validation: Batch | None,
    epoch: Array,
    shape: Shape,
    probe_batch: Batch,
) -> tuple[TrainingState, Row]:
    """Ends an epoch: results, validation, divergence, rules and probes; empties the sums."""
    ran_with = adjusted(numbers, state)
    numbers = at_step(ran_with, state.optimizer.step)
    row = {"loss": mean_loss(state.step_losses, shape)}
    row |= {name: statistic.result() for name, statistic in state.statistics.items()}
    if validation is not None:
        row |= validate(state.variables, numbers, validation, epoch, shape)
    for rule in numbers.rules:
        row |= rule.records(ran_with)
    row |= measure(numbers.objective, numbers.probes, state.variables, probe_batch)

    bad = ~jnp.isfinite(state.step_losses)
    finite = ~bad.any() & all_finite(state.variables)
    # A loss that is finite in every step and weights that are not: the last update did it.
    bad_step = jnp.where(bad.any(), jnp.argmax(bad), shape.steps_per_epoch - 1).astype(jnp.int32)
    validated = (epoch + 1) % shape.validation_freq == 0
    stop = jnp.asarray(False)
    rules = []
    for rule, rule_state in zip(numbers.rules, state.rules, strict=True):
        new_state, wants_stop = rule.observe(rule_state, epoch, row, validated, state.variables)
        rules.append(select(finite, new_state, rule_state))
        stop |= wants_stop
    running = jnp.where(stop, Status.EARLY_STOPPED, Status.RUNNING)
    good = select(finite, (state.variables, state.optimizer), state.good)
    return (
        replace(
            state,
            variables=good[0],
            optimizer=good[1],
            rules=tuple(rules),
            epoch=state.epoch + 1,
            status=jnp.where(finite, running, Status.DIVERGED).astype(jnp.int32),
            bad_step=jnp.where(finite, -1, bad_step).astype(jnp.int32),
            statistics=zeros_like(state.statistics),
            good=good,
        ),
        row,
    )


def mean_loss(step_losses: Array, shape: Shape) -> Scalar:
    """The epoch's loss: the mean over rows, each step weighted by its rows, as Keras reports it."""
    if not shape.tail:
        return step_losses.mean()
    rows = shape.steps * shape.batch_size + shape.tail
    return (step_losses[:-1].sum() * shape.batch_size + step_losses[-1] * shape.tail) / rows


def validate(variables: Variables, numbers: Numbers, data: Batch, epoch: Array, shape: Shape) -> Row:
    """The validation results of an epoch, under names that begin with `val_`; NaN in epochs between."""

    def score(variables: Variables) -> Row:
        value, statistics = evaluate(numbers.objective, variables, data, shape.evaluation_batch_size)
        return {"val_loss": value} | {f"val_{name}": item.result() for name, item in statistics.items()}

    if shape.validation_freq == 1:
        return score(variables)

    def skip(variables: Variables) -> Row:
        return _nothing(jax.eval_shape(score, variables))

    return lax.cond((epoch + 1) % shape.validation_freq == 0, score, skip, variables)
