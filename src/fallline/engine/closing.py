"""How an epoch closes: it is validated, and then judged."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from fallline._schedule import at_step
from fallline._tree import all_finite, replace, select
from fallline._types import Scalar
from fallline.compilation.uncompiled import watching
from fallline.engine.endings import Status
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.state import Numbers, Sums, TrainingState, adjusted, zeros_like
from fallline.engine.window import Shape
from fallline.history.validated import is_validated

Row = dict[str, Array]
"""What one epoch adds to the trace: a name and its value."""


def score_rows(
    objective: Objective, variables: Variables, data: Batch, batch_size: int, rows: Array | None = None
) -> Sums:
    """The sums that a data set, or the given rows of it, adds to an evaluation, batch by batch."""
    count = data.rows if rows is None else rows.shape[0]
    batch_size = min(batch_size, count)
    steps, tail = divmod(count, batch_size)
    pieces = data if rows is None else rows

    def score(piece: Batch | Array) -> Sums:
        batch = piece if isinstance(piece, Batch) else data.take(piece)
        with watching():
            value, statistics = objective.scored(variables, batch)
        return Sums(value * batch.rows, jnp.asarray(batch.rows, jnp.int32), statistics)

    def cut(first: int, last: int) -> Batch | Array:
        piece: Batch | Array = jax.tree.map(lambda array: array[first:last], pieces)
        return piece

    if steps == 1:
        total = score(cut(0, batch_size))
    else:
        folded = jax.tree.map(
            lambda array: array[: steps * batch_size].reshape(steps, batch_size, *array.shape[1:]), pieces
        )
        zero = zeros_like(jax.eval_shape(score, cut(0, batch_size)))
        total, _ = lax.scan(lambda sums, piece: (_added(sums, score(piece)), None), zero, folded)
    return _added(total, score(cut(steps * batch_size, count))) if tail else total


def _added(one: Sums, other: Sums) -> Sums:
    both: Sums = jax.tree.map(jnp.add, one, other)
    return both


def validate(
    state: TrainingState, numbers: Numbers, data: Batch, epoch: Array, shape: Shape, axis: str | None = None
) -> TrainingState:
    """Adds validation rows to the sums of the epoch, where it is one that is validated.

    The sums are in the state: a validation set may come in pieces, each in a window of its own.
    """
    objective = at_step(adjusted(numbers, state), state.optimizer.step).objective
    assert state.validation is not None

    def add(sums: Sums) -> Sums:
        rows = numbers.share.validation
        return _added(sums, score_rows(objective, state.variables, data, shape.evaluation_batch_size, rows))

    if shape.validation_freq == 1:
        return replace(state, validation=add(state.validation))
    due = is_validated(epoch, shape.validation_freq)
    # Members of one `vmap` skip together; `judge` leaves out what one of them did not want.
    due = due if axis is None else lax.pmax(due.astype(jnp.int32), axis) > 0
    return replace(state, validation=lax.cond(due, add, lambda sums: sums, state.validation))


def judge(
    state: TrainingState, numbers: Numbers, epoch: Array, shape: Shape, measured: Row
) -> tuple[TrainingState, Row]:
    """Ends an epoch that was validated: results, divergence and rules; empties the sums.

    Args:
        state: The state after the last step and the validation.
        numbers: The member's numbers.
        epoch: Number of the epoch.
        shape: Static sizes.
        measured: What probes measured.
    """
    row = {"loss": mean_loss(state.step_losses, shape)}
    row |= {name: statistic.result() for name, statistic in state.statistics.items()}
    validated = is_validated(epoch, shape.validation_freq)
    if state.validation is not None:
        row |= _validation_results(state.validation, validated, shape)
    ran_with = adjusted(numbers, state)
    rules_now = at_step(ran_with.rules, state.optimizer.step)
    for rule in rules_now:
        row |= rule.records(ran_with)
    row |= measured

    bad = ~jnp.isfinite(state.step_losses)
    finite = ~bad.any() & all_finite(state.variables)
    # A loss that is finite in every step and weights that are not: the last update did it.
    bad_step = jnp.where(bad.any(), jnp.argmax(bad), shape.steps_per_epoch - 1).astype(jnp.int32)
    stop = jnp.asarray(False)
    rules = []
    for rule, rule_state in zip(rules_now, state.rules, strict=True):
        new_state, wants_stop = rule.observe(rule_state, epoch, row, validated, state.variables)
        rules.append(select(finite, new_state, rule_state))
        stop |= wants_stop
    running = jnp.where(stop, Status.EARLY_STOPPED, Status.RUNNING)
    # What is not finite is replaced once the run has ended, on the host: here it would be a pass over all weights.
    return (
        replace(
            state,
            rules=tuple(rules),
            epoch=state.epoch + 1,
            status=jnp.where(finite, running, Status.DIVERGED).astype(jnp.int32),
            bad_step=jnp.where(finite, -1, bad_step).astype(jnp.int32),
            statistics=zeros_like(state.statistics),
            validation=zeros_like(state.validation),
            good=select(finite, state.good.of(state.variables, state.optimizer), state.good),
        ),
        row,
    )


def _validation_results(sums: Sums, validated: Array, shape: Shape) -> Row:
    """The validation results of an epoch, under names that begin with `val_`; NaN in epochs between."""
    row = {"val_loss": sums.loss / sums.rows.astype(sums.loss.dtype)}
    row |= {f"val_{name}": item.result() for name, item in sums.statistics.items()}
    return row if shape.validation_freq == 1 else select(validated, row, nothing(row))


def nothing(row: Row) -> Row:
    """A row of the trace in which nothing was recorded."""
    return jax.tree.map(lambda leaf: jnp.full(leaf.shape, jnp.nan, leaf.dtype), row)


def mean_loss(step_losses: Array, shape: Shape) -> Scalar:
    """The epoch's loss: the mean over rows, each step weighted by its rows, as Keras reports it."""
    if not shape.tail:
        return step_losses.mean()
    rows = shape.steps * shape.batch_size + shape.tail
    return (step_losses[:-1].sum() * shape.batch_size + step_losses[-1] * shape.tail) / rows
