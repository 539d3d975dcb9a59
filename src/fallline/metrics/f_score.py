"""The harmonic mean of precision and recall."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import POSITIVE, Range, choice, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError
from fallline.losses.arguments import DType
from fallline.losses.arrays import as_columns, require_classes
from fallline.metrics.base import Direction, Metric
from fallline.metrics.statistic import Statistic, ratio, row_weights
from fallline.metrics.table import metrics

Average = Literal[None, "micro", "macro", "weighted"]
_SHARE = Range("above 0 and at most 1", 0.0, 1.0, low_open=True)


@tree
class FScores(Statistic):
    """The terms of each class's score, beta within them, so that they add up.

    Attributes:
        found: (1 + beta^2) tp.
        relevant: (1 + beta^2) tp + beta^2 fn + fp.
        support: tp + fn.
        average: How the classes become one number.
    """

    found: Float[Array, "*members classes"]
    relevant: Float[Array, "*members classes"]
    support: Float[Array, "*members classes"]
    average: Average = static(default=None)

    def result(self) -> Array:
        """The scores of the classes, or their average."""
        if self.average == "micro":
            return ratio(jnp.sum(self.found, axis=-1), jnp.sum(self.relevant, axis=-1))
        scores = ratio(self.found, self.relevant)
        if self.average == "macro":
            return jnp.mean(scores, axis=-1)
        if self.average == "weighted":
            return ratio(jnp.sum(scores * self.support, axis=-1), jnp.sum(self.support, axis=-1))
        return scores


class _FScore(Metric):
    """What the F-scores share."""

    average: Average
    threshold: Number | None
    beta: Number = 1.0

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The terms of each class's score.

        Raises:
            ShapeError: the predictions are not (batch, classes), or the targets unlike them.
        """
        y_true, y_pred = as_columns(y_true, y_pred)
        if y_pred.ndim != 2:
            raise ShapeError(f'metric "{self.name}" needs predictions (n, classes), got {y_pred.shape}.')
        threshold = 0.5 if self.threshold is None and y_pred.shape[-1] == 1 else self.threshold
        if threshold is None:
            require_classes(y_pred)
            # Keras's margin: a row of zeros predicts no class.
            best = jnp.max(y_pred, axis=-1, keepdims=True)
            positive = ((y_pred >= best) & (jnp.abs(y_pred) > 1e-9)).astype(y_pred.dtype)
        else:
            positive = (y_pred > as_dtype_of(threshold, y_pred)).astype(y_pred.dtype)
        weight = 1.0 if sample_weight is None else row_weights(sample_weight, y_pred)[:, None]
        found = jnp.sum(weight * positive * y_true, axis=0)
        false = jnp.sum(weight * positive * (1 - y_true), axis=0)
        missed = jnp.sum(weight * (1 - positive) * y_true, axis=0)
        square = jnp.square(as_dtype_of(self.beta, found))
        twice = (1 + square) * found
        return FScores(twice, twice + square * missed + false, found + missed, self.average)


@metrics.register("fbeta_score", "f_beta_score")
@tree
class FBetaScore(_FScore):
    """The harmonic mean of precision and recall, in which recall weighs beta times as much.

    (1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp) for each class, from one-hot targets (n, classes).

    Args:
        average: None for the score of each class; `micro` counts all classes together, `macro` is their mean,
            `weighted` their mean by the number of their rows.
        beta: How much more recall weighs than precision, > 0.
        threshold: A prediction above it is positive, in (0, 1]; None for the row's largest one, and
            for 0.5 where a row has one prediction.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is none of these.

    Source: van Rijsbergen, "Information retrieval" (1979), ch. 7.

    Differs from Keras: without its 1e-7 in the denominators, which move small counts; 0 where nothing was counted.
        Of one prediction a row the largest is always that one: there everything is positive, and here 0.5 decides.
    """

    direction: ClassVar[Direction] = "up"
    average: Average = choice(None, *get_args(Average))
    beta: Number = number(1.0, POSITIVE)
    threshold: Number | None = number(None, _SHARE)
    name: str = static(default="fbeta_score")
    dtype: DType = static(default=None)


@metrics.register("f1_score", "f1")
@tree
class F1Score(_FScore):
    """The harmonic mean of precision and recall.

    2 tp / (2 tp + fn + fp) for each class, from one-hot targets (n, classes).

    Args:
        average: None for the score of each class; `micro` counts all classes together, `macro` is their mean,
            `weighted` their mean by the number of their rows.
        threshold: A prediction above it is positive, in (0, 1]; None for the row's largest one, and
            for 0.5 where a row has one prediction.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is none of these.

    Source: van Rijsbergen, "Information retrieval" (1979), ch. 7.

    Differs from Keras: without its 1e-7 in the denominators, which move small counts; 0 where nothing was counted.
        Of one prediction a row the largest is always that one: there everything is positive, and here 0.5 decides.
    """

    direction: ClassVar[Direction] = "up"
    average: Average = choice(None, *get_args(Average))
    threshold: Number | None = number(None, _SHARE)
    name: str = static(default="f1_score")
    dtype: DType = static(default=None)
