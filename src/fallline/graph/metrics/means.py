"""Metrics that are a mean over what was seen."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node, require_one_type
from fallline.graph.core.dtypes import float32
from fallline.graph.core.failures import GraphError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variable_scopes import variable_scope
from fallline.graph.losses.squeezing import alike
from fallline.graph.losses.weighting import quotient
from fallline.graph.metrics.counting import Count, Result, running, weight_inputs, weight_of
from fallline.graph.ops.arrays import cast

Metric = tuple[Tensor, Tensor]


# --- formulas ---------------------------------------------------------------------------------------------


def _total_and_count(values: Any, *weights: Any) -> tuple[Any, Any]:
    w, values = weight_of(weights, values), values.astype("float32")
    return jnp.sum(values * w), jnp.sum(w)


def _each_and_count(values: Any, *weights: Any) -> tuple[Any, Any]:
    w, values = weight_of(weights, values), values.astype("float32")
    return values * w, w


def _mean_of(total: Any, count: Any) -> Any:
    return quotient(total, jnp.maximum(count, 0))


def _root_of_mean(total: Any, count: Any) -> Any:
    return jnp.sqrt(_mean_of(total, count))


def _one_minus_mean(total: Any, count: Any) -> Any:
    return 1 - _mean_of(total, count)


def _correct(predictions: Any, labels: Any) -> Any:
    return (predictions.astype(labels.dtype) == labels).astype("float32")


def _absolute(labels: Any, predictions: Any) -> Any:
    return jnp.abs(predictions - labels)


def _squared(labels: Any, predictions: Any) -> Any:
    return jnp.square(predictions - labels)


def _relative(labels: Any, predictions: Any, normalizer: Any) -> Any:
    return quotient(jnp.abs(labels - predictions), normalizer)


def _along(labels: Any, predictions: Any, *, axis: int) -> Any:
    return jnp.sum(predictions * labels, axis, keepdims=True)


def _below(values: Any, *, threshold: float) -> Any:
    return (values < threshold).astype("float32")


def _plain(function: Any) -> Formula:
    return Formula(function, differentiable=False)


_SUMS, _EACH = _plain(_total_and_count), _plain(_each_and_count)
_MEAN, _ROOT, _REST = _plain(_mean_of), _plain(_root_of_mean), _plain(_one_minus_mean)
_CORRECT, _ABSOLUTE, _SQUARED = _plain(_correct), _plain(_absolute), _plain(_squared)
_RELATIVE, _ALONG, _BELOW = _plain(_relative), _plain(_along), _plain(_below)


# --- metrics ----------------------------------------------------------------------------------------------


def _mean(values: Tensor, weights: Any, collections: tuple[Any, Any], result: Formula = _MEAN) -> Metric:
    inputs = [values, *weight_inputs(weights, values)]
    return running(inputs, [Count("total"), Count("count")], _SUMS, Result(result), *collections)


def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The weighted mean of all values seen, `sum(w v) / sum(w)`, in float32; 0 where nothing has a weight.

    Args:
        values: A tensor.
        weights: A number, or a tensor with as many axes as the values, each of size 1 or equal.
        metrics_collections: Where the value is entered.
        updates_collections: Where the update is entered.
        name: The scope of its variables.

    Returns:
        The value, and an operation that adds a batch and gives the value after it.

    Raises:
        GraphShapeError: the weights do not fit.
    """
    with variable_scope(name, "mean"):
        return _mean(convert(values), weights, (metrics_collections, updates_collections))


def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The weighted mean of each element over all batches seen, in float32; see `mean`.

    Raises:
        GraphError: the shape is not fully known.
        GraphShapeError: the weights do not fit.
    """
    with variable_scope(name, "mean"):
        tensor = convert(values)
        if tensor.sizes is None or None in tensor.sizes:
            raise GraphError(
                f"tf.metrics.mean_tensor: the shape of the values must be fully known, got {tensor!r}."
            )
        sizes = tuple(size or 0 for size in tensor.sizes)
        return running(
            [tensor, *weight_inputs(weights, tensor)],
            [Count("total_tensor", sizes), Count("count_tensor", sizes)],
            _EACH, Result(_MEAN, sizes), metrics_collections, updates_collections,
        )  # fmt: skip


def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How often predictions equal labels; see `mean`. Predictions are first cast to the type of the labels.

    So a probability beside integer labels is truncated: compare classes, `tf.argmax(logits, 1)`.

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    with variable_scope(name, "accuracy"):
        y, p = alike(convert(labels), convert(predictions))
        p.get_shape().assert_is_compatible_with(y.get_shape())
        correct = node(
            "Equal", [p, y], _CORRECT, lambda: shapes.broadcast(p.sizes, y.sizes), float32, "correct"
        )
        return _mean(correct, weights, (metrics_collections, updates_collections))


def _error(labels: Any, predictions: Any, type: str, formula: Formula) -> Tensor:
    y, p = alike(convert(labels), convert(predictions))
    p.get_shape().assert_is_compatible_with(y.get_shape())
    require_one_type(type, None, [y, p])
    return node(type, [y, p], formula, lambda: shapes.broadcast(p.sizes, y.sizes))


def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of `|p - y|`; see `mean`.

    Raises:
        GraphShapeError, GraphTypeError: labels and predictions do not fit together.
    """
    with variable_scope(name, "mean_absolute_error"):
        error = _error(labels, predictions, "Abs", _ABSOLUTE)
        return _mean(error, weights, (metrics_collections, updates_collections))


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of `(p - y)^2`; see `mean`.

    Raises:
        GraphShapeError, GraphTypeError: labels and predictions do not fit together.
    """
    with variable_scope(name, "mean_squared_error"):
        error = _error(labels, predictions, "SquaredDifference", _SQUARED)
        return _mean(error, weights, (metrics_collections, updates_collections))


def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The root of the mean of `(p - y)^2` over all that was seen; see `mean`.

    Raises:
        GraphShapeError, GraphTypeError: labels and predictions do not fit together.
    """
    with variable_scope(name, "root_mean_squared_error"):
        error = _error(labels, predictions, "SquaredDifference", _SQUARED)
        return _mean(error, weights, (metrics_collections, updates_collections), _ROOT)


def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of `|p - y| / normalizer`, where that is 0 of 0; see `mean`.

    Raises:
        GraphShapeError, GraphTypeError: labels, predictions and normalizer do not fit together.
    """
    with variable_scope(name, "mean_relative_error"):
        y, p = alike(convert(labels), convert(predictions))
        p.get_shape().assert_is_compatible_with(y.get_shape())
        p, n = alike(p, convert(normalizer))
        p.get_shape().assert_is_compatible_with(n.get_shape())
        require_one_type("RealDiv", None, [y, p, n])
        error = node("RealDiv", [y, p, n], _RELATIVE, p.sizes)
        return _mean(error, weights, (metrics_collections, updates_collections))


def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """1 less the mean of `sum(p y)` along an axis; nothing is normalised, and it is 1 before any update.

    Raises:
        GraphShapeError, GraphTypeError: labels and predictions do not fit together.
    """
    with variable_scope(name, "mean_cosine_distance"):
        y, p = alike(convert(labels), convert(predictions))
        p.get_shape().assert_is_compatible_with(y.get_shape())
        require_one_type("Mul", None, [y, p])
        products = node("Sum", [y, p], _ALONG, lambda: shapes.reduced(p.sizes, int(dim), True), axis=int(dim))
        return _mean(products, weights, (metrics_collections, updates_collections), _REST)


def percentage_below(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The share of values below a threshold; see `mean`."""
    with variable_scope(name, "percentage_below_threshold"):
        tensor = cast(convert(values), float32)
        below = node("Less", [tensor], _BELOW, tensor.sizes, float32, threshold=float(threshold))
        return _mean(below, weights, (metrics_collections, updates_collections))
