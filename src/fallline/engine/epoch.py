"""The pure functions of the one training loop: an epoch, and a window of epochs.

All of it is one program per structure. A window may be many epochs, one epoch, or a few steps of one: the
bounds are numbers, so every dispatch size runs the same compiled code and gives bitwise the same result.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from fallline._schedule import at_step
from fallline._tree import PyTree, replace, select
from fallline.engine.choice import Choice, choose, row_losses
from fallline.engine.closing import Row, judge, nothing, validate
from fallline.engine.endings import Status
from fallline.engine.objective import Batch
from fallline.engine.probes import EpochEnd, measure
from fallline.engine.state import Numbers, TrainingState, adjusted
from fallline.engine.step import step_key, take_step
from fallline.engine.window import Shape, Window


def train_step(
    state: TrainingState, numbers: Numbers, batch: Batch, epoch: Array, step: Array
) -> TrainingState:
    """One step, and what is kept of it."""
    taken = take_step(state.variables, state.optimizer, batch, numbers, epoch, step)
    return replace(
        state,
        variables=taken.variables,
        optimizer=taken.optimizer,
        step_losses=state.step_losses.at[step].set(taken.loss),
        statistics=jax.tree.map(jnp.add, state.statistics, taken.statistics),
    )


def run_window(
    state: TrainingState,
    numbers: Numbers,
    data: Batch,
    validation: Batch | None,
    order: PyTree,
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
    epochs = _Epochs(numbers, data, validation, order, window, shape, axis)
    row = jax.eval_shape(epochs.close, window.offset, state)[1]
    empty = _packed(nothing(row))

    def body(carry: tuple[Array, TrainingState, Row]) -> tuple[Array, TrainingState, Row]:
        index, state, trace = carry
        new_state, row = epochs.run(index, state, empty)
        if axis is not None:
            new_state, row = select(epochs.goes_on(state), (new_state, row), (state, empty))
        trace = jax.tree.map(lambda whole, values: whole.at[index].set(values), trace, row)
        return index + 1, new_state, trace

    def unfinished(carry: tuple[Array, TrainingState, Row]) -> Array:
        running = epochs.goes_on(carry[1])
        if axis is not None:
            running = lax.pmax(running.astype(jnp.int32), axis) > 0
        return (carry[0] < window.offset + window.epochs) & running

    trace = jax.tree.map(lambda leaf: jnp.full((shape.capacity, *leaf.shape), jnp.nan, leaf.dtype), empty)
    _, state, trace = lax.while_loop(unfinished, body, (window.offset, state, trace))
    return state, _unpacked(trace, row)


def _packed(row: Row) -> Row:
    """The values of a row in one array for each number type: an epoch then writes one, not one for each name."""
    return {
        str(dtype): jnp.concatenate(
            [row[name].reshape(-1) for name in sorted(row) if row[name].dtype == dtype]
        )
        for dtype in {leaf.dtype for leaf in row.values()}
    }


def _unpacked(trace: Row, like: Row) -> Row:
    """The rows of a trace (epochs, values) by their names again."""
    found, first = {}, dict.fromkeys(trace, 0)
    for name, leaf in sorted(like.items()):
        kind = str(leaf.dtype)
        values = trace[kind][:, first[kind] : first[kind] + leaf.size]
        first[kind] += leaf.size
        found[name] = values.reshape(-1, *leaf.shape)
    return found


class _Epochs:
    """The epochs of one window, for one member; `run_window` has the arguments."""

    def __init__(
        self,
        numbers: Numbers,
        data: Batch,
        validation: Batch | None,
        order: PyTree,
        window: Window,
        shape: Shape,
        axis: str | None,
    ) -> None:
        self._numbers = numbers
        self._data = data
        self._validation = validation
        self._order = order
        self._window = window
        self._shape = shape
        self._axis = axis
        self._closes = window.last_step == shape.steps

    def goes_on(self, state: TrainingState) -> Array:
        """Whether a member has epochs to train."""
        return (state.status == Status.RUNNING) & (self._number(state) < self._window.last_epoch)

    def run(self, index: Array, state: TrainingState, empty: Row) -> tuple[TrainingState, Row]:
        """The steps of an epoch that lie in the window, and its close if that does."""
        if self._shape.steps_per_epoch == 1:
            # Every window closes it: without a loop and a choice, which copy what they carry.
            state, row = self.close(index, state)
            return state, _packed(row)
        epoch, chosen = self._number(state), self._chosen(index, state)
        current, last_step = adjusted(self._numbers, state), self._window.last_step
        if self._last_is_full:
            last_step = last_step - self._closes.astype(jnp.int32)
        state = lax.fori_loop(
            self._window.first_step,
            last_step,
            lambda step, state: train_step(state, current, chosen.full(step), epoch, step),
            state,
        )

        def close(state: TrainingState) -> tuple[TrainingState, Row]:
            state, row = self.close(index, state)
            return state, _packed(row)

        return lax.cond(self._closes, close, lambda state: (state, empty), state)

    def close(self, index: Array, state: TrainingState) -> tuple[TrainingState, Row]:
        """The last step where it stands apart, validation, judgement, and the errors for the next draw."""
        epoch, numbers = self._number(state), self._numbers
        measured: Row = {}
        if self._shape.tail or self._last_is_full:
            state, measured = self._last_step(state, self._chosen(index, state), epoch)
        current = adjusted(numbers, state)
        if self._validation is not None:
            state = validate(state, numbers, self._validation, epoch, self._shape, self._axis)
        state, row = judge(state, numbers, epoch, self._shape, measured)
        if numbers.sampler is not None:
            objective = at_step(current.objective, state.optimizer.step)
            size, rows = self._shape.evaluation_batch_size, numbers.share.train
            errors = row_losses(objective, state.variables, self._data, size, rows)
            state = replace(state, errors=errors)
        return state, row

    @property
    def _last_is_full(self) -> bool:
        """Whether the last full step stands apart: probes look at the last step of an epoch, which may be the only one."""
        return not self._shape.tail and (bool(self._numbers.probes) or self._shape.steps == 1)

    def _last_step(self, state: TrainingState, chosen: Choice, epoch: Array) -> tuple[TrainingState, Row]:
        """The last step of an epoch, and what probes measure of it."""
        last = jnp.asarray(self._shape.steps_per_epoch - 1, jnp.int32)
        batch = chosen.short() if self._shape.tail else chosen.full(last)
        current = adjusted(self._numbers, state)
        after = train_step(state, current, batch, epoch, last)
        if not self._numbers.probes:
            return after, {}
        objective = at_step(current.objective, state.optimizer.step)
        key = step_key(self._numbers.seed, epoch, last)
        end = EpochEnd(objective, after.variables, state.variables, batch, key)
        return after, measure(self._numbers.probes, end)

    def _number(self, state: TrainingState) -> Array:
        """The epoch that a member is in, counted from 0 over the whole training."""
        return self._window.initial_epoch + state.epoch

    def _chosen(self, index: Array, state: TrainingState) -> Choice:
        return choose(self._numbers, state, self._data, self._order, index, self._number(state), self._shape)
