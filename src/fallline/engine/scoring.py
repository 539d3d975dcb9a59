"""Initialise, evaluate and predict: the compiled functions of an objective outside training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fallline._random import named_key, root_key
from fallline._schedule import at_step
from fallline._tree import PyTree, canonical
from fallline.engine.closing import evaluate
from fallline.engine.compilation import Program
from fallline.engine.objective import Batch, Objective, Variables

SAMPLES_AT_ONCE = 32
"""Samples of one dispatch in Monte-Carlo prediction."""

ROWS_AT_ONCE = 4096
"""Rows per batch when nobody chose: large enough for full speed, small enough to stay in memory."""


def fresh_variables(objective: Objective, seed: Any) -> Variables:
    """Variables drawn from a seed: the one place that decides which key initial weights come from."""
    return objective.init(named_key(root_key(seed), "init"))


def initialise(objective: Objective, seed: int) -> Variables:
    """Fresh variables of an objective, the same that a run with this seed begins with."""
    return Program(fresh_variables, "initialise", runs_once=True)(canonical(objective), np.int32(seed))


def score(
    objective: Objective, variables: Variables, data: Batch, batch_size: int | None = None
) -> dict[str, Any]:
    """Mean loss and metrics over a data set, as validation computes them: numbers, or arrays of several values.

    Args:
        objective: The objective.
        variables: Its variables.
        data: Rows with targets.
        batch_size: Rows at once; the result does not depend on it beyond rounding.
    """
    size = batch_size or ROWS_AT_ONCE

    def program(objective: Objective, variables: Variables, data: Batch) -> dict[str, jax.Array]:
        value, statistics = evaluate(objective, variables, data, size)
        return {"loss": value} | {name: statistic.result() for name, statistic in statistics.items()}

    objective = canonical(at_step(objective, 0))
    results = Program(program, "evaluate", size)(objective, variables, data)
    return {name: as_result(value) for name, value in jax.device_get(results).items()}


def as_result(value: Any) -> Any:
    """A result on the host as a user sees it: a number, or an array where it holds several values."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def sample(
    objective: Objective,
    variables: Variables,
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
            return objective.sample(variables, x, jax.random.fold_in(key, first))

        drawn = jax.lax.map(one, number + np.arange(at_once, dtype=np.int32))
        return jax.tree.map(lambda array: jnp.moveaxis(array, 0, 1), drawn)  # rows first, as everywhere

    compiled = Program(program, "sample", at_once)
    objective = canonical(at_step(objective, 0))

    def some(number: int) -> PyTree:
        def outputs(x: PyTree, first: int) -> PyTree:
            return compiled(objective, variables, x, tuple(map(np.int32, (seed, number, first))))

        return _by_batches(outputs, x, batch_size, objective.rows_apart)

    parts = [some(number) for number in range(0, samples, at_once)]
    return jax.tree.map(lambda *arrays: np.moveaxis(np.concatenate(arrays, 1)[:, :samples], 1, 0), *parts)


def predict(objective: Objective, variables: Variables, x: PyTree, batch_size: int | None = None) -> PyTree:
    """Outputs for inputs, on the host, in the rows' order.

    Where each output depends on its own row alone (`rows_apart`), batches are filled up to a power of two with
    copies of a row, so that another number of rows seldom compiles another program.

    Args:
        objective: The objective.
        variables: Its variables.
        x: Inputs, an array or a tree of arrays with one first axis.
        batch_size: Largest number of rows at once.
    """

    def program(objective: Objective, variables: Variables, x: PyTree) -> PyTree:
        return objective.predict(variables, x)

    compiled = Program(program, "predict")
    objective = canonical(at_step(objective, 0))
    return _by_batches(lambda x, _: compiled(objective, variables, x), x, batch_size, objective.rows_apart)


def _by_batches(
    function: Callable[[PyTree, int], PyTree], x: PyTree, batch_size: int | None, rows_apart: bool
) -> PyTree:
    """What a function of a batch and its first row gives for all rows."""
    rows = int(jax.tree.leaves(x)[0].shape[0])
    size = min(batch_size or ROWS_AT_ONCE, 1 << max(0, rows - 1).bit_length())
    if not rows_apart and rows % min(size, rows):
        # Rows that only fill up would change the others: then every batch has its own length.
        return _joined_tree(
            [
                function(
                    jax.tree.map(lambda array, first=first: np.asarray(array)[first : first + size], x), first
                )
                for first in range(0, rows, size)
            ]
        )
    size = min(size, rows) if not rows_apart else size
    parts = []
    for first in range(0, rows, size):
        index = np.minimum(np.arange(first, first + size), rows - 1)
        outputs = function(jax.tree.map(lambda array, index=index: np.asarray(array)[index], x), first)
        wanted = min(size, rows - first)
        parts.append(jax.tree.map(lambda array, wanted=wanted: np.asarray(array)[:wanted], outputs))
    return _joined_tree(parts)


def _joined_tree(parts: list[PyTree]) -> PyTree:
    return jax.tree.map(lambda *arrays: _joined(tuple(map(np.asarray, arrays))), *parts)


def _joined(arrays: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    return arrays[0].copy() if len(arrays) == 1 else np.concatenate(arrays)
