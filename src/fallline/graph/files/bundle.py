"""TensorFlow's checkpoints of today ("V2"): an index, and the numbers of all tensors in one file or several.

`model-1.index` is a sorted table of what there is; `model-1.data-00000-of-00001` are the plain bytes of the numbers, one
tensor behind the other. Every tensor has a checksum, which is looked at when it is read. A data file is opened when one of
its tensors is asked for, so that a lost one leaves the others readable.

Source: TensorFlow, core/protobuf/tensor_bundle.proto, core/util/tensor_bundle/tensor_bundle.cc.
"""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path

import numpy as np

from fallline.errors import SavedFileError
from fallline.graph.files.slices import Part, join, key_of_part, read_part, shape_of_part
from fallline.graph.files.table import AGAIN, Table
from fallline.graph.files.tensor_spec import TensorSpec
from fallline.wire.crc32c import masked_crc32c
from fallline.wire.number_types import NUMBER_TYPES, TEXT
from fallline.wire.protobuf import BYTES, FIXED32, VARINT, read_fields, read_varint, signed

VERSION = 1


@dataclasses.dataclass(frozen=True)
class Entry:
    """Where the numbers of a tensor lie.

    Attributes:
        spec: Shape and type.
        shard: The number of the data file.
        offset: The first byte in it.
        size: How many bytes.
        checksum: Of these bytes, as stored.
        parts: Where the parts of a tensor that is kept in parts lie in it; it has no bytes of its own.
    """

    spec: TensorSpec
    shard: int = 0
    offset: int = 0
    size: int = 0
    checksum: int = 0
    parts: tuple[Part, ...] = ()


class Bundle:
    """A checkpoint of an index and data files.

    Args:
        prefix: The name of the checkpoint, without `.index`.

    Raises:
        SavedFileError: the index is missing or damaged.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.path = Path(f"{prefix}.index")
        values = dict(Table(self.path))
        self._shards = self._read_header(values.pop(b"", b""))
        self._entries = {key: self._read_entry(key, value) for key, value in values.items()}
        self.specs = {
            key.decode("utf-8", "surrogateescape"): entry.spec
            for key, entry in self._entries.items()
            if not key.startswith(b"\x00")
        }

    def read(self, name: str) -> np.ndarray:
        """The numbers of a tensor.

        Raises:
            SavedFileError: a data file is missing or too short, a checksum is not that of the bytes, or a part is missing.
        """
        entry = self._entries[name.encode("utf-8", "surrogateescape")]
        if not entry.parts:
            return self._numbers(name, entry)
        whole, unknown = join(
            entry.spec.shape,
            entry.spec.dtype,
            ((part, self._part(name, entry, part)) for part in entry.parts),
        )
        if unknown:
            raise SavedFileError(
                f'{self.path}: tensor "{name}" {entry.spec.shape} is kept in {len(entry.parts)} parts, which leave out {unknown} '
                f"of its {whole.size} numbers. Save it whole in TensorFlow, or leave it out."
            )
        return whole

    def _part(self, name: str, whole: Entry, part: Part) -> np.ndarray:
        found = self._entries.get(key_of_part(name, part))
        try:
            shape = shape_of_part(whole.spec.shape, part)
        except ValueError as error:
            raise SavedFileError(f'{self.path}: tensor "{name}" has {error}. {AGAIN}') from error
        if found is None or found.spec != TensorSpec(shape, whole.spec.dtype):
            raise SavedFileError(
                f'{self.path}: the part {_said(part)} of tensor "{name}" {whole.spec.shape} is missing. {AGAIN}'
            )
        return self._numbers(f"{name} {_said(part)}", found)

    def _numbers(self, name: str, entry: Entry) -> np.ndarray:
        raw = self._bytes(name, entry)
        dtype, shape = entry.spec.dtype, entry.spec.shape
        if dtype == TEXT:
            try:
                texts, computed = read_texts(raw, entry.spec.size)
            except ValueError as error:
                raise SavedFileError(f'{self._data(entry)}: tensor "{name}": {error}. {AGAIN}') from error
        else:
            computed = masked_crc32c(memoryview(raw))
        if computed != entry.checksum:
            raise SavedFileError(
                f'{self._data(entry)}: tensor "{name}" (bytes {entry.offset} to {entry.offset + entry.size}) has the checksum '
                f"{computed}, but {entry.checksum} is stored. {AGAIN} Its other tensors can be read."
            )
        if dtype == TEXT:
            return texts.reshape(shape)
        return np.frombuffer(raw, dtype.newbyteorder("<") if dtype.kind in "iufc" else dtype).reshape(shape)

    def _bytes(self, name: str, entry: Entry) -> bytearray:
        path = self._data(entry)
        if entry.spec.dtype != TEXT and entry.size != entry.spec.size * entry.spec.dtype.itemsize:
            raise SavedFileError(
                f'{self.path}: tensor "{name}" {entry.spec.shape} of type {entry.spec.type_name} is said to have '
                f"{entry.size} bytes. {AGAIN}"
            )
        try:
            with path.open("rb") as file:
                length = file.seek(0, 2)
                raw = bytearray(entry.size if entry.offset + entry.size <= length else 0)
                file.seek(entry.offset)
                file.readinto(raw)
        except FileNotFoundError as error:
            raise SavedFileError(
                f'{path}: there is no such file, in which tensor "{name}" lies. Copy all of the checkpoint\'s '
                f"{self._shards + 1} files: .index and .data-..."
            ) from error
        if len(raw) < entry.size:
            raise SavedFileError(
                f'{path} has {length} bytes, but tensor "{name}" lies in bytes {entry.offset} to {entry.offset + entry.size}: '
                "its end is missing. Copy or download it again."
            )
        return raw

    def _data(self, entry: Entry) -> Path:
        return Path(f"{self.prefix}.data-{entry.shard:05d}-of-{self._shards:05d}")

    def _read_header(self, value: bytes) -> int:
        try:
            known = {field.number: field.value for field in read_fields(value)}
            versions = {field.number: field.value for field in read_fields(known.get(3, b""))}
        except ValueError as error:
            raise SavedFileError(f"{self.path}: its header is none ({error}). {AGAIN}") from error
        if 1 not in known:
            raise SavedFileError(
                f"{self.path} is the table of another program, or a checkpoint of TensorFlow's old kind (V1): its header does "
                "not say how many data files there are. Give the checkpoint's name without ending (model-1)."
            )
        if known.get(2, 0):
            raise SavedFileError(
                f"{self.path} was written on a machine whose numbers begin with the biggest byte. Restore and save it there "
                "with numpy.savez, or on another machine with TensorFlow."
            )
        if versions.get(2, 0) > VERSION:
            raise SavedFileError(
                f"{self.path} wants a reader of version {versions[2]}; this one knows {VERSION}. "
                "Save it in a TensorFlow up to 2.21."
            )
        return int(known[1])

    def _read_entry(self, key: bytes, value: bytes) -> Entry:
        try:
            return read_entry(value)
        except ValueError as error:
            raise SavedFileError(
                f"{self.path}: the entry of {key.decode('utf-8', 'replace')!r} is none: {error}. {AGAIN}"
            ) from error


def read_entry(value: bytes) -> Entry:
    """What a `BundleEntryProto` says.

    Raises:
        ValueError: it is none, or has a type of no numbers.
    """
    whole = {1: 0, 3: 0, 4: 0, 5: 0}
    shape: tuple[int, ...] = ()
    checksum, parts = 0, []
    for field in read_fields(value):
        if field.kind == VARINT:
            whole[field.number] = field.value
        elif field.number == 2 and field.kind == BYTES:
            shape = read_shape(field.value)
        elif field.number == 6 and field.kind == FIXED32:
            (checksum,) = struct.unpack("<I", field.value)
        elif field.number == 7 and field.kind == BYTES:
            parts.append(read_part(field.value))
    if whole[1] not in NUMBER_TYPES:
        raise ValueError(f"its type has the number {whole[1]}, which is none of numbers or texts")
    spec = TensorSpec(shape, NUMBER_TYPES[whole[1]])
    return Entry(spec, whole[3], whole[4], whole[5], checksum, tuple(parts))


def read_shape(data: bytes) -> tuple[int, ...]:
    """The lengths of the axes of a `TensorShapeProto`.

    Raises:
        ValueError: it is none, or not all lengths are known.
    """
    axes = []
    for field in read_fields(data):
        if field.number == 2 and field.kind == BYTES:
            lengths = [signed(each.value) for each in read_fields(field.value) if each.number == 1]
            axes.append(lengths[-1] if lengths else 0)
    if any(axis < 0 for axis in axes):
        raise ValueError(f"its shape {axes} is not known")
    return tuple(axes)


def read_texts(raw: bytes | bytearray, count: int) -> tuple[np.ndarray, int]:
    """Some texts, and the checksum of them and their lengths.

    All lengths come first, then four bytes with their checksum, taken of the lengths as whole numbers of fixed size; the
    checksum of the tensor is taken of these numbers, their checksum and the texts.

    Raises:
        ValueError: a length is wrong.
    """
    at, lengths = 0, []
    for _ in range(count):
        length, at = read_varint(raw, at)
        lengths.append(length)
    fixed = b"".join(length.to_bytes(4 if length < 1 << 32 else 8, "little") for length in lengths)
    stored = bytes(raw[at : at + 4])
    at += 4
    if stored != masked_crc32c(fixed).to_bytes(4, "little") or at + sum(lengths) != len(raw):
        raise ValueError("the lengths of its texts are damaged")
    texts = np.empty(count, object)
    for place, length in enumerate(lengths):
        texts[place] = bytes(raw[at : at + length])
        at += length
    return texts, masked_crc32c(fixed + stored + bytes(raw[at - sum(lengths) :]))


def _said(part: Part) -> str:
    return ", ".join(f"{at}:{at + length}" if length >= 0 else ":" for at, length in part)
