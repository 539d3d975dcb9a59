"""Named random keys: every use of randomness folds its own name into one key made from the run's seed.

The name says what the randomness is for, so that adding a dropout layer does not change the initial
weights of another layer, and a member of a population draws what its solo run draws.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float

Key = jax.Array


def root_key(seed: Any) -> Key:
    """The key of a run, from its integer seed (a number, or a traced scalar)."""
    return jax.random.key(seed)


def named_key(key: Key, name: str) -> Key:
    """The key for one named use. The name is hashed by CRC-32, which is the same on every machine."""
    return jax.random.fold_in(key, zlib.crc32(name.encode()))


def coin_flips(key: Key, probability: Array, shape: tuple[int, ...]) -> Bool[Array, "..."]:
    """Independent flips that are True with a probability, for masks inside the training step.

    Element i is `mix(mix(i ^ k0) + k1) < probability * 2^32` with the two words of the key and a 32-bit mixing
    function of full avalanche. JAX's own generator spends as long on a mask of 32 x 64 as the rest of the step
    (40 us against 3 us); a mask needs no cryptographic quality. Like it, this one is a function of key and
    position alone, so that a member of a population draws what its solo run draws.

    Args:
        key: The key of this use; keys themselves still come from JAX's generator.
        probability: A float32 scalar from 0 to 1.
        shape: Shape of the flips.
    """
    # 1 is reached by no fraction, so probability 1 is always True.
    return uniform(key, shape) < probability


def uniform(key: Key, shape: tuple[int, ...]) -> Float[Array, "..."]:
    """Independent float32 numbers, uniform in [0, 1), as cheap as `coin_flips` and from the same bits.

    Args:
        key: The key of this use.
        shape: Shape of the numbers.
    """
    words = jax.random.key_data(key)
    position = lax.iota(jnp.uint32, math.prod(shape)).reshape(shape)
    bits = _mixed(_mixed(position ^ words[0]) + words[1])
    # The upper 24 bits are exact in float32.
    return (bits >> jnp.uint32(8)).astype(jnp.float32) * jnp.float32(2.0**-24)


def normal(key: Key, shape: tuple[int, ...]) -> Float[Array, "..."]:
    """Independent float32 numbers of the standard normal distribution, for noise inside the training step.

    z = sqrt(2) * erfinv(u) with u uniform in (-1, 1), from the bits of `uniform`.

    Args:
        key: The key of this use.
        shape: Shape of the numbers.
    """
    # Half a step of 2^-24 away from -1 and 1, where the inverse is infinite.
    return jnp.float32(math.sqrt(2.0)) * lax.erf_inv(uniform(key, shape) * 2 - jnp.float32(1 - 2.0**-24))


def _mixed(word: Array) -> Array:
    """A bijection of 32-bit words in which each bit of the input flips half of the output's bits.

    Source: Wellons, Prospecting for hash functions (2018), "lowbias32".
    """
    word = (word ^ (word >> jnp.uint32(16))) * jnp.uint32(0x7FEB352D)
    word = (word ^ (word >> jnp.uint32(15))) * jnp.uint32(0x846CA68B)
    return word ^ (word >> jnp.uint32(16))
