"""Normalisation by the root mean square."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._ranges import NOT_NEGATIVE, checked, number
from fallline._tree import tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.normalizing import AlongAxes, Axis, along, checked_axis, sizes
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class RMSNormalization(AlongAxes, Formula):
    """Divides each row by the root mean square of its features, and scales each feature by a learned factor.

    y = scale * x / sqrt(mean(x^2) + epsilon)

    Shapes: x (batch, ..., features), output the same; scale has the lengths of the axes of `axis` and begins at 1.

    Args:
        axis: The axis, or axes, of the mean; the batch is axis 0.
        epsilon: Added to the mean square, at least 0.

    Raises:
        UsageError: the axis is none or the batch, or epsilon is out of its range.

    Source: Zhang, Sennrich, Root mean square layer normalization (2019); Keras 3 for names and defaults.

    Differs from Keras: any axes work, where Keras 3.15 fails unless they are the last ones.
    """

    axis: Axis = checked(checked_axis, -1, is_static=True)
    epsilon: Number = number(1e-6, NOT_NEGATIVE)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """A scale of ones, with the lengths of the normalised axes."""
        return {"scale": jnp.ones(sizes(input_shape, self.axes(input_shape)), jnp.float32)}, {}

    def formula(self, x: Float[Array, "batch ..."], scale: Array) -> Float[Array, "batch ..."]:
        """The scaled rows."""
        wide = at_least_float32(x)
        axes = self.axes(x.shape[1:])
        square = jnp.square(wide).mean(axes, keepdims=True)
        factor = lax.rsqrt(square + as_dtype_of(self.epsilon, wide))
        return (wide * factor * along(scale, axes, wide)).astype(x.dtype)
