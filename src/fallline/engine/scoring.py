"""Initialise, evaluate and predict: the compiled functions of an objective outside training."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline._random import named_key, root_key
from fallline._tree import PyTree, canonical
from fallline.engine.compilation import Program
from fallline.engine.epoch import evaluate
from fallline.engine.objective import Batch, Objective, Variables

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

    results = Program(program, "evaluate", size)(canonical(objective), variables, data)
    on_host = jax.device_get(results)
    return {name: float(value) if value.ndim == 0 else value for name, value in on_host.items()}


def predict(objective: Objective, variables: Variables, x: PyTree, batch_size: int | None = None) -> PyTree:
    """Outputs for inputs, on the host, in the rows' order.

    Batches are filled up to a power of two with copies of a row (each output depends on its own row alone),
    so that another number of rows seldom compiles another program.

    Args:
        objective: The objective.
        variables: Its variables.
        x: Inputs, an array or a tree of arrays with one first axis.
        batch_size: Largest number of rows at once.
    """
    rows = int(jax.tree.leaves(x)[0].shape[0])
    size = min(batch_size or ROWS_AT_ONCE, 1 << max(0, rows - 1).bit_length())

    def program(objective: Objective, variables: Variables, x: PyTree) -> PyTree:
        return objective.predict(variables, x)

    compiled = Program(program, "predict")
    objective = canonical(objective)
    parts = []
    for first in range(0, rows, size):
        index = np.minimum(np.arange(first, first + size), rows - 1)
        outputs = compiled(
            objective, variables, jax.tree.map(lambda array, index=index: np.asarray(array)[index], x)
        )
        wanted = min(size, rows - first)
        parts.append(jax.tree.map(lambda array, wanted=wanted: np.asarray(array)[:wanted], outputs))
    return jax.tree.map(lambda *arrays: _joined(arrays), *parts)


def _joined(arrays: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    return arrays[0].copy() if len(arrays) == 1 else np.concatenate(arrays)
