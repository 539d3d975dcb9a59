"""Metrics of two classes: counts of true and false, precision, recall, and curves over thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.graph.core.building import convert
from fallline.graph.core.dtypes import bool_, float32
from fallline.graph.core.failures import GraphError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variable_scopes import variable_scope
from fallline.graph.losses.squeezing import alike
from fallline.graph.losses.weighting import quotient
from fallline.graph.metrics.counting import Count, Result, running, weight_inputs, weight_of
from fallline.graph.ops.arrays import cast

Metric = tuple[Tensor, Tensor]

_KINDS = ("true_positives", "false_negatives", "true_negatives", "false_positives")
_EDGE = 1e-7
"""How far the outermost thresholds lie beyond [0, 1], and what keeps denominators from 0."""


# --- formulas ---------------------------------------------------------------------------------------------


def _where(kind: str, positive: Any, predicted: Any) -> Any:
    right = predicted if kind.endswith("positives") else ~predicted
    return right & (positive if kind in ("true_positives", "false_negatives") else ~positive)


def _counted(labels: Any, predictions: Any, *weights: Any, kinds: tuple[str, ...]) -> tuple[Any, ...]:
    w = weight_of(weights, predictions)
    return tuple(jnp.sum(_where(kind, labels, predictions).astype("float32") * w) for kind in kinds)


def _counted_at(
    labels: Any, predictions: Any, *weights: Any, kinds: tuple[str, ...], thresholds: Any
) -> tuple[tuple[Any, ...], Any]:
    w = weight_of(weights, predictions).reshape(1, -1)
    predicted = predictions.reshape(1, -1) > jnp.asarray(thresholds).reshape(-1, 1)
    positive = labels.reshape(1, -1)
    found = tuple(jnp.sum(_where(kind, positive, predicted).astype("float32") * w, axis=1) for kind in kinds)
    return found, jnp.any(~((predictions >= 0) & (predictions <= 1)))


def _share(true: Any, false: Any) -> Any:
    return quotient(true, true + false)


def _share_at(true: Any, false: Any) -> Any:
    return true / (_EDGE + true + false)


def _area(tp: Any, fn: Any, tn: Any, fp: Any, *, curve: str, method: str) -> Any:
    if curve == "PR" and method == "careful_interpolation":
        return _interpolated(tp, fn, fp)
    recall = (tp + 1e-6) / (tp + fn + 1e-6)
    if curve == "ROC":
        x, y = fp / (fp + tn + 1e-6), recall
    else:
        x, y = recall, (tp + 1e-6) / (tp + fp + 1e-6)
    if method == "minoring":
        height = jnp.minimum(y[:-1], y[1:])
    elif method == "majoring":
        height = jnp.maximum(y[:-1], y[1:])
    else:
        height = (y[:-1] + y[1:]) / 2
    return jnp.sum((x[:-1] - x[1:]) * height)


def _interpolated(tp: Any, fn: Any, fp: Any) -> Any:
    """The area under precision over recall, true positives interpolated: Davis and Goadrich (2006)."""
    step, p = tp[:-1] - tp[1:], tp + fp
    slope = quotient(step, jnp.maximum(p[:-1] - p[1:], 0))
    intercept = tp[1:] - slope * p[1:]
    both = (p[:-1] > 0) & (p[1:] > 0)
    ratio = jnp.where(both, quotient(p[:-1], jnp.maximum(p[1:], 0)), 1)
    return jnp.sum(quotient(slope * (step + intercept * jnp.log(ratio)), jnp.maximum(tp[1:] + fn[1:], 0)))


def _at_nearest(tp: Any, fn: Any, tn: Any, fp: Any, *, of_sensitivity: bool, wanted: float) -> Any:
    sensitivity, specificity = tp / (tp + fn + _EDGE), tn / (tn + fp + _EDGE)
    distance = jnp.abs((sensitivity if of_sensitivity else specificity) - wanted)
    if of_sensitivity:  # the last of those that are nearest
        return specificity[distance.size - 1 - jnp.argmin(distance[::-1])]
    return sensitivity[jnp.argmin(distance)]


def _plain(function: Any, checks: tuple[int, ...] | None = None) -> Formula:
    return Formula(function, differentiable=False, checks=checks)


_COUNTED, _COUNTED_AT = _plain(_counted), _plain(_counted_at, ())
_SHARE, _SHARE_AT, _AREA, _AT_NEAREST = _plain(_share), _plain(_share_at), _plain(_area), _plain(_at_nearest)


# --- without thresholds: what is not 0 is positive -----------------------------------------------------------


def _pair(labels: Any, predictions: Any) -> tuple[Tensor, Tensor]:
    y, p = alike(cast(convert(labels), bool_), cast(convert(predictions), bool_))
    p.get_shape().assert_is_compatible_with(y.get_shape())
    return y, p


def _count_of(
    kind: str, labels: Any, predictions: Any, weights: Any, collections: tuple[Any, Any], name: str | None
) -> Metric:
    with variable_scope(name, kind):
        y, p = _pair(labels, predictions)
        inputs = [y, p, *weight_inputs(weights, p)]
        return running(inputs, [Count("count")], _COUNTED, Result(), *collections, kinds=(kind,))


def _share_of(
    what: str, kinds: tuple[str, str], labels: Any, predictions: Any, weights: Any, collections: tuple[Any, Any],
    name: str | None,
) -> Metric:  # fmt: skip
    with variable_scope(name, what):
        y, p = _pair(labels, predictions)
        inputs, counts = [y, p, *weight_inputs(weights, p)], [Count(f"{kind}/count") for kind in kinds]
        return running(inputs, counts, _COUNTED, Result(_SHARE), *collections, kinds=kinds)


def true_positives(
    labels: Any, predictions: Any, weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """The weights of those that are and were predicted positive. Whatever is not 0 is positive."""
    collections = (metrics_collections, updates_collections)
    return _count_of("true_positives", labels, predictions, weights, collections, name)


def false_positives(
    labels: Any, predictions: Any, weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """The weights of those that were predicted positive and are not. Whatever is not 0 is positive."""
    collections = (metrics_collections, updates_collections)
    return _count_of("false_positives", labels, predictions, weights, collections, name)


def true_negatives(
    labels: Any, predictions: Any, weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """The weights of those that are and were predicted negative. Whatever is not 0 is positive."""
    collections = (metrics_collections, updates_collections)
    return _count_of("true_negatives", labels, predictions, weights, collections, name)


def false_negatives(
    labels: Any, predictions: Any, weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """The weights of those that were predicted negative and are positive. Whatever is not 0 is positive."""
    collections = (metrics_collections, updates_collections)
    return _count_of("false_negatives", labels, predictions, weights, collections, name)


def precision(
    labels: Any, predictions: Any, weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """`tp / (tp + fp)`, 0 without positive predictions. Whatever is not 0 is positive: no threshold is applied.

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    kinds = ("true_positives", "false_positives")
    return _share_of(
        "precision", kinds, labels, predictions, weights, (metrics_collections, updates_collections), name
    )  # fmt: skip


def recall(
    labels: Any, predictions: Any, weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """`tp / (tp + fn)`, 0 without positives. Whatever is not 0 is positive: no threshold is applied.

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    kinds = ("true_positives", "false_negatives")
    return _share_of(
        "recall", kinds, labels, predictions, weights, (metrics_collections, updates_collections), name
    )  # fmt: skip


# --- over thresholds ----------------------------------------------------------------------------------------


def _out_of_range(*_: Any) -> str:
    return "predictions must be in [0, 1]: give probabilities, such as tf.sigmoid(logits)"


def _over_thresholds(
    labels: Any, predictions: Any, weights: Any, thresholds: Sequence[float], kinds: tuple[str, ...], result: Result,
    collections: tuple[Any, Any],
) -> Metric:  # fmt: skip
    y, p = alike(cast(convert(labels), bool_), cast(convert(predictions), float32))
    p.get_shape().assert_is_compatible_with(y.get_shape())
    at = np.asarray(thresholds, np.float32)
    return running(
        [y, p, *weight_inputs(weights, p)], [Count(kind, (at.size,)) for kind in kinds], _COUNTED_AT, result, *collections,
        _out_of_range, kinds=kinds, thresholds=at,
    )  # fmt: skip


def _even(number: int) -> list[float]:
    inner = [(i + 1) / (number - 1) for i in range(number - 2)]
    return [-_EDGE, *inner, 1 + _EDGE]


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Sequence[float] | None = None,
) -> Metric:
    """The area under the curve of true over false positives ("ROC"), or of precision over recall ("PR").

    Args:
        labels: Whatever is not 0 is positive.
        predictions: In [0, 1]; positive where greater than a threshold.
        weights: A number, or a tensor of axes that fit.
        num_thresholds: Evenly over [0, 1], the outermost a little beyond.
        metrics_collections: Where the value is entered.
        updates_collections: Where the update is entered.
        curve: "ROC" or "PR".
        name: The scope of its variables.
        summation_method: "trapezoidal" (which interpolates precision falsely), "careful_interpolation", "minoring" or
            "majoring".
        thresholds: Thresholds to take between the outermost.

    Raises:
        GraphError: no such curve or method.
        InvalidArgumentError: at a run, a prediction lies outside of [0, 1].
    """
    if curve not in ("ROC", "PR"):
        raise GraphError(f"Curve must be either ROC or PR. Curve {curve} is unknown.")
    methods = ("trapezoidal", "careful_interpolation", "minoring", "majoring")
    if summation_method not in methods:
        raise GraphError(
            f"Invalid summation_method: {summation_method}. It should be one of {', '.join(methods)}."
        )
    at = _even(num_thresholds) if thresholds is None else [-_EDGE, *sorted(thresholds), 1 + _EDGE]
    with variable_scope(name, "auc"):
        result = Result(_AREA, attributes={"curve": curve, "method": summation_method})
        return _over_thresholds(
            labels, predictions, weights, at, _KINDS, result, (metrics_collections, updates_collections)
        )  # fmt: skip


def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The sensitivity at the first threshold whose specificity is nearest to the one asked for.

    Raises:
        GraphError: the specificity lies outside of [0, 1].
        InvalidArgumentError: at a run, a prediction lies outside of [0, 1].
    """
    if not 0 <= specificity <= 1:
        raise GraphError("`specificity` must be in the range [0, 1].")
    with variable_scope(name, "sensitivity_at_specificity"):
        result = Result(_AT_NEAREST, attributes={"of_sensitivity": False, "wanted": float(specificity)})
        collections = (metrics_collections, updates_collections)
        return _over_thresholds(
            labels, predictions, weights, _even(num_thresholds), _KINDS, result, collections
        )


def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The specificity at the last threshold whose sensitivity is nearest to the one asked for.

    Raises:
        GraphError: the sensitivity lies outside of [0, 1].
        InvalidArgumentError: at a run, a prediction lies outside of [0, 1].
    """
    if not 0 <= sensitivity <= 1:
        raise GraphError("`sensitivity` must be in the range [0, 1].")
    with variable_scope(name, "specificity_at_sensitivity"):
        result = Result(_AT_NEAREST, attributes={"of_sensitivity": True, "wanted": float(sensitivity)})
        collections = (metrics_collections, updates_collections)
        return _over_thresholds(
            labels, predictions, weights, _even(num_thresholds), _KINDS, result, collections
        )


def precision_at_thresholds(
    labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """`tp / (tp + fp + 1e-7)` at each threshold; a prediction that equals it is negative.

    Raises:
        InvalidArgumentError: at a run, a prediction lies outside of [0, 1].
    """
    with variable_scope(name, "precision_at_thresholds"):
        result = Result(_SHARE_AT, (len(thresholds),), "precision_value", "precision_update_op")
        kinds = ("true_positives", "false_positives")
        collections = (metrics_collections, updates_collections)
        return _over_thresholds(labels, predictions, weights, thresholds, kinds, result, collections)


def recall_at_thresholds(
    labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any = None, metrics_collections: Any = None,
    updates_collections: Any = None, name: str | None = None,
) -> Metric:  # fmt: skip
    """`tp / (tp + fn + 1e-7)` at each threshold; a prediction that equals it is negative.

    Raises:
        InvalidArgumentError: at a run, a prediction lies outside of [0, 1].
    """
    with variable_scope(name, "recall_at_thresholds"):
        result = Result(_SHARE_AT, (len(thresholds),), "recall_value", "recall_update_op")
        kinds = ("true_positives", "false_negatives")
        collections = (metrics_collections, updates_collections)
        return _over_thresholds(labels, predictions, weights, thresholds, kinds, result, collections)


def _counts_at(kind: str) -> Any:
    def counts(
        labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any = None, metrics_collections: Any = None,
        updates_collections: Any = None, name: str | None = None,
    ) -> Metric:  # fmt: skip
        with variable_scope(name, kind):
            collections = (metrics_collections, updates_collections)
            return _over_thresholds(labels, predictions, weights, thresholds, (kind,), Result(), collections)

    counts.__name__ = f"{kind}_at_thresholds"
    counts.__doc__ = f"The weights of the {kind.replace('_', ' ')} at each threshold."
    return counts


true_positives_at_thresholds = _counts_at("true_positives")
false_positives_at_thresholds = _counts_at("false_positives")
true_negatives_at_thresholds = _counts_at("true_negatives")
false_negatives_at_thresholds = _counts_at("false_negatives")
