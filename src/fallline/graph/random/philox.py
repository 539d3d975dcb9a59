"""Philox 4x32-10, the counter-based generator of TensorFlow's random operations.

A block is four words of 32 bits, a bijection of the 128-bit counter that the 64-bit key chooses. So any place of the
stream is computed alone, and what is drawn does not depend on how the work is divided.

Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3 (2011), section 3.3.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, UInt32, UInt64

State = UInt32[Array, "6"] | UInt32[np.ndarray, "6"]
"""Two words of the key, then four of the counter, the lowest first."""

Words = UInt32[Array, "..."]
Block = tuple[Words, Words, Words, Words]

P = ParamSpec("P")
R = TypeVar("R")

_ROUNDS = 10
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_KEY_STEPS = (np.uint32(0x9E3779B9), np.uint32(0xBB67AE85))
_HALF = np.uint64(32)


def in_64_bits(function: Callable[P, R]) -> Callable[P, R]:
    """The function with 64-bit types at hand, whatever JAX's setting is where it is called.

    A product of two 32-bit words by halves of 16 bits takes three times as long.
    """

    @functools.wraps(function)
    def wide(*arguments: P.args, **named: P.kwargs) -> R:
        with jax.enable_x64(True):
            return function(*arguments, **named)

    return wide


def block(state: State, offset: UInt64[Array, "..."]) -> Block:
    """The blocks that lie `offset` after the state's place, each word an array of the offset's shape."""
    low = joined(state[2], state[3])
    place = low + offset
    high = joined(state[4], state[5]) + (place < offset).astype(np.uint64)
    c0, c1, c2, c3 = lower(place), upper(place), lower(high), upper(high)
    k0, k1 = jnp.asarray(state[0]), jnp.asarray(state[1])
    for _ in range(_ROUNDS):
        first = c0.astype(np.uint64) * _MULTIPLIERS[0]
        second = c2.astype(np.uint64) * _MULTIPLIERS[1]
        c0, c1, c2, c3 = upper(second) ^ c1 ^ k0, lower(second), upper(first) ^ c3 ^ k1, lower(first)
        k0, k1 = k0 + _KEY_STEPS[0], k1 + _KEY_STEPS[1]
    return c0, c1, c2, c3


def words(state: State, count: int) -> UInt32[Array, "count"]:
    """The next words of the stream.

    Each computes its whole block and takes its own word of it: XLA makes one loop of that, which runs faster than four
    arrays put together, and compiles in half the time.
    """
    index = lax.iota(np.uint64, count)
    a, b, c, d = block(state, index >> np.uint64(2))
    lane = lower(index) & np.uint32(3)
    return jnp.where(
        lane < np.uint32(2),
        jnp.where(lane == np.uint32(0), a, b),
        jnp.where(lane == np.uint32(2), c, d),
    )


def advanced(state: State, blocks: int) -> UInt32[Array, "6"]:
    """The state after so many blocks."""
    low = joined(state[2], state[3])
    place = low + np.uint64(blocks)
    high = joined(state[4], state[5]) + (place < low).astype(np.uint64)
    counter = [lower(place), upper(place), lower(high), upper(high)]
    return jnp.stack([jnp.asarray(state[0]), jnp.asarray(state[1]), *counter])


def lower(wide: UInt64[Array, "..."]) -> Words:
    """The lower 32 bits."""
    return wide.astype(np.uint32)


def upper(wide: UInt64[Array, "..."]) -> Words:
    """The upper 32 bits."""
    return (wide >> _HALF).astype(np.uint32)


def joined(low: Any, high: Any) -> UInt64[Array, "..."]:
    """Two words as one of 64 bits."""
    return jnp.asarray(low).astype(np.uint64) | (jnp.asarray(high).astype(np.uint64) << _HALF)
