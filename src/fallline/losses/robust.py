"""Losses of real-valued targets that bound the pull of an outlier, and the quantile loss."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._ranges import FRACTION, POSITIVE, number, numbers
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import DataError
from fallline.losses.arguments import DType
from fallline.losses.arrays import aligned, as_columns, floating
from fallline.losses.base import Loss, Reduction, losses
from fallline.losses.regression import magnitude
from fallline.losses.targets import LIKE_OUTPUT, Targets, describe, units


def huber(y_true: Array, y_pred: Array, delta: Number = 1.0) -> Float[Array, "*batch"]:
    """The mean over the last axis of e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    bound = as_dtype_of(delta, y_pred)
    error = y_pred - y_true
    size = magnitude(error)
    return jnp.mean(jnp.where(size <= bound, error**2 / 2, bound * size - bound**2 / 2), axis=-1)


def log_cosh(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean over the last axis of log(cosh(e)): e^2 / 2 for small, |e| - log 2 for large errors.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    # cosh e = 1 + 2 sinh^2(e / 2): near 0 the usual e + log(1 + exp(-2 e)) - log 2 cancels all digits. Each
    # form gets a harmless argument where the other is taken, so that no overflow enters the gradient.
    near = jnp.abs(error) < 1
    small = jnp.where(near, error, jnp.zeros_like(error))
    large = jnp.where(near, jnp.ones_like(error), magnitude(error))
    of_small = jnp.log1p(2 * jnp.sinh(small / 2) ** 2)
    of_large = large + jnp.log1p(jnp.exp(-2 * large)) - as_dtype_of(float(np.log(2)), error)
    return jnp.mean(jnp.where(near, of_small, of_large), axis=-1)


def tukey(y_true: Array, y_pred: Array, c: Number = 4.685) -> Float[Array, "*batch"]:
    """The mean over the last axis of c^2 / 6 (1 - (1 - (e / c)^2)^3) where |e| <= c, else c^2 / 6.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    bound = as_dtype_of(c, y_pred)
    kept = jnp.maximum(1 - jnp.square((y_pred - y_true) / bound), 0)
    return bound**2 / 6 * jnp.mean(1 - kept**3, axis=-1)


def pinball(
    y_true: Array, y_pred: Array, quantile: Number | Sequence[Number] = 0.5
) -> Float[Array, "*batch"]:
    """The mean over the last axis of max(q e, (q - 1) e) with e = y_true - y_pred.

    Args:
        y_true: Targets (batch, targets).
        y_pred: Predictions (batch, targets * quantiles): all quantiles of the first target, then of the next.
        quantile: The quantile q in [0, 1], or several.

    Raises:
        ShapeError: the predictions do not hold that many columns.
    """
    several = quantile if isinstance(quantile, Sequence) else (quantile,)
    y_true, y_pred = floating(y_true), floating(y_pred)
    if len(several) > 1:
        column = y_true[..., None] if y_true.ndim == y_pred.ndim - 1 else y_true
        y_true = jnp.repeat(column, len(several), axis=-1)
    y_true, y_pred = aligned(y_true, y_pred)
    q = jnp.stack([as_dtype_of(number, y_pred) for number in several])
    q = jnp.tile(q, y_pred.shape[-1] // len(several))
    error = y_true - y_pred
    return jnp.mean(jnp.maximum(q * error, (q - 1) * error), axis=-1)


@losses.register("huber", "huber_loss")
@tree
class Huber(Loss):
    """Squares of small errors, absolute values of large ones.

    values = mean over outputs of e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2; e = y_pred - y_true.

    Args:
        delta: The error from which on the loss grows linearly, > 0, in the target's unit.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: delta is not above 0, or the reduction is unknown.

    Source: Huber, "Robust estimation of a location parameter" (1964).
    """

    formula = huber
    targets = LIKE_OUTPUT
    delta: Number = number(1.0, POSITIVE)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="huber_loss")
    dtype: DType = static(default=None)


@losses.register("log_cosh", "logcosh")
@tree
class LogCosh(Loss):
    """The logarithm of the hyperbolic cosine of the error: a smooth Huber loss.

    values = mean over outputs of log(cosh(y_pred - y_true)).

    Source: Green, "Bayesian reconstructions from emission tomography data" (1990), sec. III.

    Differs from Keras: errors near 0 are exact, where its form cancels all digits below 1e-7.
    """

    formula = log_cosh
    targets = LIKE_OUTPUT
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="log_cosh")
    dtype: DType = static(default=None)


@losses.register("tukey", "tukey_biweight")
@tree
class Tukey(Loss):
    """The biweight: errors beyond c no longer pull at all.

    values = mean over outputs of c^2 / 6 (1 - (1 - (e / c)^2)^3) where |e| <= c, else c^2 / 6; the derivative
    is e (1 - (e / c)^2)^2, then 0.

    Args:
        c: The error from which on a row is left out, > 0; the default suits errors of standard deviation 1.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: c is not above 0, or the reduction is unknown.

    Source: Beaton and Tukey, "The fitting of power series" (1974).
    """

    formula = tukey
    targets = LIKE_OUTPUT
    c: Number = number(4.685, POSITIVE)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="tukey")
    dtype: DType = static(default=None)


@losses.register("quantile", "pinball")
@tree
class Quantile(Loss):
    """The pinball loss, whose minimum is a quantile of the targets rather than their mean.

    values = mean over outputs of max(q e, (q - 1) e), e = y_true - y_pred. With k quantiles the last layer has k
    units for each target: all quantiles of the first target, then of the next.

    Args:
        quantile: The quantile q in [0, 1], or several: `(0.1, 0.5, 0.9)`.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: a quantile is outside [0, 1], there is none, or the reduction is unknown.

    Source: Koenker and Bassett, "Regression quantiles" (1978).
    """

    formula = pinball
    targets = LIKE_OUTPUT
    quantile: Number | Sequence[Number] = numbers(0.5, FRACTION)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="quantile")
    dtype: DType = static(default=None)

    @property
    def count(self) -> int:
        """How many quantiles there are."""
        return len(self.quantile) if isinstance(self.quantile, Sequence) else 1

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """`pinball`."""
        if self.count == 1:
            y_true, y_pred = as_columns(y_true, y_pred)
        return pinball(y_true, y_pred, self.quantile)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are not finite numbers, one for each group of quantiles at the output.

        Raises:
            DataError: says what was expected, what came, and the remedy.
        """
        if output_shape[-1] % self.count:
            raise DataError(
                f'loss "{self.name}" needs {units(self.count)} at the output for each target, one per quantile; '
                f"the model has {output_shape[-1]}, the targets are {describe(y)}."
            )
        super().check_targets(y, self._target_shape(output_shape))

    def prepare_targets(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """Floating targets (n, targets)."""
        return super().prepare_targets(y, self._target_shape(output_shape))

    def _target_shape(self, output_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*output_shape[:-1], output_shape[-1] // self.count)
