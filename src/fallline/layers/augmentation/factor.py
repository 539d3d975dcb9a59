"""Strengths of augmentations: one number or a pair, and the random numbers drawn from them."""

from __future__ import annotations

from typing import Any, TypeAlias

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fallline._ranges import FINITE, Range, checked_number
from fallline._tree import assign
from fallline._types import Number, as_dtype_of
from fallline.errors import UsageError

Factor: TypeAlias = Number | tuple[Number, Number]
"""A strength: the pair between which each row's own is drawn, or one number that stands for a pair."""

SIGNED = Range("from -1 to 1", low=-1.0, high=1.0)
ABOVE_MINUS_ONE = Range("above -1 and at most 1", low=-1.0, high=1.0, low_open=True)


def check_factors(layer: Any, **ranges: Range) -> None:
    """Checks the named strengths of a layer and stores them as floats, a pair with the smaller first.

    Args:
        layer: The layer, inside its `__post_init__`.
        **ranges: Field name -> allowed range of the number, or of both of the pair.

    Raises:
        UsageError: a strength is neither a number nor a pair of numbers, or is out of its range.
    """
    for name, allowed in ranges.items():
        where = f"{type(layer).__name__}: {name}"
        given = getattr(layer, name)
        if isinstance(given, tuple | list):
            low, high = checked_pair(where, given, allowed)
            ordered = (
                (high, low) if isinstance(low, float) and isinstance(high, float) and low > high else None
            )
            assign(layer, **{name: ordered or (low, high)})
        else:
            assign(layer, **{name: checked_number(where, given, allowed)})


def checked_pair(where: str, given: Any, allowed: Range = FINITE) -> tuple[Any, Any]:
    """Two numbers as the tree keeps them.

    Raises:
        UsageError: it is no pair of numbers, or one is out of its range.
    """
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise UsageError(f"{where} must be two numbers, e.g. (0, 1), got {given!r:.60}.")
    low, high = (checked_number(where, number, allowed) for number in given)
    return low, high


def check_value_range(layer: Any) -> None:
    """Checks the field `value_range` of a layer: two numbers, the smaller first.

    Raises:
        UsageError: it is anything else.
    """
    where = f"{type(layer).__name__}: value_range"
    low, high = checked_pair(where, layer.value_range)
    if isinstance(low, float) and isinstance(high, float) and low >= high:
        raise UsageError(f"{where} must be the smallest and the largest value, got ({low:g}, {high:g}).")
    assign(layer, value_range=(low, high))


def drawn(fraction: Float[Array, "batch"], factor: Factor, start: int) -> Float[Array, "batch"]:
    """One strength for each row, between the two of the pair, float32.

    Args:
        fraction: How far between the two, uniform in [0, 1). What needs several strengths draws the fractions of
            all in one array: a key of its own for each costs more to compile than the rest of the layer.
        factor: The strength.
        start: What one number f stands for: the pair (start * f, f). -1: both ways; 0: up to f; 1: f itself.
    """
    low, high = factor if isinstance(factor, tuple) else (None, factor)
    top = as_dtype_of(high, jnp.zeros((), jnp.float32))
    bottom = start * top if low is None else as_dtype_of(low, top)
    return bottom + (top - bottom) * fraction


def whole_below(fraction: Float[Array, "..."], count: int) -> Int[Array, "..."]:
    """Whole numbers from 0 to count - 1, equally likely for fractions uniform in [0, 1); count below 2^24."""
    # The largest uniform number is 1 - 2^-24, whose product with such a count never rounds up to it.
    return (fraction * jnp.float32(count)).astype(jnp.int32)


def per_image(numbers: Array, images: Array) -> Array:
    """One number for each row in the form and type in which it meets images."""
    return numbers.astype(images.dtype)[:, None, None, None]
