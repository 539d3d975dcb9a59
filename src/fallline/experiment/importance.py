"""Permutation importance: by how much the score gets worse where one column of the table is shuffled.

For a column c, rows i = 1..n, a random order p of them, and L the loss of a row:

    importance(c) = mean over i of  L(row i with column c of row p(i)) - L(row i)

averaged over several orders. All features that the preprocessing makes of a column are shuffled together. It works row
by row, so that this is the same as shuffling the column in the table.

The standard error is that of the two roles a row plays, the one that receives another's value and the one that gives
its own: with r(i) the rise of the loss of row i and g(i) that of the row that got i's value, each a mean over the orders,

    standard error = sqrt(variance over i of [r(i) + g(i)] / n).

Columns that say the same share what they are worth: shuffled alone, each is replaced by the other, and both may seem
to do nothing.

Sources: Breiman, Random Forests (2001), section 10; Fisher, Rudin and Dominici, All Models are Wrong, but Many are
Useful (2019), section 3 (the loss with a switched column as a U-statistic, whose influence of a row is used here).
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int32

from fallline._schedule import at_step
from fallline._tree import PyTree, canonical
from fallline.compilation.program import Program
from fallline.data.preprocessing import TablePreprocessor
from fallline.engine import Objective, Variables
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.scores import SMALLEST_PROBABILITY
from fallline.models import Model
from fallline.report.importance import ColumnImportance, Importance

REPEATS = 5
WORK_BUDGET = 2.5e10
"""Rows x columns x shuffles x weights of the network: about a second on two cores."""
WORK_PER_CELL = 10
"""What putting a shuffled cell into its row costs, in multiplications by a weight."""
LEAST_ROWS = 200
"""Fewer say little; where they would take longer than the budget, there are fewer shuffles, and then no importance."""
CELLS_AT_ONCE = 2**20
"""Cells of all columns that are shuffled side by side: the inputs of few rows stay in the cache."""


def importance(model: Model, prepared: Prepared, seed: int) -> Importance | None:
    """The importance of each column of a table, on the test rows, or on the validation rows where there are none.

    Its unit is that of the score that is proper to the task: the log loss in nats, or the share of the target's variance
    on these rows (the fall of R²).

    Args:
        model: The trained network.
        prepared: The data it was trained on.
        seed: Of the shuffles, and of the choice of rows where all would take too long.

    Returns:
        None of images, whose pixels are no columns, of fewer than two rows, of a target that is the same in all of them,
        and of tables so wide that even a few rows would take long.
    """
    name = "test" if prepared.test is not None else "validation"
    part = prepared.test if prepared.test is not None else prepared.validation
    preprocessor = prepared.preprocessor
    if part is None or len(part) < 2 or not isinstance(preprocessor, TablePreprocessor):
        return None
    names = [encoder.name for encoder in preprocessor.encoders]
    owner = np.repeat(np.arange(len(names), dtype=np.int32), [item.width for item in preprocessor.encoders])
    if prepared.folded is not None:
        owner = prepared.folded.owners
    rows, repeats = affordable(len(part), len(names), model.count_params() + WORK_PER_CELL * len(owner))
    generator = np.random.default_rng(seed)
    if rows < 2:
        return None
    if rows < len(part):
        chosen = np.sort(generator.choice(len(part), size=rows, replace=False))
        part = Part(part.x[chosen], part.y[chosen], part.numbers[chosen])
    spread = float(np.var(part.y, dtype=np.float64)) if prepared.task == "regression" else 1.0
    if spread == 0:
        return None
    orders = np.stack([generator.permutation(rows).astype(np.int32) for _ in range(repeats)])
    plain, received, given = loss_rises(model, prepared.task, part, owner, orders, len(names))
    means = received.mean(axis=1) / spread
    errors = (received + given).std(axis=1, ddof=1) / np.sqrt(rows) / spread
    score = float(plain.mean()) / spread
    columns = [ColumnImportance(*item) for item in zip(names, means.tolist(), errors.tolist(), strict=True)]
    return Importance(
        measure="r2" if prepared.task == "regression" else "log_loss",
        score=1 - score if prepared.task == "regression" else score,
        part=name,
        rows=rows,
        all_rows=prepared.rows[name],
        repeats=repeats,
        columns=tuple(sorted(columns, key=lambda column: -column.mean)),
    )


def affordable(rows: int, columns: int, work: float) -> tuple[int, int]:
    """Rows and shuffles within the budget; no rows where even a few would be beyond it.

    Args:
        rows: Rows that there are.
        columns: Columns to shuffle.
        work: Multiplications that one row costs.
    """
    each = WORK_BUDGET / (columns * work)
    fewest = min(rows, LEAST_ROWS)
    repeats = int(np.clip(each // fewest, 0, REPEATS))
    return (min(rows, int(each // repeats)), repeats) if repeats else (0, 0)


def loss_rises(
    model: Model,
    task: str,
    part: Part,
    owner: Int32[np.ndarray, " features"],
    orders: Int32[np.ndarray, "repeats rows"],
    columns: int | None = None,
) -> tuple[Float[np.ndarray, " rows"], Float[np.ndarray, "columns rows"], Float[np.ndarray, "columns rows"]]:
    """The plain loss of each row, and by how much shuffling raises that of a row that receives and of one that gives.

    For each column: the rise where the row receives another's value, and the rise of the row that gets its own, both as
    means over the orders. One compiled program for all columns and orders.

    Args:
        model: The trained network.
        task: `binary`, `multiclass` or `regression`, which decides the loss: -log p(true class), or the squared error in
            the scale of the targets as the network has them.
        part: The rows.
        owner: The column of each feature, counted from 0; below -1 for none.
        orders: Whose value each row gets, shuffle by shuffle.
        columns: How many there are; None for those that own a feature.
    """
    columns = int(owner.max()) + 1 if columns is None else columns
    at_once = min(columns + 1, max(1, CELLS_AT_ONCE // part.x.size))
    # Column -1 is none: the plain losses. Numbers beyond the last fill up the last group, so that all are of one size.
    groups = np.arange(-1, -1 + at_once * -(-(columns + 1) // at_once), dtype=np.int32).reshape(-1, at_once)
    inverses = np.argsort(orders, axis=1).astype(np.int32)
    found = Program(functools.partial(_losses, task), "permutation importance", runs_once=True)(
        canonical(model.objective()), model.run_variables, part.x, part.y, owner, groups, (orders, inverses)
    )
    received, given = (
        np.asarray(losses, np.float64).reshape(-1, len(part))[: columns + 1] / len(orders) for losses in found
    )
    plain = received[0]
    return plain, received[1:] - plain, given[1:] - plain[inverses].mean(axis=0)


def _losses(
    task: str,
    objective: Objective,
    variables: Variables,
    x: Float[Array, "rows features"],
    y: Array,
    owner: Int32[Array, " features"],
    groups: Int32[Array, "groups columns"],
    orders: PyTree,
) -> tuple[Float[Array, "groups columns rows"], Float[Array, "groups columns rows"]]:
    """Sums over the orders; the network stands in the program once, as compiling it costs more than running it."""
    objective = at_step(objective, 0)

    def of_order(group: Array, sums: Any, order_inverse: Any) -> tuple[Any, None]:
        order, inverse = order_inverse
        others = x[order]

        def of_column(column: Array) -> Array:
            return _row_losses(task, objective.predict(variables, jnp.where(owner == column, others, x)), y)

        found = jax.vmap(of_column)(group)
        return (sums[0] + found, sums[1] + found[:, inverse]), None

    def of_group(group: Array) -> tuple[Array, Array]:
        nothing = jnp.zeros((group.size, x.shape[0]), jnp.float32)
        sums, _ = lax.scan(functools.partial(of_order, group), (nothing, nothing), orders)
        return sums

    return lax.map(of_group, groups)


def _row_losses(task: str, outputs: Array, y: Array) -> Array:
    """As the scores of a run have them: probabilities that sum to 1, kept from 0."""
    if task == "regression":
        return (outputs[:, 0] - y) ** 2
    if task == "binary":
        own = jnp.where(y == 1, outputs[:, 0], 1 - outputs[:, 0])
    else:
        own = jnp.take_along_axis(outputs, y[:, None], axis=1)[:, 0] / outputs.sum(axis=1)
    return -jnp.log(jnp.clip(own, SMALLEST_PROBABILITY, 1))
