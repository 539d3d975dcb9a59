"""A rectifier with a random slope."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline import activations
from fallline._random import Key, uniform
from fallline._ranges import FINITE, check_numbers
from fallline._tree import tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.errors import UsageError
from fallline.layers.base.layer import Layer, layers


@layers.register()
@tree
class RReLU(Layer):
    """A rectifier whose slope below 0 is drawn for each element and step in training, and its mean at inference.

    y = x for x >= 0, else a * x,  a ~ U(lower, upper);  at inference a = (lower + upper) / 2.

    The derivative at 0 is 1.

    Args:
        lower: The smallest slope.
        upper: The largest slope.
        name: The layer's name.

    Raises:
        UsageError: an argument is no finite number, or lower is above upper.

    Source: Xu, Wang, Chen and Li, "Empirical evaluation of rectified activations in convolutional network"
    (2015), who divide by a ~ U(3, 8); PyTorch for this form, its names and defaults.
    """

    lower: Number = 1.0 / 8.0
    upper: Number = 1.0 / 3.0

    draws = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(self, lower=FINITE, upper=FINITE)
        if isinstance(self.lower, float) and isinstance(self.upper, float) and self.lower > self.upper:
            raise UsageError(f"RReLU: lower ({self.lower:g}) must not be above upper ({self.upper:g}).")

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The inputs, those below 0 times a random slope in training, times the mean slope at inference."""
        del params
        single = jnp.zeros((), jnp.float32)
        lower, upper = as_dtype_of(self.lower, single), as_dtype_of(self.upper, single)
        if not training:
            return activations.leaky_relu(x, 0.5 * (lower + upper)), state
        assert key is not None
        slope = (lower + (upper - lower) * uniform(key, x.shape)).astype(x.dtype)
        return jnp.where(x >= 0, x, slope * x), state
