"""Variables in parts: where a part lies in the whole, under what key it is kept, and how the parts are put together.

Source: TensorFlow, core/util/saved_tensor_slice_util.cc, core/lib/strings/ordered_code.cc.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from fallline.wire.number_types import TEXT
from fallline.wire.protobuf import BYTES, read_fields, signed


class Extent(NamedTuple):
    """A range of one axis; all of it where the length is -1."""

    start: int = 0
    length: int = -1


Part = tuple[Extent, ...]
"""A range of each axis."""


def read_part(data: bytes) -> Part:
    """The ranges of a `TensorSliceProto`.

    Raises:
        ValueError: it is none.
    """
    extents = []
    for field in read_fields(data):
        if field.number == 1 and field.kind == BYTES:
            known = {each.number: signed(each.value) for each in read_fields(field.value)}
            extents.append(Extent(known.get(1, 0), known.get(2, -1)))
    return tuple(extents)


def key_of_part(name: str, part: Part) -> bytes:
    """The key under which the numbers of a part are kept: name, number of axes, start and length on each.

    Of the name, a byte 0 is written 00 FF and a byte FF is written FF 00, so that keys sort as names do.
    """
    escaped = name.encode("utf-8", "surrogateescape").replace(b"\xff", b"\xff\x00")
    escaped = b"".join(b"\x00\xff" if byte == 0 else bytes([byte]) for byte in escaped)
    axes = _ordered(len(part))
    return b"\x00" + escaped + b"\x00\x01" + axes + b"".join(ordered(n) for extent in part for n in extent)


def ordered(number: int) -> bytes:
    """A number with a sign, so that bytes sort as numbers do: as many leading ones as it has bytes.

    Two's complement, biggest byte first, in the fewest bytes of which seven bits each suffice; the first bits, as
    many as there are bytes, are turned over.
    """
    magnitude = ~number if number < 0 else number
    size = magnitude.bit_length() // 7 + 1
    header = ((1 << size) - 1) << (7 * size)
    return ((number & ((1 << 8 * size) - 1)) ^ header).to_bytes(size, "big")


def join(
    shape: tuple[int, ...], dtype: np.dtype, parts: Iterable[tuple[Part, np.ndarray]]
) -> tuple[np.ndarray, int]:
    """The whole of some parts.

    Args:
        shape: The whole's shape.
        dtype: Its type.
        parts: Where each part lies, and its numbers.

    Returns:
        The whole, and of how many of its numbers no part says anything.
    """
    whole = np.full(shape, b"" if dtype == TEXT else 0, dtype)
    known = np.zeros(shape, bool)
    for part, numbers in parts:
        place = tuple(slice(at, None if length < 0 else at + length) for at, length in part)
        whole[place] = numbers.reshape(whole[place].shape)
        known[place] = True
    return whole, int(known.size - known.sum())


def shape_of_part(shape: tuple[int, ...], part: Part) -> tuple[int, ...]:
    """The shape of a part of a whole.

    Raises:
        ValueError: it does not lie in the whole.
    """
    if len(part) != len(shape):
        raise ValueError(f"a part with {len(part)} axes of a whole with {len(shape)}")
    lengths = []
    for axis, (start, length) in zip(shape, part, strict=True):
        length = axis if length < 0 else length
        if start < 0 or start + length > axis:
            raise ValueError(f"a part from {start} to {start + length} of an axis of {axis}")
        lengths.append(length)
    return tuple(lengths)


def _ordered(number: int) -> bytes:
    # Without a sign: a byte with the length, then the bytes, biggest first.
    size = (number.bit_length() + 7) // 8
    return bytes([size]) + number.to_bytes(size, "big")
