"""Fallline's own checkpoints: one safetensors file, `model-1.safetensors`, that holds arrays and no code.

Arrays lie under the names of their variables; what safetensors has no type for lies there as plain numbers. The JSON in its
header says of each what it is and which checksum its bytes have, since safetensors looks at neither; and its own is beside it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fallline._files import written_whole
from fallline.errors import DataError, SavedFileError, UsageError
from fallline.graph.files.table import AGAIN
from fallline.graph.files.tensor_spec import TensorSpec
from fallline.wire.number_types import NUMBER_TYPES, TEXT

FORMAT = "fallline-checkpoint-1"
ENDING = ".safetensors"

_RESERVED = "__metadata__"
_PLAIN = {
    "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64", "bfloat16",
}  # fmt: skip
_TYPES = {dtype.name: dtype for dtype in NUMBER_TYPES.values() if dtype != TEXT}


def file_of(prefix: str) -> Path:
    """The file of a checkpoint's name."""
    return Path(prefix + ENDING)


def write_arrays(prefix: str, arrays: Mapping[str, Any]) -> Path:
    """Writes a checkpoint; it is either there and whole, or what was there before stays.

    Args:
        prefix: The name of the checkpoint, without ending.
        arrays: Name -> array. Texts are arrays of `bytes` or `str`.

    Returns:
        The file.

    Raises:
        DataError: an array is of no type that a checkpoint holds.
        UsageError: a name is no text.
    """
    from safetensors.numpy import save

    stored: dict[str, np.ndarray] = {}
    described: dict[str, dict[str, Any]] = {}
    for name, array in arrays.items():
        array = np.asarray(array)
        if array.dtype.kind in "OSU":
            numbers, lengths = _of_texts(name, array)
            described[name] = {"type": "string", "shape": array.shape, "lengths": lengths}
        elif array.dtype.name in _TYPES:
            numbers = _of_numbers(array)
            described[name] = {"type": array.dtype.name, "shape": array.shape}
        else:
            raise DataError(
                f'variable "{name}" holds {array.dtype}; a checkpoint holds numbers, truth values and texts.'
            )
        described[name]["checksum"] = zlib.crc32(numbers.reshape(-1).view(np.uint8).data)
        stored[_key(name)] = numbers
    text = json.dumps({"format": FORMAT, "arrays": described})
    metadata = {"fallline": text, "checksum": str(zlib.crc32(text.encode()))}
    path = file_of(prefix)
    with written_whole(path) as file:
        file.write(save(stored, metadata=metadata))
    return path


class OwnFile:
    """A checkpoint of Fallline's own.

    Args:
        prefix: The name of the checkpoint, without ending.

    Raises:
        SavedFileError: the file is missing, damaged, or no checkpoint.
    """

    def __init__(self, prefix: str) -> None:
        from safetensors import SafetensorError, safe_open

        self.path = file_of(prefix)
        try:
            with safe_open(self.path, framework="numpy") as file:
                self._arrays = _described(file.metadata() or {}, self.path)
                if sorted(map(_key, self._arrays)) != sorted(file.keys()):
                    raise ValueError("other arrays lie in it than it says")
            self.specs = {name: _spec(described) for name, described in self._arrays.items()}
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, SavedFileError):
                raise
            raise SavedFileError(
                f"{self.path} is no checkpoint, or is damaged ({str(error) or type(error).__name__:.100}). {AGAIN}"
            ) from error

    def read(self, name: str) -> np.ndarray:
        """The numbers of an array.

        Raises:
            SavedFileError: they are not those that were written.
        """
        from safetensors import SafetensorError, safe_open

        described, spec = self._arrays[name], self.specs[name]
        try:
            with safe_open(self.path, framework="numpy") as file:
                array = file.get_tensor(_key(name))
        except (SafetensorError, OSError, TypeError, ValueError) as error:
            raise SavedFileError(f'{self.path}: array "{name}" cannot be read ({error}). {AGAIN}') from error
        content = array.reshape(-1).view(np.uint8)
        if zlib.crc32(content.data) != described["checksum"]:
            raise SavedFileError(
                f'{self.path}: the numbers of array "{name}" are not those that were written: their checksum differs. {AGAIN}'
            )
        if spec.dtype == TEXT:
            return _as_texts(content.tobytes(), described["lengths"]).reshape(spec.shape)
        return content.view(spec.dtype).reshape(spec.shape)


def _described(metadata: Mapping[str, str], path: Path) -> dict[str, dict[str, Any]]:
    """What a file says of each of its arrays."""
    if "fallline" not in metadata:
        raise SavedFileError(
            f"{path} is a safetensors file that no Saver wrote. safetensors.numpy.load_file reads its arrays."
        )
    text = metadata["fallline"]
    description = json.loads(text)
    if description["format"] != FORMAT:
        whose = str(description["format"])
        model = " It holds a model: fl.models.load_model reads it." if "model" in whose else ""
        raise SavedFileError(f"{path} has format {whose!r:.60}; this version reads {FORMAT!r}.{model}")
    if metadata["checksum"] != str(zlib.crc32(text.encode())):
        raise ValueError("the checksum of its description differs")
    return dict(description["arrays"])


def _spec(described: Mapping[str, Any]) -> TensorSpec:
    dtype = TEXT if described["type"] == "string" else _TYPES[described["type"]]
    return TensorSpec(tuple(described["shape"]), dtype)


def _key(name: str) -> str:
    if not isinstance(name, str):
        raise UsageError(
            f"a checkpoint's arrays have texts as names, got {name!r:.60} of type {type(name).__name__}."
        )
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"a checkpoint's arrays have texts as names, and {name!r:.60} is none in Unicode."
        ) from error
    # One name is safetensors' own: what begins like it gets an underscore more.
    return f"{name}_" if name.startswith(_RESERVED) else name


def _of_numbers(array: np.ndarray) -> np.ndarray:
    """The array as safetensors knows it."""
    array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="), copy=False)).reshape(array.shape)
    if array.dtype.name in _PLAIN:
        return array
    if array.dtype.kind == "c":
        half = np.dtype(f"float{4 * array.dtype.itemsize}")
        return array.reshape(-1).view(half).reshape(*array.shape, 2)
    return array.reshape(-1).view(np.uint8).reshape(array.shape)


def _of_texts(name: str, array: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The bytes of all texts, and the length of each."""
    texts = [each.encode() if isinstance(each, str) else each for each in array.reshape(-1).tolist()]
    wrong = [type(each).__name__ for each in texts if not isinstance(each, bytes)]
    if wrong:
        raise DataError(
            f'variable "{name}" holds {wrong[0]} among texts; a checkpoint holds numbers, or texts alone.'
        )
    return np.frombuffer(b"".join(texts), np.uint8), [len(each) for each in texts]


def _as_texts(content: bytes, lengths: list[int]) -> np.ndarray:
    at, texts = 0, np.empty(len(lengths), object)
    for place, length in enumerate(lengths):
        texts[place] = content[at : at + length]
        at += length
    return texts
