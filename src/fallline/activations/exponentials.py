"""The exponential, and the linear units whose lower branch is one."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import FINITE, POSITIVE, number
from fallline._tree import tree
from fallline._types import Number, as_dtype_of
from fallline.activations.base import Activation, object_of, of_arrays

# The fixed point of mean 0 and variance 1: Klambauer et al. (2017), eq. 14.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@of_arrays
def exponential(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The exponential, f(x) = exp(x); infinite from x = 88.73 in float32 and bfloat16."""
    return jnp.exp(x)


@of_arrays
def elu(x: Float[Array, "*shape"], alpha: Number = 1.0) -> Float[Array, "*shape"]:
    """The exponential linear unit: f(x) = x for x > 0, else alpha * (exp(x) - 1).

    The derivative at 0 is alpha.
    """
    return jnp.where(x > 0, x, as_dtype_of(alpha, x) * jnp.expm1(_not_positive(x)))


@of_arrays
def selu(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The scaled exponential linear unit: f(x) = scale * x for x > 0, else scale * alpha * (exp(x) - 1).

    alpha = 1.67326324 and scale = 1.05070099; the derivative at 0 is their product, 1.75809934.
    """
    return as_dtype_of(SELU_SCALE, x) * elu(x, SELU_ALPHA)


@of_arrays
def celu(x: Float[Array, "*shape"], alpha: Number = 1.0) -> Float[Array, "*shape"]:
    """The continuously differentiable elu: f(x) = x for x > 0, else alpha * (exp(x / alpha) - 1).

    The derivative at 0 is 1 for every alpha.
    """
    alpha = as_dtype_of(alpha, x)
    return jnp.where(x > 0, x, alpha * jnp.expm1(_not_positive(x) / alpha))


def _not_positive(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    # The exponential must not see large x: its overflow would turn the unused branch's gradient into NaN.
    return jnp.where(x > 0, jnp.zeros_like(x), x)


@object_of(exponential)
@tree
class Exponential(Activation):
    """The exponential: positive outputs, for rates and counts.

    f(x) = exp(x)

    Source: McCullagh and Nelder, Generalized linear models (1989), as the inverse of the log link.
    """


@object_of(elu)
@tree
class ELU(Activation):
    """The exponential linear unit.

    f(x) = x for x > 0, else alpha * (exp(x) - 1)

    Args:
        alpha: Minus the limit of the output far below 0.

    Raises:
        UsageError: alpha is no finite number.

    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
    linear units" (2016), eq. 15.
    """

    alpha: Number = number(1.0, FINITE)


@object_of(selu)
@tree
class SELU(Activation):
    """The scaled exponential linear unit; with `lecun_normal` kernels it keeps mean 0 and variance 1.

    f(x) = scale * x for x > 0, else scale * alpha * (exp(x) - 1),  alpha = 1.67326324, scale = 1.05070099

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017), eq. 2.
    """


@object_of(celu)
@tree
class CELU(Activation):
    """The exponential linear unit whose derivative is continuous for every alpha.

    f(x) = x for x > 0, else alpha * (exp(x / alpha) - 1)

    Args:
        alpha: Minus the limit of the output far below 0; above 0.

    Raises:
        UsageError: alpha is not above 0.

    Source: Barron, "Continuously differentiable exponential linear units" (2017).
    """

    alpha: Number = number(1.0, POSITIVE)
