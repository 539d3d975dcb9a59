"""Errors of real-valued predictions."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import static, tree
from fallline.losses.base import as_columns
from fallline.losses.regression import mean_absolute_error, mean_squared_error
from fallline.metrics.base import MeanMetric, Metric, Statistic, metrics, ratio, total_and_count


@tree
class RootMean(Statistic):
    """The square root of a weighted mean: the weighted sum, and the sum of the weights."""

    total: Float[Array, "*members"]
    count: Float[Array, "*members"]

    def result(self) -> Array:
        """sqrt(total / count)."""
        return jnp.sqrt(ratio(self.total, self.count))


@metrics.register("mean_squared_error", "mse", "MSE")
@tree
class MeanSquaredError(MeanMetric):
    """The mean of (y_true - y_pred)^2 over rows and outputs."""

    direction: ClassVar[Literal["up", "down"] | None] = "down"
    name: str = static(default="mean_squared_error")

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """The loss of the same name."""
        return mean_squared_error(*as_columns(y_true, y_pred))


@metrics.register("mean_absolute_error", "mae", "MAE")
@tree
class MeanAbsoluteError(MeanMetric):
    """The mean of |y_true - y_pred| over rows and outputs, in the unit of the target."""

    direction: ClassVar[Literal["up", "down"] | None] = "down"
    name: str = static(default="mean_absolute_error")

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """The loss of the same name."""
        return mean_absolute_error(*as_columns(y_true, y_pred))


@metrics.register("root_mean_squared_error", "rmse", "RMSE")
@tree
class RootMeanSquaredError(Metric):
    """The square root of the mean of (y_true - y_pred)^2 over all rows, in the unit of the target."""

    direction: ClassVar[Literal["up", "down"] | None] = "down"
    name: str = static(default="root_mean_squared_error")

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sum and the count of the rows' mean squared errors."""
        return RootMean(*total_and_count(mean_squared_error(*as_columns(y_true, y_pred)), sample_weight))
