"""The share of the targets' variance that predictions explain."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Num

from fallline._ranges import FINITE, choice, count, number
from fallline._tree import assign, replace, static, tree
from fallline._types import Number, as_dtype_of
from fallline.losses.arguments import DType
from fallline.losses.arrays import as_array, as_columns, require_rows
from fallline.metrics.base import Direction, Metric
from fallline.metrics.statistic import Statistic, ratio, real, row_weights, whole_count
from fallline.metrics.table import metrics

Aggregation = Literal["uniform_average", "variance_weighted_average", None]


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
        """The score; NaN where rounding has taken more than a thousandth of the spread."""
        mean = ratio(self.total, self.count[..., None])
        spread = jnp.maximum(self.squares - self.total * mean, 0)
        constant = jnp.where(self.residual == 0, jnp.ones_like(spread), jnp.zeros_like(spread))
        scores = jnp.where(spread == 0, constant, 1 - ratio(self.residual, spread))
        rounding = self.squares * float(np.finfo(self.squares.dtype).eps)
        scores = jnp.where(spread < 1000 * rounding, jnp.nan, scores)
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
    score is off by about 1e-7 (mean / s)^2. So the targets are taken less a value near their mean: in `fit` the
    training set's mean, alone that of the first batch. A score that rounding has moved by more than a thousandth of
    1 - R2 is NaN; where you sum `statistic` yourself, give such a value as `shift`, which changes nothing else.

    Args:
        class_aggregation: `uniform_average` or `variance_weighted_average` of the outputs, or None for each.
        num_regressors: The number p of inputs for the adjusted score 1 - (1 - R2) (n - 1) / (n - p - 1) of n rows;
            0 for the plain score, which also stands where n - p - 1 is not above 0.
        name, dtype: See `Metric`.
        shift: What the targets are reduced by before they are summed, in their unit; see above.

    Raises:
        UsageError: an argument is none of these.

    Source: Wright, "Correlation and causation" (1921); Theil, "Economic forecasts and policy" (1961) for the
    adjusted one.

    Differs from Keras: n counts rows, not rows times outputs; constant targets give 1 or 0 (as scikit-learn has
    it), never NaN; `shift` is new.
    """

    direction: ClassVar[Direction] = "up"
    rows_apart: ClassVar[bool] = False
    class_aggregation: Aggregation = choice("uniform_average", *get_args(Aggregation), None)
    num_regressors: int = count(0, 0)
    name: str = static(default="r2_score")
    dtype: DType = static(default=None)
    shift: Number = number(0.0, FINITE)
    _about: ClassVar[R2Score | None] = None

    def about(self, targets: Any) -> R2Score:
        """The same metric, with the mean of targets (rows, ...) on the host as its shift, one for each output."""
        rows = np.asarray(targets, np.float64)
        if not rows.size:
            return self
        return replace(self, shift=rows.reshape(len(rows), -1).mean(axis=0).astype(np.float32))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch; the first since the last reset says what all targets are reduced by.

        Raises:
            ShapeError, DataError: as `Metric.update_state`.
        """
        y_true, y_pred = as_array(y_true, "y_true"), as_array(y_pred, "y_pred")
        require_rows(y_pred)
        require_rows(y_true)
        if self._seen is None:
            assign(self, _about=self if isinstance(y_true, jax.core.Tracer) else self.about(y_true))
        assert self._about is not None
        self.see(self._about.statistic(y_true, y_pred, sample_weight))

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sums over the rows."""
        y_true, y_pred = as_columns(y_true, y_pred)
        rows = y_true.shape[0]
        outputs = math.prod(y_true.shape[1:])  # not -1, which zero rows leave open
        y_true, y_pred = y_true.reshape(rows, outputs), y_pred.reshape(rows, outputs)
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


def about_targets(metric: Metric, targets: Any) -> Metric:
    """A metric that knows the targets which are to come, as far as its digits depend on them."""
    return metric.about(targets) if isinstance(metric, R2Score) else metric
