"""Which rows each step of an epoch takes, inside the compiled run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from fallline._random import named_key, root_key
from fallline._tree import PyTree, replace
from fallline.engine.objective import Batch, Objective, Variables
from fallline.engine.state import Numbers, TrainingState
from fallline.engine.window import Shape
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class Choice:
    """The rows of one epoch: step -> its batch, and the short last batch."""

    __repr__ = fields_shown

    full: Callable[[Array], Batch]
    short: Callable[[], Batch]


def choose(
    numbers: Numbers,
    state: TrainingState,
    data: Batch,
    order: PyTree,
    index: Array,
    epoch: Array,
    shape: Shape,
) -> Choice:
    """The rows of an epoch: a function of what is known when it begins, so the same in each window of it.

    Args:
        numbers: The member's numbers: a sampler draws the rows, a share says which there are and what they weigh.
        state: The member's state, for the errors by which a sampler draws.
        data: The training set.
        order: Row indices (capacity, steps, batch_size) and (capacity, tail), or None where none are sent.
        index: Position of the epoch in these.
        epoch: Number of the epoch.
        shape: Static sizes.
    """
    share, used = numbers.share, shape.steps * shape.batch_size

    def batch(rows: Array, weights: Array | None = None) -> Batch:
        taken = data.take(rows) if weights is None else weighed(data.take(rows), weights)
        return taken if share.weight is None else weighed(taken, picked(share.weight, rows))

    if numbers.sampler is not None:
        assert state.errors is not None
        key = jax.random.fold_in(named_key(root_key(numbers.seed), "sampling"), epoch)
        rows, weights = numbers.sampler.draw(state.errors, key, used + shape.tail)
        rows = rows if share.train is None else picked(share.train, rows)

        def full(step: Array) -> Batch:
            first = step * shape.batch_size
            return batch(
                *(lax.dynamic_slice_in_dim(array, first, shape.batch_size) for array in (rows, weights))
            )

        return Choice(full, lambda: batch(rows[used:], weights[used:]))
    if order is None:
        own = data if share.weight is None else weighed(data, share.weight)
        own = own if share.train is None else own.take(share.train)
        return Choice(lambda _: own, lambda: own)
    return Choice(lambda step: batch(order[0][index, step]), lambda: batch(order[1][index]))


def batch_like(numbers: Numbers, data: Batch, rows: int) -> Batch:
    """The shapes of a batch of so many rows, as a member's steps take it."""
    like: Batch = jax.tree.map(
        lambda array: jax.ShapeDtypeStruct((rows, *array.shape[1:]), array.dtype), data
    )
    if numbers.sampler is None and numbers.share.weight is None:
        return like
    return jax.eval_shape(weighed, like, jax.ShapeDtypeStruct((rows,), jnp.float32))


def picked(array: Array, rows: Array) -> Array:
    """Entries of an array; the indices must be valid, see `Batch.take`."""
    return array.at[rows].get(mode="promise_in_bounds")


def weighed(batch: Batch, factors: Array) -> Batch:
    """A batch whose rows weigh so many times what they weighed."""
    if not jax.tree.leaves(batch.weight):
        return replace(batch, weight=factors)
    return replace(batch, weight=jax.tree.map(lambda own: own * factors.astype(own.dtype), batch.weight))


def row_losses(
    objective: Objective, variables: Variables, data: Batch, batch_size: int, rows: Array | None = None
) -> Array:
    """The loss of every row of a data set (rows,), or of the given rows, batch by batch."""
    rows = jnp.arange(data.rows, dtype=jnp.int32) if rows is None else rows
    batch_size = min(batch_size, rows.shape[0])
    whole = rows.shape[0] // batch_size * batch_size

    def part(rows: Array) -> Any:
        return objective.row_losses(variables, data.take(rows)).astype(jnp.float32)

    losses = lax.map(part, rows[:whole].reshape(-1, batch_size)).reshape(-1)
    return jnp.concatenate([losses, part(rows[whole:])]) if whole < rows.shape[0] else losses
