"""Batch normalisation."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline import initializers, regularizers
from fallline._random import Key, named_key
from fallline._ranges import FRACTION, NOT_NEGATIVE, check_numbers
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Number, Params, Scalar, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.layers.layer import Layer, Shape, at_least_float32, check_name, layers


@layers.register()
@tree
class BatchNormalization(Layer):
    """Normalises each feature by the batch in training and by moving averages at inference.

    y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
    moving <- momentum * moving + (1 - momentum) * batch statistic

    The variance of a batch is the mean squared deviation (not divided by n - 1), as in Keras.
    Shapes: x (batch, ..., features); gamma, beta, moving_mean, moving_variance (features,).

    Args:
        axis: The feature axis; only the last one (-1).
        momentum: Share of the old value in the moving averages, from 0 to 1.
        epsilon: Added to the variance, at least 0.
        center: Whether beta is added.
        scale: Whether gamma multiplies.
        beta_initializer: Initial beta.
        gamma_initializer: Initial gamma.
        moving_mean_initializer: Initial moving mean.
        moving_variance_initializer: Initial moving variance.
        beta_regularizer: Penalty on beta, or None.
        gamma_regularizer: Penalty on gamma, or None.
        name: The layer's name.

    Raises:
        UsageError: the axis is not the last, or a number is out of its range.

    Source: Ioffe, Szegedy, Batch normalization (2015), algorithms 1 and 2; Keras 3 for the moving averages.
    """

    axis: int = static(default=-1)
    momentum: Number = 0.99
    epsilon: Number = 1e-3
    center: bool = static(default=True)
    scale: bool = static(default=True)
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None

    def __post_init__(self) -> None:
        check_name(self)
        if self.axis != -1:
            raise UsageError(f"BatchNormalization: axis must be -1 (the features), got {self.axis}.")
        check_numbers(self, momentum=FRACTION, epsilon=NOT_NEGATIVE)
        assign(
            self,
            beta_initializer=initializers.get(self.beta_initializer),
            gamma_initializer=initializers.get(self.gamma_initializer),
            moving_mean_initializer=initializers.get(self.moving_mean_initializer),
            moving_variance_initializer=initializers.get(self.moving_variance_initializer),
            beta_regularizer=regularizers.get(self.beta_regularizer),
            gamma_regularizer=regularizers.get(self.gamma_regularizer),
        )

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Gamma and beta to train, moving mean and variance to keep."""

        def draw(name: str) -> Array:
            initializer: initializers.Initializer = getattr(self, f"{name}_initializer")
            return initializer.sample(named_key(key, name), (input_shape[-1],), jnp.float32)

        params = {name: draw(name) for name, used in (("gamma", self.scale), ("beta", self.center)) if used}
        return params, {name: draw(name) for name in ("moving_mean", "moving_variance")}

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ... features"],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ... features"], ModelState]:
        """The normalised inputs, and in training the new moving averages."""
        del key
        wide = at_least_float32(x)
        if training:
            axes = tuple(range(x.ndim - 1))
            mean = wide.mean(axes)
            variance = jnp.square(wide - mean).mean(axes)
            state = {
                "moving_mean": self._moved(state["moving_mean"], mean),
                "moving_variance": self._moved(state["moving_variance"], variance),
            }
        else:
            mean, variance = (
                state["moving_mean"].astype(wide.dtype),
                state["moving_variance"].astype(wide.dtype),
            )
        factor = lax.rsqrt(variance + as_dtype_of(self.epsilon, variance))
        if self.scale:
            factor = factor * params["gamma"].astype(wide.dtype)
        outputs = (wide - mean) * factor
        if self.center:
            outputs = outputs + params["beta"].astype(wide.dtype)
        return outputs.astype(x.dtype), state

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged."""
        if not input_shape:
            raise ShapeError(
                f'layer "{self.name or "batch_normalization"}" (BatchNormalization) needs rows of at least one '
                "axis, got scalars. Reshape the inputs to (rows, 1)."
            )
        return input_shape

    def penalties(self, params: Params) -> list[Scalar]:
        """The penalties on gamma and beta."""
        pairs = (("gamma", self.scale, self.gamma_regularizer), ("beta", self.center, self.beta_regularizer))
        return [penalty(params[name]) for name, used, penalty in pairs if used and penalty is not None]

    def _moved(self, moving: Array, statistic: Array) -> Array:
        statistic = lax.stop_gradient(statistic).astype(moving.dtype)
        momentum = as_dtype_of(self.momentum, moving)
        return moving * momentum + statistic * (1 - momentum)
