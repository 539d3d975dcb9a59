"""Losses of the likeness of two vectors or of two sets: cosine, Dice, Tversky."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._ranges import NOT_NEGATIVE, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.losses.arguments import DType
from fallline.losses.arrays import EPSILON, aligned, require_axis
from fallline.losses.base import Loss, Reduction, losses
from fallline.losses.targets import BITS, LIKE_OUTPUT

Axis = int | tuple[int, ...] | None


def normalized(x: Array, axis: int) -> Array:
    """Vectors along an axis divided by their length, which counts as at least 1e-7; 0 stays 0."""
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    # The bound lies inside the root, where 0 would have an infinite derivative.
    return x * lax.rsqrt(jnp.maximum(squares, EPSILON**2))


def cosine_similarity(y_true: Array, y_pred: Array, axis: int = -1) -> Float[Array, "*batch"]:
    """Minus the cosine of the angle between targets and predictions along `axis`: -1 for one direction.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    require_axis(axis, y_pred)
    return -jnp.sum(normalized(y_true, axis) * normalized(y_pred, axis), axis=axis)


def dice(y_true: Array, y_pred: Array, axis: Axis = None) -> Float[Array, "..."]:
    """1 - 2 sum(y p) / (sum y + sum p + 1e-7), the sums over `axis`, or over everything where it is None.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    require_axis(axis, y_pred)
    both = jnp.sum(y_true * y_pred, axis=axis)
    return 1 - 2 * both / (jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis) + EPSILON)


def tversky(
    y_true: Array, y_pred: Array, alpha: Number = 0.5, beta: Number = 0.5, axis: Axis = None
) -> Float[Array, "..."]:
    """1 - s / (s + alpha sum y (1 - p) + beta sum (1 - y) p + 1e-7) with s = sum y p, over `axis` or everything.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    require_axis(axis, y_pred)
    both = jnp.sum(y_true * y_pred, axis=axis)
    missed = as_dtype_of(alpha, both) * jnp.sum(y_true * (1 - y_pred), axis=axis)
    false = as_dtype_of(beta, both) * jnp.sum((1 - y_true) * y_pred, axis=axis)
    return 1 - both / (both + missed + false + EPSILON)


@losses.register("cosine_similarity", "cosine_proximity", "cosine")
@tree
class CosineSimilarity(Loss):
    """Minus the cosine of the angle between target and output: their lengths do not matter.

    values = -sum over `axis` of y_true / |y_true| * y_pred / |y_pred|, from -1 (one direction) to 1 (opposite).

    Args:
        axis: The axis of the vectors.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: the reduction is unknown.

    Source: Salton and McGill, "Introduction to modern information retrieval" (1983).
    """

    formula = cosine_similarity
    targets = LIKE_OUTPUT
    axis: int = static(default=-1)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="cosine_similarity")
    dtype: DType = static(default=None)


class _Overlap(Loss):
    """What Dice and Tversky share: targets in [0, 1], sums over an axis or over the whole batch.

    Attributes:
        axis: The axes of the sums; None for all of them, the batch's too.
    """

    rows_apart: ClassVar[bool] = False
    targets = BITS
    axis: Axis

    def rows_at_once(self, given: int | None, otherwise: int) -> int | None:
        """See `Loss`; a sum over the batch makes its size part of the result."""
        return super().rows_at_once(given if self.axis is not None else given or otherwise, otherwise)

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """The function's values; one that is summed over the batch is the value of each row."""
        values = super().values(y_true, y_pred)
        return values if values.ndim else jnp.broadcast_to(values, jnp.shape(y_pred)[:1])


@losses.register("dice")
@tree
class Dice(_Overlap):
    """How little two sets overlap: yes-no outputs of which few are true.

    values = 1 - 2 sum(y p) / (sum y + sum p + 1e-7).

    Args:
        reduction, name: See `Loss`.
        axis: The axes of the sums; None for all, the batch's too.
        dtype: See `Loss`.

    Raises:
        UsageError: the reduction is unknown.

    Source: Milletari, Navab and Ahmadi, "V-Net" (2016), sec. 3, without the squares.

    Differs from Keras: a value of the whole batch counts for each of its rows, so that the reductions `sum` and
    `none` and the weights mean what they mean elsewhere.
    """

    formula = dice
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="dice")
    axis: Axis = static(default=None)
    dtype: DType = static(default=None)


@losses.register("tversky")
@tree
class Tversky(_Overlap):
    """How little two sets overlap, where what is missed and what is falsely found weigh differently.

    values = 1 - s / (s + alpha sum y (1 - p) + beta sum (1 - y) p + 1e-7), s = sum y p. Both 1/2 give `Dice`.

    Args:
        alpha: The weight of what is missed, >= 0.
        beta: The weight of what is falsely found, >= 0.
        reduction, name: See `Loss`.
        axis: The axes of the sums; None for all, the batch's too.
        dtype: See `Loss`.

    Raises:
        UsageError: a weight is negative, or the reduction is unknown.

    Source: Salehi, Erdogmus and Gholipour, "Tversky loss function for image segmentation" (2017), eq. 3.

    Differs from Keras: a value of the whole batch counts for each of its rows, as in `Dice`. Keras's own text has
    alpha and beta the other way round; its numbers are these.
    """

    formula = tversky
    alpha: Number = number(0.5, NOT_NEGATIVE)
    beta: Number = number(0.5, NOT_NEGATIVE)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="tversky")
    axis: Axis = static(default=None)
    dtype: DType = static(default=None)
