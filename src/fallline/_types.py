"""Type names shared by the whole package, with one vocabulary of axes.

Axes: `batch` rows in one step, `features` inputs of a layer, `units` outputs of a layer, `classes`,
`members` of a population, `epochs`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Params: TypeAlias = dict[str, Any]
"""Trainable arrays of one layer, or of a network (layer name -> the layer's)."""

ModelState: TypeAlias = dict[str, Any]
"""Arrays that a forward pass updates without a gradient, such as moving averages."""

Scalar: TypeAlias = Float[Array, ""]
Number: TypeAlias = float | Scalar
"""A number of a run: a Python float as the user wrote it, or the traced scalar inside the program."""


def as_dtype_of(number: Number, array: jax.Array) -> jax.Array:
    """A number in the type of the array it meets, as strict type promotion demands."""
    return jnp.asarray(number, dtype=array.dtype)


def none_if_zero(number: Number | None) -> Number | None:
    """A plain 0 is the absence of a term. A traced or stacked number stays: it may take any value."""
    return None if isinstance(number, int | float | np.number) and number == 0 else number


def at_least_float32(x: Array) -> Array:
    """An array in its own floating type; whole numbers, truth values and types of 16 bits become float32.

    These hold no number between 1 and 1 - 1e-7, nor a sum over many rows; and 1 - 0.999 is 0, so that no average moves.
    """
    wide = jnp.issubdtype(x.dtype, jnp.floating) and x.dtype.itemsize >= 4
    return x if wide else x.astype(jnp.float32)
