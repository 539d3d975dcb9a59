"""Precision and recall at one or several thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from fallline._tree import assign, static, tree
from fallline._types import Number
from fallline.errors import UsageError
from fallline.losses.base import aligned
from fallline.metrics.base import Metric, Statistic, metrics, ratio, row_weights

Thresholds = Number | Sequence[Number] | None


@tree
class Ratio(Statistic):
    """The share of `counted` that are `found`, both weighted counts, one pair for each threshold."""

    found: Float[Array, "*members thresholds"]
    counted: Float[Array, "*members thresholds"]

    def result(self) -> Array:
        """Found / counted."""
        return ratio(self.found, self.counted)


def flat_labels(
    y_true: Any, y_pred: Any, sample_weight: Any
) -> tuple[Bool[Array, "outputs"], Float[Array, "outputs"], Float[Array, "outputs"] | None]:
    """Targets (nonzero is positive), predictions and weights of all outputs of all rows, in one line each.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1, or there is not one weight a row.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    weight = None
    if sample_weight is not None:
        per_row = row_weights(sample_weight, y_pred).reshape((-1,) + (1,) * (y_pred.ndim - 1))
        weight = jnp.broadcast_to(per_row, y_pred.shape).reshape(-1)
    return (y_true != 0).reshape(-1), y_pred.reshape(-1), weight


def check_thresholds(owner: str, thresholds: Thresholds) -> Thresholds:
    """Thresholds as a number or a tuple.

    Raises:
        UsageError: one lies outside [0, 1], or there is none.
    """
    if isinstance(thresholds, Sequence):
        thresholds = tuple(thresholds)
        if not thresholds:
            raise UsageError(f"{owner}: thresholds is empty; give None for 0.5.")
    for threshold in thresholds if isinstance(thresholds, tuple) else (thresholds,):
        if isinstance(threshold, int | float | np.number) and not 0 <= threshold <= 1:
            raise UsageError(f"{owner}: thresholds must lie in [0, 1], got {threshold!r}.")
    return thresholds


def _positives(thresholds: Thresholds, y_pred: Float[Array, "outputs"]) -> Bool[Array, "*thresholds outputs"]:
    if isinstance(thresholds, tuple) and len(thresholds) > 1:
        return y_pred > jnp.stack([jnp.asarray(t, y_pred.dtype) for t in thresholds])[:, None]
    (threshold,) = thresholds if isinstance(thresholds, tuple) else (thresholds,)
    return y_pred > jnp.asarray(0.5 if threshold is None else threshold, y_pred.dtype)


def _count(flags: Array, weight: Array | None, dtype: Any) -> Array:
    counted = flags.astype(dtype)
    return jnp.sum(counted if weight is None else counted * weight, axis=-1)


@metrics.register("precision")
@tree
class Precision(Metric):
    """The share of positive predictions that are right, tp / (tp + fp).

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        name: The name in the history.

    Raises:
        UsageError: a threshold lies outside [0, 1].
    """

    direction: ClassVar[Literal["up", "down"] | None] = "up"
    thresholds: Thresholds = None
    name: str = static(default="precision")

    def __post_init__(self) -> None:
        assign(self, thresholds=check_thresholds("Precision", self.thresholds))

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The count of right positive predictions, and of positive predictions."""
        truth, predictions, weight = flat_labels(y_true, y_pred, sample_weight)
        positive = _positives(self.thresholds, predictions)
        dtype = predictions.dtype
        return Ratio(_count(positive & truth, weight, dtype), _count(positive, weight, dtype))


@metrics.register("recall")
@tree
class Recall(Metric):
    """The share of positive targets that are found, tp / (tp + fn).

    Args:
        thresholds: A prediction above it is positive; None for 0.5. Several give a result for each.
        name: The name in the history.

    Raises:
        UsageError: a threshold lies outside [0, 1].
    """

    direction: ClassVar[Literal["up", "down"] | None] = "up"
    thresholds: Thresholds = None
    name: str = static(default="recall")

    def __post_init__(self) -> None:
        assign(self, thresholds=check_thresholds("Recall", self.thresholds))

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The count of positive targets found, and of positive targets."""
        truth, predictions, weight = flat_labels(y_true, y_pred, sample_weight)
        positive = _positives(self.thresholds, predictions)
        dtype = predictions.dtype
        found = _count(positive & truth, weight, dtype)
        return Ratio(found, jnp.broadcast_to(_count(truth, weight, dtype), found.shape))
