"""What the normalising layers share: along which axes, and the learned scale and shift."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._ranges import as_whole
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.layer import Layer
from fallline.layers.base.tensor import Shape

Axis = int | tuple[int, ...]
"""One axis or several, as Keras counts them: the batch is axis 0, the last is -1."""


def checked_axis(where: str, axis: Any, *, several: bool = True) -> Axis:
    """An axis as the tree keeps it: a whole number, or a tuple of them.

    Args:
        where: Begins the message, e.g. `LayerNormalization: axis`.
        axis: What the user wrote.
        several: Whether a sequence of axes is allowed.

    Raises:
        UsageError: it is none.
    """
    sequence = several and isinstance(axis, Sequence) and not isinstance(axis, str)
    given = tuple(axis) if sequence else (axis,)
    whole = tuple(number for one in given if (number := as_whole(one)) is not None)
    if not given or len(whole) < len(given):
        wanted = "a whole number or several" if several else "a whole number"
        raise UsageError(f"{where} must be {wanted}, got {axis!r:.60}. The last axis is -1.")
    if 0 in whole:
        raise UsageError(
            f"{where.partition(':')[0]}: axis 0 is the batch, and a row's output must not depend on the other rows. "
            "The first axis of a row is 1, the last -1."
        )
    return whole if sequence else whole[0]


one_axis = functools.partial(checked_axis, several=False)
"""As `checked_axis`, of one axis."""


def positive_axes(title: str, axis: Axis, row: Shape) -> tuple[int, ...]:
    """The axes counted from the front, in order; 0 is the batch.

    Args:
        title: The layer, for messages.
        axis: One or several, from the front or from the back.
        row: Shape of one row.

    Raises:
        ShapeError: the rows have no such axis.
    """
    axes = axis if isinstance(axis, tuple) else (axis,)
    rank = len(row) + 1
    positive = tuple(sorted({one % rank for one in axes if -rank <= one < rank}))
    if len(positive) != len(axes) or 0 in positive:
        remedy = (
            "Reshape the inputs to (rows, 1)." if not row else "The batch is axis 0; each axis counts once."
        )
        raise ShapeError(f"{title}: axis {axis} does not fit inputs of shape {(None, *row)}. {remedy}")
    return positive


def sizes(row: Shape, axes: tuple[int, ...]) -> Shape:
    """The lengths of some axes of arrays whose rows have a shape."""
    return tuple(row[axis - 1] for axis in axes)


class AlongAxes(Layer):
    """A layer that works along the axes `axis`, and leaves the shape as it is."""

    axis: Axis | None

    def axes(self, row: Shape) -> tuple[int, ...]:
        """The axes from the front, of rows of a shape.

        Raises:
            ShapeError: the rows have no such axis.
        """
        return () if self.axis is None else positive_axes(self.title, self.axis, row)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the layer cannot work along such axes.
        """
        self.axes(input_shape)
        return input_shape


class Scaled(AlongAxes):
    """A layer whose normalised inputs are scaled by a learned gamma and shifted by a learned beta, or not."""

    epsilon: Number
    center: bool
    scale: bool

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Gamma and beta, with the lengths of the axes."""
        names = [name for name, used in (("gamma", self.scale), ("beta", self.center)) if used]
        return fresh(self, names, key, sizes(input_shape, self.axes(input_shape))), {}


def fresh(layer: Layer, names: Sequence[str], key: Key, shape: Shape) -> Params:
    """Arrays of one shape, each from the initializer `<name>_initializer` of the layer."""
    return {
        name: getattr(layer, f"{name}_initializer").sample(named_key(key, name), shape, jnp.float32)
        for name in names
    }


def along(array: Array, axes: tuple[int, ...], x: Array) -> Array:
    """An array with one axis for each of `axes`, in the shape and type in which it meets `x`."""
    shape = [x.shape[axis] if axis in axes else 1 for axis in range(x.ndim)]
    return array.reshape(shape).astype(x.dtype)


def moments(x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """Mean and mean squared deviation over some axes, which stay with length 1."""
    mean = x.mean(axes, keepdims=True)
    # Of the deviations: mean(x^2) - mean^2 is all rounding where the mean is far from 0.
    return mean, jnp.square(x - mean).mean(axes, keepdims=True)


def standardized(
    x: Float[Array, "*shape"],
    mean: Array,
    variance: Array,
    epsilon: Number,
    axes: tuple[int, ...],
    gamma: Array | None,
    beta: Array | None,
) -> Float[Array, "*shape"]:
    """Gamma * (x - mean) / sqrt(variance + epsilon) + beta, the two of them along some axes of `x`."""
    factor = lax.rsqrt(variance + as_dtype_of(epsilon, variance))
    outputs = (x - mean) * (factor if gamma is None else factor * along(gamma, axes, x))
    return outputs if beta is None else outputs + along(beta, axes, x)
