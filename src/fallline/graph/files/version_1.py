"""TensorFlow's checkpoints of before 2017 ("V1"): one sorted table with what there is and the numbers themselves.

A checkpoint saved in shards has a table for each, and is named by the pattern `model-1-?????-of-00002`. Tensors have no
checksum of their own; the blocks of the table have.

Source: TensorFlow, core/util/saved_tensor_slice.proto, core/util/tensor_slice_writer.cc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fallline.errors import SavedFileError
from fallline.graph.files.bundle import read_shape
from fallline.graph.files.slices import Part, join, key_of_part, read_part, shape_of_part
from fallline.graph.files.table import AGAIN, Table
from fallline.graph.files.tensor_spec import TensorSpec
from fallline.wire.number_types import NUMBER_TYPES, TEXT
from fallline.wire.protobuf import BYTES, VARINT, Field, read_fields, read_varints, varint

PATTERN = re.compile(r"(?P<prefix>.*)-\?{5}-of-(?P<shards>\d{5})\Z", re.DOTALL)
"""The name of a checkpoint in shards, as a state file has it. No other name is ever taken for a pattern."""

FLOATS: dict[int, np.dtype] = {
    5: np.dtype("<f4"),
    6: np.dtype("<f8"),
    9: np.dtype("<f4"),
    12: np.dtype("<f8"),
}
WHOLES = (7, 10, 11, 13, 16, 17)
"""The fields of a `TensorProto` that hold numbers, by how they are stored; one type uses one of them."""


class Place(NamedTuple):
    """The parts of a tensor that lie in one table."""

    table: Table
    parts: tuple[Part, ...]


class Version1:
    """A checkpoint that is one table, or a table for each shard.

    Args:
        files: The tables.

    Raises:
        SavedFileError: a file is missing, is none of a checkpoint, or is damaged.
    """

    def __init__(self, files: list[Path]) -> None:
        self.path = files[0]
        self.specs: dict[str, TensorSpec] = {}
        self._places: dict[str, list[Place]] = {}
        for file in files:
            if not file.is_file():
                raise SavedFileError(
                    f"{file}: there is no such file. Copy all {len(files)} shards of the checkpoint."
                )
            table = Table(file)
            try:
                for name, spec, parts in _listed(table.find(b"")):
                    if self.specs.setdefault(name, spec) != spec:
                        raise ValueError(f'tensor "{name}" has another shape or type than in {self.path}')
                    self._places.setdefault(name, []).append(Place(table, parts))
            except ValueError as error:
                if isinstance(error, SavedFileError):
                    raise
                raise SavedFileError(f"{file}: {error}. {AGAIN}") from error

    def read(self, name: str) -> np.ndarray:
        """The numbers of a tensor.

        Raises:
            SavedFileError: a block is damaged, or a part is missing.
        """
        spec = self.specs[name]
        whole, unknown = join(spec.shape, spec.dtype, self._parts(name, spec))
        if unknown:
            raise SavedFileError(
                f'{self.path}: the parts of tensor "{name}" {spec.shape} leave out {unknown} of its {whole.size} numbers. '
                "Save it whole in TensorFlow, or leave it out."
            )
        return whole

    def _parts(self, name: str, spec: TensorSpec) -> Iterator[tuple[Part, np.ndarray]]:
        for table, parts in self._places[name]:
            for part in parts:
                value = table.find(key_of_part(name, part))
                try:
                    if value is None:
                        raise ValueError("its numbers are missing")
                    yield part, _numbers(_inner(value, 2, 3), spec.dtype, shape_of_part(spec.shape, part))
                except ValueError as error:
                    raise SavedFileError(f'{table.path}: tensor "{name}": {error}. {AGAIN}') from error


def files_of(prefix: str) -> list[Path]:
    """The tables of a checkpoint in shards whose name is the pattern; empty where it is none."""
    found = PATTERN.match(prefix)
    if not found:
        return []
    shards = int(found["shards"])
    return [Path(f"{found['prefix']}-{shard:05d}-of-{shards:05d}") for shard in range(shards)]


def _listed(value: bytes | None) -> Iterator[tuple[str, TensorSpec, tuple[Part, ...]]]:
    if value is None:
        raise ValueError("the table does not say what it holds: it is none of a checkpoint")
    meta = [field.value for field in read_fields(value) if field.number == 1 and field.kind == BYTES]
    if not meta:
        raise ValueError('this is the index of a newer checkpoint (V2); give its name without ".index"')
    for field in read_fields(meta[0]):
        if field.number == 1 and field.kind == BYTES:
            yield _tensor(list(read_fields(field.value)))


def _tensor(fields: list[Field]) -> tuple[str, TensorSpec, tuple[Part, ...]]:
    known: dict[int, Any] = {field.number: field.value for field in fields}
    name = known.get(1, b"").decode("utf-8", "surrogateescape")
    if known.get(3) not in NUMBER_TYPES:
        raise ValueError(
            f'tensor "{name}" has a type with the number {known.get(3)}, which is none of numbers or texts'
        )
    parts = tuple(read_part(field.value) for field in fields if field.number == 4 and field.kind == BYTES)
    return name, TensorSpec(read_shape(known.get(2, b"")), NUMBER_TYPES[known[3]]), parts


def _inner(value: bytes, *numbers: int) -> bytes:
    """The message in a message in a message."""
    for number in numbers:
        found = [
            field.value for field in read_fields(value) if field.number == number and field.kind == BYTES
        ]
        value = found[-1] if found else b""
    return value


def _numbers(proto: bytes, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers of a `TensorProto`.

    Raises:
        ValueError: they are not as many as the shape says.
    """
    floats, wholes, texts = bytearray(), bytearray(), []
    stored: np.dtype = np.dtype("<f4")
    for number, kind, value in read_fields(proto):
        if number in FLOATS:
            stored = FLOATS[number]
            floats += value
        elif number in WHOLES:
            wholes += varint(value) if kind == VARINT else value
        elif number == 8:
            texts.append(value)
    if dtype == TEXT:
        numbers = np.empty(len(texts), object)
        numbers[:] = texts
    elif dtype == np.float16:
        numbers = read_varints(bytes(wholes)).astype(np.uint16).view(np.float16)
    elif dtype.kind in "fc":
        if len(floats) % stored.itemsize:
            raise ValueError("its last number is cut off")
        numbers = np.frombuffer(floats, stored)
        numbers = numbers.view(f"<c{2 * stored.itemsize}") if dtype.kind == "c" else numbers
    else:
        numbers = read_varints(bytes(wholes))
    expected = int(np.prod(shape))
    if numbers.size != expected:
        raise ValueError(f"{numbers.size} numbers are stored for a shape of {expected}")
    return numbers.astype(dtype).reshape(shape)
