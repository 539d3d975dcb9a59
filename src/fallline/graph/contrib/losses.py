"""`tf.contrib.losses`: those of `tf.losses` with the predictions first, as before TensorFlow 1.0."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from fallline.graph import losses as later
from fallline.graph.core.building import convert
from fallline.graph.core.failures import GraphShapeError, absent
from fallline.graph.core.nodes import Tensor
from fallline.graph.losses import (
    Reduction,
    add_loss,
    get_losses,
    get_regularization_losses,
    get_total_loss,
)
from fallline.graph.ops.shaping import expand_dims, squeeze

__all__ = [
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "log_loss",
    "mean_pairwise_squared_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]


def __getattr__(name: str) -> Any:
    raise absent("tf.contrib.losses", name, get_close_matches(name, __all__, 1))


def _fitting(weights: Any, like: Any, axes: int | None = None) -> Any:
    """Weights with the axes of the losses: those of rows count for all that stands in a row."""
    w, sizes = convert(weights), convert(like).sizes
    if w.sizes is None or sizes is None or w.sizes == ():
        return w
    axes = len(sizes) if axes is None else axes
    if len(w.sizes) == axes + 1 and w.sizes[-1] in (1, None):
        w = squeeze(w, [-1])
    if len(w.sizes or ()) > axes:
        raise GraphShapeError(f"weights {w!r} have more axes than the losses, {axes}.")
    for _ in range(axes - len(w.sizes or ())):
        w = expand_dims(w, -1)
    return w


def compute_weighted_loss(losses: Any, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """`tf.losses.compute_weighted_loss`; weights of rows count for all that stands in a row."""
    return later.compute_weighted_loss(losses, _fitting(weights, losses), scope)


def absolute_difference(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """`tf.losses.absolute_difference`, predictions first."""
    return later.absolute_difference(labels, predictions, _fitting(weights, predictions), scope)


def mean_squared_error(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """`tf.losses.mean_squared_error`, predictions first."""
    return later.mean_squared_error(labels, predictions, _fitting(weights, predictions), scope)


def log_loss(
    predictions: Any, labels: Any = None, weights: Any = 1.0, epsilon: float = 1e-7, scope: str | None = None
) -> Tensor:
    """`tf.losses.log_loss`, predictions first."""
    return later.log_loss(labels, predictions, _fitting(weights, predictions), epsilon, scope)


def hinge_loss(logits: Any, labels: Any = None, scope: str | None = None) -> Tensor:
    """The hinge losses of the elements: neither reduced nor entered in a collection."""
    return later.hinge_loss(labels, logits, scope=scope, loss_collection=None, reduction=Reduction.NONE)


def cosine_distance(
    predictions: Any, labels: Any = None, axis: Any = None, weights: Any = 1.0, scope: str | None = None, dim: Any = None
) -> Tensor:  # fmt: skip
    """`tf.losses.cosine_distance`, predictions first."""
    return later.cosine_distance(
        labels, predictions, axis if axis is not None else dim, _fitting(weights, predictions), scope
    )


def mean_pairwise_squared_error(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """`tf.losses.mean_pairwise_squared_error`, predictions first."""
    return later.mean_pairwise_squared_error(labels, predictions, _fitting(weights, predictions), scope)


def sigmoid_cross_entropy(
    logits: Any, multi_class_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Tensor:  # fmt: skip
    """`tf.losses.sigmoid_cross_entropy`, logits first."""
    return later.sigmoid_cross_entropy(
        multi_class_labels, logits, _fitting(weights, logits), label_smoothing, scope
    )


def softmax_cross_entropy(
    logits: Any, onehot_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Tensor:
    """`tf.losses.softmax_cross_entropy`, logits first."""
    return later.softmax_cross_entropy(
        onehot_labels, logits, _fitting(weights, logits, 1), label_smoothing, scope
    )


def sparse_softmax_cross_entropy(
    logits: Any, labels: Any, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """`tf.losses.sparse_softmax_cross_entropy`, logits first."""
    return later.sparse_softmax_cross_entropy(labels, logits, weights, scope)
