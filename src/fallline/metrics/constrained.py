"""One rate at the thresholds where another is high enough."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax.numpy as jnp
from jaxtyping import Array

from fallline._ranges import FRACTION, checked_number, whole
from fallline._tree import assign, static, tree
from fallline.losses.arguments import DType
from fallline.metrics.base import Direction, Metric, metrics
from fallline.metrics.confusion import flat_labels
from fallline.metrics.statistic import Statistic
from fallline.metrics.threshold_counts import ThresholdCounts, counts_by_exceeded, evenly_exceeded

Rate = Literal["recall", "precision", "specificity"]


@tree
class BestUnderConstraint(ThresholdCounts):
    """The largest value of one rate over the thresholds at which another is at least `least`."""

    dependent: Rate = static(default="recall")
    constrained: Rate = static(default="specificity")
    least: float = static(default=0.5)

    def result(self) -> Array:
        """The largest rate; 0 where the constraint is met nowhere."""
        rates = {"recall": self.recall, "precision": self.precision, "specificity": self.specificity}
        rate = rates[self.dependent]
        met = rates[self.constrained] >= jnp.asarray(self.least, rate.dtype)
        return jnp.max(jnp.where(met, rate, jnp.zeros_like(rate)), axis=-1)


class _AtLeast(Metric):
    """What the rates under a constraint share. The constraint is structure: sums cannot carry it."""

    dependent: ClassVar[Rate]
    constrained: ClassVar[Rate]
    constraint: ClassVar[str]
    num_thresholds: int
    class_id: int | None

    @property
    def least(self) -> float:
        """What the constrained rate must reach: the argument that `constraint` names."""
        least: float = getattr(self, self.constraint)
        return least

    def __post_init__(self) -> None:
        super().__post_init__()
        owner = type(self).__name__
        checked_number(f"{owner}: {self.constraint}", self.least, FRACTION)
        assign(self, num_thresholds=whole(f"{owner}: num_thresholds", self.num_thresholds, 1))
        if self.class_id is not None:
            assign(self, class_id=whole(f"{owner}: class_id", self.class_id, 0))

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The counts at evenly spaced thresholds from 0 to 1; 0.5 where there is one."""
        truth, predictions, weight = flat_labels(y_true, y_pred, sample_weight, self.class_id)
        if self.num_thresholds == 1:
            exceeded = (predictions > 0.5).astype(jnp.int32)
        else:
            exceeded = evenly_exceeded(predictions, self.num_thresholds)
        counts = counts_by_exceeded(truth, exceeded, weight, self.num_thresholds)
        return BestUnderConstraint(
            *counts, dependent=self.dependent, constrained=self.constrained, least=float(self.least)
        )


@metrics.register("sensitivity_at_specificity")
@tree
class SensitivityAtSpecificity(_AtLeast):
    """The best recall among the thresholds whose specificity tn / (tn + fp) is at least `specificity`.

    Args:
        specificity: In [0, 1].
        num_thresholds: How many thresholds, spaced evenly over [0, 1].
        class_id: The one output that counts; None for all.
        name: The name in the history.
        dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `SensitivityAtSpecificity`.
    """

    direction: ClassVar[Direction] = "up"
    dependent: ClassVar[Rate] = "recall"
    constrained: ClassVar[Rate] = "specificity"
    constraint: ClassVar[str] = "specificity"
    specificity: float = static()
    num_thresholds: int = static(default=200)
    class_id: int | None = static(default=None)
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
        name: The name in the history.
        dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `SpecificityAtSensitivity`.
    """

    direction: ClassVar[Direction] = "up"
    dependent: ClassVar[Rate] = "specificity"
    constrained: ClassVar[Rate] = "recall"
    constraint: ClassVar[str] = "sensitivity"
    sensitivity: float = static()
    num_thresholds: int = static(default=200)
    class_id: int | None = static(default=None)
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
        name: The name in the history.
        dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `PrecisionAtRecall`.
    """

    direction: ClassVar[Direction] = "up"
    dependent: ClassVar[Rate] = "precision"
    constrained: ClassVar[Rate] = "recall"
    constraint: ClassVar[str] = "recall"
    recall: float = static()
    num_thresholds: int = static(default=200)
    class_id: int | None = static(default=None)
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
        name: The name in the history.
        dtype: See `Metric`.

    Raises:
        UsageError: an argument is out of its range.

    Source: Keras's `RecallAtPrecision`.
    """

    direction: ClassVar[Direction] = "up"
    dependent: ClassVar[Rate] = "recall"
    constrained: ClassVar[Rate] = "precision"
    constraint: ClassVar[str] = "precision"
    precision: float = static()
    num_thresholds: int = static(default=200)
    class_id: int | None = static(default=None)
    name: str = static(default="recall_at_precision")
    dtype: DType = static(default=None)
