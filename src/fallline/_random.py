"""Named random keys: every use of randomness folds its own name into one key made from the run's seed.

The name says what the randomness is for, so that adding a dropout layer does not change the initial
weights of another layer, and a member of a population draws what its solo run draws.
"""

from __future__ import annotations

import zlib
from typing import Any

import jax

Key = jax.Array


def root_key(seed: Any) -> Key:
    """The key of a run, from its integer seed (a number, or a traced scalar)."""
    return jax.random.key(seed)


def named_key(key: Key, name: str) -> Key:
    """The key for one named use. The name is hashed by CRC-32, which is the same on every machine."""
    return jax.random.fold_in(key, zlib.crc32(name.encode()))
