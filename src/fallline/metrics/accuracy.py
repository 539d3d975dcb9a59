"""How often the predicted class is the true one."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError
from fallline.losses.base import aligned, floating
from fallline.metrics.base import MeanMetric, metrics


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
    y_true, y_pred = jnp.asarray(y_true), floating(y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(f"y_true has shape {y_true.shape}, y_pred {y_pred.shape}; they must be equal.")
    return (jnp.argmax(y_true, axis=-1) == jnp.argmax(y_pred, axis=-1)).astype(y_pred.dtype)


def sparse_categorical_accuracy(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """1 where the largest prediction is at the class number y_true, else 0; of equal ones the first counts.

    Raises:
        ShapeError: the targets are not class numbers, one for each row of predictions.
    """
    y_true, y_pred = jnp.asarray(y_true), floating(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    if y_true.shape != y_pred.shape[:-1]:
        raise ShapeError(
            f"y_true has shape {y_true.shape}, y_pred {y_pred.shape}; expected class numbers {y_pred.shape[:-1]}."
        )
    # In the targets' own type, so that a fractional target matches no class.
    return (jnp.argmax(y_pred, axis=-1).astype(y_true.dtype) == y_true).astype(y_pred.dtype)


@metrics.register("binary_accuracy")
@tree
class BinaryAccuracy(MeanMetric):
    """The share of outputs on the right side of `threshold`; see `binary_accuracy`."""

    direction: ClassVar[Literal["up", "down"] | None] = "up"
    name: str = static(default="binary_accuracy")
    threshold: Number = 0.5

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """`binary_accuracy`."""
        return binary_accuracy(y_true, y_pred, self.threshold)


@metrics.register("categorical_accuracy")
@tree
class CategoricalAccuracy(MeanMetric):
    """The share of rows whose predicted class is the one-hot target's; see `categorical_accuracy`."""

    direction: ClassVar[Literal["up", "down"] | None] = "up"
    name: str = static(default="categorical_accuracy")

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """`categorical_accuracy`."""
        return categorical_accuracy(y_true, y_pred)


@metrics.register("sparse_categorical_accuracy")
@tree
class SparseCategoricalAccuracy(MeanMetric):
    """The share of rows whose predicted class is the class number given; see `sparse_categorical_accuracy`."""

    direction: ClassVar[Literal["up", "down"] | None] = "up"
    name: str = static(default="sparse_categorical_accuracy")

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """`sparse_categorical_accuracy`."""
        return sparse_categorical_accuracy(y_true, y_pred)
