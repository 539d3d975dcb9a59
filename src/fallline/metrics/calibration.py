"""Whether predicted probabilities are the frequencies with which they come true, and what they are worth once they are."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Num

from fallline._ranges import count
from fallline._tree import static, tree
from fallline.losses.arguments import DType
from fallline.losses.arrays import floating
from fallline.metrics.base import Direction, Metric
from fallline.metrics.classes import class_numbers
from fallline.metrics.statistic import Statistic, ratio, real, row_weights, total_and_count, whole_count
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


COLDEST, HOTTEST, STEPS = 0.25, 8.0, 4
"""The temperatures tried: so many to an octave, from sharper to softer; beyond, a parabola's lowest point is at the end."""
SHARPNESS = np.exp2(np.arange(np.log2(1 / HOTTEST), np.log2(1 / COLDEST) + 0.5 / STEPS, 1 / STEPS)).astype(
    np.float32
)
"""1/T of each, rising."""
FLOOR = {True: float(np.finfo(np.float32).eps) / 2, False: float(np.finfo(np.float32).tiny)}
"""The smallest share before a logarithm, as for `calibration.TemperatureScaling`: of two classes, 1 - p has no smaller one."""


@tree
class TemperedLosses(Statistic):
    """The weighted sum of the rows' cross-entropies at each temperature, and the sum of the weights."""

    total: Float[Array, "*members temperatures"]
    count: Num[Array, "*members"]

    def result(self) -> Array:
        """The lowest mean: the lowest point of the parabola through the least of them and its neighbours."""
        means = ratio(self.total, jnp.asarray(self.count)[..., None])
        place = jnp.clip(jnp.argmin(means, axis=-1), 1, len(SHARPNESS) - 2)[..., None]
        below, middle, above = (
            jnp.take_along_axis(means, place + step, axis=-1)[..., 0] for step in (-1, 0, 1)
        )
        # At the lowest of the three a parabola lies lower by slope^2 / (2 curvature), within its reach of half a step.
        slope, curve = (above - below) / 2, above - 2 * middle + below
        inside = (curve > 0) & (jnp.abs(slope) <= curve)
        gain = jnp.where(inside, slope**2 / (2 * jnp.where(inside, curve, jnp.ones_like(curve))), 0.0)
        least: Array = jnp.minimum(jnp.min(means, axis=-1), middle - gain)
        return least


@metrics.register("calibrated_crossentropy")
@tree
class CalibratedCrossentropy(Metric):
    """The cross-entropy that is left once one temperature for all rows has made the probabilities as right as it can.

    min over T of mean of -log q_k(T), k the true class, q_j(T) = p_j^(1/T) / (sum over i of p_i^(1/T))

    It says what a network knows, apart from how sure it claims to be: late in a training the plain loss on validation rows
    rises because of the claims while the order of the classes still gets better. The minimum is taken over 21
    temperatures from 1/4 to 8 and a parabola between them, so that it adds up over batches.

    Args:
        name, dtype: See `Metric`.

    Raises:
        DataError: used alone, targets that are no class numbers or predictions that are no probabilities.

    Source: Berta, Holzmüller, Jordan and Bach, "Rethinking early stopping: refine, then calibrate" (2025), the
    refinement error by temperature scaling (Guo et al., 2017).
    """

    direction: ClassVar[Direction] = "down"
    name: str = static(default="calibrated_crossentropy")
    dtype: DType = static(default=None)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sum of the losses at each temperature, and the sum of the weights."""
        y_pred = floating(y_pred)
        owner = f'metric "{self.name}"'
        found = class_numbers(y_true, y_pred, None, owner)
        found.require_known(y_true, y_pred, sample_weight, owner, "Predictions are probabilities, in 0..1.")
        shares = y_pred
        if found.number == 2 and y_pred.size == y_pred.shape[0]:
            shares = jnp.stack([1 - y_pred.reshape(-1), y_pred.reshape(-1)], axis=1)
        logarithms = jnp.log(jnp.maximum(shares, FLOOR[found.number == 2]))
        # Of a row without a known class the loss is NaN, as of a prediction that is NaN; but not where its weight is 0.
        counts = True if sample_weight is None else row_weights(sample_weight, y_pred) != 0
        own = jnp.take_along_axis(logarithms, jnp.where(found.known, found.truth, 0)[:, None], axis=1)[:, 0]

        def total_at(sharpness: Array) -> Array:
            losses = jax.nn.logsumexp(sharpness * logarithms, axis=1) - sharpness * own
            losses = jnp.where(found.known, losses, jnp.nan)
            total, _ = total_and_count(jnp.where(counts, losses, 0.0), sample_weight)
            return total

        # One temperature at a time: of many classes the table of all would be large.
        totals = jax.lax.map(total_at, jnp.asarray(SHARPNESS, y_pred.dtype))
        if sample_weight is None:
            return TemperedLosses(totals, whole_count(y_pred.shape[0]))
        return TemperedLosses(totals, jnp.sum(row_weights(sample_weight, y_pred)))
