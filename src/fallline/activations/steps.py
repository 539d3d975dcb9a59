"""Steps: the threshold units of the first networks. Their derivative is 0, so that no gradient passes."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import tree
from fallline.activations.base import Activation, object_of, of_arrays


@of_arrays
def heaviside(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The step of 0 and 1: f(x) = 1 for x >= 0, else 0; its derivative is 0 everywhere, at 0 too."""
    return (x >= 0).astype(x.dtype)


@of_arrays
def sign(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The step of -1 and 1: f(x) = 1 for x >= 0, else -1; its derivative is 0 everywhere, at 0 too."""
    return jnp.where(x >= 0, jnp.ones_like(x), -jnp.ones_like(x))


@object_of(heaviside, "step", "threshold_unit")
@tree
class Heaviside(Activation):
    """The step of the linear threshold unit, which fires at 0 and above.

    f(x) = 1 for x >= 0, else 0

    Gradient descent cannot train through it (the derivative is 0); the perceptron rule trains a layer of it.

    Source: McCulloch and Pitts, "A logical calculus of the ideas immanent in nervous activity" (1943);
    Rosenblatt, "The perceptron" (1958).
    """


@object_of(sign, "signum")
@tree
class Sign(Activation):
    """The step of the bipolar threshold unit; never 0, unlike the sign of mathematics.

    f(x) = 1 for x >= 0, else -1

    Gradient descent cannot train through it (the derivative is 0); the perceptron rule trains a layer of it.

    Source: Rosenblatt, "The perceptron" (1958).
    """
