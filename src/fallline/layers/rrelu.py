"""A rectifier with a random slope."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline import activations
from fallline._random import Key, uniform
from fallline._ranges import FINITE, number
from fallline._tree import tree
from fallline._types import Number, as_dtype_of
from fallline.errors import UsageError
from fallline.layers.base.drawing import Drawing
from fallline.layers.base.layer import layers


@layers.register()
@tree
class RReLU(Drawing):
    """A rectifier whose slope below 0 is drawn for each element and step in training, and its mean at inference.

    y = x for x >= 0, else a * x,  a ~ U(lower, upper);  at inference a = (lower + upper) / 2.

    The derivative at 0 is 1.

    Args:
        lower: The smallest slope.
        upper: The largest slope.

    Raises:
        UsageError: an argument is no finite number, or lower is above upper.

    Source: Xu, Wang, Chen and Li, "Empirical evaluation of rectified activations in convolutional network"
    (2015), who divide by a ~ U(3, 8); PyTorch for this form, its names and defaults.
    """

    lower: Number = number(1.0 / 8.0, FINITE)
    upper: Number = number(1.0 / 3.0, FINITE)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.lower, float) and isinstance(self.upper, float) and self.lower > self.upper:
            raise UsageError(f"RReLU: lower ({self.lower:g}) must not be above upper ({self.upper:g}).")

    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The inputs, those below 0 times a random slope."""
        lower, upper = self._slopes()
        slope = (lower + (upper - lower) * uniform(key, x.shape)).astype(x.dtype)
        return jnp.where(x >= 0, x, slope * x)

    def unchanged(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The inputs, those below 0 times the mean slope."""
        lower, upper = self._slopes()
        return activations.leaky_relu(x, 0.5 * (lower + upper))

    def _slopes(self) -> tuple[Array, Array]:
        single = jnp.zeros((), jnp.float32)
        return as_dtype_of(self.lower, single), as_dtype_of(self.upper, single)
