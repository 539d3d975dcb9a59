"""Reading handwritten digits from a folder: the four idx files, or Keras's mnist.npz."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from jaxtyping import Float, UInt8

from fallline.errors import DataError

Images = UInt8[np.ndarray, "images rows columns 1"]
Labels = UInt8[np.ndarray, "images"]

CLASSES = 10
FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
KERAS_FILE = "mnist.npz"
_IMAGES, _LABELS = 2051, 2049
"""The first four bytes of a file of images, and of one of labels."""


def digits(folder: Path) -> list[np.ndarray]:
    """Training images and labels, test images and labels: uint8, images (n, rows, columns, 1).

    Raises:
        DataError: the files are not there, or damaged.
    """
    found = [_found(folder, name) for name in FILES]
    if all(found):
        arrays = []
        for path in found:
            assert path is not None
            with path.open("rb") as file:
                arrays.append(extract_images(file) if "images" in path.name else extract_labels(file))
    elif (folder / KERAS_FILE).exists():
        arrays = _of_keras(folder / KERAS_FILE)
    else:
        raise DataError(
            _missing(folder, [name for name, path in zip(FILES, found, strict=True) if path is None])
        )
    for images, labels, what in ((*arrays[:2], "training"), (*arrays[2:], "test")):
        if len(images) != len(labels):
            raise DataError(f"{folder}: {len(images)} {what} images, but {len(labels)} labels.")
    return arrays


def extract_images(f: BinaryIO) -> Images:
    """The images of an open idx file, packed or not.

    Raises:
        DataError: it is no such file, or damaged.
    """
    sizes, values = _idx(f, _IMAGES, "images", 3)
    return values.reshape(*sizes, 1)


def extract_labels(f: BinaryIO, one_hot: bool = False, num_classes: int = CLASSES) -> Any:
    """The labels of an open idx file, packed or not.

    Raises:
        DataError: it is no such file, or damaged.
    """
    _, labels = _idx(f, _LABELS, "labels", 1)
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense: Labels, num_classes: int) -> Float[np.ndarray, "images classes"]:
    """A row for each label with 1 in its place, float64.

    Raises:
        DataError: a label is not below the number of classes.
    """
    if len(labels_dense) and labels_dense.max() >= num_classes:
        raise DataError(f"labels go to {labels_dense.max()}; expected 0 to {num_classes - 1}.")
    return np.eye(num_classes)[labels_dense]


def _found(folder: Path, name: str) -> Path | None:
    plain = name.removesuffix(".gz")
    # Some unpackers write a dot where the name has a dash.
    names = (name, plain, plain.replace("-idx", ".idx"), name.replace("-idx", ".idx"))
    return next((folder / each for each in names if (folder / each).is_file()), None)


def _idx(file: BinaryIO, magic: int, what: str, axes: int) -> tuple[list[int], UInt8[np.ndarray, "values"]]:
    """The sizes and the values of an idx file: 4 bytes that say what it is, 4 for each size, then a byte a value."""
    where = getattr(file, "name", "the file")
    try:
        content = file.read()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{where} is damaged: {error}. Copy it anew.") from error
    head = (
        np.frombuffer(content[: 4 + 4 * axes], ">u4")
        if len(content) >= 4 + 4 * axes
        else np.zeros(1, np.uint32)
    )
    if head[0] != magic:
        raise DataError(f"{where}: no idx file of {what} (it begins with {int(head[0])}, not {magic}).")
    sizes = [int(size) for size in head[1:]]
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * axes)
    if len(values) != np.prod(sizes):
        raise DataError(
            f"{where} holds {len(values)} values, but says {' x '.join(map(str, sizes))}. Copy it anew."
        )
    return sizes, values


def _of_keras(path: Path) -> list[np.ndarray]:
    keys = ("x_train", "y_train", "x_test", "y_test")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = [file[key] for key in keys]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: not Keras's file of x_train, y_train, x_test and y_test: {error}."
        ) from error
    if any(each.dtype != np.uint8 for each in arrays) or arrays[0].ndim != 3 or arrays[2].ndim != 3:
        shown = ", ".join(f"{key} {each.shape} {each.dtype}" for key, each in zip(keys, arrays, strict=True))
        raise DataError(f"{path} holds {shown}; expected uint8 images (n, rows, columns) and labels (n,).")
    return [arrays[0][..., None], arrays[1], arrays[2][..., None], arrays[3]]


def _missing(folder: Path, names: list[str]) -> str:
    kept = Path.home() / ".keras" / "datasets" / KERAS_FILE
    hint = f" Keras left one on this machine: copy {kept} there." if kept.is_file() else ""
    return (
        f"read_data_sets: {folder} lacks {', '.join(names)}. Nothing is downloaded here: put these files there (packed "
        f"or not; Fashion-MNIST's have the same names), or {KERAS_FILE} as keras.datasets.mnist keeps it.{hint}"
    )
