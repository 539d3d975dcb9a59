"""Permutations made on the host from (seed, pass).

A permutation on the device would compile a sort, which doubles compile time, and would differ between devices; this one
is the same everywhere. 10,000 rows cost 0.15 ms, for each member of a population.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def permutation(seed: int, pass_number: int, rows: int) -> NDArray[np.int32]:
    """The order of pass `pass_number` over the rows: a permutation of 0..rows-1 (Philox counter generator)."""
    # NumPy shuffles 64-bit integers three times as fast, in the same order.
    order = np.arange(rows, dtype=np.int64)
    generator_of(seed, pass_number).shuffle(order)
    return order.astype(np.int32)


def generator_of(seed: int, pass_number: int) -> np.random.Generator:
    """The generator of one pass: the same on every machine, whatever came before."""
    return np.random.Generator(np.random.Philox(key=[seed % 2**64, pass_number]))
