"""Losses under `tf.losses`: each is weighted, reduced, and entered among the losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node
from fallline.graph.core.dtypes import float32
from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.losses.squeezing import alike, squeezed
from fallline.graph.losses.weighting import (
    Reduction,
    add_loss,
    check_weights,
    compute_weighted_loss,
    quotient,
    sum_by_nonzero_weights,
)
from fallline.graph.ops import nn
from fallline.graph.ops.arrays import cast

_BY_NONZERO = Reduction.SUM_BY_NONZERO_WEIGHTS

# --- formulas ---------------------------------------------------------------------------------------------


def _absolute(predictions: Any, labels: Any) -> Any:
    return jnp.abs(predictions - labels)


def _squared(predictions: Any, labels: Any) -> Any:
    return jnp.square(predictions - labels)


def _cosine(predictions: Any, labels: Any, *, axis: int) -> Any:
    return 1 - jnp.sum(predictions * labels, axis=axis, keepdims=True)


def _hinge(logits: Any, labels: Any) -> Any:
    return jax.nn.relu(1 - (2 * labels - 1) * logits)


def _huber(predictions: Any, labels: Any, *, delta: float) -> Any:
    error = jnp.abs(predictions - labels)
    square = jnp.where(error <= delta, error, jnp.asarray(delta, error.dtype))  # a tie is the error's
    return 0.5 * square * square + delta * (error - square)


def _log(predictions: Any, labels: Any, *, epsilon: float) -> Any:
    return -labels * jnp.log(predictions + epsilon) - (1 - labels) * jnp.log(1 - predictions + epsilon)


def _pairwise(predictions: Any, labels: Any, weights: Any) -> Any:
    check_weights(predictions.shape, weights.shape)
    difference, w = predictions - labels, weights.astype("float32")
    axes = tuple(range(1, difference.ndim))
    present = jnp.broadcast_to(sum_by_nonzero_weights(w), difference.shape)
    number = jnp.sum(present, axes, keepdims=True)
    squares = jnp.sum(jnp.square(difference), axes, keepdims=True)
    total = jnp.sum(difference, axes, keepdims=True)
    of_squares = quotient(squares, jnp.maximum(number - 1, 0))
    of_total = quotient(jnp.square(total), jnp.maximum(number * (number - 1), 0))
    return jnp.sum(2 * (of_squares - of_total) * w)


def _smoothed(labels: Any, *, smoothing: float, of_classes: bool) -> Any:
    if of_classes:
        return labels * (1 - smoothing) + smoothing / labels.shape[-1]
    return labels * (1 - smoothing) + 0.5 * smoothing


_ABSOLUTE, _SQUARED, _COSINE, _HINGE = (
    Formula(_absolute),
    Formula(_squared),
    Formula(_cosine),
    Formula(_hinge),
)
_HUBER, _LOG, _PAIRWISE, _SMOOTHED = Formula(_huber), Formula(_log), Formula(_pairwise), Formula(_smoothed)


# --- losses of float32 ------------------------------------------------------------------------------------


def _pair(predictions: Any, labels: Any) -> tuple[Tensor, Tensor]:
    """Both as float32, of shapes that may be equal.

    Raises:
        GraphShapeError: they cannot be.
        GraphError: one is missing.
    """
    if predictions is None or labels is None:
        raise GraphError(f"{'predictions' if predictions is None else 'labels'} must not be None.")
    p, y = cast(convert(predictions), float32), cast(convert(labels), float32)
    p.get_shape().assert_is_compatible_with(y.get_shape())
    return p, y


def _simple(
    type: str, default: str, formula: Formula, predictions: Any, labels: Any, weights: Any, scope: str | None,
    loss_collection: str | None, reduction: str, sizes: Callable[[shapes.Sizes], shapes.Sizes] | None = None, **attributes: Any,
) -> Tensor:  # fmt: skip
    with get_default_graph().name_scope(scope or default) as entered:
        p, y = _pair(predictions, labels)

        def shape() -> shapes.Sizes:
            both = shapes.broadcast(p.sizes, y.sizes)
            return both if sizes is None else sizes(both)

        losses = node(type, [p, y], formula, shape, float32, **attributes)
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """`|p - y|`, in float32; see `compute_weighted_loss` for the weights.

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    return _simple(
        "Abs", "absolute_difference", _ABSOLUTE, predictions, labels, weights, scope, loss_collection, reduction
    )  # fmt: skip


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """`(p - y)^2`, in float32; see `compute_weighted_loss` for the weights.

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    return _simple(
        "SquaredDifference", "mean_squared_error", _SQUARED, predictions, labels, weights, scope, loss_collection, reduction
    )  # fmt: skip


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: Any = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
    dim: Any = None,
) -> Tensor:
    """`1 - sum(p y)` along an axis, in float32. Both must be of length 1 already: nothing is normalised.

    Raises:
        GraphError: no axis.
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    axis = dim if axis is None else axis
    if axis is None:
        raise GraphError("You must specify argument 'axis'. (cosine_distance)")
    return _simple(
        "Sub", "cosine_distance_loss", _COSINE, predictions, labels, weights, scope, loss_collection, reduction,
        lambda both: shapes.reduced(both, int(axis), True), axis=int(axis),
    )  # fmt: skip


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """`max(0, 1 - (2 y - 1) z)` of labels y that are 0 or 1, in float32. A label of -1 counts as -3.

    Raises:
        GraphShapeError: labels and logits, or the weights, are of different shapes.
    """
    return _simple("Relu", "hinge_loss", _HINGE, logits, labels, weights, scope, loss_collection, reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """`e^2 / 2` of an error up to delta, `delta (|e| - delta / 2)` beyond, in float32; Huber (1964).

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    return _simple(
        "Add", "huber_loss", _HUBER, predictions, labels, weights, scope, loss_collection, reduction,
        delta=float(delta),
    )  # fmt: skip


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """`-y log(p + epsilon) - (1 - y) log(1 - p + epsilon)`, in float32; p above 1 gives nan.

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    return _simple(
        "Sub", "log_loss", _LOG, predictions, labels, weights, scope, loss_collection, reduction,
        epsilon=float(epsilon),
    )  # fmt: skip


def mean_pairwise_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
) -> Tensor:
    """For each row the mean over pairs of elements of `((p_i - p_j) - (y_i - y_j))^2`; the rows are added.

    Raises:
        GraphShapeError: labels and predictions, or the weights, are of different shapes.
    """
    with get_default_graph().name_scope(scope or "mean_pairwise_squared_error"):
        p, y = _pair(predictions, labels)
        w = cast(convert(weights), float32)
        check_weights(p.sizes, w.sizes)
        loss = node("DivNoNan", [p, y, w], _PAIRWISE, (), float32, "value")
    add_loss(loss, loss_collection)
    return loss


# --- cross entropies: of the type of the logits -------------------------------------------------------------


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The cross entropy of `sigmoid(logits)` and labels y, smoothed to `y (1 - s) + s / 2`.

    Raises:
        GraphShapeError: labels and logits, or the weights, are of different shapes.
    """
    with get_default_graph().name_scope(scope or "sigmoid_cross_entropy_loss") as entered:
        z = convert(logits)
        y = cast(convert(multi_class_labels), z.dtype)
        z.get_shape().assert_is_compatible_with(y.get_shape())
        y = _smooth(y, label_smoothing, False)
        losses = nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z, name="xentropy")
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The cross entropy of `softmax(logits)` and labels y, smoothed to `y (1 - s) + s / classes`.

    Args:
        onehot_labels: A tensor (rows, classes); no gradient passes to it.
        logits: A tensor of that shape.
        weights: A number, or a tensor (rows,).
        label_smoothing: s.
        scope: The scope of names.
        loss_collection: Where the loss is entered; None: nowhere.
        reduction: One of `tf.losses.Reduction`.

    Raises:
        GraphShapeError: labels and logits, or the weights, are of different shapes.
    """
    with get_default_graph().name_scope(scope or "softmax_cross_entropy_loss") as entered:
        z = convert(logits)
        y = cast(convert(onehot_labels), z.dtype)
        z.get_shape().assert_is_compatible_with(y.get_shape())
        y = _smooth(y, label_smoothing, True)
        # Of the two forms this one lets no gradient pass to the labels.
        losses = nn.softmax_cross_entropy_with_logits(labels=y, logits=z, name="xentropy")
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Tensor:
    """The cross entropy of `softmax(logits)` and labels that are the numbers of classes.

    Args:
        labels: A tensor (rows,) or (rows, 1) of int32 or int64.
        logits: A tensor (rows, classes).
        weights: A number, or a tensor (rows,) or (rows, 1).
        scope: The scope of names.
        loss_collection: Where the loss is entered; None: nowhere.
        reduction: One of `tf.losses.Reduction`.

    Raises:
        GraphTypeError: the labels are of another type.
        GraphShapeError: labels and logits, or the weights, do not fit together.
        InvalidArgumentError: at a run, a label is no class.
    """
    with get_default_graph().name_scope(scope or "sparse_softmax_cross_entropy_loss") as entered:
        y, z = alike(convert(labels), convert(logits), 1)
        weights = squeezed(convert(weights), y, 0)
        losses = nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=z, name="xentropy")
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def _smooth(labels: Tensor, smoothing: float, of_classes: bool) -> Tensor:
    if not smoothing:
        return labels
    return node(
        "Add", [labels], _SMOOTHED, labels.sizes, name="smoothed", smoothing=float(smoothing), of_classes=of_classes
    )  # fmt: skip
