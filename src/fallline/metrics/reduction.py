"""The mean and the sum of values that the user computes, for use alone."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from fallline._tree import static, tree
from fallline.losses.arguments import DType
from fallline.losses.arrays import as_array, floating
from fallline.metrics.base import Running
from fallline.metrics.statistic import Amount, WeightedMean, row_weights, total_and_count


@tree
class Mean(Running):
    """The weighted mean of all values given so far: sum of w v / sum of w.

    Values (batch, ...) are averaged over each row first, as in Keras; a scalar is one row.

    Source: Keras 3 for names and arguments.
    """

    name: str = static(default="mean")
    dtype: DType = static(default=None)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds values, with one weight a row.

        Raises:
            ShapeError: there is not one weight a row.
            DataError: the values hold no numbers.
        """
        values = jnp.atleast_1d(floating(values))
        self.see(WeightedMean(*total_and_count(values, _weights(sample_weight))))

    def __call__(self, values: Any, sample_weight: Any = None) -> Array:
        """`update_state`, then `result`."""
        self.update_state(values, sample_weight)
        return self.result()


@tree
class Sum(Running):
    """The weighted sum of all values given so far: sum of w v.

    Source: Keras 3 for names and arguments.
    """

    name: str = static(default="sum")
    dtype: DType = static(default=None)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds values, with one weight a row.

        Raises:
            ShapeError: there is not one weight a row.
            DataError: the values hold no numbers.
        """
        values = jnp.atleast_1d(floating(values))
        rows = values.reshape(values.shape[0], -1).sum(axis=1)
        weight = _weights(sample_weight)
        self.see(Amount(jnp.sum(rows if weight is None else rows * row_weights(weight, rows))))

    def __call__(self, values: Any, sample_weight: Any = None) -> Array:
        """`update_state`, then `result`."""
        self.update_state(values, sample_weight)
        return self.result()


def _weights(sample_weight: Any) -> Array | None:
    return None if sample_weight is None else jnp.atleast_1d(as_array(sample_weight, "sample_weight"))
