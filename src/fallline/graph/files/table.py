"""Sorted tables of keys and values, the form of LevelDB's files, in which TensorFlow keeps what its checkpoints hold.

A table is a row of blocks; the last is a list of all others, and the last 48 bytes say where it lies. A block has its
checksum behind it, which is looked at whenever it is read.

Source: LevelDB, doc/table_format.md; TensorFlow, core/lib/io/table.h.
"""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fallline.errors import SavedFileError
from fallline.wire.crc32c import masked_crc32c
from fallline.wire.protobuf import read_varint

MAGIC = bytes.fromhex("57fb808b247547db")
FOOTER = 48
TRAILER = 5
"""Behind a block: a byte that says whether it is compressed, and the checksum of block and byte."""
KEPT = 2**20
"""A block of more bytes, which is a single large tensor, is not kept in memory."""
AGAIN = "The file is damaged: copy or download it again."


class Handle(NamedTuple):
    """Where a block lies, in bytes, and its last key or one between that and the next block's first."""

    last: bytes
    offset: int
    size: int


class Table:
    """A table in a file.

    Args:
        path: The file.

    Raises:
        SavedFileError: it is no table, or its list of blocks is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._size = file.seek(0, 2)
            file.seek(max(self._size - FOOTER, 0))
            footer = file.read(FOOTER)
            if len(footer) < FOOTER or not footer.endswith(MAGIC):
                raise SavedFileError(
                    f"{path} is no file of a TensorFlow checkpoint, or its end is missing: the last 8 of its {self._size} bytes "
                    f"are not those of one. Give the checkpoint's name without ending (model-1), or copy the file again."
                )
            try:
                at = read_varint(footer, read_varint(footer, 0)[1])[1]
                offset, at = read_varint(footer, at)
                size, _ = read_varint(footer, at)
                listed = list(self._pairs(file, Handle(b"", offset, size)))
                self._blocks = [self._handle(key, value) for key, value in listed]
            except ValueError as error:
                raise self._damaged(error) from error
        self._lasts = [block.last for block in self._blocks]
        # Tensors are mostly asked for in the order of their keys, hundreds of which share a block.
        self._last_read: tuple[int, dict[bytes, bytes]] = (-1, {})

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """All keys and values.

        Raises:
            SavedFileError: a block is damaged.
        """
        with self.path.open("rb") as file:
            for block in self._blocks:
                yield from self._read(file, block)

    def find(self, key: bytes) -> bytes | None:
        """The value of a key, or None; reads the one block that may hold it.

        Raises:
            SavedFileError: the block is damaged.
        """
        place = bisect.bisect_left(self._lasts, key)
        if place == len(self._blocks):
            return None
        block = self._blocks[place]
        if self._last_read[0] == place:
            return self._last_read[1].get(key)
        with self.path.open("rb") as file:
            found = dict(self._read(file, block))
        if block.size <= KEPT:
            self._last_read = (place, found)
        return found.get(key)

    def _read(self, file: BinaryIO, block: Handle) -> list[tuple[bytes, bytes]]:
        try:
            return list(self._pairs(file, block))
        except ValueError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: ValueError) -> SavedFileError:
        return (
            error if isinstance(error, SavedFileError) else SavedFileError(f"{self.path}: {error}. {AGAIN}")
        )

    def _handle(self, key: bytes, value: bytes) -> Handle:
        offset, at = read_varint(value, 0)
        return Handle(key, offset, read_varint(value, at)[0])

    def _pairs(self, file: BinaryIO, block: Handle) -> Iterator[tuple[bytes, bytes]]:
        data = self._checked(file, block)
        if len(data) < 4:
            raise ValueError(f"the block at byte {block.offset} has no end")
        (restarts,) = struct.unpack_from("<I", data, len(data) - 4)
        end = len(data) - 4 * (restarts + 1)
        at, key = 0, b""
        while at < end:
            shared, at = read_varint(data, at)
            own, at = read_varint(data, at)
            size, at = read_varint(data, at)
            if shared > len(key) or own + size > end - at:
                raise ValueError(f"the block at byte {block.offset} holds an entry that reaches beyond it")
            key = key[:shared] + data[at : at + own]
            at += own
            yield key, data[at : at + size]
            at += size

    def _checked(self, file: BinaryIO, block: Handle) -> bytes:
        if block.offset + block.size + TRAILER > self._size:
            raise ValueError(
                f"a block of {block.size} bytes at byte {block.offset} does not lie in its {self._size} bytes"
            )
        file.seek(block.offset)
        data = file.read(block.size + TRAILER)
        stored = struct.unpack_from("<I", data, block.size + 1)[0]
        computed = masked_crc32c(memoryview(data)[: block.size + 1])
        if stored != computed:
            raise ValueError(
                f"the checksum of the block at byte {block.offset} is {computed}, but {stored} is stored"
            )
        if data[block.size]:
            raise SavedFileError(
                f"{self.path}: the block at byte {block.offset} is compressed (kind {data[block.size]}), which TensorFlow's "
                "writers of checkpoints never ask for. Restore and save it in TensorFlow, which then writes it plain."
            )
        return data[: block.size]
