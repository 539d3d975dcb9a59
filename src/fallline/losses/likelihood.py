"""Negative log-likelihoods of counts and of measurements of unknown precision, and distances of distributions."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._ranges import POSITIVE, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import DataError, ShapeError
from fallline.losses.arguments import DType
from fallline.losses.arrays import EPSILON, aligned, floating, require_rows
from fallline.losses.base import Loss, Reduction, losses
from fallline.losses.crossentropy import Crossentropy
from fallline.losses.targets import (
    AT_LEAST_ZERO,
    CLASS_ROWS,
    LIKE_OUTPUT,
    Targets,
    describe,
)


def poisson(y_true: Array, y_pred: Array) -> Float[Array, "*batch"]:
    """The mean over the last axis of y_pred - y_true log(y_pred + 1e-7).

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + EPSILON), axis=-1)


def gaussian_nll(
    y_true: Array, y_pred: Array, full: bool = False, eps: Number = 1e-6
) -> Float[Array, "*batch"]:
    """The mean over the last axis of (log v + (y_true - m)^2 / v) / 2, with m and v from the predictions.

    Args:
        y_true: Targets (batch, targets).
        y_pred: Predictions (batch, 2 * targets), as `mean_and_variance` reads them.
        full: Whether to add the constant log(2 pi) / 2.
        eps: The least variance.

    Raises:
        ShapeError: the predictions do not have twice the columns of the targets.
    """
    mean, variance = mean_and_variance(y_pred)
    y_true, mean = aligned(y_true, mean)
    least = as_dtype_of(eps, variance)
    # The bound must not stop the gradient, or a variance once below it would never grow again.
    variance = variance + lax.stop_gradient(jnp.maximum(variance, least) - variance)
    constant = math.log(2 * math.pi) / 2 if full else 0.0
    return jnp.mean((jnp.log(variance) + jnp.square(y_true - mean) / variance) / 2, axis=-1) + constant


def mean_and_variance(y_pred: Array) -> tuple[Float[Array, "*batch targets"], Float[Array, "*batch targets"]]:
    """What a network trained with `GaussianNLL` predicts: means, and variances softplus(raw).

    Args:
        y_pred: Outputs (batch, 2 * targets): the means of all targets, then the raw variances.

    Raises:
        ShapeError: the number of outputs is odd or 0, or there are no rows.

    Source: Nix and Weigend, "Estimating the mean and variance of the target probability distribution" (1994).
    """
    y_pred = floating(y_pred, "y_pred")
    require_rows(y_pred)
    if y_pred.shape[-1] % 2 or not y_pred.shape[-1]:
        raise ShapeError(
            f"y_pred has shape {y_pred.shape}; expected the means, then as many raw variances, in the last axis."
        )
    mean, raw = jnp.split(y_pred, 2, axis=-1)
    return mean, jax.nn.softplus(raw)


def kl_divergence(y_true: Array, y_pred: Array, from_logits: bool = False) -> Float[Array, "*batch"]:
    """The sum over the last axis of y log(y / p), both clipped to [1e-7, 1].

    Args:
        y_true: Probabilities of the classes.
        y_pred: Probabilities, or logits.
        from_logits: Whether the predictions are logits, whose probabilities are their softmax.

    Raises:
        ShapeError: the shapes differ.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    y_true = jnp.clip(y_true, EPSILON, 1)
    log_p = jax.nn.log_softmax(y_pred) if from_logits else jnp.log(jnp.clip(y_pred, EPSILON, 1))
    return jnp.sum(y_true * (jnp.log(y_true) - log_p), axis=-1)


@losses.register("poisson")
@tree
class Poisson(Loss):
    """The negative log-likelihood of counts whose mean is predicted, without its constant.

    values = mean over outputs of y_pred - y_true log(y_pred + 1e-7). Predictions must be positive: end the
    network with `softplus` or `exponential`.

    Source: Nelder and Wedderburn, "Generalized linear models" (1972).
    """

    formula = poisson
    targets = AT_LEAST_ZERO
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="poisson")
    dtype: DType = static(default=None)


@losses.register("gaussian_nll", "gaussian_nll_loss")
@tree
class GaussianNLL(Loss):
    """The negative log-likelihood of a normal distribution whose mean and variance are both predicted.

    values = mean over targets of (log v + (y_true - m)^2 / v) / 2, with v at least eps. The last layer is linear and
    has 2 units for each target: the means m of all targets, then raw variances r, v = softplus(r).
    `mean_and_variance(model.predict(x))` gives both.

    Args:
        full: Whether to add the constant log(2 pi) / 2.
        eps: The least variance, > 0, in the square of the target's unit.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: eps is not above 0, or the reduction is unknown.

    Source: Nix and Weigend, "Estimating the mean and variance of the target probability distribution" (1994);
    arguments, defaults and the gradient at the bound are those of PyTorch's GaussianNLLLoss.
    """

    formula = gaussian_nll
    targets = LIKE_OUTPUT
    full: bool = static(default=False)
    eps: Number = number(1e-6, POSITIVE)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="gaussian_nll")
    dtype: DType = static(default=None)

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """`gaussian_nll`."""
        return gaussian_nll(y_true, y_pred, self.full, self.eps)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are not finite numbers, one for each pair of output units.

        Raises:
            DataError: says what was expected, what came, and the remedy.
        """
        if output_shape[-1] % 2:
            raise DataError(
                f'loss "{self.name}" needs 2 units at the output for each target, its mean and its raw variance; '
                f"the model has {output_shape[-1]}, the targets are {describe(y)}."
            )
        super().check_targets(y, self._target_shape(output_shape))

    def prepare_targets(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """Floating targets (n, targets)."""
        return super().prepare_targets(y, self._target_shape(output_shape))

    def _target_shape(self, output_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*output_shape[:-1], output_shape[-1] // 2)


@losses.register("kl_divergence", "kld", "KLD", "kullback_leibler_divergence")
@tree
class KLDivergence(Crossentropy):
    """How far predicted class probabilities are from target probabilities.

    values = sum over classes of y log(y / p), both clipped to [1e-7, 1].

    Args:
        reduction, name, dtype: See `Loss`.
        from_logits: Whether the predictions are logits rather than probabilities.

    Raises:
        UsageError: the reduction is unknown.

    Source: Kullback and Leibler, "On information and sufficiency" (1951).

    Differs from Keras: a final softmax is computed in one with the loss, on logits, where nothing is clipped.
    """

    formula = kl_divergence
    targets = CLASS_ROWS
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="kl_divergence")
    dtype: DType = static(default=None)
    from_logits: bool = static(default=False)
