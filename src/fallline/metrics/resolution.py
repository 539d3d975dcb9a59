"""Which metric a name means beside a given loss."""

from __future__ import annotations

from typing import Any

import jax
from jaxtyping import Array

from fallline._tree import replace, static, tree
from fallline.errors import UnknownNameError, UsageError
from fallline.losses.base import Loss
from fallline.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from fallline.metrics.base import Direction, Metric
from fallline.metrics.f_score import F1Score, FBetaScore
from fallline.metrics.probabilistic import (
    CategoricalCrossentropy,
    CategoricalHinge,
    KLDivergence,
    SparseCategoricalCrossentropy,
)
from fallline.metrics.statistic import Statistic
from fallline.metrics.table import metrics

BY_LOSS = ("accuracy", "acc", "top_k_accuracy", "top_k")
"""Names whose meaning depends on the loss."""

AMONG_OUTPUTS = (
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    TopKCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    CategoricalHinge,
    KLDivergence,
)
"""Metrics that compare the outputs of a row with each other: of a single output they say nothing."""


@tree
class OfLogits(Metric):
    """A metric of the probabilities that logits stand for.

    Attributes:
        metric: The metric.
        by_class: Whether their softmax gives the probabilities, or the sigmoid of each.
        name: The name in the history.
    """

    metric: Metric
    by_class: bool = static()
    name: str = static()

    @property
    def direction(self) -> Direction:  # type: ignore[override]
        """That of the metric."""
        return self.metric.direction

    @property
    def rows_apart(self) -> bool:  # type: ignore[override]
        """That of the metric."""
        return self.metric.rows_apart

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """That of the metric, on probabilities."""
        probabilities = jax.nn.softmax(y_pred) if self.by_class else jax.nn.sigmoid(y_pred)
        return self.metric.statistic(y_true, probabilities, sample_weight)


def resolve(
    identifier: Any,
    loss: Loss,
    output_shape: tuple[int, ...],
    target_shape: tuple[int, ...] | None = None,
    *,
    logits: bool = False,
) -> Metric:
    """The metric of a name, an object or a function, as `compile` means it.

    "accuracy" (or "acc") is binary with one output unit, else sparse categorical where the targets are class
    numbers, else categorical; "top_k_accuracy" (or "top_k") likewise. A metric given by its name keeps it in the
    history: "acc" stays "acc". Where the outputs are logits, a metric given by its name is of their probabilities; an
    F-score given by its name is one number where there is one output unit.

    Args:
        identifier: What the user wrote.
        loss: The loss beside it, which says whether targets are class numbers.
        output_shape: The shape of one row of the output, without the batch axis.
        target_shape: The shape of one row of the targets where it is known; it then decides instead of the
            loss, which for a function of the user's own cannot say.
        logits: Whether the outputs are logits.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these, or compares the outputs of a row where there is one.
    """
    single = output_shape[-1:] == (1,)
    found = _resolved(identifier, loss, output_shape, target_shape)
    if single and isinstance(found, AMONG_OUTPUTS):
        raise UsageError(
            f'compile: metric "{found.name}" compares the outputs of a row; the model has 1 unit at its output, which is always '
            'the best. Use "accuracy", or give the last layer one unit per class.'
        )
    if not isinstance(identifier, str):
        return found
    if single and isinstance(found, F1Score | FBetaScore):
        found = replace(found, average="micro")
    if not logits or isinstance(found, AMONG_OUTPUTS):
        return found
    return OfLogits(found, getattr(loss, "activation", "softmax") == "softmax", found.name)


def _resolved(
    identifier: Any, loss: Loss, output_shape: tuple[int, ...], target_shape: tuple[int, ...] | None
) -> Metric:
    if not isinstance(identifier, str):
        return metrics.get(identifier)
    name = identifier.casefold()
    if name in ("accuracy", "acc") and output_shape[-1:] == (1,):
        return BinaryAccuracy(name=identifier)
    if name in BY_LOSS:
        sparse = _class_numbers(loss, output_shape, target_shape)
        if name.startswith("top"):
            return (SparseTopKCategoricalAccuracy if sparse else TopKCategoricalAccuracy)(name=identifier)
        return (SparseCategoricalAccuracy if sparse else CategoricalAccuracy)(name=identifier)
    try:
        return replace(metrics.get(identifier), name=identifier)
    except UnknownNameError:
        raise UnknownNameError("metric", identifier, [*metrics.names(), *BY_LOSS]) from None


def _class_numbers(loss: Loss, output_shape: tuple[int, ...], target_shape: tuple[int, ...] | None) -> bool:
    if target_shape is None:
        return loss.integer_targets
    return len(target_shape) < len(output_shape) or target_shape[-1:] == (1,)
