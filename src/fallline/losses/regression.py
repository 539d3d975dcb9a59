"""Losses of real-valued targets: squared, absolute, relative and logarithmic errors."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import static, tree
from fallline.losses.arguments import DType
from fallline.losses.arrays import EPSILON, aligned
from fallline.losses.base import Loss, Reduction, losses
from fallline.losses.targets import AT_LEAST_ZERO, LIKE_OUTPUT


def mean_squared_error(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean of (y_true - y_pred)^2 over the last axis.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def half_squared_error(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The sum of 1/2 (y_true - y_pred)^2 over the last axis.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.sum(jnp.square(y_true - y_pred), axis=-1) / 2


def mean_absolute_error(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean of |y_true - y_pred| over the last axis; the derivative at 0 is 0.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(magnitude(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean of 100 |y_true - y_pred| / max(|y_true|, 1e-7) over the last axis, in percent of the target.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return 100 * jnp.mean(magnitude((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), EPSILON)), axis=-1)


def mean_squared_logarithmic_error(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean of (log(1 + y_true) - log(1 + y_pred))^2 over the last axis, both at least 1e-7.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = jnp.log1p(jnp.maximum(y_pred, EPSILON)) - jnp.log1p(jnp.maximum(y_true, EPSILON))
    return jnp.mean(jnp.square(error), axis=-1)


def magnitude(error: Array) -> Array:
    """|error|, with the derivative 0 at 0."""
    # Not abs, whose derivative JAX takes as 1 at 0: a perfect prediction must not be moved.
    return error * jnp.sign(error)


@losses.register("mean_squared_error", "mse", "MSE")
@tree
class MeanSquaredError(Loss):
    """The mean of the squared errors over the outputs: the loss of normally distributed errors.

    values = mean over outputs of (y_true - y_pred)^2, in the square of the target's unit.

    Source: Gauss, "Theoria combinationis observationum" (1821).
    """

    formula = mean_squared_error
    targets = LIKE_OUTPUT
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="mean_squared_error")
    dtype: DType = static(default=None)


@losses.register("half_squared_error")
@tree
class HalfSquaredError(Loss):
    """Half the squared errors, summed over the outputs: the E of backpropagation worked by hand.

    values = sum over outputs of 1/2 (y_true - y_pred)^2, so that dE/dy_pred = y_pred - y_true. Keras has none:
    its mean over the outputs and its missing 1/2 give other numbers than the textbook's.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986), eq. 3.
    """

    formula = half_squared_error
    targets = LIKE_OUTPUT
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="half_squared_error")
    dtype: DType = static(default=None)


@losses.register("mean_absolute_error", "mae", "MAE")
@tree
class MeanAbsoluteError(Loss):
    """The mean of the absolute errors over the outputs: less moved by outliers than the squares.

    values = mean over outputs of |y_true - y_pred|, in the target's unit.

    Source: Laplace, "Mémoire sur la probabilité des causes par les événements" (1774).

    Differs from Keras: the derivative at an error of exactly 0 is 0, not 1 (as Keras on JAX has it), so that a
    perfect prediction stays.
    """

    formula = mean_absolute_error
    targets = LIKE_OUTPUT
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="mean_absolute_error")
    dtype: DType = static(default=None)


@losses.register("mean_absolute_percentage_error", "mape", "MAPE")
@tree
class MeanAbsolutePercentageError(Loss):
    """The mean of the absolute errors in percent of the target: for positive targets far from 0.

    values = mean over outputs of 100 |y_true - y_pred| / max(|y_true|, 1e-7).

    Source: Makridakis, "Accuracy measures" (1993), for its merits and faults.
    """

    formula = mean_absolute_percentage_error
    targets = LIKE_OUTPUT
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="mean_absolute_percentage_error")
    dtype: DType = static(default=None)


@losses.register("mean_squared_logarithmic_error", "msle", "MSLE")
@tree
class MeanSquaredLogarithmicError(Loss):
    """The mean of the squared errors of the logarithms: targets of at least 0 that span decades.

    values = mean over outputs of (log(1 + y_true) - log(1 + y_pred))^2, both taken as at least 1e-7.

    Source: scikit-learn's user guide, "Mean squared logarithmic error", which defines it without the bound.

    Differs from Keras: targets below 0, which it would silently count as 0, are refused.
    """

    formula = mean_squared_logarithmic_error
    targets = AT_LEAST_ZERO
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="mean_squared_logarithmic_error")
    dtype: DType = static(default=None)
