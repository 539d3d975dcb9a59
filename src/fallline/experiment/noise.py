"""How much of a target like rows leave open: an estimate before the training, for the choice of its defaults."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Num, Shaped

QUERIES = 1000
REFERENCES = 10_000
"""Rows whose nearest neighbour is looked for, and rows among which: 0.1 to 0.2 s, whatever the table's size."""


def noise_share(x: Num[np.ndarray, "rows ..."], y: Num[np.ndarray, " rows"], seed: int = 0) -> float:
    """How much less alike the targets of nearest neighbours are than they would be without noise.

    mean (y_i - y_j)^2 / (2 var(y)),    j the nearest other row of i

    0: a row's neighbour tells its answer; 1: it tells no more than any row. Neighbours are never quite the same
    row, so part of the value is distance, not noise: it is an upper estimate, for comparison with a bound.

    Args:
        x: The rows as the network gets them; what a row has beside the first axis is flattened.
        y: The number of each row.
        seed: Of the choice of rows where there are more than `REFERENCES`.

    Returns:
        The share, about 0 to 1; 0 where all targets are alike, or there is but one row.

    Source: the delta test; Pi, Peterson: Finding the embedding dimension and variable dependencies in time series, 1994.
    """
    order = np.random.default_rng(seed).permutation(len(x))[:REFERENCES]
    rows, targets = x[order].reshape(len(order), -1).astype(np.float32), y[order]
    if len(rows) < 2 or (targets == targets[0]).all():
        return 0.0
    queries = min(QUERIES, len(rows))
    nearest = _nearest(rows, queries)
    values = targets.astype(np.float64)
    return float(np.mean((values[:queries] - values[nearest]) ** 2) / (2.0 * np.var(values)))


def _nearest(rows: Float32[np.ndarray, "rows features"], queries: int) -> Shaped[np.ndarray, " queries"]:
    """For each of the first rows, the number of the nearest other one."""
    # |a - b|^2 without |a|^2, which is the same for all b; large means would cost float32 its digits.
    rows = rows - rows.mean(axis=0)
    distances = np.sum(rows**2, axis=1) - 2.0 * (rows[:queries] @ rows.T)
    np.fill_diagonal(distances, np.inf)
    return np.argmin(distances, axis=1)
