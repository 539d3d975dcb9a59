"""Losses of real-valued targets."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import static, tree
from fallline.errors import DataError
from fallline.losses.base import Loss, Reduction, aligned, as_columns, classes_of_functions, losses
from fallline.losses.targets import (
    Targets,
    columns,
    describe,
    fits_output,
    is_whole,
    like_output,
    require_numbers,
    units,
)


def mean_squared_error(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean of (y_true - y_pred)^2 over the last axis.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean of |y_true - y_pred| over the last axis; the derivative at 0 is 0.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_true - y_pred
    # Not abs, whose derivative JAX takes as 1 at 0: a perfect prediction must not be moved.
    return jnp.mean(error * jnp.sign(error), axis=-1)


class _Regression(Loss):
    """What losses of real-valued targets share: targets like the output."""

    @abstractmethod
    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """The unreduced loss."""

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are not finite numbers in the shape of the output.

        Raises:
            DataError: says what was expected, what came, and the remedy.
        """
        require_numbers(self.name, y)
        if fits_output(y, output_shape):
            return
        if y.ndim == 1 and is_whole(y):
            remedy = 'For class numbers use "sparse_categorical_crossentropy"; for one value a row give the last layer 1 unit.'
        else:
            remedy = f"Give the last layer {units(y.shape[-1] if y.ndim > 1 else 1)}, or pass such targets."
        raise DataError(
            f'loss "{self.name}" needs targets {columns(output_shape)}, like the output; got {describe(y)}. {remedy}'
        )

    def prepare_targets(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """Floating targets in the shape of the output."""
        return like_output(y, output_shape)


@losses.register("mean_squared_error", "mse", "MSE")
@tree
class MeanSquaredError(_Regression):
    """The mean of (y_true - y_pred)^2 over the outputs: the loss of normally distributed errors."""

    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="mean_squared_error")

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """`mean_squared_error`."""
        return mean_squared_error(*as_columns(y_true, y_pred))


@losses.register("mean_absolute_error", "mae", "MAE")
@tree
class MeanAbsoluteError(_Regression):
    """The mean of |y_true - y_pred| over the outputs: less moved by outliers than the squares."""

    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="mean_absolute_error")

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """`mean_absolute_error`."""
        return mean_absolute_error(*as_columns(y_true, y_pred))


classes_of_functions[mean_squared_error] = MeanSquaredError
classes_of_functions[mean_absolute_error] = MeanAbsoluteError
