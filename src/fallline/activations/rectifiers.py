"""Rectifiers: the units of straight pieces that switch on at a threshold."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import FINITE, number
from fallline._tree import tree
from fallline._types import Number, as_dtype_of, none_if_zero
from fallline.activations.base import Activation, object_of, of_arrays


@of_arrays
def relu(
    x: Float[Array, "*shape"],
    negative_slope: Number | None = 0.0,
    max_value: Number | None = None,
    threshold: Number | None = 0.0,
) -> Float[Array, "*shape"]:
    """The rectified linear unit; with default arguments f(x) = max(x, 0).

    f(x) = max_value                         for x >= max_value
           x                                 for threshold < x < max_value
           negative_slope * (x - threshold)  otherwise

    The derivative at the threshold is 0; with a slope and neither of the others it is 1 at 0, and at max_value
    it is 1/2.

    Args:
        x: Any shape.
        negative_slope: Slope below the threshold; 0 or None for none.
        max_value: Upper limit of the output; None for none.
        threshold: Where the unit switches on; 0 or None for 0.
    """
    slope, threshold = none_if_zero(negative_slope), none_if_zero(threshold)
    if slope is not None and max_value is None and threshold is None:
        return leaky_relu(x, slope)
    switch = None if threshold is None else as_dtype_of(threshold, x)
    output = jax.nn.relu(x) if switch is None else jnp.where(x > switch, x, jnp.zeros_like(x))
    if max_value is not None:
        # Clipped at 0 too, since a threshold may be negative.
        output = jnp.clip(output, jnp.zeros((), x.dtype), as_dtype_of(max_value, x))
    if slope is not None:
        below = jax.nn.relu(-x if switch is None else switch - x)
        output = output - as_dtype_of(slope, x) * below
    return output


@of_arrays
def relu6(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The rectifier cut off at 6, f(x) = min(max(x, 0), 6); its derivative at 0 and at 6 is 0."""
    return jax.nn.relu6(x)


@of_arrays
def leaky_relu(x: Float[Array, "*shape"], negative_slope: Number = 0.2) -> Float[Array, "*shape"]:
    """A rectifier that leaks: f(x) = x for x >= 0, else negative_slope * x; its derivative at 0 is 1."""
    return jnp.where(x >= 0, x, as_dtype_of(negative_slope, x) * x)


@object_of(relu)
@tree
class ReLU(Activation):
    """The rectified linear unit, with an optional slope below the threshold and an optional upper limit.

    f(x) = max_value                         for x >= max_value
           x                                 for threshold < x < max_value
           negative_slope * (x - threshold)  otherwise

    A slope or threshold of 0 is kept as None: no operation.

    Args:
        negative_slope: Slope below the threshold.
        max_value: Upper limit of the output; None for none.
        threshold: Where the unit switches on.

    Raises:
        UsageError: an argument is no finite number.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).

    Differs from Keras: with max_value=6 the derivative at 6 is 1/2, as at any other max_value; there it is 0, as of
        `relu6`. Here 6 is a number like any other and may change without recompiling.
    """

    negative_slope: Number | None = number(0.0, FINITE, zero_is_none=True)
    max_value: Number | None = number(None, FINITE)
    threshold: Number | None = number(0.0, FINITE, zero_is_none=True)

    renamed = {"alpha": "negative_slope"}  # noqa: RUF012 - Keras 2


@object_of(relu6)
@tree
class ReLU6(Activation):
    """The rectifier cut off at 6.

    f(x) = min(max(x, 0), 6)

    Source: Krizhevsky, "Convolutional deep belief networks on CIFAR-10" (2010).
    """


@object_of(leaky_relu)
@tree
class LeakyReLU(Activation):
    """A rectifier that leaks below 0, so that no unit stays off for good.

    f(x) = x for x >= 0, else negative_slope * x

    Args:
        negative_slope: Slope below 0.

    Raises:
        UsageError: the slope is no finite number.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).
    """

    negative_slope: Number = number(0.2, FINITE)

    renamed = {"alpha": "negative_slope"}  # noqa: RUF012 - Keras 2
