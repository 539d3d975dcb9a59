"""Protocol buffers field by field, against the examples of their documents and damaged bytes."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.wire import protobuf
from fallline.wire.protobuf import BYTES, FIXED32, FIXED64, VARINT, Field, read_fields, read_varints, signed


def test_the_examples_of_the_documents():
    assert list(read_fields(bytes.fromhex("089601"))) == [Field(1, VARINT, 150)]
    assert list(read_fields(bytes.fromhex("120774657374696e67"))) == [Field(2, BYTES, b"testing")]
    assert protobuf.whole_field(1, 150) == bytes.fromhex("089601")
    assert protobuf.bytes_field(2, "testing") == bytes.fromhex("120774657374696e67")


@pytest.mark.parametrize("value", [0, 1, 127, 128, 2**35, 2**63 - 1, -1, -2, -(2**63)])
def test_whole_numbers_come_back(value):
    [field] = read_fields(protobuf.whole_field(1000, value))
    assert (field.number, signed(field.value)) == (1000, value)


def test_numbers_of_fixed_size():
    [one, two, three] = read_fields(
        protobuf.double_field(1, 0.1) + protobuf.float_field(2, 1e300) + protobuf.doubles_field(3, [1, 2.5])
    )
    assert (one.kind, np.frombuffer(one.value, "<f8")[0]) == (FIXED64, 0.1)
    assert (two.kind, np.frombuffer(two.value, "<f4")[0]) == (FIXED32, np.inf)
    assert np.frombuffer(three.value, "<f8").tolist() == [1, 2.5]


@pytest.mark.parametrize("values", [[], [5], [1, 2, 3], [300], [0, 128, 2**64 - 1, 7, 2**20], [2**63, 2**14]])
def test_lists_of_whole_numbers(values):
    data = b"".join(protobuf.varint(value) for value in values)
    assert read_varints(data).tolist() == values


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x08", "no whole number at byte 1"),
        (b"\x08" + b"\x80" * 12 + b"\x01", "no whole number"),
        (b"\x12\x05ab", "a field of 5 bytes at byte 2, but 2 are left"),
        (b"\x09\x00", "a field of 8 bytes"),
        (b"\x0b", "unknown kind 3"),
    ],
)
def test_damaged_messages(data, message):
    with pytest.raises(ValueError, match=message):
        list(read_fields(data))


@pytest.mark.parametrize("data", [b"\x80", b"\x01\x80", b"\x80" * 10 + b"\x01"])
def test_damaged_lists(data):
    with pytest.raises(ValueError, match="whole number"):
        read_varints(data)
