"""What every metric is: a pure function of a batch into a statistic that adds up over batches.

Statistics of disjoint rows add leaf by leaf, and all-zero leaves are the statistic of no rows. So the
metric of an epoch is exact however the rows are cut into batches, chunks or devices.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._registry import Registry
from fallline._tree import assign, static, tree
from fallline.errors import ShapeError
from fallline.losses.base import values_of_rows


class Statistic(ABC):
    """Additive counts and sums of a batch. Subclasses are declared with `@tree`; leaves may carry leading axes."""

    def __add__(self, other: Self) -> Self:
        """The statistic of both sets of rows."""
        both: Self = jax.tree.map(jnp.add, self, other)
        return both

    @abstractmethod
    def result(self) -> Array:
        """The metric's value; 0 where nothing was counted."""


def ratio(numerator: Array, denominator: Array) -> Array:
    """The quotient, 0 where the denominator is 0."""
    empty = denominator == 0
    return jnp.where(
        empty,
        jnp.zeros_like(numerator),
        numerator / jnp.where(empty, jnp.ones_like(denominator), denominator),
    )


@tree
class Mean(Statistic):
    """The weighted mean of one value a row: the weighted sum, and the sum of the weights."""

    total: Float[Array, "*members"]
    count: Float[Array, "*members"]

    def result(self) -> Array:
        """Total / count."""
        return ratio(self.total, self.count)


class Metric(ABC):
    """A measure of predictions, whose statistic adds up over batches. Subclasses are declared with `@tree`.

    Attributes:
        name: The name in the history.
        direction: Whether higher (`up`) or lower (`down`) is better; None where it is not known.
    """

    direction: ClassVar[Literal["up", "down"] | None] = None
    name: str

    @abstractmethod
    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The statistic of a batch; pure.

        Args:
            y_true: Targets.
            y_pred: Outputs after the final activation (batch, ...).
            sample_weight: One weight a row; None weighs all alike.
        """

    def __call__(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Array:
        """The metric of these rows alone."""
        return self.statistic(y_true, y_pred, sample_weight).result()


class MeanMetric(Metric):
    """A metric that is the weighted mean of one value a row."""

    @abstractmethod
    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """The values; those of one row are averaged."""

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sum and the count of the rows' values."""
        return Mean(*total_and_count(self.values(y_true, y_pred), sample_weight))


def total_and_count(values: Array, sample_weight: Array | None) -> tuple[Array, Array]:
    """The weighted sum of the rows' mean values, and the sum of the weights.

    Raises:
        ShapeError: there is not one weight a row.
    """
    rows = values if values.ndim == 1 else jnp.mean(values.reshape(values.shape[0], -1), axis=1)
    if sample_weight is None:
        return jnp.sum(rows), jnp.asarray(rows.shape[0], rows.dtype)
    weight = row_weights(sample_weight, rows)
    return jnp.sum(rows * weight), jnp.sum(weight)


def row_weights(sample_weight: Array, rows: Array) -> Array:
    """Weights (batch,) or (batch, 1) as (batch,), in the type of the rows.

    Raises:
        ShapeError: there is not one weight a row.
    """
    weight = jnp.asarray(sample_weight)
    if weight.shape not in ((rows.shape[0],), (rows.shape[0], 1)):
        raise ShapeError(
            f"sample_weight has shape {weight.shape}; expected one weight a row, {rows.shape[:1]}."
        )
    return weight.reshape(-1).astype(rows.dtype)


def _wrap(function: Callable[..., Any]) -> Metric:
    return function if isinstance(function, Metric) else MeanMetricWrapper(function)


metrics: Registry[Metric] = Registry("metric", "metrics", wrap=_wrap)


@tree
class MeanMetricWrapper(MeanMetric):
    """The mean over rows of a function of the user's own, `fn(y_true, y_pred) -> one value per row, or a scalar`.

    A scalar counts as the value of each row of its batch, so that a shorter last batch weighs less.
    It cannot be saved.
    """

    fn: Callable[[Any, Any], Any] = static()
    name: str | None = static(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.name is None:
            assign(self, name=getattr(self.fn, "__name__", type(self.fn).__name__))

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """What the function returns.

        Raises:
            ShapeError: the function returns neither a scalar nor one value a row.
        """
        return values_of_rows(self.fn, y_true, y_pred, f'metric "{self.name}"')


def get(identifier: Any) -> Metric:
    """Resolves a name, a metric, a configuration or a function `f(y_true, y_pred)`.

    What "accuracy" means depends on the loss; see `resolve`.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return metrics.get(identifier)
