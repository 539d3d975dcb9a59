"""The checksum of TensorFlow's files, CRC-32C (Castagnoli's polynomial), in NumPy.

A checksum is the remainder of a polynomial over {0, 1}, which is linear: the words of a block can be divided side by side
and brought together afterwards. So a large array takes some two nanoseconds for each four bytes, without a package for it.
Bit i of a word holds the power 31 - i, as in every table for this checksum; "to move by k" is to multiply by x^(32 k).

Source: G. Castagnoli, S. Braeuer and M. Herrmann, Optimization of cyclic redundancy-check codes, 1993; RFC 3720, B.4.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

POLYNOMIAL = 0x82F63B78
SHORT = 512
"""Up to so many bytes, a loop over them is faster than setting up arrays."""
LANES_LOG2 = 14
LANES = 1 << LANES_LOG2
"""Words that are divided side by side."""
BLOCK = 4 * LANES

Words = np.ndarray[Any, np.dtype[np.uint32]]


def crc32c(data: bytes | bytearray | memoryview) -> int:
    """The checksum of some bytes; 0 for none.

    Args:
        data: The bytes, as one contiguous piece.
    """
    view = memoryview(data).cast("B") if isinstance(data, memoryview) else memoryview(data)
    size = len(view)
    if size <= SHORT:
        return _of_short(view)
    # Zeros before the first bit do not change a remainder: what does not fill a block is filled up in front.
    head = size if size < BLOCK else BLOCK + size % BLOCK
    lanes = 1 << max((head - 1) // 4, 1).bit_length()
    padded = np.zeros(4 * lanes, np.uint8)
    padded[-head:] = np.frombuffer(view[:head], np.uint8)
    padded[-head : len(padded) - head + 4] ^= 0xFF  # the register starts with ones
    state = padded.view("<u4").astype(np.uint32)
    while len(state) > 1:
        if len(state) == LANES and size > head:
            state = _over_blocks(state, view[head:])
        half = len(state) // 2
        state = _moved(state[:half], _quarters(half.bit_length() - 1)) ^ state[half:]
    return int(_moved(state, _quarters(0))[0]) ^ 0xFFFFFFFF


def masked_crc32c(data: bytes | bytearray | memoryview) -> int:
    """The checksum as it stands in files, turned and shifted so that a checksum of checksums says something.

    Source: TensorFlow, core/lib/hash/crc32c.h.
    """
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _of_short(data: memoryview) -> int:
    table = _byte_table()
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _over_blocks(state: Words, rest: memoryview) -> Words:
    """The lanes after all further blocks, each of which moves them by as many words as there are lanes."""
    low, high = _halves()
    words = np.frombuffer(rest, "<u4").reshape(-1, LANES)
    for block in words:
        state = low[state & 0xFFFF] ^ high[state >> 16] ^ block
    return state


def _moved(words: Words, quarters: Words) -> Words:
    moved = quarters[0][words & 0xFF] ^ quarters[1][(words >> 8) & 0xFF]
    moved ^= quarters[2][(words >> 16) & 0xFF]
    moved ^= quarters[3][words >> 24]
    return moved


@functools.cache
def _byte_table() -> tuple[int, ...]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(POLYNOMIAL), table >> 1)
    return tuple(table.tolist())


@functools.cache
def _bits(power: int) -> Words:
    """Each of the 32 bits, moved by 2^power words."""
    if power:
        return _moved(_bits(power - 1), _quarters(power - 1))
    table = _byte_table()
    moved = [1 << bit for bit in range(32)]
    for _ in range(4):
        moved = [table[each & 0xFF] ^ (each >> 8) for each in moved]
    return np.array(moved, np.uint32)


@functools.cache
def _quarters(power: int) -> Words:
    """[quarter, byte]: what a byte at one of the four places of a word becomes, moved by 2^power words."""
    return np.stack([_sums(each) for each in _bits(power).reshape(4, 8)])


@functools.cache
def _halves() -> tuple[Words, Words]:
    """What either half of a word becomes, moved by as many words as there are lanes."""
    low, high = _bits(LANES_LOG2).reshape(2, 16)
    return _sums(low), _sums(high)


def _sums(bits: Words) -> Words:
    """The sum of the bits that are set in each number."""
    sums = np.zeros(1, np.uint32)
    for bit in bits:
        sums = np.concatenate([sums, sums ^ bit])
    return sums
