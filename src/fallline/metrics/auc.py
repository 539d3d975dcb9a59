"""The area under the ROC or the precision-recall curve, from counts at many thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import FRACTION, NOT_NEGATIVE, Range, checked, checked_number, choice, count
from fallline._tree import static, tree
from fallline._types import Number
from fallline.errors import UsageError
from fallline.losses.arguments import DType
from fallline.losses.arrays import aligned
from fallline.metrics.base import Direction, Metric
from fallline.metrics.confusion import flat_labels
from fallline.metrics.statistic import row_weights
from fallline.metrics.table import metrics
from fallline.metrics.threshold_counts import (
    Curve,
    SummationMethod,
    ThresholdCounts,
    counts_by_exceeded,
    evenly_exceeded,
)


def _thresholds(where: str, values: Any) -> Any:
    return None if values is None else tuple(sorted(_numbers(where, values, FRACTION)))


def _weights(where: str, values: Any) -> Any:
    return None if values is None else _numbers(where, values, NOT_NEGATIVE)


def _numbers(where: str, values: Any, allowed: Range) -> tuple[Number, ...]:
    try:
        # A text and a dict can be gone through as well, but hold no numbers.
        given = None if isinstance(values, str | bytes | Mapping) else tuple(values)
    except TypeError:
        given = None
    if given is None:
        raise UsageError(
            f"{where} must be a sequence of numbers {allowed.words}, got {type(values).__name__} {values!r:.60}."
        )
    return tuple(checked_number(where, value, allowed) for value in given)


@metrics.register("auc")
@tree
class AUC(Metric):
    """The area under the ROC curve (the chance that a positive row scores above a negative one), or under PR.

    sum over thresholds of (x_i - x_i+1) (y_i + y_i+1) / 2, x the false positive rate and y the recall (ROC), or x
    the recall and y the precision (PR, interpolated as Davis and Goadrich do), or their gains (PRGAIN).

    The thresholds are spaced evenly over [0, 1], the outermost moved past its ends, so every prediction lies
    above the first and below the last. An area from finitely many thresholds approximates the exact one.

    Args:
        num_thresholds: How many thresholds, a whole number of at least 2.
        curve: `ROC`, `PR` or `PRGAIN`.
        summation_method: `interpolation`, or the sum of the rectangles above (`majoring`) or below the curve
            (`minoring`).
        name, dtype: See `Metric`.
        thresholds: Thresholds in [0, 1] of your own; one on each side is added, and `num_thresholds` is not used.
        multi_label: Whether each output has an area of its own, of which the mean is taken, rather than all
            outputs one area.
        num_labels: The number of outputs; the data say it.
        label_weights: What each output weighs, at least 0: in the mean of the areas, or in the one area.
        from_logits: Whether the predictions are logits.

    Raises:
        UsageError: an argument is none of these.

    Source: Hanley and McNeil, "The meaning and use of the area under a ROC curve" (1982).
    """

    direction: ClassVar[Direction] = "up"
    num_thresholds: int = count(200, 2)
    curve: Curve = choice("ROC", *get_args(Curve), fold=str.upper)
    summation_method: SummationMethod = choice("interpolation", *get_args(SummationMethod), fold=str.casefold)
    name: str = static(default="auc")
    dtype: DType = static(default=None)
    thresholds: Sequence[Number] | None = checked(_thresholds, None)
    multi_label: bool = static(default=False)
    num_labels: int | None = count(None, 1)
    label_weights: Sequence[Number] | None = checked(_weights, None)
    from_logits: bool = static(default=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.num_labels is not None and not self.multi_label:
            raise UsageError("AUC: num_labels is for multi_label=True; leave it out.")

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> ThresholdCounts:
        """The counts at each threshold, for each label where these are several."""
        y_true, y_pred = aligned(y_true, y_pred)
        if self.from_logits:
            y_pred = jax.nn.sigmoid(y_pred)
        own = self._label_weights(y_pred)
        if not self.multi_label:
            truth, predictions, weight = flat_labels(y_true, y_pred, sample_weight)
            if own is not None:
                per_label = jnp.broadcast_to(own, y_pred.shape).reshape(-1)
                weight = per_label if weight is None else weight * per_label
            counts = self._counts(truth, predictions, weight)
            return ThresholdCounts(*counts, None, self.curve, self.summation_method)
        weight = None if sample_weight is None else row_weights(sample_weight, y_pred)
        counts = jax.vmap(lambda t, p: self._counts(t, p, weight))((y_true != 0).T, y_pred.T)
        own = jnp.ones(y_pred.shape[-1:], y_pred.dtype) if own is None else own
        return ThresholdCounts(*counts, own, self.curve, self.summation_method)

    def _counts(
        self, truth: Array, predictions: Array, weight: Array | None
    ) -> tuple[Array, Array, Array, Array]:
        if self.thresholds is None:
            # The first threshold lies below 0, so every prediction exceeds it.
            exceeded = jnp.maximum(evenly_exceeded(predictions, self.num_thresholds), 1)
            return counts_by_exceeded(truth, exceeded, weight, self.num_thresholds)
        places = jnp.stack([jnp.asarray(t, predictions.dtype) for t in (-1e-7, *self.thresholds, 1 + 1e-7)])
        exceeded = jnp.searchsorted(places, predictions, side="left")
        return counts_by_exceeded(truth, exceeded.astype(jnp.int32), weight, len(self.thresholds) + 2)

    def _label_weights(self, y_pred: Array) -> Float[Array, "labels"] | None:
        labels = y_pred.shape[-1]
        if self.multi_label and (y_pred.ndim != 2 or self.num_labels not in (None, labels)):
            raise UsageError(
                f"AUC: multi_label needs predictions (n, {self.num_labels or 'labels'}), got {y_pred.shape}."
            )
        if self.label_weights is None:
            return None
        if len(self.label_weights) != labels:
            raise UsageError(f"AUC: {len(self.label_weights)} label_weights for {labels} outputs.")
        return jnp.stack([jnp.asarray(w, y_pred.dtype) for w in self.label_weights])
