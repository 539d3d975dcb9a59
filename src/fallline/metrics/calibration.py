"""Whether predicted probabilities are the frequencies with which they come true."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Num

from fallline._ranges import count
from fallline._tree import static, tree
from fallline.losses.arguments import DType
from fallline.losses.arrays import floating
from fallline.metrics.base import Direction, Metric
from fallline.metrics.classes import class_numbers
from fallline.metrics.statistic import Statistic, ratio, real, row_weights, whole_count
from fallline.metrics.table import metrics


@tree
class CalibrationGaps(Statistic):
    """For each bin of confidence, the weighted sum of (right - confidence); and the sum of all weights."""

    gap: Float[Array, "*members bins"]
    count: Num[Array, "*members"]

    def result(self) -> Array:
        """Sum over bins of |gap| / count."""
        return ratio(jnp.sum(jnp.abs(self.gap), axis=-1), real(self.count))


@metrics.register("expected_calibration_error", "ece")
@tree
class ExpectedCalibrationError(Metric):
    """How far the confidence of the predicted class is from the share of rows in which it is right.

    sum over bins b of n_b / n |accuracy of b - mean confidence of b|. The confidence is the largest of the classes'
    probabilities, or max(p, 1 - p) with one output; bin b of M holds confidences in ((b - 1) / M, b / M].

    Args:
        num_bins: The number M of bins of equal width over [0, 1].
        name, dtype: See `Metric`.

    Raises:
        UsageError: num_bins is no whole number of at least 1.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning" (2015);
    bins and their number as Guo et al., "On calibration of modern neural networks" (2017), eq. 3.
    """

    direction: ClassVar[Direction] = "down"
    num_bins: int = count(15, 1)
    name: str = static(default="expected_calibration_error")
    dtype: DType = static(default=None)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The gap of each bin, and the sum of the weights."""
        y_pred = floating(y_pred)
        owner = f'metric "{self.name}"'
        found = class_numbers(y_true, y_pred, None, owner)
        found.require_known(y_true, y_pred, sample_weight, owner, "Predictions are probabilities, in 0..1.")
        if y_pred.ndim == 2 and y_pred.shape[-1] > 1:
            confidence = jnp.max(y_pred, axis=-1)
        else:
            p = y_pred.reshape(-1)
            confidence = jnp.maximum(p, 1 - p)
        gap = (found.truth == found.predicted).astype(y_pred.dtype) - confidence
        gap = jnp.where(found.known, gap, jnp.nan)
        count: Array = whole_count(gap.shape[0])
        if sample_weight is not None:
            weight = row_weights(sample_weight, y_pred)
            gap, count = jnp.where(weight == 0, jnp.zeros_like(gap), gap * weight), jnp.sum(weight)
        place = jnp.clip(jnp.ceil(confidence * self.num_bins).astype(jnp.int32) - 1, 0, self.num_bins - 1)
        return CalibrationGaps(jax.ops.segment_sum(gap, place, num_segments=self.num_bins), count)
