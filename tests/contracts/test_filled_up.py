"""Rows that only fill up a batch, weighing 0, change nothing where a loss or a metric says that rows stand apart."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from .answers import data_for
from .entry import Entry
from .table import LOSSES, METRICS

FILL = 3


def filled_up(data: Any) -> tuple[Any, Any, Any]:
    """Targets and outputs with copies of the last row, and weights that leave these out."""
    y_true, y_pred = jax.tree.map(lambda array: jnp.concatenate([array, array[-1:].repeat(FILL, 0)]), data)
    rows = y_pred.shape[0] - FILL
    return y_true, y_pred, (jnp.arange(rows + FILL) < rows).astype(jnp.float32)


def sums(line: Entry) -> tuple[Any, Any]:
    """What the rows alone add up to, and what they do with others of weight 0."""
    made, data = line.made(), data_for(line)
    y_true, y_pred, weight = filled_up(data)
    if line.module == "metrics":
        return made.statistic(*data), made.statistic(y_true, y_pred, weight)
    scale = [len(weight) - FILL, len(weight)] if made.divides_by_rows else [1, 1]
    alone, filled = made(*data), made(y_true, y_pred, weight)
    return alone * scale[0], filled[: len(weight) - FILL] * scale[1] if filled.ndim else filled * scale[1]


@pytest.mark.parametrize("line", [line for line in LOSSES + METRICS if line.made().rows_apart], ids=str)
def test_rows_that_fill_up_count_for_nothing(line: Entry) -> None:
    for one, other in zip(*map(jax.tree.leaves, sums(line)), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("line", [line for line in LOSSES + METRICS if not line.made().rows_apart], ids=str)
def test_where_they_count_the_class_says_so(line: Entry) -> None:
    pairs = zip(*map(jax.tree.leaves, sums(line)), strict=True)
    assert any(not np.allclose(one, other, rtol=1e-4) for one, other in pairs)
