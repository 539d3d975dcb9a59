"""Rows of length 1."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._ranges import checked
from fallline._tree import tree
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.normalizing import AlongAxes, Axis, checked_axis


@layers.register()
@tree
class UnitNormalization(AlongAxes, Formula):
    """Scales each row to Euclidean length 1; rows of zeros stay zeros.

    y = x / max(sqrt(sum(x^2)), 1e-12)

    Args:
        axis: The axis, or axes, of the sum; the batch is axis 0.

    Raises:
        UsageError: the axis is none or the batch.

    Source: Keras 3 for the name and the margin.

    Differs from Keras: the gradient at a row of zeros is that of the formula, 1e12, where Keras on JAX gives NaN.
    """

    axis: Axis = checked(checked_axis, -1, is_static=True)

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The rows with length 1."""
        return unit_length(x, self.axes(x.shape[1:]), 1e-12)


def unit_length(x: Float[Array, "*shape"], axes: tuple[int, ...], margin: float) -> Float[Array, "*shape"]:
    """X / max(norm, margin), the norm over some axes.

    Args:
        x: Any array of floats.
        axes: The axes of the norm.
        margin: The least norm divided by; its square must be a number of `x`'s type.
    """
    wide = at_least_float32(x)
    square = jnp.square(wide).sum(axes, keepdims=True)
    # The square is bounded, not the root: the root's infinite slope at 0 would make gradients NaN.
    return (wide * lax.rsqrt(jnp.maximum(square, jnp.asarray(margin**2, wide.dtype)))).astype(x.dtype)
