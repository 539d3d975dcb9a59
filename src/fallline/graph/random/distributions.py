"""Uniform and normal numbers, made of a generator's words as TensorFlow's kernels make them on a processor.

A 32-bit type takes four numbers of a block, a 64-bit type two. Whatever the distribution, a run that draws n numbers
moves the state on by 256 n blocks.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Shaped, UInt32, UInt64

from fallline.errors import UsageError
from fallline.graph.random.philox import State, advanced, block, in_64_bits, joined, lower, words

Shape = tuple[int, ...]
Draw = tuple[Shaped[Array, "..."], UInt32[Array, "6"]]

_BLOCKS_A_NUMBER = 256
_MANTISSA = {"float32": 23, "float16": 10, "bfloat16": 7}
_LEAST_UNIFORM = 1e-7
"""Below it Box and Muller's logarithm is not taken."""
_CUT = 2.0


@in_64_bits
def uniform(state: State, shape: Shape, dtype: Any = "float32", low: Any = 0, high: Any = 1) -> Draw:
    """Numbers of [low, high): `u (high - low) + low`, of which u has as many random bits as the type's mantissa.

    Args:
        state: Of the generator.
        shape: Of the numbers.
        dtype: "float32", "float64", "float16" or "bfloat16".
        low: Lower bound, a number or an array that broadcasts with the shape.
        high: Upper bound, likewise.

    Returns:
        The numbers, and the state after them.

    Raises:
        UsageError: another dtype.
    """
    name, size = _floating("uniform", dtype), math.prod(shape)
    values = unit(state, size) if name == "float64" else _fraction(words(state, size), name)
    values = values.reshape(shape)
    plain = isinstance(low, int | float) and isinstance(high, int | float)
    if not plain or (low, high) != (0, 1):
        low, high = _number(low, name), _number(high, name)
        values = _scaled(values, high - low, low)
    return values, advanced(state, _BLOCKS_A_NUMBER * size)


@in_64_bits
def integers(state: State, shape: Shape, low: Any, high: Any, dtype: Any = "int32") -> Draw:
    """Integers of [low, high): `low + word mod (high - low)`, with the slight bias that this has.

    Args:
        state: Of the generator.
        shape: Of the numbers.
        low: Lower bound, a number or a scalar array.
        high: Upper bound, above it.
        dtype: "int32" or "int64".

    Returns:
        The numbers, and the state after them.

    Raises:
        UsageError: another dtype, or bounds known to hold nothing.
    """
    name, size = jnp.dtype(dtype).name, math.prod(shape)
    if name not in ("int32", "int64"):
        raise UsageError(f'random integers are "int32" or "int64", not "{name}".')
    if not isinstance(low, jax.Array) and not isinstance(high, jax.Array) and not low < high:
        raise UsageError(f"random integers: need minval < maxval, got {low} >= {high}.")
    unsigned = np.dtype(f"u{name}")
    first = jnp.asarray(low, name).astype(unsigned)
    span = jnp.asarray(high, name).astype(unsigned) - first
    drawn = words(state, size) if name == "int32" else joined(*_pairs(state, size))
    return (
        (first + drawn % span).astype(name).reshape(shape),
        advanced(state, _BLOCKS_A_NUMBER * size),
    )


@in_64_bits
def normal(state: State, shape: Shape, dtype: Any = "float32", mean: Any = 0, stddev: Any = 1) -> Draw:
    """Numbers of the normal distribution, `z stddev + mean`.

    Args:
        state: Of the generator.
        shape: Of the numbers.
        dtype: "float32", "float64", "float16" or "bfloat16".
        mean: A number, or an array that broadcasts with the shape.
        stddev: Likewise.

    Returns:
        The numbers, and the state after them.

    Raises:
        UsageError: another dtype.
    """
    name, size = _floating("normal", dtype), math.prod(shape)
    index = lax.iota(np.uint64, size)
    group = index >> np.uint64(_shift(name))
    values = _box_muller(block(state, group), index, name).astype(name).reshape(shape)
    return _placed(values, mean, stddev, name), advanced(state, _BLOCKS_A_NUMBER * size)


@in_64_bits
def truncated_normal(
    state: State, shape: Shape, dtype: Any = "float32", mean: Any = 0, stddev: Any = 1
) -> Draw:
    """Numbers `z stddev + mean`, z of the normal distribution between -2 and 2: what lies outside is drawn again.

    The numbers of one block are drawn together, from a part of the stream that is theirs: each takes the first that
    are inside.

    Args:
        state: Of the generator.
        shape: Of the numbers.
        dtype: "float32", "float64", "float16" or "bfloat16".
        mean: A number, or an array that broadcasts with the shape.
        stddev: Likewise.

    Returns:
        The numbers, and the state after them.

    Raises:
        UsageError: another dtype.
    """
    name, size = _floating("truncated_normal", dtype), math.prod(shape)
    width = 1 << _shift(name)
    groups = -(-size // width)

    def attempt(carry: tuple[Array, Array]) -> tuple[Array, Array]:
        trial, slots = carry
        # XLA would take what no trial changes out of the loop, as thirty programs of one number each, whose compiling
        # takes longer than all else. To it this zero is a number that changes.
        zero = trial >> np.uint64(32)
        index = lax.iota(np.uint64, groups * width) + zero
        # 256 words are reserved for a number, four of them in a block.
        start = (index >> np.uint64(_shift(name))) * np.uint64(width * 256 // 4)
        drawn = block(jnp.asarray(state) + lower(zero), start + trial)
        return trial + np.uint64(1), _filled(slots, _box_muller(drawn, index, name).reshape(groups, width))

    wide = "float64" if name == "float64" else "float32"
    # What is not below the cut is still to be drawn.
    empty = jnp.full((groups, width), _CUT, wide)
    _, slots = lax.while_loop(lambda carry: _some(carry[1] >= _CUT), attempt, (jnp.uint64(0), empty))
    values = slots.reshape(-1)[:size].astype(name).reshape(shape)
    return _placed(values, mean, stddev, name), advanced(state, _BLOCKS_A_NUMBER * size)


def _some(flags: Bool[Array, "..."]) -> Bool[Array, ""]:
    """Whether any holds: `jnp.any`, of which XLA makes five programs where a product is none."""
    ones = flags.astype(np.float32).reshape(-1)
    return lax.dot(ones, ones) > 0


def _filled(
    slots: Float[Array, "groups width"], drawn: Float[Array, "groups width"]
) -> Float[Array, "groups width"]:
    """The slots, those open filled from the left with the numbers of the same group that are inside, in their order."""
    width = slots.shape[1]
    columns = [jnp.broadcast_to(drawn[:, k : k + 1], drawn.shape) for k in range(width)]
    inside = [lax.abs(column) < _CUT for column in columns]
    wanted = lax.broadcasted_iota(np.int32, slots.shape, 1)
    for k in range(width):
        wanted -= jnp.broadcast_to(slots[:, k : k + 1] < _CUT, slots.shape).astype(np.int32)
    # `wanted` counts down to the slot's own among those inside; that of a filled slot is below 0.
    for column, good in zip(columns, inside, strict=True):
        slots = jnp.where(good & (wanted == 0), column, slots)
        wanted -= good.astype(np.int32)
    return slots


def _box_muller(
    drawn: tuple[Array, Array, Array, Array], index: UInt64[Array, "count"], name: str
) -> Float[Array, "count"]:
    """Box and Muller's numbers, `sqrt(-2 ln u1) sin(2 pi u2)` at even places and the cosine at odd ones.

    Float32 for the shorter types, too. The logarithm and the angle are taken in 64 bits and rounded: that is within one
    unit in the last place of the processor's mathematical library, where XLA's own logarithm is not.
    """
    a, b, c, d = drawn
    odd = (index & np.uint64(1)) == 1
    if name == "float64":
        radial, angular = _unit_of(a, b), _unit_of(c, d)
    else:
        first = (index & np.uint64(2)) == 0
        radial = _fraction(jnp.where(first, a, c), "float32")
        angular = _fraction(jnp.where(first, b, d), "float32")
    kind = radial.dtype
    radial = jnp.maximum(radial, kind.type(_LEAST_UNIFORM)).astype(np.float64)
    radius = lax.sqrt(kind.type(-2) * lax.log(radial).astype(kind))
    angle = (angular.astype(np.float64) * np.float64(2 * math.pi)).astype(kind)
    return radius * jnp.where(odd, lax.cos(angle), lax.sin(angle))


def _placed(values: Float[Array, "..."], mean: Any, stddev: Any, name: str) -> Float[Array, "..."]:
    return _scaled(values, _number(stddev, name), _number(mean, name))


def _number(value: Any, name: str) -> Array:
    return jnp.asarray(value).astype(name)


@jax.custom_jvp
def _scaled(values: Array, scale: Array, shift: Array) -> Float[Array, "..."]:
    """`values * scale + shift`, rounded twice as by two operations.

    XLA would contract them to one with a single rounding, whatever casts lie between: float32's product is therefore
    taken in 64 bits, where it is exact, and rounded to even by hand. The other types may differ in the last bit.
    """
    if values.dtype != np.float32:
        return values * scale + shift
    bits = lax.bitcast_convert_type(values.astype(np.float64) * scale.astype(np.float64), np.uint64)
    # 29 of 52 bits are cut.
    bits += np.uint64(2**28 - 1) + (bits >> np.uint64(29) & np.uint64(1))
    product = lax.bitcast_convert_type(bits & ~np.uint64(2**29 - 1), np.float64)
    return (product + shift.astype(np.float64)).astype(np.float32)


@_scaled.defjvp
def _scaled_derivative(primals: tuple[Array, Array, Array], tangents: tuple[Array, Array, Array]) -> Any:
    """The product and the sum's: no derivative passes through the bits."""
    values, scale, _ = primals
    moved = tangents[0] * scale + values * tangents[1] + tangents[2]
    result = _scaled(*primals)
    return result, jnp.broadcast_to(moved, result.shape)


def _fraction(drawn: UInt32[Array, "..."], name: str) -> Float[Array, "..."]:
    """Numbers of [0, 1) from the lowest bits of words."""
    bits = _MANTISSA[name]
    kept = (drawn & np.uint32(2**bits - 1)).astype(np.float32)
    return (kept * np.float32(2.0**-bits)).astype(name)


def unit(state: State, size: int) -> Float[Array, "size"]:
    """The next numbers of [0, 1) in float64."""
    return _unit_of(*_pairs(state, size))


def _unit_of(high: UInt32[Array, "..."], low: UInt32[Array, "..."]) -> Float[Array, "..."]:
    """Numbers of [0, 1) in float64 from the lower 20 bits of one word and all of the next."""
    return joined(low, high & np.uint32(2**20 - 1)).astype(np.float64) * np.float64(2.0**-52)


def _pairs(state: State, size: int) -> tuple[UInt32[Array, "size"], UInt32[Array, "size"]]:
    """The next words of the stream by twos."""
    index = lax.iota(np.uint64, size)
    a, b, c, d = block(state, index >> np.uint64(1))
    first = lower(index & np.uint64(1)) == 0
    return jnp.where(first, a, c), jnp.where(first, b, d)


def _shift(name: str) -> int:
    """How many bits of an index count the numbers of a block."""
    return 1 if name == "float64" else 2


def _floating(what: str, dtype: Any) -> str:
    name = jnp.dtype(dtype).name
    if name != "float64" and name not in _MANTISSA:
        known = ", ".join(f'"{kind}"' for kind in ("float64", *_MANTISSA))
        raise UsageError(f'random {what}: numbers are drawn as {known}, not "{name}".')
    return name
