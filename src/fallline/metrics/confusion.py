"""Precision, recall and the four counts behind them, at one or several thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from fallline._ranges import FRACTION, checked, checked_number, count
from fallline._tree import static, tree
from fallline._types import Number
from fallline.errors import ShapeError, UsageError
from fallline.losses.arguments import DType
from fallline.losses.arrays import aligned
from fallline.metrics.base import Direction, Metric
from fallline.metrics.statistic import Amount, Ratio, Statistic, counted, row_weights
from fallline.metrics.table import metrics

Thresholds = Number | Sequence[Number] | None


def flat_labels(
    y_true: Any, y_pred: Any, sample_weight: Any, class_id: int | None = None
) -> tuple[Bool[Array, "outputs"], Float[Array, "outputs"], Float[Array, "outputs"] | None]:
    """Targets (nonzero is positive), predictions and weights of all outputs of all rows, in one line each.

    Args:
        y_true: Targets.
        y_pred: Predictions of the same shape.
        sample_weight: One weight a row, or None.
        class_id: The one output that counts; None for all.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1, there is not one weight a row, or no
            such output.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    if class_id is not None:
        if y_pred.ndim < 2 or class_id >= y_pred.shape[-1]:
            raise ShapeError(f"class_id {class_id} needs as many outputs; y_pred has shape {y_pred.shape}.")
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    weight = None
    if sample_weight is not None:
        per_row = row_weights(sample_weight, y_pred).reshape((-1,) + (1,) * (y_pred.ndim - 1))
        weight = jnp.broadcast_to(per_row, y_pred.shape).reshape(-1)
    return (y_true != 0).reshape(-1), y_pred.reshape(-1), weight


def checked_thresholds(where: str, thresholds: Any) -> Thresholds:
    """Thresholds (a sequence or an array of one axis) as None, a number or a tuple of numbers.

    Raises:
        UsageError: one is no number in [0, 1], or there is none.
    """
    if thresholds is None:
        return None
    if isinstance(thresholds, np.ndarray | jax.Array) and thresholds.ndim == 1:
        thresholds = np.asarray(thresholds).tolist()
    if not isinstance(thresholds, Sequence) or isinstance(thresholds, str | bytes):
        return checked_number(where, thresholds, FRACTION)
    if not thresholds:
        raise UsageError(f"{where} is empty; give None for 0.5.")
    return tuple(checked_number(where, threshold, FRACTION) for threshold in thresholds)


def shape_of(thresholds: Thresholds) -> tuple[int, ...]:
    """The shape of a result: one value for each of several thresholds."""
    return (len(thresholds),) if isinstance(thresholds, tuple) and len(thresholds) > 1 else ()


def above(
    thresholds: Thresholds, y_pred: Float[Array, "outputs"], otherwise: float = 0.5
) -> Bool[Array, "*thresholds outputs"]:
    """Which predictions exceed each threshold; one threshold has no axis of its own."""
    if isinstance(thresholds, tuple) and len(thresholds) > 1:
        return y_pred > jnp.stack([jnp.asarray(t, y_pred.dtype) for t in thresholds])[:, None]
    (threshold,) = thresholds if isinstance(thresholds, tuple) else (thresholds,)
    return y_pred > jnp.asarray(otherwise if threshold is None else threshold, y_pred.dtype)


def _best(y_pred: Array, k: int) -> Array:
    """Predictions with all but the k largest of each row (of equal ones the first) moved below any threshold."""
    _, places = jax.lax.top_k(y_pred, min(k, y_pred.shape[-1]))
    kept = jnp.sum(jax.nn.one_hot(places, y_pred.shape[-1], dtype=jnp.int32), axis=-2) > 0
    return jnp.where(kept, y_pred, -jnp.inf)


class _Found(Metric):
    """What precision and recall share: thresholds, the k best outputs of a row, one output of several."""

    of_predictions: ClassVar[bool]
    """Whether the share is taken of the positive predictions, rather than of the positive targets."""
    thresholds: Thresholds
    top_k: int | None
    class_id: int | None

    @property
    def result_shape(self) -> tuple[int, ...]:
        """One value for each of several thresholds."""
        return shape_of(self.thresholds)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The count of positive targets found, and of what it is a share of."""
        # With k best and no threshold, the k best are positive whatever their size.
        otherwise = 0.5
        if self.top_k is not None:
            y_true, y_pred = aligned(y_true, y_pred)
            y_pred, otherwise = _best(y_pred, self.top_k), float("-inf")
        truth, predictions, weight = flat_labels(y_true, y_pred, sample_weight, self.class_id)
        positive = above(self.thresholds, predictions, otherwise)
        found = counted(positive & truth, weight)
        return Ratio(
            found, jnp.broadcast_to(counted(positive if self.of_predictions else truth, weight), found.shape)
        )


@metrics.register("precision")
@tree
class Precision(_Found):
    """The share of positive predictions that are right.

    tp / (tp + fp); 0 where nothing is predicted positive.

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        top_k: Only the k largest outputs of a row can be positive; without thresholds all of them are. More than
            there are outputs means all of them.
        class_id: The one output that counts; None for all.
        name, dtype: See `Metric`.

    Raises:
        UsageError: a threshold is no number in [0, 1], or `top_k` or `class_id` is no such number.

    Source: Kent et al., "Machine literature searching VIII" (1955).
    """

    of_predictions = True
    direction: ClassVar[Direction] = "up"
    thresholds: Thresholds = checked(checked_thresholds, None)
    top_k: int | None = count(None, 1)
    class_id: int | None = count(None, 0)
    name: str = static(default="precision")
    dtype: DType = static(default=None)


@metrics.register("recall")
@tree
class Recall(_Found):
    """The share of positive targets that are found.

    tp / (tp + fn); 0 where no target is positive.

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        top_k: Only the k largest outputs of a row can be positive; without thresholds all of them are. More than
            there are outputs means all of them.
        class_id: The one output that counts; None for all.
        name, dtype: See `Metric`.

    Raises:
        UsageError: a threshold is no number in [0, 1], or `top_k` or `class_id` is no such number.

    Source: Kent et al., "Machine literature searching VIII" (1955).
    """

    of_predictions = False
    direction: ClassVar[Direction] = "up"
    thresholds: Thresholds = checked(checked_thresholds, None)
    top_k: int | None = count(None, 1)
    class_id: int | None = count(None, 0)
    name: str = static(default="recall")
    dtype: DType = static(default=None)


class _Count(Metric):
    """What the four counts share: thresholds, and which outputs to count."""

    counts: ClassVar[tuple[bool, bool]]
    """The target and the prediction of the outputs to count."""
    thresholds: Thresholds

    @property
    def result_shape(self) -> tuple[int, ...]:
        """One value for each of several thresholds."""
        return shape_of(self.thresholds)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The weighted count at each threshold."""
        truth, predictions, weight = flat_labels(y_true, y_pred, sample_weight)
        target, prediction = self.counts
        chosen = (truth == target) & (above(self.thresholds, predictions) == prediction)
        return Amount(counted(chosen, weight))


@metrics.register("true_positives")
@tree
class TruePositives(_Count):
    """How many positive targets are predicted positive (the weights of these rows).

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        name, dtype: See `Metric`.

    Raises:
        UsageError: a threshold is no number in [0, 1].

    Source: Keras's `TruePositives`.
    """

    counts = (True, True)
    direction: ClassVar[Direction] = "up"
    thresholds: Thresholds = checked(checked_thresholds, None)
    name: str = static(default="true_positives")
    dtype: DType = static(default=None)


@metrics.register("false_positives")
@tree
class FalsePositives(_Count):
    """How many negative targets are predicted positive (the weights of these rows).

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        name, dtype: See `Metric`.

    Raises:
        UsageError: a threshold is no number in [0, 1].

    Source: Keras's `FalsePositives`.
    """

    counts = (False, True)
    direction: ClassVar[Direction] = "down"
    thresholds: Thresholds = checked(checked_thresholds, None)
    name: str = static(default="false_positives")
    dtype: DType = static(default=None)


@metrics.register("true_negatives")
@tree
class TrueNegatives(_Count):
    """How many negative targets are predicted negative (the weights of these rows).

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        name, dtype: See `Metric`.

    Raises:
        UsageError: a threshold is no number in [0, 1].

    Source: Keras's `TrueNegatives`.
    """

    counts = (False, False)
    direction: ClassVar[Direction] = "up"
    thresholds: Thresholds = checked(checked_thresholds, None)
    name: str = static(default="true_negatives")
    dtype: DType = static(default=None)


@metrics.register("false_negatives")
@tree
class FalseNegatives(_Count):
    """How many positive targets are predicted negative (the weights of these rows).

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        name, dtype: See `Metric`.

    Raises:
        UsageError: a threshold is no number in [0, 1].

    Source: Keras's `FalseNegatives`.
    """

    counts = (True, False)
    direction: ClassVar[Direction] = "down"
    thresholds: Thresholds = checked(checked_thresholds, None)
    name: str = static(default="false_negatives")
    dtype: DType = static(default=None)
