"""Seeds of random operations, and the state from which a session starts."""

from __future__ import annotations

import secrets

import numpy as np
from jaxtyping import UInt32

DEFAULT_GRAPH_SEED = 87654321
_LARGEST = 2**31 - 1
_WORD = 2**32 - 1


def op_seed(graph_seed: int | None, seed: int | None, number: int) -> tuple[int, int] | None:
    """The two seeds of a random operation, as TensorFlow derives them.

    Args:
        graph_seed: What `set_random_seed` was given; None: nothing.
        seed: The operation's own; None: it has none.
        number: How many operations without a seed of their own the graph had made before, since it has a seed.

    Returns:
        The seeds; None where there is neither, so that each session draws anew.
    """
    if graph_seed is None and seed is None:
        return None
    first = DEFAULT_GRAPH_SEED if graph_seed is None else graph_seed % _LARGEST
    second = (number if seed is None else seed) % _LARGEST
    # To TensorFlow's kernels (0, 0) means no seed.
    return (0, _LARGEST) if (first, second) == (0, 0) else (first, second)


def start(seeds: tuple[int, int] | None) -> UInt32[np.ndarray, "6"]:
    """The state with which an operation begins in a new session: two words of the key, four of the counter.

    Args:
        seeds: What `op_seed` gave; None draws them from the system.
    """
    first, second = seeds or (secrets.randbits(64), secrets.randbits(64))
    return np.array(
        [first & _WORD, first >> 32 & _WORD, 0, 0, second & _WORD, second >> 32 & _WORD], np.uint32
    )
