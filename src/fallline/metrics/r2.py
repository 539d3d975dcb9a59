"""The share of the targets' variance that predictions explain."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax.numpy as jnp
from jaxtyping import Array, Float, Num

from fallline._ranges import FINITE, check_numbers, whole
from fallline._tree import assign, static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import UsageError
from fallline.losses.base import as_columns
from fallline.metrics.base import Direction, Metric, metrics
from fallline.metrics.statistic import Statistic, ratio, real, row_weights, whole_count

Aggregation = Literal["uniform_average", "variance_weighted_average"] | None


@tree
class Explained(Statistic):
    """Weighted sums of each output's targets, their squares and the squared errors.

    Attributes:
        rows: The number of rows.
        count: The sum of the weights.
        total: The weighted sum of the targets, less the shift.
        squares: The weighted sum of the squares of these.
        residual: The weighted sum of the squared errors.
        class_aggregation: How outputs become one number.
        num_regressors: The number of regressors of the adjusted score; 0 for the plain one.
    """

    rows: Num[Array, "*members"]
    count: Float[Array, "*members"]
    total: Float[Array, "*members outputs"]
    squares: Float[Array, "*members outputs"]
    residual: Float[Array, "*members outputs"]
    class_aggregation: Aggregation = static(default="uniform_average")
    num_regressors: int = static(default=0)

    def result(self) -> Array:
        """The score."""
        mean = ratio(self.total, self.count[..., None])
        spread = jnp.maximum(self.squares - self.total * mean, 0)
        constant = jnp.where(self.residual == 0, jnp.ones_like(spread), jnp.zeros_like(spread))
        scores = jnp.where(spread == 0, constant, 1 - ratio(self.residual, spread))
        scores = jnp.where(self.count[..., None] == 0, jnp.zeros_like(scores), scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores, axis=-1)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ratio(jnp.sum(spread * scores, axis=-1), jnp.sum(spread, axis=-1))
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores: Array) -> Array:
        rows = real(self.rows)
        rows = rows[..., None] if self.class_aggregation is None else rows
        freedom = rows - self.num_regressors - 1
        adjusted = 1 - (1 - scores) * ratio(rows - 1, freedom)
        return jnp.where(freedom > 0, adjusted, scores)


@metrics.register("r2_score", "r2")
@tree
class R2Score(Metric):
    """The coefficient of determination: 1 for perfect predictions, 0 for the targets' mean.

    1 - sum (y_true - y_pred)^2 / sum (y_true - mean y_true)^2 for each output. Constant targets score 1 where they
    are met exactly, else 0.

    Sums that can be added over batches lose digits where the targets' mean is far larger than their spread s: the
    score is off by about 1e-7 (mean / s)^2. Give a value near the mean as `shift`, which changes nothing else.

    Args:
        class_aggregation: `uniform_average` or `variance_weighted_average` of the outputs, or None for each.
        num_regressors: The number p of inputs for the adjusted score 1 - (1 - R2) (n - 1) / (n - p - 1) of n rows;
            0 for the plain score, which also stands where n - p - 1 is not above 0.
        name: The name in the history.
        shift: What the targets are reduced by before they are summed, in their unit.

    Raises:
        UsageError: an argument is none of these.

    Source: Wright, "Correlation and causation" (1921); Theil, "Economic forecasts and policy" (1961) for the
    adjusted one.

    Differs from Keras: n counts rows, not rows times outputs; constant targets give 1 or 0 (as scikit-learn has
    it), never NaN; `shift` is new.
    """

    direction: ClassVar[Direction] = "up"
    class_aggregation: Aggregation = static(default="uniform_average")
    num_regressors: int = static(default=0)
    name: str = static(default="r2_score")
    shift: Number = 0.0

    def __post_init__(self) -> None:
        if self.class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise UsageError(
                'R2Score: class_aggregation must be "uniform_average", "variance_weighted_average" or None, '
                f"got {self.class_aggregation!r}."
            )
        assign(self, num_regressors=whole("R2Score: num_regressors", self.num_regressors, 0))
        check_numbers(self, shift=FINITE)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sums over the rows."""
        y_true, y_pred = as_columns(y_true, y_pred)
        rows = y_true.shape[0]
        y_true, y_pred = y_true.reshape(rows, -1), y_pred.reshape(rows, -1)
        given = jnp.ones(rows) if sample_weight is None else sample_weight
        weight = row_weights(given, y_true)
        moved = y_true - as_dtype_of(self.shift, y_true)
        return Explained(
            whole_count(rows),
            jnp.sum(weight),
            jnp.sum(weight[:, None] * moved, axis=0),
            jnp.sum(weight[:, None] * moved**2, axis=0),
            jnp.sum(weight[:, None] * (y_true - y_pred) ** 2, axis=0),
            self.class_aggregation,
            self.num_regressors,
        )
