"""Metrics of several classes: by class, and among the k most probable ones."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from fallline.graph.core.building import convert
from fallline.graph.core.dtypes import float64, int64
from fallline.graph.core.failures import GraphShapeError
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variable_scopes import variable_scope
from fallline.graph.losses.squeezing import alike
from fallline.graph.losses.weighting import quotient
from fallline.graph.metrics.counting import Count, Result, running, weight_inputs, weight_of
from fallline.graph.ops.arrays import cast

Metric = tuple[Tensor, Tensor]


# --- formulas ---------------------------------------------------------------------------------------------


def _confusion(labels: Any, predictions: Any, *weights: Any, classes: int) -> tuple[tuple[Any, ...], Any]:
    w = weight_of(weights, predictions, jax.dtypes.canonicalize_dtype("float64"))
    y, p = labels.reshape(-1), predictions.reshape(-1)
    found = jnp.zeros((classes, classes), w.dtype).at[y, p].add(w.reshape(-1), mode="drop")
    outside = (y < 0) | (y >= classes) | (p < 0) | (p >= classes)
    return (found,), jnp.any(outside)


def _overlap(confusion: Any) -> Any:
    right = jnp.diagonal(confusion).astype("float32")
    union = jnp.sum(confusion, 0).astype("float32") + jnp.sum(confusion, 1).astype("float32") - right
    return quotient(jnp.sum(quotient(right, union)), jnp.sum((union != 0).astype("float32")))


def _by_class(labels: Any, predictions: Any, *weights: Any, classes: int) -> tuple[tuple[Any, ...], Any]:
    w = weight_of(weights, predictions).reshape(-1)
    y = labels.reshape(-1)
    right = (predictions.astype(labels.dtype).reshape(-1) == y).astype("float32") * w
    zeros = jnp.zeros(classes, "float32")
    outside = (y < 0) | (y >= classes)
    return (zeros.at[y].add(w, mode="drop"), zeros.at[y].add(right, mode="drop")), jnp.any(outside)


def _each_share(total: Any, count: Any) -> Any:
    return quotient(count, jnp.maximum(total, 0))


def _mean_share(total: Any, count: Any) -> Any:
    return jnp.mean(_each_share(total, count))


def _wide(x: Any) -> Any:
    return x.astype(jax.dtypes.canonicalize_dtype("float64"))


def _sets(labels: Any, chosen: Any, one_class: int | None) -> tuple[Any, Any, Any]:
    """For each row how many labels are among the chosen, how many are not, and how many chosen are no label."""
    if labels.ndim == chosen.ndim - 1:
        labels = labels[..., None]
    if one_class is not None:
        has, took = jnp.any(labels == one_class, -1), jnp.any(chosen == one_class, -1)
        return has & took, has & ~took, took & ~has
    earlier = jnp.tril(labels[..., :, None] == labels[..., None, :], -1)
    first = ~jnp.any(earlier, -1)
    found = jnp.any(labels[..., :, None] == chosen[..., None, :], -1) & first
    taken = jnp.sum(found, -1)
    return taken, jnp.sum(first, -1) - taken, chosen.shape[-1] - taken


def _best(scores: Any, k: int, kind: Any) -> Any:
    return jax.lax.top_k(scores, k)[1].astype(kind)


def _row_weights(weights: tuple[Any, ...], rows: Any) -> Any:
    if weights and weights[0].ndim == rows.ndim + 1:
        weights = (jnp.squeeze(weights[0], -1),)
    return _wide(weight_of(weights, rows))


def _at_k(
    labels: Any, given: Any, *weights: Any, k: int | None, one_class: int | None, recall: bool
) -> tuple[Any, Any]:
    hits, missed, wrong = _sets(labels, given if k is None else _best(given, k, labels.dtype), one_class)
    w = _row_weights(weights, hits)
    return jnp.sum(_wide(hits) * w), jnp.sum(_wide(missed if recall else wrong) * w)


def _ratio(true: Any, false: Any) -> Any:
    return true / (true + false)


def _average_precision(labels: Any, scores: Any, *weights: Any, k: int) -> tuple[Any, Any]:
    if labels.ndim == scores.ndim - 1:
        labels = labels[..., None]
    relevant = jnp.any(_best(scores, k, labels.dtype)[..., :, None] == labels[..., None, :], -1)
    right = _wide(relevant)
    so_far = jnp.cumsum(right, -1) / _wide(jnp.arange(1, k + 1))
    number = jnp.minimum(jnp.sum(labels >= 0, -1), k)
    each = quotient(jnp.sum(so_far * right, -1), _wide(number))
    w = _row_weights(weights, each)
    return jnp.sum(w), jnp.sum(each * w)


def _total_over(number: Any, total: Any) -> Any:
    return quotient(total, number)


def _identity(confusion: Any) -> Any:
    return confusion


def _plain(function: Any, checks: tuple[int, ...] | None = None) -> Formula:
    return Formula(function, differentiable=False, checks=checks)


_CONFUSION, _BY_CLASS = _plain(_confusion, ()), _plain(_by_class, ())
_OVERLAP, _EACH_SHARE, _MEAN_SHARE = _plain(_overlap), _plain(_each_share), _plain(_mean_share)
_AT_K, _RATIO = _plain(_at_k), _plain(_ratio)
_PRECISIONS, _TOTAL_OVER, _SAME = _plain(_average_precision), _plain(_total_over), _plain(_identity)


def _no_class(*_: Any) -> str:
    return "a label or prediction is no class: expected whole numbers from 0 to num_classes - 1"


# --- by class ---------------------------------------------------------------------------------------------


def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean over classes of `tp / (tp + fp + fn)`, without classes that never occur.

    Returns:
        The value, and an operation that adds a batch and gives the confusion matrix after it (labels by rows).

    Raises:
        InvalidArgumentError: at a run, a label or prediction is no class.
    """
    with variable_scope(name, "mean_iou"):
        y, p = alike(cast(convert(labels), int64), cast(convert(predictions), int64))
        p.get_shape().assert_is_compatible_with(y.get_shape())
        counts = [Count("total_confusion_matrix", (num_classes, num_classes), float64)]
        result = Result(_OVERLAP, value="Select_1", update="", of_update=_SAME)
        return running(
            [y, p, *weight_inputs(weights, p)], counts, _CONFUSION, result, metrics_collections, updates_collections,
            _no_class, classes=num_classes,
        )  # fmt: skip


def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean over classes of the share of their rows that is predicted right; a class that never occurs counts as 0.

    Returns:
        The value, and an operation that adds a batch and gives the accuracy of each class after it.

    Raises:
        InvalidArgumentError: at a run, a label is no class.
    """
    with variable_scope(name, "mean_accuracy"):
        y, p = alike(cast(convert(labels), int64), convert(predictions))
        p.get_shape().assert_is_compatible_with(y.get_shape())
        counts = [Count("total", (num_classes,)), Count("count", (num_classes,))]
        result = Result(
            _MEAN_SHARE, value="mean_accuracy", of_update=_EACH_SHARE, update_sizes=(num_classes,)
        )
        return running(
            [y, p, *weight_inputs(weights, p)], counts, _BY_CLASS, result, metrics_collections, updates_collections,
            _no_class, classes=num_classes,
        )  # fmt: skip


# --- among the k most probable ------------------------------------------------------------------------------


def _among(
    what: str, labels: Any, given: Any, k: int | None, one_class: int | None, weights: Any, collections: tuple[Any, Any],
    name: str | None, best: int | None,
) -> Metric:  # fmt: skip
    suffix = f"at_{k}" if k is not None else "at_k"
    suffix = suffix if one_class is None else f"{suffix}_class{one_class}"
    with get_default_graph().name_scope(name or f"{what}_{suffix}") as entered:
        y, scores = cast(convert(labels), int64), convert(given)
        if best is None:
            scores = cast(scores, int64)
        if y.sizes is not None and scores.sizes is not None and len(y.sizes) not in (len(scores.sizes), len(scores.sizes) - 1):  # fmt: skip
            raise GraphShapeError(
                f"{what}_at_k: labels {y.shape} beside predictions {scores.shape}: expected the axes of the predictions, the last "
                "of them for several labels, or one axis less."
            )
        rest = [] if weights is None else [convert(weights)]
        other = "false_negative" if what == "recall" else "false_positive"
        counts = [Count(f"true_positive_{suffix}", dtype=float64), Count(f"{other}_{suffix}", dtype=float64)]
        result = Result(_RATIO, value=entered, update="update", dtype=float64)
        return running(
            [y, scores, *rest], counts, _AT_K, result, *collections, k=best, one_class=one_class, recall=what == "recall"
        )  # fmt: skip


def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The share of labels among the k most probable classes, in float64; nan where nothing was counted.

    Args:
        labels: Numbers of classes, (rows,) or (rows, labels of a row); below 0: never found.
        predictions: Scores (rows, classes).
        k: How many classes are taken.
        class_id: The one class that counts; None: all.
        weights: Of the rows.
        metrics_collections: Where the value is entered.
        updates_collections: Where the update is entered.
        name: The scope of its variables.
    """
    collections = (metrics_collections, updates_collections)
    return _among("recall", labels, predictions, k, class_id, weights, collections, name, k)


def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The share of the k most probable classes that are labels, in float64; see `recall_at_k`."""
    collections = (metrics_collections, updates_collections)
    return _among("precision", labels, predictions, k, class_id, weights, collections, name, k)


def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`recall_at_k` of classes that were chosen already, (rows, k)."""
    collections = (metrics_collections, updates_collections)
    return _among("recall", labels, predictions_idx, k, class_id, weights, collections, name, None)


def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`precision_at_k` of classes that were chosen already, (rows, k)."""
    collections = (metrics_collections, updates_collections)
    return _among("precision", labels, predictions_idx, k, class_id, weights, collections, name, None)


def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean over rows of the average precision among the k most probable classes, in float64; see `recall_at_k`."""
    with get_default_graph().name_scope(name or f"average_precision_at_{k}"):
        y, scores = cast(convert(labels), int64), convert(predictions)
        rest = [] if weights is None else [convert(weights)]
        counts = [Count("max", dtype=float64), Count("total", dtype=float64)]
        result = Result(_TOTAL_OVER, value="mean", update="update", dtype=float64)
        return running(
            [y, scores, *rest], counts, _PRECISIONS, result, metrics_collections, updates_collections, k=k
        )  # fmt: skip


sparse_average_precision_at_k = average_precision_at_k
sparse_precision_at_k = precision_at_k
