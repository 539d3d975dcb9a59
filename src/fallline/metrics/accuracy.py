"""How often the predicted class is the true one."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Shaped

from fallline._ranges import FINITE, count, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError
from fallline.losses.arguments import DType
from fallline.losses.arrays import aligned, as_array, floating, require_alike, require_classes, require_rows
from fallline.losses.targets import Targets, require_in_classes
from fallline.metrics.base import Direction, MeanMetric
from fallline.metrics.table import metrics


def accuracy(y_true: Array, y_pred: Array) -> Float[Array, "*shape"]:
    """1 where the prediction equals the target, else 0.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return (y_true == y_pred).astype(y_pred.dtype)


def binary_accuracy(y_true: Array, y_pred: Array, threshold: Number = 0.5) -> Float[Array, "*shape"]:
    """1 where (y_pred > threshold) equals y_true, else 0; a prediction at the threshold counts as 0.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ((y_pred > as_dtype_of(threshold, y_pred)).astype(y_pred.dtype) == y_true).astype(y_pred.dtype)


def categorical_accuracy(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """1 where the largest prediction is at the largest target, else 0; of equal ones the first counts.

    Raises:
        ShapeError: the shapes differ.
    """
    y_pred = floating(y_pred, "y_pred")
    return (_true_class(y_true, y_pred) == jnp.argmax(y_pred, axis=-1)).astype(y_pred.dtype)


def sparse_categorical_accuracy(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """1 where the largest prediction is at the class number y_true, else 0; of equal ones the first counts.

    Raises:
        ShapeError: the targets are not class numbers, one for each row of predictions.
        DataError: a target is no class; names the row, the value, the range and the remedy.
    """
    y_pred = floating(y_pred, "y_pred")
    y_true = _class_numbers(y_true, y_pred)
    require_in_classes("sparse_categorical_accuracy", y_true, y_pred.shape[-1])
    # In the targets' own type, so that a fractional target matches no class.
    return (jnp.argmax(y_pred, axis=-1).astype(y_true.dtype) == y_true).astype(y_pred.dtype)


def top_k_categorical_accuracy(y_true: Array, y_pred: Array, k: int = 5) -> Float[Array, "*batch"]:
    """1 where fewer than k predictions exceed that of the largest target, else 0.

    Raises:
        ShapeError: the shapes differ.
    """
    y_pred = floating(y_pred, "y_pred")
    return _among_top(_true_class(y_true, y_pred), y_pred, k).astype(y_pred.dtype)


def sparse_top_k_categorical_accuracy(
    y_true: Array, y_pred: Array, k: int = 5, from_sorted_ids: bool = False
) -> Float[Array, "*batch"]:
    """1 where fewer than k predictions exceed that of the class number y_true, else 0.

    Args:
        y_true: Class numbers, (batch,) or (batch, 1).
        y_pred: Scores of the classes; or, with `from_sorted_ids`, class numbers from the best on.
        k: How many of the best count.
        from_sorted_ids: Whether the predictions are class numbers, sorted by their score.

    Raises:
        ShapeError: the targets are not class numbers, one for each row of predictions.
        DataError: a target is no class; names the row, the value, the range and the remedy.
    """
    y_pred = floating(y_pred, "y_pred")
    y_true = _class_numbers(y_true, y_pred)
    if from_sorted_ids:
        found = jnp.any(y_true[..., None].astype(y_pred.dtype) == y_pred[..., :k], axis=-1)
    else:
        require_in_classes("sparse_top_k_categorical_accuracy", y_true, y_pred.shape[-1])
        found = _among_top(y_true.astype(jnp.int32), y_pred, k)
    return found.astype(y_pred.dtype)


def _true_class(y_true: Array, y_pred: Array) -> Int[Array, "*batch"]:
    y_true = as_array(y_true, "y_true")
    require_rows(y_pred, 2)
    require_classes(y_pred)
    require_alike(y_true, y_pred)
    return jnp.argmax(y_true, axis=-1)


def _class_numbers(y_true: Array, y_pred: Array) -> Array:
    y_true = as_array(y_true, "y_true")
    require_rows(y_pred, 2)
    require_classes(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    if y_true.shape != y_pred.shape[:-1]:
        raise ShapeError(
            f"y_true has shape {y_true.shape}, y_pred {y_pred.shape}; expected class numbers {y_pred.shape[:-1]}."
        )
    return y_true


def _among_top(labels: Int[Array, "*batch"], y_pred: Array, k: int) -> Bool[Array, "*batch"]:
    # Counting what is larger needs no sort, which would double the time to compile; NaN is below everything.
    of_truth = jnp.take_along_axis(y_pred, labels[..., None], axis=-1)
    of_truth = jnp.where(jnp.isnan(of_truth), -jnp.inf, of_truth)
    return jnp.sum(y_pred > of_truth, axis=-1) < k


class _Share(MeanMetric):
    """The share of values that are 1, counted as truth values."""

    direction: ClassVar[Direction] = "up"
    by_output = False

    def values(self, y_true: Array, y_pred: Array) -> Shaped[Array, "batch *rest"]:
        """The function of the same name, as truth values."""
        return super().values(y_true, y_pred) > 0


@metrics.register("accuracy", "acc")
@tree
class Accuracy(_Share):
    """The share of predictions that equal the target, such as class numbers.

    mean of [y_true = y_pred]. The string "accuracy" in `compile` means the accuracy that fits the loss instead.

    Source: Keras's `Accuracy`.
    """

    formula = accuracy
    name: str = static(default="accuracy")
    dtype: DType = static(default=None)


@metrics.register("binary_accuracy")
@tree
class BinaryAccuracy(_Share):
    """The share of outputs on the right side of `threshold`.

    mean of [(y_pred > threshold) = y_true].

    Args:
        name, dtype: See `Metric`.
        threshold: A prediction above it is 1, at or below it 0.

    Raises:
        UsageError: the threshold is no finite number.

    Source: Keras's `BinaryAccuracy`.
    """

    formula = binary_accuracy
    name: str = static(default="binary_accuracy")
    dtype: DType = static(default=None)
    threshold: Number = number(0.5, FINITE)


@metrics.register("categorical_accuracy")
@tree
class CategoricalAccuracy(_Share):
    """The share of rows whose predicted class is the one-hot target's.

    mean of [argmax y_true = argmax y_pred]; of equal predictions the first counts.

    Source: Keras's `CategoricalAccuracy`.
    """

    formula = categorical_accuracy
    name: str = static(default="categorical_accuracy")
    dtype: DType = static(default=None)


@metrics.register("sparse_categorical_accuracy")
@tree
class SparseCategoricalAccuracy(_Share):
    """The share of rows whose predicted class is the class number given.

    mean of [y_true = argmax y_pred]; of equal predictions the first counts.

    Source: Keras's `SparseCategoricalAccuracy`.
    """

    formula = sparse_categorical_accuracy
    name: str = static(default="sparse_categorical_accuracy")
    dtype: DType = static(default=None)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are no class numbers of the output's.

        Raises:
            DataError: names the first row, its value, the range and the remedy.
        """
        require_in_classes(f'metric "{self.name}"', y, output_shape[-1])


@metrics.register("top_k_categorical_accuracy")
@tree
class TopKCategoricalAccuracy(_Share):
    """The share of rows whose one-hot target is among the k best predictions.

    mean of [sum_j [p_j > p_c] < k], with p the predictions of a row and c = argmax y_true.

    Args:
        k: How many of the best count.
        name, dtype: See `Metric`.

    Raises:
        UsageError: k is no whole number of at least 1.

    Source: Russakovsky et al., "ImageNet large scale visual recognition challenge" (2015), sec. 4.1.
    """

    formula = top_k_categorical_accuracy
    k: int = count(5, 1)
    name: str = static(default="top_k_categorical_accuracy")
    dtype: DType = static(default=None)


@metrics.register("sparse_top_k_categorical_accuracy")
@tree
class SparseTopKCategoricalAccuracy(_Share):
    """The share of rows whose class number is among the k best predictions.

    mean of [sum_j [p_j > p_c] < k], with p the predictions of a row and c = y_true.

    Args:
        k: How many of the best count.
        name, dtype: See `Metric`.
        from_sorted_ids: Whether the predictions are class numbers, sorted by their score.

    Raises:
        UsageError: k is no whole number of at least 1.

    Source: Russakovsky et al., "ImageNet large scale visual recognition challenge" (2015), sec. 4.1.
    """

    formula = sparse_top_k_categorical_accuracy
    k: int = count(5, 1)
    name: str = static(default="sparse_top_k_categorical_accuracy")
    dtype: DType = static(default=None)
    from_sorted_ids: bool = static(default=False)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are no class numbers of the output's.

        Raises:
            DataError: names the first row, its value, the range and the remedy.
        """
        if not self.from_sorted_ids:
            require_in_classes(f'metric "{self.name}"', y, output_shape[-1])
