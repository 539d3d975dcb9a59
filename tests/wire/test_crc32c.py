"""Checksums, against the examples of their standard and a division bit by bit."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.wire.crc32c import BLOCK, SHORT, crc32c, masked_crc32c


def by_bits(data):
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        # RFC 3720, B.4.
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_examples_of_the_standard(data, expected):
    assert crc32c(data) == expected


@pytest.mark.parametrize("size", [SHORT - 1, SHORT, SHORT + 1, SHORT + 2, 1023, 1024, 4099])
def test_arrays_of_lanes_give_what_bits_give(size):
    data = np.random.default_rng(size).integers(0, 256, size, np.uint8).tobytes()
    assert crc32c(data) == by_bits(data)


@pytest.mark.parametrize("size", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 3 * BLOCK + 5])
def test_whole_blocks(size):
    # Zeros in front of a message change its remainder only through the ones that the register starts with: so the
    # checksum of zeros and a text differs from that of zeros alone by the text's remainder, whatever its length.
    rest = b"the last bytes"
    zeros, ended = bytes(size), bytes(size - len(rest)) + rest
    assert crc32c(ended) ^ crc32c(zeros) == by_bits(rest) ^ by_bits(bytes(len(rest)))


def test_bytes_in_the_middle_of_blocks_count():
    data = np.zeros(5 * BLOCK, np.uint8)
    seen = {crc32c(memoryview(data))}
    for place in range(0, data.size, BLOCK // 2 + 3):
        data[place] = 1
        seen.add(crc32c(memoryview(data)))
        data[place] = 0
    assert len(seen) == 1 + len(range(0, data.size, BLOCK // 2 + 3))


def test_the_mask_of_files():
    # What TensorFlow stores beside [1., 2.] as float32, 7 as float32, 3 as int64 and an empty tensor.
    assert masked_crc32c(np.array([1, 2], np.float32).tobytes()) == 904215641
    assert masked_crc32c(memoryview(np.array(7, np.float32).reshape(1))) == 3045838687
    assert masked_crc32c(np.array(3, np.int64).tobytes()) == 239704496
    assert masked_crc32c(b"") == 2726488792
