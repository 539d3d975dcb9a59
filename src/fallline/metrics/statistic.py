"""Sufficient statistics that add up: what a metric keeps of a batch.

Statistics of disjoint rows add leaf by leaf, and all-zero leaves are the statistic of no rows. So the
metric of an epoch is exact however the rows are cut into batches, chunks or devices.

Rows without weights are counted in 32-bit integers: a float32 count stands still at 2^24 rows (16.8 million)
when they come one at a time, an integer at 2^31. Sums of real values stay floating, and round.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Num, Shaped

from fallline._tree import tree
from fallline.errors import ShapeError
from fallline.losses.arrays import as_array


class Statistic(ABC):
    """Additive counts and sums of a batch. Subclasses are declared with `@fl.tree`; leaves may carry leading axes."""

    def __add__(self, other: Self) -> Self:
        """The statistic of both sets of rows."""
        both: Self = jax.tree.map(_sum, self, other)
        return both

    @abstractmethod
    def result(self) -> Array:
        """The metric's value; 0 where nothing was counted."""


def _sum(one: Array, other: Array) -> Array:
    # Rows with weights are counted in floats, rows without in integers.
    return one + other if one.dtype == other.dtype else real(one) + real(other)


def real(counts: Array) -> Array:
    """Counts or sums in a floating type, to divide them."""
    array = jnp.asarray(counts)
    return array if jnp.issubdtype(array.dtype, jnp.floating) else array.astype(jnp.float32)


def ratio(numerator: Array, denominator: Array) -> Array:
    """The quotient, 0 where the denominator is 0."""
    numerator, denominator = real(numerator), real(denominator)
    empty = denominator == 0
    safe = jnp.where(empty, jnp.ones_like(denominator), denominator)
    return jnp.where(empty, jnp.zeros_like(numerator), numerator / safe.astype(numerator.dtype))


@tree
class WeightedMean(Statistic):
    """The weighted mean of one value a row: the weighted sum, and the sum of the weights."""

    total: Num[Array, "*members"]
    count: Num[Array, "*members"]

    def result(self) -> Array:
        """Total / count."""
        return ratio(self.total, self.count)


@tree
class RootMean(Statistic):
    """The square root of a weighted mean: the weighted sum, and the sum of the weights."""

    total: Num[Array, "*members"]
    count: Num[Array, "*members"]

    def result(self) -> Array:
        """sqrt(total / count)."""
        return jnp.sqrt(ratio(self.total, self.count))


@tree
class Ratio(Statistic):
    """The share of `counted` that are `found`, both weighted counts, one pair for each threshold."""

    found: Num[Array, "*members thresholds"]
    counted: Num[Array, "*members thresholds"]

    def result(self) -> Array:
        """Found / counted."""
        return ratio(self.found, self.counted)


@tree
class Amount(Statistic):
    """A weighted count or sum itself."""

    amount: Num[Array, "*members thresholds"]

    def result(self) -> Array:
        """The amount."""
        return real(self.amount)


def total_and_count(
    values: Shaped[Array, "batch *rest"], sample_weight: Array | None
) -> tuple[Num[Array, ""], Num[Array, ""]]:
    """The weighted sum of the rows' mean values, and the sum of the weights; a single value is one row.

    One truth value a row is counted in integers where there are no weights.

    Raises:
        ShapeError: there is not one weight a row.
    """
    values = jnp.atleast_1d(values)
    flags = values.dtype == jnp.bool_
    if flags and values.size == values.shape[0] and sample_weight is None:
        return jnp.sum(values, dtype=jnp.int32), whole_count(values.shape[0])
    values = values.astype(jnp.float32) if flags else values
    rows = values if values.ndim == 1 else jnp.mean(values.reshape(values.shape[0], -1), axis=1)
    if sample_weight is None:
        return jnp.sum(rows), whole_count(rows.shape[0])
    weight = row_weights(sample_weight, rows)
    return jnp.sum(rows * weight), jnp.sum(weight)


def whole_count(rows: int) -> Num[Array, ""]:
    """A number of rows as a 32-bit integer."""
    return jnp.asarray(rows, jnp.int32)


def counted(flags: Array, weight: Float[Array, "*shape"] | None, axis: int | None = -1) -> Array:
    """How many flags are set along an axis, in integers, or what those weigh."""
    if weight is None:
        return jnp.sum(flags, axis=axis, dtype=jnp.int32)
    return jnp.sum(jnp.where(flags, weight, jnp.zeros_like(weight)), axis=axis)


def row_weights(sample_weight: Any, rows: Array) -> Float[Array, "batch"]:
    """Weights (batch,) or (batch, 1) as (batch,), in the type of the rows; one number is the weight of each row.

    Raises:
        ShapeError: there is not one weight a row.
    """
    weight = as_array(sample_weight, "sample_weight")
    if weight.ndim == 0:
        weight = jnp.broadcast_to(weight, rows.shape[:1])
    if weight.shape not in ((rows.shape[0],), (rows.shape[0], 1)):
        raise ShapeError(
            f"sample_weight has shape {weight.shape}; expected one weight a row, {rows.shape[:1]}."
        )
    return weight.reshape(-1).astype(rows.dtype)
