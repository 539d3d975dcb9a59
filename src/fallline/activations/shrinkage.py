"""Functions that take away what is small."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import FINITE, NOT_NEGATIVE, number
from fallline._tree import tree
from fallline._types import Number, as_dtype_of
from fallline.activations.base import Activation, object_of, of_arrays
from fallline.errors import UsageError


@of_arrays
def soft_shrink(x: Float[Array, "*shape"], threshold: Number = 0.5) -> Float[Array, "*shape"]:
    """Pulls x towards 0 by the threshold: f(x) = sign(x) * max(|x| - threshold, 0).

    The derivative at the thresholds is 0.
    """
    threshold = as_dtype_of(threshold, x)
    inner = jnp.where(x < -threshold, x + threshold, jnp.zeros_like(x))
    return jnp.where(x > threshold, x - threshold, inner)


@of_arrays
def hard_shrink(x: Float[Array, "*shape"], threshold: Number = 0.5) -> Float[Array, "*shape"]:
    """Keeps what is larger than the threshold: f(x) = x for |x| > threshold, else 0.

    The derivative at the thresholds is 0.
    """
    return jnp.where(jnp.abs(x) > as_dtype_of(threshold, x), x, jnp.zeros_like(x))


@of_arrays
def tanh_shrink(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """What tanh takes away, f(x) = x - tanh(x)."""
    return x - jnp.tanh(x)


@of_arrays
def threshold(x: Float[Array, "*shape"], threshold: Number, default_value: Number) -> Float[Array, "*shape"]:
    """Replaces what does not pass: f(x) = x for x > threshold, else default_value.

    The derivative at the threshold is 0.
    """
    return jnp.where(x > as_dtype_of(threshold, x), x, as_dtype_of(default_value, x))


@object_of(soft_shrink)
@tree
class SoftShrink(Activation):
    """Pulls the input towards 0 by a threshold.

    f(x) = sign(x) * max(|x| - threshold, 0)

    Args:
        threshold: How far, at least 0.

    Raises:
        UsageError: the threshold is below 0.

    Source: Donoho, "De-noising by soft-thresholding" (1995).
    """

    threshold: Number = number(0.5, NOT_NEGATIVE)


@object_of(hard_shrink)
@tree
class HardShrink(Activation):
    """Keeps the inputs larger than a threshold, and makes the others 0.

    f(x) = x for |x| > threshold, else 0

    Args:
        threshold: What counts as small, at least 0.

    Raises:
        UsageError: the threshold is below 0.

    Source: Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage" (1994).
    """

    threshold: Number = number(0.5, NOT_NEGATIVE)


@object_of(tanh_shrink)
@tree
class TanhShrink(Activation):
    """What tanh takes away: near 0 a cube, far out a line.

    f(x) = x - tanh(x)

    Source: Keras 3.
    """


@object_of(threshold)
@tree
class Threshold(Activation):
    """Replaces the inputs that do not pass a threshold by a fixed value.

    f(x) = x for x > threshold, else default_value

    Both arguments must be given. The step of 0 and 1 is `Heaviside`.

    Args:
        threshold: What the input must exceed.
        default_value: The output where it does not.

    Raises:
        UsageError: an argument is missing or no finite number.

    Source: Keras 3.
    """

    threshold: Number | None = number(None, FINITE)
    default_value: Number | None = number(None, FINITE)

    def __post_init__(self) -> None:
        if self.threshold is None or self.default_value is None:
            raise UsageError(
                "Threshold: threshold and default_value must be given, as in Threshold(0.5, 0.0). "
                'The step of 0 and 1 is "heaviside".'
            )
        super().__post_init__()
