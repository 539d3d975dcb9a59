"""Margin losses of yes-no targets and of classes, and the criterion behind the perceptron rule."""

from __future__ import annotations

from typing import Self

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import static, tree
from fallline.losses.arguments import DType
from fallline.losses.arrays import aligned, require_classes
from fallline.losses.base import FusedActivation, Loss, Reduction, losses
from fallline.losses.targets import (
    CLASS_ROWS,
    SIGNS,
)


def signs(y_true: Array) -> Array:
    """Targets 0 as -1; all others stay."""
    return jnp.where(y_true == 0, -jnp.ones_like(y_true), y_true)


def hinge(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean over the last axis of max(0, 1 - t y_pred), where t is y_true with 0 as -1.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(jnp.maximum(1 - signs(y_true) * y_pred, 0), axis=-1)


def squared_hinge(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean over the last axis of max(0, 1 - t y_pred)^2, where t is y_true with 0 as -1.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(jnp.square(jnp.maximum(1 - signs(y_true) * y_pred, 0)), axis=-1)


def categorical_hinge(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """max(0, 1 + the largest (1 - y_true) y_pred - the sum of y_true y_pred), over the last axis.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1, or there are no classes.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    require_classes(y_pred)
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1, 0)


def perceptron(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The sum over the last axis of max(0, -t z), where t is y_true with 0 as -1 and z = y_pred.

    The derivative is -t where a threshold unit, which answers 1 for z >= 0, is wrong, and 0 where it is right.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, z = aligned(y_true, y_pred)
    t = signs(y_true)
    wrong = (z >= 0) != (t > 0)
    return jnp.sum(jnp.where(wrong, -t * z, jnp.zeros_like(z)), axis=-1)


@losses.register("hinge")
@tree
class Hinge(Loss):
    """How far outputs fall short of the margin 1 on the right side of 0: the loss of support vector machines.

    values = mean over outputs of max(0, 1 - t y_pred), with t = y_true in {-1, 1}; 0 counts as -1. The last layer
    is linear or `tanh`.

    Source: Cortes and Vapnik, "Support-vector networks" (1995).

    Differs from Keras: 0 counts as -1 element by element. Keras asks whether all targets of a batch are 0 or 1,
    so that its result depends on the batch where 0, 1 and -1 are mixed; such targets are refused here.
    """

    formula = hinge
    targets = SIGNS
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="hinge")
    dtype: DType = static(default=None)


@losses.register("squared_hinge")
@tree
class SquaredHinge(Loss):
    """The squares of what outputs fall short of the margin 1: smooth at the margin.

    values = mean over outputs of max(0, 1 - t y_pred)^2, with t = y_true in {-1, 1}; 0 counts as -1.

    Source: Lee and Mangasarian, "SSVM: a smooth support vector machine" (2001).

    Differs from Keras: 0 counts as -1 element by element, as in `Hinge`.
    """

    formula = squared_hinge
    targets = SIGNS
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="squared_hinge")
    dtype: DType = static(default=None)


@losses.register("categorical_hinge")
@tree
class CategoricalHinge(Loss):
    """How far the true class's output falls short of the largest other one plus 1.

    values = max(0, 1 + max over classes of (1 - y) y_pred - sum over classes of y y_pred), with one-hot y.

    Source: Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines"
    (2001); in Keras's form the largest other output counts as at least 0.
    """

    formula = categorical_hinge
    targets = CLASS_ROWS
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="categorical_hinge")
    dtype: DType = static(default=None)


@losses.register("perceptron")
@tree
class Perceptron(Loss):
    """The perceptron criterion, whose gradient step of rate 1 is the perceptron rule.

    values = sum over units of max(0, -t z), with t = y_true in {-1, 1} (0 counts as -1) and z what enters the
    threshold unit. A final `heaviside` is taken over: training works on z, predictions stay 0 or 1. Where the unit
    (1 for z >= 0) is wrong the derivative is -t, so one row and rate 1 give Δw = t x and Δb = t, else nothing; with
    more rows a step takes their mean, or their sum with `reduction="sum"`.

    At z = 0 the unit says 1: a row with t = 1 is right and moves nothing, one with t = -1 is wrong and moves w,
    though its value is 0. So a loss of 0 does not yet say that all rows are right; the accuracy does.

    Source: Rosenblatt, "The perceptron" (1958); as a criterion, Duda and Hart (1973), sec. 5.5.
    """

    formula = perceptron
    targets = SIGNS
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="perceptron")
    dtype: DType = static(default=None)

    @property
    def fused_activation(self) -> FusedActivation:
        """`heaviside`, whose own derivative is 0 everywhere."""
        return "heaviside"

    def on_logits(self) -> Self:
        """The loss itself: it always works on what enters the threshold unit."""
        return self
