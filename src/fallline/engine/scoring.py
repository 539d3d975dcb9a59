"""Initialise, evaluate and predict: the compiled functions of an objective outside training."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from fallline._random import named_key, root_key
from fallline._schedule import at_step
from fallline._tree import PyTree, canonical, select
from fallline.compilation.program import CompiledProgram, Program
from fallline.compilation.uncompiled import watching
from fallline.engine.calls import Flat, Prepared
from fallline.engine.objective import Batch, Objective, Variables
from fallline.own.tracing import in_a_trace

SAMPLES_AT_ONCE = 32
"""Samples of one dispatch in Monte-Carlo prediction."""

ROWS_AT_ONCE = 4096
"""Rows per batch when nobody chose: large enough for full speed, small enough to stay in memory."""

_PREDICT = "predict"


def fresh_variables(objective: Objective, seed: Any) -> Variables:
    """Variables drawn from a seed: the one place that decides which key initial weights come from."""
    return objective.init(named_key(root_key(seed), "init"))


def initialise(objective: Objective, seed: int) -> Variables:
    """Fresh variables of an objective, the same that a run with this seed begins with."""
    return Program(fresh_variables, "initialise", runs_once=True)(canonical(objective), np.int32(seed))


def score(
    objective: Objective | Prepared[Any],
    variables: Variables | Flat,
    data: Batch,
    batch_size: int | None = None,
    step: Any = 0,
) -> dict[str, Any]:
    """Mean loss and metrics over a data set, as validation computes them: numbers, or arrays of several values.

    The rows are cut on the host, and a part of them is on the device at a time. Where rows may fill up a batch of the
    objective (`fills_up`), the last part is filled up to a power of two, so that another number of rows seldom compiles
    another program; else a short last batch has a program of its own.

    Args:
        objective: The objective.
        variables: Its variables.
        data: Rows with targets.
        batch_size: Rows at once; the result does not depend on it beyond rounding.
        step: Where the schedules of the objective's numbers stand.
    """
    prepared, variables = Prepared.of(objective), Flat.of(variables)
    fills_up = prepared.noted("fills_up", lambda: prepared.node.fills_up)
    results = _scored(prepared, variables, data, batch_size, step, fills_up)
    if fills_up and not all(np.isfinite(value).all() for value in results.values()):
        # A row that is not finite counts even where it only fills up: 0 times infinity.
        results = _scored(prepared, variables, data, batch_size, step, fills_up=False)
    return {name: as_result(value) for name, value in results.items()}


def _scored(
    prepared: Prepared[Any],
    variables: Flat,
    data: Batch,
    batch_size: int | None,
    step: Any,
    fills_up: bool,
) -> dict[str, Any]:
    size = min(batch_size or ROWS_AT_ONCE, data.rows)
    if fills_up and size == data.rows:  # one batch, whatever its size
        size = _power_of_two(size)
    at_once = size * max(1, ROWS_AT_ONCE // size)
    sums: Any = None
    results: dict[str, Any] = {}
    for first, last, rows, batches in _parts(data.rows, size, at_once, fills_up):
        batch = _taken(data, first, last, rows * batches)
        if sums is None:
            sums = _zeros(prepared, variables, batch, rows, fills_up)
        place = np.int32(step), np.int32(last - first), np.int32(last)
        leaves, compiled = prepared.call(
            ("evaluate", rows, fills_up),
            functools.partial(Program, functools.partial(_part_scored, rows, fills_up), "evaluate"),
            variables,
            sums,
            batch,
            place,
        )
        sums, results = jax.tree.unflatten(compiled.outputs, leaves)
    return {name: np.asarray(value) for name, value in results.items()}


def _part_scored(
    size: int, fills_up: bool, objective: Objective, variables: Variables, sums: Any, data: Batch, place: Any
) -> tuple[Any, dict[str, jax.Array]]:
    """The sums with those of a part, batches of `size` rows of which the first `rows` count, and the results so far."""
    step, rows, seen = place
    objective = at_step(objective, step)

    def add(sums: Any, part: tuple[Batch, Any]) -> tuple[Any, None]:
        batch, left = part
        count = jnp.clip(left, 0, size)
        with watching():
            value, statistics = objective.scored(variables, batch, count if fills_up else None)
        both = jax.tree.map(jnp.add, sums, (value * count.astype(value.dtype), statistics))
        return select(count > 0, both, sums), None

    batches = data.rows // size
    if batches == 1:
        sums, _ = add(sums, (data, rows))
    else:
        folded = jax.tree.map(lambda array: array.reshape(batches, size, *array.shape[1:]), data)
        sums, _ = lax.scan(add, sums, (folded, rows - size * jnp.arange(batches, dtype=jnp.int32)))
    total, statistics = sums
    return sums, {"loss": total / seen.astype(total.dtype)} | {
        name: item.result() for name, item in statistics.items()
    }


def _zeros(prepared: Prepared[Any], variables: Flat, batch: Batch, rows: int, fills_up: bool) -> Any:
    """The sums of no rows at all."""
    part = _taken(batch, 0, rows, rows)

    def sums() -> Any:
        objective = at_step(prepared.node, 0)
        value, statistics = objective.scored(variables.tree, part, jnp.asarray(rows) if fills_up else None)
        return value * rows, statistics

    def zeros() -> Flat:
        with in_a_trace():
            like = jax.eval_shape(
                sums
            )  # JAX would keep the structure of arguments, and with it the user's things
        return Flat.of(jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), like))

    return prepared.noted(("sums", fills_up, variables.signature, Flat.of(batch).signature), zeros)


def as_result(value: Any) -> Any:
    """A result on the host as a user sees it: a number, or an array where it holds several values."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def sample(
    objective: Objective | Prepared[Any],
    variables: Variables | Flat,
    x: PyTree,
    samples: int,
    seed: int,
    batch_size: int | None = None,
) -> PyTree:
    """Outputs (samples, rows, ...) with the random parts of training at work, on the host.

    Args:
        objective: The objective.
        variables: Its variables.
        x: Inputs, an array or a tree of arrays with one first axis.
        samples: How often each row is drawn.
        seed: Decides the draws; sample k is the same however many are drawn, for the same batches.
        batch_size: Largest number of rows at once.
    """
    at_once = min(samples, SAMPLES_AT_ONCE)

    def program(objective: Objective, variables: Variables, x: PyTree, place: Any) -> PyTree:
        seed, number, first = place

        def one(number: Any) -> PyTree:
            key = jax.random.fold_in(named_key(root_key(seed), "sample"), number)
            with watching():
                return at_step(objective, 0).sample(variables, x, jax.random.fold_in(key, first))

        drawn = lax.map(one, number + np.arange(at_once, dtype=np.int32))
        return jax.tree.map(lambda array: jnp.moveaxis(array, 0, 1), drawn)  # rows first, as everywhere

    prepared, variables = Prepared.of(objective), Flat.of(variables)

    def some(number: int) -> PyTree:
        def outputs(x: PyTree, first: int) -> PyTree:
            place = tuple(map(np.int32, (seed, number, first)))
            leaves, compiled = prepared.call(
                ("sample", at_once), lambda: Program(program, "sample"), variables, x, place
            )
            return jax.tree.unflatten(compiled.outputs, leaves)

        return _by_batches(outputs, x, batch_size, rows_apart(prepared))

    parts = [some(number) for number in range(0, samples, at_once)]
    return jax.tree.map(lambda *arrays: np.moveaxis(np.concatenate(arrays, 1)[:, :samples], 1, 0), *parts)


def predict(
    objective: Objective | Prepared[Any],
    variables: Variables | Flat,
    x: PyTree,
    batch_size: int | None = None,
) -> PyTree:
    """Outputs for inputs, on the host, in the rows' order.

    Where each output depends on its own row alone (`rows_apart`), batches are filled up to a power of two with
    copies of a row, so that another number of rows seldom compiles another program.

    Args:
        objective: The objective.
        variables: Its variables.
        x: Inputs, an array or a tree of arrays with one first axis.
        batch_size: Largest number of rows at once.
    """
    prepared, variables = Prepared.of(objective), Flat.of(variables)

    def outputs(x: PyTree, _: int) -> PyTree:
        leaves, compiled = prepared.call(_PREDICT, lambda: Program(_predicted, _PREDICT), variables, x)
        return leaves[0] if len(leaves) == 1 else jax.tree.unflatten(compiled.outputs, leaves)

    return _by_batches(outputs, x, batch_size, rows_apart(prepared))


def prediction_program(
    prepared: Prepared[Any], variables: Flat, x: PyTree, name: str = _PREDICT
) -> tuple[list[Any], CompiledProgram]:
    """What `predict` runs for a batch like this: its arguments as leaves, in order, and the compiled program.

    Args:
        prepared: The objective.
        variables: Its variables.
        x: A batch as `predict` fills it up.
        name: Another name, for a program that is compiled anew.
    """
    return prepared.compiled(name, functools.partial(Program, _predicted, name), variables, x)


def rows_apart(prepared: Prepared[Any]) -> bool:
    """Whether each row's prediction depends on that row alone."""
    apart: bool = prepared.noted("rows_apart", lambda: prepared.node.rows_apart)
    return apart


def _predicted(objective: Objective, variables: Variables, x: PyTree) -> PyTree:
    with watching():
        return at_step(objective, 0).predict(variables, x)


def _by_batches(
    function: Callable[[PyTree, int], PyTree], x: PyTree, batch_size: int | None, rows_apart: bool
) -> PyTree:
    """What a function of a batch and its first row gives for all rows."""
    total = int(jax.tree.leaves(x)[0].shape[0])
    size = min(batch_size or ROWS_AT_ONCE, _power_of_two(total) if rows_apart else total)
    parts = []
    # Where rows that only fill up would change the others, every batch has its own length.
    for first, last, rows, _ in _parts(total, size, size, rows_apart):
        outputs = function(_taken(x, first, last, rows), first)
        parts.append(
            jax.tree.map(lambda array, wanted=last - first: np.asarray(array)[:wanted], outputs)
            if last - first < rows
            else outputs
        )
    return jax.tree.map(lambda *arrays: _joined(tuple(map(np.asarray, arrays))), *parts)


def _parts(rows: int, size: int, at_once: int, fills_up: bool) -> Iterator[tuple[int, int, int, int]]:
    """Rows cut into parts of so many at once, as (first row, row before which it ends, rows per batch, batches).

    A part that is shorter than the others has fewer batches, up to a power of two of them, of which the last may be empty;
    where rows may fill up a batch, one alone has a power of two of them, and else the short batch is a part of its own.
    """
    whole = rows if fills_up else rows - rows % size
    for first in range(0, whole, at_once):
        last = min(first + at_once, whole)
        batches = -(-(last - first) // size)
        if batches == 1:
            yield first, last, min(size, _power_of_two(last - first)) if fills_up else size, 1
        else:
            yield first, last, size, min(_power_of_two(batches), at_once // size)
    if whole < rows:
        yield whole, rows, rows - whole, 1


def _taken(data: PyTree, first: int, last: int, rows: int) -> PyTree:
    """The rows from `first` to before `last`, filled up to so many with copies of the last one."""
    if last - first == rows:
        return jax.tree.map(lambda array: np.asarray(array)[first:last], data)
    index = np.minimum(np.arange(first, first + rows), last - 1)
    return jax.tree.map(lambda array: np.asarray(array)[index], data)


def _power_of_two(rows: int) -> int:
    return 1 << max(0, rows - 1).bit_length()


def _joined(arrays: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    return arrays[0].copy() if len(arrays) == 1 else np.concatenate(arrays)
