"""The overlap of what is predicted as a class with what is of it: intersection over union."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import jax.numpy as jnp
from jaxtyping import Array

from fallline._ranges import FINITE, number, whole
from fallline._tree import assign, static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.losses.arguments import DType
from fallline.losses.arrays import as_array, floating, require_axis, require_rows
from fallline.metrics.base import Direction, Metric
from fallline.metrics.classes import Classes, whole_within
from fallline.metrics.contingency import Contingency
from fallline.metrics.statistic import Statistic, ratio, real, row_weights
from fallline.metrics.table import metrics


@tree
class Overlaps(Contingency):
    """The mean intersection over union of some classes."""

    target_class_ids: tuple[int, ...] = static(default=())

    def result(self) -> Array:
        """The mean of tp / (tp + fp + fn) over the classes asked for that occur; 0 where none does."""
        counts = real(self.counts)
        found = jnp.diagonal(counts, axis1=-2, axis2=-1)
        either = jnp.sum(counts, axis=-1) + jnp.sum(counts, axis=-2) - found
        places = jnp.asarray(self.target_class_ids)
        shares = ratio(found, either)[..., places]
        occurring = jnp.sum(either[..., places] > 0, axis=-1)
        return self.known(ratio(jnp.sum(shares, axis=-1), occurring))


class _Overlap(Metric):
    """What the metrics of overlap share. A place of no class is refused, or makes the result NaN; it is not left out."""

    direction: ClassVar[Direction] = "up"
    num_classes: int = 2
    target_class_ids: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.target_class_ids
        if given is None:
            return
        where, classes = f"{type(self).__name__}: target_class_ids", self.num_classes
        if not isinstance(given, tuple | list) or not given:
            raise UsageError(f"{where} must be a list of class numbers, got {given!r:.60}.")
        assign(self, target_class_ids=tuple(whole(where, number, 0) for number in given))
        if max(given) >= classes:
            raise UsageError(f"{where} holds {max(given)}; there are {classes} classes, 0..{classes - 1}.")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The object that a `get_config` described; Keras's type of the counts, integers, is no setting here."""
        return super().from_config({name: value for name, value in config.items() if name != "dtype"})

    def counted(
        self,
        truth: Array,
        predicted: Array,
        sample_weight: Array | None,
        ignore_class: int | None = None,
    ) -> Statistic:
        """The counts of places by true and predicted class.

        Raises:
            ShapeError: there is not one prediction a target, or not one weight a row.
            DataError: a place is of no class.
        """
        owner, classes = f'metric "{self.name}"', self.num_classes
        if truth.size != predicted.size or truth.shape[:1] != predicted.shape[:1]:
            raise ShapeError(
                f"{owner}: y_true holds classes of shape {truth.shape}, y_pred of shape {predicted.shape}; they must be "
                "equal."
            )
        weight = None
        if sample_weight is not None:
            rows = row_weights(sample_weight, floating(predicted))
            weight = jnp.repeat(rows, predicted.size // predicted.shape[0])
        truth, predicted = truth.reshape(-1), predicted.reshape(-1)
        known = whole_within(truth, classes) & whole_within(predicted, classes)
        if ignore_class is not None:
            # An ignored place counts as one of weight 0 in class 0.
            ignored = truth == jnp.asarray(ignore_class, truth.dtype)
            ones = jnp.ones(truth.shape, jnp.float32) if weight is None else weight
            weight = jnp.where(ignored, jnp.zeros_like(ones), ones)
            truth, known = jnp.where(ignored, jnp.zeros_like(truth), truth), known | ignored
            predicted = jnp.where(ignored, jnp.zeros_like(predicted), predicted)
        found = Classes(truth.astype(jnp.int32), predicted.astype(jnp.int32), known, classes)
        found.require_known(truth, predicted, weight, owner, f"Predictions are classes 0..{classes - 1} too.")
        asked_for = range(classes) if self.target_class_ids is None else self.target_class_ids
        return Overlaps(*found.tally(weight), tuple(asked_for))


class _OfClassNumbers(_Overlap):
    """What the metrics share whose targets or predictions are class numbers or scores of the classes."""

    sparse_y_true: bool
    sparse_y_pred: bool
    ignore_class: int | None
    axis: int

    def __post_init__(self) -> None:
        assign(self, num_classes=whole(f"{type(self).__name__}: num_classes", self.num_classes, 2))
        super().__post_init__()

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The counts of places by true and predicted class."""
        truth = self._numbers(as_array(y_true, "y_true"), self.sparse_y_true)
        predicted = self._numbers(as_array(y_pred, "y_pred"), self.sparse_y_pred)
        return self.counted(truth, predicted, sample_weight, self.ignore_class)

    def _numbers(self, y: Array, sparse: bool) -> Array:
        require_rows(y)
        if sparse:
            return y
        require_axis(self.axis, y)
        if y.shape[self.axis] != self.num_classes:
            raise ShapeError(
                f'metric "{self.name}": expected {self.num_classes} classes along axis {self.axis}, got shape {y.shape}.'
            )
        return jnp.argmax(y, axis=self.axis)


@metrics.register("io_u", "iou")
@tree
class IoU(_OfClassNumbers):
    """How far what is predicted as a class and what is of it overlap: the mean over some classes.

    mean over k in `target_class_ids` of tp_k / (tp_k + fp_k + fn_k); classes that do not occur are left out.

    Args:
        num_classes: The number of classes.
        target_class_ids: The classes whose mean is taken.
        name, dtype: See `Metric`.
        ignore_class: A class number in the targets, in the range or not, whose places do not count; None for none.
        sparse_y_true: Whether targets are class numbers rather than one-hot.
        sparse_y_pred: Whether predictions are class numbers rather than scores of the classes.
        axis: The axis of the classes, where they have one.

    Raises:
        UsageError: an argument is none of these.

    Source: Jaccard (1901); Everingham et al., "The Pascal visual object classes challenge" (2010), sec. 4.1.4.

    Differs from Keras: weights may be fractions, the margin 1e-7 is not added, and a target or prediction that is no
    class is an error (in a compiled run NaN), not left out.
    """

    num_classes: int = static()
    target_class_ids: tuple[int, ...] = static()
    name: str = static(default="io_u")
    dtype: DType = static(default=None)
    ignore_class: int | None = static(default=None)
    sparse_y_true: bool = static(default=True)
    sparse_y_pred: bool = static(default=True)
    axis: int = static(default=-1)


@metrics.register("mean_io_u", "mean_iou")
@tree
class MeanIoU(_OfClassNumbers):
    """How far what is predicted as a class and what is of it overlap: the mean over all classes that occur.

    mean over k of tp_k / (tp_k + fp_k + fn_k).

    Args:
        num_classes: The number of classes.
        name, dtype: See `Metric`.
        ignore_class: A class number in the targets, in the range or not, whose places do not count; None for none.
        sparse_y_true: Whether targets are class numbers rather than one-hot.
        sparse_y_pred: Whether predictions are class numbers rather than scores of the classes.
        axis: The axis of the classes, where they have one.

    Raises:
        UsageError: an argument is none of these.

    Source: Everingham et al., "The Pascal visual object classes challenge" (2010), sec. 4.1.4.

    Differs from Keras: as `IoU`.
    """

    num_classes: int = static()
    name: str = static(default="mean_io_u")
    dtype: DType = static(default=None)
    ignore_class: int | None = static(default=None)
    sparse_y_true: bool = static(default=True)
    sparse_y_pred: bool = static(default=True)
    axis: int = static(default=-1)


@metrics.register("one_hot_io_u", "one_hot_iou")
@tree
class OneHotIoU(_OfClassNumbers):
    """`IoU` with one-hot targets, and scores of the classes as predictions.

    mean over k in `target_class_ids` of tp_k / (tp_k + fp_k + fn_k).

    Args:
        num_classes: The number of classes.
        target_class_ids: The classes whose mean is taken.
        name, dtype: See `Metric`.
        ignore_class: A class number in the targets whose places do not count; None for none.
        sparse_y_pred: Whether predictions are class numbers rather than scores of the classes.
        axis: The axis of the classes.

    Raises:
        UsageError: an argument is none of these.

    Source: Everingham et al., "The Pascal visual object classes challenge" (2010), sec. 4.1.4.

    Differs from Keras: as `IoU`.
    """

    sparse_y_true: ClassVar[bool] = False  # type: ignore[misc]
    num_classes: int = static()
    target_class_ids: tuple[int, ...] = static()
    name: str = static(default="one_hot_io_u")
    dtype: DType = static(default=None)
    ignore_class: int | None = static(default=None)
    sparse_y_pred: bool = static(default=False)
    axis: int = static(default=-1)


@metrics.register("one_hot_mean_io_u", "one_hot_mean_iou")
@tree
class OneHotMeanIoU(_OfClassNumbers):
    """`MeanIoU` with one-hot targets, and scores of the classes as predictions.

    mean over k of tp_k / (tp_k + fp_k + fn_k), k the classes that occur.

    Args:
        num_classes: The number of classes.
        name, dtype: See `Metric`.
        ignore_class: A class number in the targets whose places do not count; None for none.
        sparse_y_pred: Whether predictions are class numbers rather than scores of the classes.
        axis: The axis of the classes.

    Raises:
        UsageError: an argument is none of these.

    Source: Everingham et al., "The Pascal visual object classes challenge" (2010), sec. 4.1.4.

    Differs from Keras: as `IoU`.
    """

    sparse_y_true: ClassVar[bool] = False  # type: ignore[misc]
    num_classes: int = static()
    name: str = static(default="one_hot_mean_io_u")
    dtype: DType = static(default=None)
    ignore_class: int | None = static(default=None)
    sparse_y_pred: bool = static(default=False)
    axis: int = static(default=-1)


@metrics.register("binary_io_u", "binary_iou")
@tree
class BinaryIoU(_Overlap):
    """`IoU` of yes-no targets, of outputs at or above a threshold (class 1) and below it (class 0).

    mean over k in `target_class_ids` of tp_k / (tp_k + fp_k + fn_k).

    Args:
        target_class_ids: (0,), (1,) or (0, 1): the classes whose mean is taken.
        threshold: A prediction at it or above is 1.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is none of these.

    Source: Everingham et al., "The Pascal visual object classes challenge" (2010), sec. 4.1.4.

    Differs from Keras: as `IoU`.
    """

    target_class_ids: tuple[int, ...] = static(default=(0, 1))
    threshold: Number = number(0.5, FINITE)
    name: str = static(default="binary_io_u")
    dtype: DType = static(default=None)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The counts of outputs by target and side of the threshold."""
        y_pred = floating(y_pred, "y_pred")
        require_rows(y_pred)
        positive = (y_pred >= as_dtype_of(self.threshold, y_pred)).astype(jnp.int32)
        return self.counted(as_array(y_true, "y_true"), positive, sample_weight)
