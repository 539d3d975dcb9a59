"""Fallline's own checkpoints: one safetensors file, `model-1.safetensors`, that holds arrays and no code.

Arrays lie under the names of their variables; what safetensors has no type for lies there as plain numbers, and the JSON in
its header says what it is. A checksum of each array is kept there too, since safetensors has none.
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

    stored, types, texts = {}, {}, {}
    for name, array in arrays.items():
        key = _key(name)
        array = np.asarray(array)
        if array.dtype.kind in "OSU":
            stored[key], texts[name] = _of_texts(name, array)
            continue
        if array.dtype.name not in _TYPES:
            raise DataError(
                f'variable "{name}" holds {array.dtype}; a checkpoint holds numbers, truth values and texts.'
            )
        stored[key], kind = _of_numbers(array)
        if kind is not None:
            types[name] = kind
    description = {
        "format": FORMAT,
        "types": types,
        "texts": texts,
        "checksums": {key: _checksum(array) for key, array in stored.items()},
    }
    path = file_of(prefix)
    with written_whole(path) as file:
        file.write(save(stored, metadata={"fallline": json.dumps(description)}))
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
                self._description = _description(file.metadata() or {}, self.path)
                stored = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118 - no mapping
                self._keys = {_name(key): key for key in stored}
                self.specs = {name: self._spec(name, stored[key]) for name, key in self._keys.items()}
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

        key = self._keys[name]
        try:
            with safe_open(self.path, framework="numpy") as file:
                array = file.get_tensor(key)
        except (SafetensorError, OSError) as error:
            raise SavedFileError(f'{self.path}: array "{name}" cannot be read ({error}). {AGAIN}') from error
        if _checksum(array) != self._description["checksums"][key]:
            raise SavedFileError(
                f'{self.path}: the numbers of array "{name}" are not those that were written: their checksum differs. {AGAIN}'
            )
        if name in self._description["texts"]:
            return _as_texts(array, **self._description["texts"][name])
        if name in self._description["types"]:
            return array.view(self.specs[name].dtype).reshape(self.specs[name].shape)
        return array

    def _spec(self, name: str, stored: Any) -> TensorSpec:
        shape = tuple(stored.get_shape())
        if name in self._description["texts"]:
            return TensorSpec(tuple(self._description["texts"][name]["shape"]), TEXT)
        kind = self._description["types"].get(name)
        if kind is None:
            return TensorSpec(shape, _STORED[stored.get_dtype()])
        return TensorSpec(shape[:-1] if kind.startswith("complex") else shape, _TYPES[kind])


_STORED = {
    "BOOL": np.dtype(bool),
    "BF16": _TYPES["bfloat16"],
    **{f"F{bits}": np.dtype(f"float{bits}") for bits in (16, 32, 64)},
    **{f"I{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)},
    **{f"U{bits}": np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64)},
}
"""Type in a safetensors header -> type."""


def _description(metadata: Mapping[str, str], path: Path) -> dict[str, Any]:
    if "fallline" not in metadata:
        raise SavedFileError(
            f"{path} is a safetensors file that no Saver wrote. safetensors.numpy.load_file reads its arrays."
        )
    description = json.loads(metadata["fallline"])
    if description["format"] != FORMAT:
        whose = str(description["format"])
        model = " It holds a model: fl.models.load_model reads it." if "model" in whose else ""
        raise SavedFileError(f"{path} has format {whose!r:.60}; this version reads {FORMAT!r}.{model}")
    return dict(description)


def _key(name: str) -> str:
    if not isinstance(name, str):
        raise UsageError(
            f"a checkpoint's arrays have texts as names, got {name!r:.60} of type {type(name).__name__}."
        )
    # One name is safetensors' own; an underscore more is taken away again by _name.
    return f"{name}_" if name.startswith(_RESERVED) else name


def _name(key: str) -> str:
    return key[:-1] if key.startswith(_RESERVED) else key


def _checksum(array: np.ndarray) -> int:
    return zlib.crc32(array.reshape(-1).view(np.uint8).data)


def _of_numbers(array: np.ndarray) -> tuple[np.ndarray, str | None]:
    """The array as safetensors knows it, and its type where that is another."""
    array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="), copy=False)).reshape(array.shape)
    if array.dtype.name in _PLAIN:
        return array, None
    if array.dtype.kind == "c":
        half = np.dtype(f"float{4 * array.dtype.itemsize}")
        return array.reshape(-1).view(half).reshape(*array.shape, 2), array.dtype.name
    return array.reshape(-1).view(np.uint8).reshape(array.shape), array.dtype.name


def _of_texts(name: str, array: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    texts = [each.encode() if isinstance(each, str) else each for each in array.reshape(-1).tolist()]
    wrong = [type(each).__name__ for each in texts if not isinstance(each, bytes)]
    if wrong:
        raise DataError(
            f'variable "{name}" holds {wrong[0]} among texts; a checkpoint holds numbers, or texts alone.'
        )
    numbers = np.frombuffer(b"".join(texts), np.uint8)
    return numbers, {"shape": list(array.shape), "lengths": [len(each) for each in texts]}


def _as_texts(numbers: np.ndarray, shape: list[int], lengths: list[int]) -> np.ndarray:
    content, at = numbers.tobytes(), 0
    texts = np.empty(len(lengths), object)
    for place, length in enumerate(lengths):
        texts[place] = content[at : at + length]
        at += length
    return texts.reshape(shape)
