"""Functions that squash the whole line into an interval."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import tree
from fallline.activations.base import Activation, object_of, of_arrays


@of_arrays
def sigmoid(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The logistic function, f(x) = 1 / (1 + exp(-x)), in (0, 1)."""
    return jax.nn.sigmoid(x)


@of_arrays
def hard_sigmoid(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Three straight pieces near the sigmoid, f(x) = min(max(x / 6 + 1/2, 0), 1).

    The derivative at -3 and 3 is 0.
    """
    return jax.nn.hard_sigmoid(x)


@of_arrays
def sparse_sigmoid(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The sigmoid of the sparsemax, f(x) = min(max((x + 1) / 2, 0), 1): exactly 0 and 1 outside (-1, 1).

    The derivative at -1 and 1 is 1/4, half of that between them.
    """
    return jax.nn.sparse_sigmoid(x)


@of_arrays
def log_sigmoid(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The logarithm of the sigmoid, f(x) = -log(1 + exp(-x)), which stays finite far below 0."""
    return jax.nn.log_sigmoid(x)


@of_arrays
def tanh(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The hyperbolic tangent, f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)), in (-1, 1)."""
    return jnp.tanh(x)


@of_arrays
def hard_tanh(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Three straight pieces near tanh, f(x) = min(max(x, -1), 1); its derivative at -1 and 1 is 1."""
    return jax.nn.hard_tanh(x)


@of_arrays
def softsign(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """A slower tanh, f(x) = x / (1 + |x|), in (-1, 1); its derivative at 0 is 1."""
    return jax.nn.soft_sign(x)


@object_of(sigmoid, "logistic")
@tree
class Sigmoid(Activation):
    """The logistic function, in (0, 1).

    f(x) = 1 / (1 + exp(-x))

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986).
    """


@object_of(hard_sigmoid)
@tree
class HardSigmoid(Activation):
    """Three straight pieces near the sigmoid, in [0, 1]; Keras 2 had the slope 1/5 where this has 1/6.

    f(x) = min(max(x / 6 + 1/2, 0), 1)

    Source: Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """


@object_of(sparse_sigmoid)
@tree
class SparseSigmoid(Activation):
    """The sigmoid of the sparsemax: exactly 0 and 1 outside (-1, 1).

    f(x) = min(max((x + 1) / 2, 0), 1)

    Source: Blondel, Martins and Niculae, "Learning with Fenchel-Young losses" (2020).
    """


@object_of(log_sigmoid)
@tree
class LogSigmoid(Activation):
    """The logarithm of the sigmoid, below 0.

    f(x) = -log(1 + exp(-x))

    Source: Keras 3.
    """


@object_of(tanh)
@tree
class Tanh(Activation):
    """The hyperbolic tangent, in (-1, 1).

    f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop" (1998), section 4.4.
    """


@object_of(hard_tanh)
@tree
class HardTanh(Activation):
    """Three straight pieces near tanh, in [-1, 1].

    f(x) = min(max(x, -1), 1)

    Source: Collobert, Large scale machine learning (2004).
    """


@object_of(softsign)
@tree
class Softsign(Activation):
    """A tanh with polynomial tails, in (-1, 1): it saturates more slowly.

    f(x) = x / (1 + |x|)

    Source: Bergstra, Desjardins, Lamblin and Bengio, "Quadratic polynomials learn better image features" (2009).
    """
