"""Strengths of augmentations: one number or a pair, and the random numbers drawn from them."""

from __future__ import annotations

from typing import Any, TypeAlias

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fallline._ranges import FINITE, Range, checked, checked_number
from fallline._types import Number, as_dtype_of
from fallline.errors import UsageError

Factor: TypeAlias = Number | tuple[Number, Number]
"""A strength: the pair between which each row's own is drawn, or one number that stands for a pair."""

SIGNED = Range("from -1 to 1", low=-1.0, high=1.0)
ABOVE_MINUS_ONE = Range("above -1 and at most 1", low=-1.0, high=1.0, low_open=True)


def strength(allowed: Range, *, optional: bool = False, ordered: bool = True) -> dict[str, Any]:
    """The metadata of a field that is a strength: `dataclasses.field(metadata=strength(FRACTION))`.

    Args:
        allowed: The range of the number, or of both of the pair.
        optional: Whether it may be None.
        ordered: Whether the smaller of a pair is kept first.
    """

    def check(where: str, given: Any) -> Any:
        if given is None and optional:
            return None
        if not isinstance(given, tuple | list):
            return checked_number(where, given, allowed)
        pair = checked_pair(where, given, allowed)
        return tuple(sorted(pair)) if ordered and all(isinstance(each, float) for each in pair) else pair

    return {"check": check}


def checked_pair(where: str, given: Any, allowed: Range = FINITE) -> tuple[Any, Any]:
    """Two numbers as the tree keeps them.

    Raises:
        UsageError: it is no pair of numbers, or one is out of its range.
    """
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise UsageError(f"{where} must be two numbers, e.g. (0, 1), got {given!r:.60}.")
    low, high = (checked_number(where, number, allowed) for number in given)
    return low, high


def value_range() -> Any:
    """The field `value_range`: the smallest and the largest value of a pixel."""

    def check(where: str, given: Any) -> tuple[Any, Any]:
        low, high = checked_pair(where, given)
        if isinstance(low, float) and isinstance(high, float) and low >= high:
            raise UsageError(f"{where} must be the smallest and the largest value, got ({low:g}, {high:g}).")
        return low, high

    return checked(check, (0.0, 255.0))


def clipped(images: Array, bounds: tuple[Number, Number]) -> Array:
    """The images within their range of values."""
    low, high = (as_dtype_of(bound, images) for bound in bounds)
    return jnp.clip(images, low, high)


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


def one_or_each(given: Number | tuple[Number, ...], x: Array) -> Array:
    """A number, or one for each place on the last axis, in the type of `x`."""
    if not isinstance(given, tuple):
        return as_dtype_of(given, x)
    return jnp.stack([as_dtype_of(number, x) for number in given])


def per_image(numbers: Array, images: Array) -> Array:
    """One number for each row in the form and type in which it meets images."""
    return numbers.astype(images.dtype)[:, None, None, None]
