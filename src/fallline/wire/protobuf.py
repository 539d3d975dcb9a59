"""Protocol buffers, read and written field by field: number, kind and value, without a description of the message.

Source: the documents of protocol buffers, "Encoding".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""How a value is stored."""

_SIZES = {FIXED64: 8, FIXED32: 4}


class Field(NamedTuple):
    """A field of a message: its number, how it is stored, and a whole number or bytes."""

    number: int
    kind: int
    value: Any


def read_varint(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, and the place behind it.

    Raises:
        ValueError: the bytes end within it, or it has more than 64 bits.
    """
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError(f"no whole number at byte {at}")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def read_fields(data: bytes) -> Iterator[Field]:
    """The fields of a message, as they lie in it.

    Raises:
        ValueError: it is no message, or is cut off.
    """
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = read_varint(data, at)
            yield Field(number, kind, value)
            continue
        if kind == BYTES:
            size, at = read_varint(data, at)
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            raise ValueError(f"a field of unknown kind {kind} before byte {at}")
        if size > len(data) - at:
            raise ValueError(f"a field of {size} bytes at byte {at}, but {len(data) - at} are left")
        yield Field(number, kind, data[at : at + size])
        at += size


def signed(value: int) -> int:
    """A whole number of 64 bits as one with a sign."""
    return value - (1 << 64) if value >> 63 else value


def read_varints(data: bytes) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Whole numbers that lie one behind the other.

    Raises:
        ValueError: the bytes end within one, or one has more than 64 bits.
    """
    raw = np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)
    ends = np.flatnonzero(raw < 0x80)
    if len(raw) and (not len(ends) or ends[-1] != len(raw) - 1):
        raise ValueError("the last whole number is cut off")
    if len(ends) == len(raw):
        return raw.astype(np.uint64)
    starts = np.append(0, ends[:-1] + 1)
    lengths = ends - starts + 1
    if lengths.max() > 10:
        raise ValueError("a whole number of more than 64 bits")
    place = (np.arange(len(raw)) - np.repeat(starts, lengths)).astype(np.uint64)
    return np.bitwise_or.reduceat((raw & 0x7F).astype(np.uint64) << (np.uint64(7) * place), starts)


def varint(value: int) -> bytes:
    """A whole number of seven bits a byte; a negative one as its 64 bits."""
    value &= 0xFFFFFFFFFFFFFFFF
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def whole_field(number: int, value: int) -> bytes:
    """A field that is a whole number."""
    return varint(number << 3 | VARINT) + varint(value)


def bytes_field(number: int, value: bytes | str) -> bytes:
    """A field that is a text, bytes or a message within the message."""
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | BYTES) + varint(len(value)) + value


def float_field(number: int, value: float) -> bytes:
    """A field of single precision; what is too large for it is infinite."""
    with np.errstate(over="ignore"):
        return varint(number << 3 | FIXED32) + np.float32(value).astype("<f4").tobytes()


def double_field(number: int, value: float) -> bytes:
    """A field of double precision."""
    return varint(number << 3 | FIXED64) + struct.pack("<d", value)


def doubles_field(number: int, values: Any) -> bytes:
    """A field that is a list of numbers of double precision."""
    return bytes_field(number, np.asarray(values, "<f8").tobytes())
