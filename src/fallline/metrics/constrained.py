"""One rate at the thresholds where another is high enough."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import FRACTION, count, within
from fallline._tree import static, tree
from fallline._types import Number
from fallline.losses.arguments import DType
from fallline.metrics.base import Direction, Metric
from fallline.metrics.confusion import flat_labels
from fallline.metrics.statistic import Statistic, whole_count
from fallline.metrics.table import metrics
from fallline.metrics.threshold_counts import ThresholdCounts, counts_by_exceeded, evenly_exceeded

Rate = Literal["recall", "precision", "specificity"]


@tree
class BestUnderConstraint(ThresholdCounts):
    """The largest value of one rate over the thresholds at which another is large enough.

    Attributes:
        least: How large, in 2^-24ths, as its upper and lower twelve bits: whole numbers, as they add up over batches
            (half a million at most) and must divide by the number of these without a rest.
        batches: The number of batches.
        dependent: The one rate.
        constrained: The other.
    """

    least: Int[Array, "*members 2"] = dataclasses.field(kw_only=True)
    batches: Int[Array, "*members"] = dataclasses.field(kw_only=True)
    dependent: Rate = static(default="recall")
    constrained: Rate = static(default="specificity")

    def result(self) -> Array:
        """The largest rate; 0 where the constraint is met nowhere."""
        rates = {"recall": self.recall, "precision": self.precision, "specificity": self.specificity}
        rate = rates[self.dependent]
        upper, lower = jnp.moveaxis(self.least // jnp.maximum(self.batches, 1)[..., None], -1, 0)
        least = (_BITS * upper + lower).astype(rate.dtype)[..., None] / _BITS**2
        return jnp.max(jnp.where(rates[self.constrained] >= least, rate, jnp.zeros_like(rate)), axis=-1)


_BITS = 2**12


class _AtLeast(Metric):
    """What the rates under a constraint share; each has a field for what the constrained rate must reach."""

    direction: ClassVar[Direction] = "up"
    dependent: ClassVar[Rate]
    constrained: ClassVar[Rate]
    constraint: ClassVar[str]
    """The name of that field."""
    num_thresholds: int
    class_id: int | None

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The counts at evenly spaced thresholds from 0 to 1; 0.5 where there is one."""
        truth, predictions, weight = flat_labels(y_true, y_pred, sample_weight, self.class_id)
        if self.num_thresholds == 1:
            exceeded = (predictions > 0.5).astype(jnp.int32)
        else:
            exceeded = evenly_exceeded(predictions, self.num_thresholds)
        counts = counts_by_exceeded(truth, exceeded, weight, self.num_thresholds)
        least = jnp.floor(jnp.asarray(getattr(self, self.constraint)) * _BITS**2).astype(jnp.int32)
        return BestUnderConstraint(
            *counts,
            least=jnp.stack([least // _BITS, least % _BITS]),
            batches=whole_count(1),
            dependent=self.dependent,
            constrained=self.constrained,
        )


@metrics.register("sensitivity_at_specificity")
@tree
class SensitivityAtSpecificity(_AtLeast):
    """The best recall among the thresholds whose specificity tn / (tn + fp) is at least `specificity`.

    Args:
        specificity: In [0, 1].
        num_thresholds: How many thresholds, spaced evenly over [0, 1].
        class_id: The one output that counts; None for all.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `SensitivityAtSpecificity`.
    """

    dependent = "recall"
    constrained = "specificity"
    constraint = "specificity"
    specificity: Number = dataclasses.field(metadata=within(FRACTION))
    num_thresholds: int = count(200, 1)
    class_id: int | None = count(None, 0)
    name: str = static(default="sensitivity_at_specificity")
    dtype: DType = static(default=None)


@metrics.register("specificity_at_sensitivity")
@tree
class SpecificityAtSensitivity(_AtLeast):
    """The best specificity tn / (tn + fp) among the thresholds whose recall is at least `sensitivity`.

    Args:
        sensitivity: In [0, 1].
        num_thresholds: How many thresholds, spaced evenly over [0, 1].
        class_id: The one output that counts; None for all.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `SpecificityAtSensitivity`.
    """

    dependent = "specificity"
    constrained = "recall"
    constraint = "sensitivity"
    sensitivity: Number = dataclasses.field(metadata=within(FRACTION))
    num_thresholds: int = count(200, 1)
    class_id: int | None = count(None, 0)
    name: str = static(default="specificity_at_sensitivity")
    dtype: DType = static(default=None)


@metrics.register("precision_at_recall")
@tree
class PrecisionAtRecall(_AtLeast):
    """The best precision among the thresholds whose recall is at least `recall`.

    Args:
        recall: In [0, 1].
        num_thresholds: How many thresholds, spaced evenly over [0, 1].
        class_id: The one output that counts; None for all.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `PrecisionAtRecall`.
    """

    dependent = "precision"
    constrained = "recall"
    constraint = "recall"
    recall: Number = dataclasses.field(metadata=within(FRACTION))
    num_thresholds: int = count(200, 1)
    class_id: int | None = count(None, 0)
    name: str = static(default="precision_at_recall")
    dtype: DType = static(default=None)


@metrics.register("recall_at_precision")
@tree
class RecallAtPrecision(_AtLeast):
    """The best recall among the thresholds whose precision is at least `precision`.

    Args:
        precision: In [0, 1].
        num_thresholds: How many thresholds, spaced evenly over [0, 1].
        class_id: The one output that counts; None for all.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `RecallAtPrecision`.
    """

    dependent = "recall"
    constrained = "precision"
    constraint = "precision"
    precision: Number = dataclasses.field(metadata=within(FRACTION))
    num_thresholds: int = count(200, 1)
    class_id: int | None = count(None, 0)
    name: str = static(default="recall_at_precision")
    dtype: DType = static(default=None)
