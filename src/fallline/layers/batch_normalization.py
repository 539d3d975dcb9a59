"""Batch normalisation."""

from __future__ import annotations

from typing import Any

from jax import lax
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._ranges import FRACTION, NOT_NEGATIVE, checked, number
from fallline._tree import static, tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.normalizing import Scaled, along, fresh, moments, one_axis, sizes, standardized
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class BatchNormalization(Scaled):
    """Normalises each feature by the batch in training and by moving averages at inference.

    y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
    moving <- momentum * moving + (1 - momentum) * batch statistic

    The variance of a batch is the mean squared deviation (not divided by n - 1), as in Keras.
    Shapes: x (batch, ..., features); gamma, beta, moving_mean, moving_variance (features,). A frozen layer
    (`trainable = False`) normalises by its moving averages in training too, and leaves them as they are.

    Args:
        axis: The feature axis; the batch is axis 0.
        momentum: Share of the old value in the moving averages, from 0 to 1.
        epsilon: Added to the variance, at least 0.
        center, scale: Whether beta is added, and whether gamma multiplies.
        beta_initializer, gamma_initializer: Initial beta and gamma.
        moving_mean_initializer, moving_variance_initializer: Initial moving averages.
        beta_regularizer, gamma_regularizer: Penalties on beta and gamma, or None.
        beta_constraint, gamma_constraint: Where they are brought back to after each step, or None.

    Raises:
        UsageError: the axis is none or the batch, or a number is out of its range.

    Source: Ioffe, Szegedy, Batch normalization (2015), algorithms 1 and 2; Keras 3 for the moving averages.

    Differs from Keras: no `renorm`, and no `synchronized`, because a batch that is spread over devices is
    normalised as one batch anyway. The deviations are taken first and scaled then, which keeps the digits of inputs whose
    mean is far from 0.
    """

    axis: int = checked(one_axis, -1, is_static=True)
    momentum: Number = number(0.99, FRACTION)
    epsilon: Number = number(1e-3, NOT_NEGATIVE)
    center: bool = static(default=True)
    scale: bool = static(default=True)
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    frozen_is_inference = True
    renamed = {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"}  # noqa: RUF012 - Keras 1

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Gamma and beta to train, moving mean and variance to keep."""
        shape = sizes(input_shape, self.axes(input_shape))
        params, _ = super().init(key, input_shape)
        return params, fresh(self, ("moving_mean", "moving_variance"), key, shape)

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The normalised inputs, and in training the new moving averages."""
        del key
        wide = at_least_float32(x)
        axes = self.axes(x.shape[1:])
        if training:
            mean, variance = moments(wide, tuple(axis for axis in range(x.ndim) if axis not in axes))
            state = {
                "moving_mean": self._moved(state["moving_mean"], mean),
                "moving_variance": self._moved(state["moving_variance"], variance),
            }
        else:
            mean, variance = (along(state[f"moving_{name}"], axes, wide) for name in ("mean", "variance"))
        gamma, beta = params.get("gamma"), params.get("beta")
        return standardized(wide, mean, variance, self.epsilon, axes, gamma, beta).astype(x.dtype), state

    def _moved(self, moving: Array, statistic: Array) -> Array:
        statistic = lax.stop_gradient(statistic).reshape(moving.shape).astype(moving.dtype)
        momentum = as_dtype_of(self.momentum, moving)
        return moving * momentum + statistic * (1 - momentum)
