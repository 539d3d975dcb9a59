"""Sorted tables: many blocks, shared beginnings of keys, and damage."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from fallline.errors import SavedFileError
from fallline.graph.files import read_checkpoint
from fallline.graph.files.table import MAGIC, Table
from fallline.wire.crc32c import masked_crc32c
from fallline.wire.protobuf import bytes_field, varint, whole_field


def block_of(pairs, kind=0):
    """A block whose keys leave out what they share with the one before, but at every third."""
    content, restarts, before = b"", [], b""
    for place, (key, value) in enumerate(pairs):
        shared = 0
        if place % 3:
            while shared < min(len(key), len(before)) and key[shared] == before[shared]:
                shared += 1
        else:
            restarts.append(len(content))
        content += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    content += struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts)) + bytes([kind])
    return content + struct.pack("<I", masked_crc32c(content))


def table_of(pairs, in_block=4, separators=None, kind=0):
    """The bytes of a table."""
    data, handles = b"", []
    for start in range(0, len(pairs), in_block):
        part = pairs[start : start + in_block]
        block = block_of(part, kind)
        # A separator need not be a key: any text from the last key on, and below the next.
        handles.append((part[-1][0] + b"\x00", varint(len(data)) + varint(len(block) - 5)))
        data += block
    meta, data = (len(data), data + block_of([]))
    listed = block_of(handles)
    footer = varint(meta) + varint(4) + varint(len(data)) + varint(len(listed) - 5)
    return data + listed + footer.ljust(40, b"\x00") + MAGIC


PAIRS = [(f"name/{number:03d}".encode(), str(number).encode() * number) for number in range(50)]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "table"
    path.write_bytes(table_of(PAIRS))
    return path


def test_every_block_is_read(path):
    assert list(Table(path)) == PAIRS


def test_a_key_is_found_in_its_block(path):
    table = Table(path)
    for key, value in [*PAIRS, *PAIRS[::-7]]:
        assert table.find(key) == value
    assert [table.find(key) for key in (b"", b"name/0005", b"zebra")] == [None] * 3


def test_an_empty_table(tmp_path):
    (tmp_path / "empty").write_bytes(table_of([]))
    assert list(Table(tmp_path / "empty")) == []


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 100])
def test_other_files_are_told(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(
        SavedFileError, match="other is no file of a TensorFlow checkpoint, or its end is missing"
    ):
        Table(tmp_path / "other")


def test_a_compressed_block_is_told(tmp_path):
    (tmp_path / "packed").write_bytes(table_of(PAIRS, kind=1))
    with pytest.raises(SavedFileError, match=r"packed: the block at byte 0 is compressed \(kind 1\)"):
        list(Table(tmp_path / "packed"))


def test_no_flipped_byte_is_taken_for_good(path):
    whole = path.read_bytes()
    good = 0
    for place in range(0, len(whole) - 8, 31):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            good += list(Table(path)) == PAIRS
        except SavedFileError as error:
            assert str(path) in str(error)  # noqa: PT017 - each place either raises or does not matter
    # The metaindex and what fills up the footer say nothing.
    assert good <= (9 + 40) / 31 + 2


def test_many_blocks_in_a_checkpoint(tmp_path):
    """TensorFlow closes a block at 256 KiB: every one beyond the first is another's mistake to leave out."""
    numbers = np.arange(40, dtype=np.float32)
    pairs = [(b"", bytes.fromhex("08011a020801"))]
    for place in range(40):
        crc = masked_crc32c(numbers[place : place + 1].tobytes())
        entry = whole_field(1, 1) + bytes_field(2, b"") + whole_field(4, 4 * place) + whole_field(5, 4)
        pairs.append((f"layer/{place:02d}".encode(), entry + varint(6 << 3 | 5) + struct.pack("<I", crc)))
    (tmp_path / "m.index").write_bytes(table_of(pairs, in_block=3))
    (tmp_path / "m.data-00000-of-00001").write_bytes(numbers.tobytes())
    reader = read_checkpoint(tmp_path / "m")
    assert [float(reader.get_tensor(name)) for name in reader.names] == numbers.tolist()
