"""Reading handwritten digits from a folder: the four idx files, or Keras's mnist.npz; downloaded where there are none."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from jaxtyping import Float, UInt8

from fallline.datasets.idx import FILES, remotes, values_of
from fallline.datasets.kept import download, found
from fallline.errors import DataError

Images = UInt8[np.ndarray, "images rows columns 1"]
Labels = UInt8[np.ndarray, "images"]

CLASSES = 10
KERAS_FILE = "mnist.npz"


def digits(folder: Path, address: str) -> list[Any]:
    """Training images and labels, test images and labels: uint8, images (n, rows, columns, 1).

    The files of the folder; where it has none of them, the file of the digits that Keras has kept; else those that are
    not there are downloaded.

    Raises:
        DataError: the files are not there and cannot be had, or are damaged.
    """
    paths = [_found(folder, name) for name in FILES]
    if not all(paths) and (folder / KERAS_FILE).exists():
        arrays = _of_keras(folder / KERAS_FILE)
    elif not any(paths) and "fashion" not in address and (kept := found(KERAS_FILE)) is not None:
        arrays = _of_keras(kept)
    else:
        arrays = [
            _read(path or _download(folder, name, address)) for path, name in zip(paths, FILES, strict=True)
        ]
    for images, labels, what in ((*arrays[:2], "training"), (*arrays[2:], "test")):
        if len(images) != len(labels):
            raise DataError(f"{folder}: {len(images)} {what} images, but {len(labels)} labels.")
    return arrays


def _read(path: Path) -> Any:
    print("Extracting", path)  # as TensorFlow told it
    with path.open("rb") as file:
        return extract_images(file) if "images" in path.name else extract_labels(file)


def _download(folder: Path, name: str, address: str) -> Path:
    there = remotes(f"{address.rstrip('/')}/", "fashion" if "fashion" in address else "digits")[name]
    path = download(there, folder / name)
    print("Successfully downloaded", name, path.stat().st_size, "bytes.")  # likewise
    return path


def extract_images(f: BinaryIO) -> Images:
    """The images of an open idx file, packed or not.

    Raises:
        DataError: it is no such file, or damaged.
    """
    return values_of(f, "images")[..., None]


def extract_labels(f: BinaryIO, one_hot: bool = False, num_classes: int = CLASSES) -> Any:
    """The labels of an open idx file, packed or not.

    Raises:
        DataError: it is no such file, or damaged.
    """
    labels = values_of(f, "labels")
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


def _of_keras(path: Path) -> list[Any]:
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
