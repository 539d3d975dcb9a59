"""Smooth relatives of the rectifier."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import POSITIVE, flag, number
from fallline._tree import tree
from fallline._types import Number, as_dtype_of
from fallline.activations.base import Activation, object_of, of_arrays


@of_arrays
def gelu(x: Float[Array, "*shape"], approximate: bool = False) -> Float[Array, "*shape"]:
    """The Gaussian error linear unit, f(x) = x * Phi(x), Phi the standard normal distribution function.

    Args:
        x: Any shape.
        approximate: Whether tanh takes the place of the error function:
            f(x) = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).
    """
    if not approximate:
        return jax.nn.gelu(x, approximate=False)
    # (1 + tanh(u)) / 2 = sigmoid(2 u), which does not cancel below 0. Beyond 22 it is 0 or 1 in every type, and
    # the cube of a larger x would overflow into a gradient of 0 * inf.
    z = jnp.clip(x, -22.0, 22.0)
    return x * jax.nn.sigmoid(2.0 * math.sqrt(2.0 / math.pi) * (z + 0.044715 * z * z * z))


@of_arrays
def silu(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The sigmoid-weighted linear unit, f(x) = x / (1 + exp(-x)); its derivative at 0 is 1/2."""
    return jax.nn.silu(x)


@of_arrays
def hard_silu(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The silu with the hard sigmoid, f(x) = x * min(max(x / 6 + 1/2, 0), 1).

    The derivative at -3 is 0, at 3 it is 1, as outside.
    """
    return jax.nn.hard_silu(x)


@of_arrays
def mish(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """A self-gated unit, f(x) = x * tanh(log(1 + exp(x))); its derivative at 0 is 3/5."""
    return x * jnp.tanh(jax.nn.softplus(x))


@of_arrays
def softplus(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The smooth rectifier, f(x) = log(1 + exp(x)), whose derivative is the sigmoid."""
    return jax.nn.softplus(x)


@of_arrays
def squareplus(x: Float[Array, "*shape"], b: Number = 4.0) -> Float[Array, "*shape"]:
    """The algebraic smooth rectifier, f(x) = (x + sqrt(x^2 + b)) / 2; its derivative at 0 is 1/2.

    Args:
        x: Any shape.
        b: Width of the bend around 0, above 0.
    """
    b = as_dtype_of(b, x)
    # With r = (|x| + sqrt(x^2 + b)) / 2, f is r above 0 and b / (4 r) below, where x + sqrt(x^2 + b) would
    # cancel; and x^2 is never formed, which overflows float16 from 256. XLA would make 0.5 (|x| + root) of a sum
    # of halves, and overflow.
    size = jnp.where(x >= 0, x, -x)
    larger = jnp.maximum(size, jnp.sqrt(b))
    root = larger * jnp.sqrt(jnp.square(size / larger) + b / larger / larger)
    r = size + 0.5 * (root - size)
    return jnp.where(x >= 0, r, 0.25 * b / r)


@of_arrays
def sparse_plus(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """A smooth rectifier that is exactly 0 below -1: f(x) = (x + 1)^2 / 4 on (-1, 1), above it x."""
    # The parabola must not see large x, whose square overflows.
    return jnp.where(x >= 1, x, 0.25 * jnp.square(jnp.clip(x, -1.0, 1.0) + 1.0))


swish = silu
hard_swish = hard_silu


@object_of(gelu)
@tree
class GELU(Activation):
    """The Gaussian error linear unit: the input times the chance that a normal variable lies below it.

    f(x) = x * Phi(x) = x / 2 * (1 + erf(x / sqrt(2)))

    Args:
        approximate: Whether tanh takes the place of the error function:
            f(x) = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).

    Raises:
        UsageError: approximate is neither True nor False.

    Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).

    Differs from Keras: with approximate=True small values below 0 keep their digits and the derivative stays
        finite however large x is; the sum 1 + tanh there cancels, and its x^3 overflows.
    """

    approximate: bool = flag(False)


@object_of(silu, "swish")
@tree
class SiLU(Activation):
    """The sigmoid-weighted linear unit, also called swish.

    f(x) = x / (1 + exp(-x))

    Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units" (2018); Ramachandran, Zoph and Le,
    "Searching for activation functions" (2017).
    """


@object_of(hard_silu, "hard_swish")
@tree
class HardSiLU(Activation):
    """The silu with the hard sigmoid in the sigmoid's place, also called hard swish.

    f(x) = x * min(max(x / 6 + 1/2, 0), 1)

    Source: Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """


@object_of(mish)
@tree
class Mish(Activation):
    """A self-gated unit near silu.

    f(x) = x * tanh(log(1 + exp(x)))

    Source: Misra, "Mish: a self regularized non-monotonic activation function" (2019).
    """


@object_of(softplus)
@tree
class Softplus(Activation):
    """The smooth rectifier: positive outputs, the sigmoid as derivative.

    f(x) = log(1 + exp(x))

    Source: Dugas, Bengio, Bélisle, Nadeau and Garcia, "Incorporating second-order functional knowledge for
    better option pricing" (2001).
    """


@object_of(squareplus)
@tree
class Squareplus(Activation):
    """The smooth rectifier without exponentials.

    f(x) = (x + sqrt(x^2 + b)) / 2

    Args:
        b: Width of the bend around 0, above 0.

    Raises:
        UsageError: b is not above 0.

    Source: Barron, "Squareplus: a softplus-like algebraic rectifier" (2021).

    Differs from Keras: far below 0 the value is b / (4 |x|) to full precision, where the sum of the equation
        cancels to 0 (in float32 from about -8000) or overflows. A b of 0, the rectifier, is refused: it has no
        derivative at 0.
    """

    b: Number = number(4.0, POSITIVE)


@object_of(sparse_plus)
@tree
class SparsePlus(Activation):
    """A smooth rectifier of a parabola between two straight lines: exactly 0 below -1, exactly x above 1.

    f(x) = 0 for x <= -1, (x + 1)^2 / 4 for -1 < x < 1, x for x >= 1

    Source: Blondel, Martins and Niculae, "Learning with Fenchel-Young losses" (2020).
    """
