"""Functions that see all the elements along an axis."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._ranges import axes, checked, whole
from fallline._tree import tree
from fallline._types import at_least_float32
from fallline.activations.base import Activation, object_of, of_arrays
from fallline.errors import ShapeError


@of_arrays
def softmax(x: Float[Array, "*shape"], axis: int | tuple[int, ...] = -1) -> Float[Array, "*shape"]:
    """Normalised exponentials, f(x)_i = exp(x_i) / sum_j exp(x_j) along `axis`: positive, summing to 1.

    Raises:
        ShapeError: x has no such axis.
    """
    _check_axis("softmax", x.shape, axis)
    return jax.nn.softmax(x, axis=axis)


@of_arrays
def log_softmax(x: Float[Array, "*shape"], axis: int = -1) -> Float[Array, "*shape"]:
    """The logarithm of the softmax, f(x)_i = x_i - log sum_j exp(x_j) along `axis`.

    Raises:
        ShapeError: x has no such axis.
    """
    _check_axis("log_softmax", x.shape, axis)
    return jax.nn.log_softmax(x, axis=axis)


@of_arrays
def sparsemax(x: Float[Array, "*shape"], axis: int = -1) -> Float[Array, "*shape"]:
    """The nearest point of the probability simplex, f(x)_i = max(x_i - tau, 0), tau such that the sum is 1.

    The derivative of f_i by x_j is [i = j] - 1 / k where both are above 0, k the number of those, else 0.

    Raises:
        ShapeError: x has no such axis.
    """
    _check_axis("sparsemax", x.shape, axis)
    # Counts beyond 256 are not whole in bfloat16, and large inputs drown the 1: hence float32, and a shift, to
    # which the sparsemax is blind.
    wide = at_least_float32(x)
    z = wide - lax.stop_gradient(wide.max(axis, keepdims=True))
    tau = lax.stop_gradient(_sparsemax_threshold(z, axis))
    support = z > tau
    # Once more from the support alone, which carries the derivative past the sort.
    total = jnp.sum(jnp.where(support, z, jnp.zeros_like(z)), axis, keepdims=True)
    tau = (total - 1) / jnp.sum(support, axis, keepdims=True).astype(z.dtype)
    return jnp.where(support, z - tau, jnp.zeros_like(z)).astype(x.dtype)


def _sparsemax_threshold(z: Float[Array, "*shape"], axis: int) -> Float[Array, "*shape"]:
    """Martins and Astudillo (2016), algorithm 1."""
    descending = jnp.flip(jnp.sort(z, axis), axis)
    sums = jnp.cumsum(descending, axis)
    k = jnp.cumsum(jnp.ones_like(z), axis)
    in_support = 1 + k * descending > sums
    count = jnp.sum(in_support, axis, keepdims=True)
    total = jnp.take_along_axis(sums, count - 1, axis)
    return (total - 1) / count.astype(z.dtype)


@of_arrays
def glu(x: Float[Array, "*shape"], axis: int = -1) -> Float[Array, "*half"]:
    """The gated linear unit, f(a, b) = a * sigmoid(b), a and b the two halves of x along `axis`.

    Raises:
        ShapeError: the axis cannot be halved.
    """
    _check_axis("glu", x.shape, axis)
    if x.shape[axis] % 2:
        raise ShapeError(
            f'activation "glu" halves axis {axis}, which has the odd length {x.shape[axis]} in shape {x.shape}.'
        )
    return jax.nn.glu(x, axis=axis)


def _check_axis(name: str, shape: tuple[int, ...], axis: int | tuple[int, ...]) -> None:
    for each in axis if isinstance(axis, tuple) else (axis,):
        if not -len(shape) <= each < len(shape):
            raise ShapeError(f'activation "{name}" has no axis {each} to work along in shape {shape}.')


@object_of(softmax)
@tree
class Softmax(Activation):
    """Normalised exponentials along an axis: positive, summing to 1.

    f(x)_i = exp(x_i) / sum_j exp(x_j)

    Args:
        axis: The axis, or a tuple of axes, that sums to 1.

    Raises:
        UsageError: the axis is no whole number.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990).
    """

    axis: int | tuple[int, ...] = checked(axes, -1, is_static=True)


@object_of(log_softmax)
@tree
class LogSoftmax(Activation):
    """The logarithm of the softmax along an axis.

    f(x)_i = x_i - log sum_j exp(x_j)

    Args:
        axis: The axis whose exponentials sum to 1.

    Raises:
        UsageError: the axis is no whole number.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990).
    """

    axis: int = checked(whole, -1, is_static=True)


@object_of(sparsemax)
@tree
class Sparsemax(Activation):
    """The nearest point of the probability simplex: it sums to 1, as the softmax does, but with exact zeros.

    f(x)_i = max(x_i - tau, 0), tau such that the sum is 1

    Args:
        axis: The axis that sums to 1.

    Raises:
        UsageError: the axis is no whole number.

    Source: Martins and Astudillo, "From softmax to sparsemax" (2016), algorithm 1.

    Differs from Keras: the sum is 1 however many elements stay above 0. Keras 3.15 takes for tau the sum of all
        partial sums where the algorithm has the last one, which is right only where a single element stays. Also
        right for large inputs, and computed in float32 for inputs of 16 bits, whose sums and counts would be
        rounded.
    """

    axis: int = checked(whole, -1, is_static=True)


@object_of(glu)
@tree
class GLU(Activation):
    """The gated linear unit: one half of the inputs opens and closes the other. The output is half as long.

    f(a, b) = a * sigmoid(b), a and b the two halves of x

    Args:
        axis: The axis to halve.

    Raises:
        UsageError: the axis is no whole number.

    Source: Dauphin, Fan, Auli and Grangier, "Language modeling with gated convolutional networks" (2017), eq. 1.
    """

    axis: int = checked(whole, -1, is_static=True)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Half as long along the axis.

        Raises:
            ShapeError: the axis is the batch's, or cannot be halved.
        """
        # The axis counts the batch's, which a row has not.
        row_axis = self.axis + len(input_shape) if self.axis < 0 else self.axis - 1
        if not 0 <= row_axis < len(input_shape) or input_shape[row_axis] % 2:
            raise ShapeError(
                f'activation "glu" cannot halve axis {self.axis} of rows {input_shape}: '
                "it needs an axis of even length other than the batch's."
            )
        return (*input_shape[:row_axis], input_shape[row_axis] // 2, *input_shape[row_axis + 1 :])
