"""Images in: `.npz` files, and what a network's first layer has to know about their values."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Shaped

from fallline.errors import DataError, SavedFileError
from fallline.own.shown import fields_shown

Images = Shaped[np.ndarray, "rows *shape"]

_PAIRS = (("x", "y"), ("x_train", "y_train"))
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class ImageData:
    """Images and their targets, in the types of the file.

    Args:
        x: Images (rows, height, width) or (rows, height, width, channels), or vectors such as embeddings
            (rows, features); uint8 stays uint8.
        y: Their targets (rows), as a polars column named `y`; None where the file has none.
        x_test: The test images, where the file has a test part of its own.
        y_test: Their targets.
    """

    __repr__ = fields_shown

    x: Images
    y: pl.Series | None
    x_test: Images | None = None
    y_test: pl.Series | None = None


def read_images(path: str | Path, *, need_target: bool = True) -> ImageData:
    """Reads an `.npz` of images: `x` and `y`, or Keras's `x_train`, `y_train`, `x_test`, `y_test`.

    Args:
        path: The file.
        need_target: False to score images: `y` may then be missing.

    Raises:
        DataError: no such file, damaged, other keys, Python objects inside, shapes that do not fit.
    """
    path = Path(path)
    arrays = _load(path)
    keys = next((pair for pair in _PAIRS if pair[0] in arrays), None)
    if keys is None or (need_target and keys[1] not in arrays):
        found = ", ".join(sorted(arrays)) or "nothing"
        raise DataError(f"{path} holds {found}; expected x and y, or x_train, y_train, x_test and y_test.")
    x, y = _images(path, keys[0], arrays), _targets(path, keys, arrays)
    x_test = y_test = None
    if keys[0] == "x_train" and "x_test" in arrays:
        x_test, y_test = _images(path, "x_test", arrays), _targets(path, ("x_test", "y_test"), arrays)
        if x_test.shape[1:] != x.shape[1:] or x_test.dtype != x.dtype:
            raise DataError(
                f"{path}: x_test has images {_shown(x_test)}, x_train {_shown(x)}; they must be alike."
            )
    return ImageData(x, y, x_test, y_test)


@dataclass(frozen=True)
class ImagePreprocessor:
    """What the network's first layer does to images: `(x - mean) / deviation`; the data stay as they came.

    uint8 images take a quarter of float32's memory, so they are standardised inside the network.

    Args:
        shape: Of one image, such as (28, 28) or (32, 32, 3).
        dtype: Of the values, such as `uint8` or `float32`.
        mean: Of all values of the training images.
        deviation: Their standard deviation; 1 where all are equal.
    """

    __repr__ = fields_shown

    shape: tuple[int, ...]
    dtype: str
    mean: float
    deviation: float

    @classmethod
    def fit(cls, images: Images) -> ImagePreprocessor:
        """Learns from training images.

        Raises:
            DataError: a value is not finite.
        """
        total = squares = 0.0
        for start in range(0, len(images), _ROWS_AT_ONCE):
            part = images[start : start + _ROWS_AT_ONCE].astype(np.float64)
            total, squares = total + part.sum(), squares + np.square(part).sum()
        mean = float(total / images.size)
        deviation = float(np.sqrt(max(squares / images.size - mean**2, 0.0)))
        return cls(images.shape[1:], images.dtype.name, mean, deviation or 1.0)

    def transform(self, images: Images) -> Images:
        """The images unchanged, once it is sure that they are like those of training.

        Raises:
            DataError: another shape or type of values.
        """
        if images.shape[1:] != self.shape or images.dtype.name != self.dtype:
            wanted = f"{' x '.join(map(str, self.shape))} of {self.dtype}"
            hint = ""
            if images.shape[1:] == self.shape:
                hint = f" Convert them with x.astype({self.dtype!r}), on the scale of the training images."
            raise DataError(f"the model was trained on images {wanted}, got {_shown(images)}.{hint}")
        return images

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes an equal preprocessor."""
        return {
            "shape": list(self.shape),
            "dtype": self.dtype,
            "mean": self.mean,
            "deviation": self.deviation,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> ImagePreprocessor:
        """The preprocessor that `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or from another version.
        """
        try:
            return cls(tuple(config["shape"]), config["dtype"], config["mean"], config["deviation"])
        except (KeyError, TypeError) as error:
            raise SavedFileError(f"the saved image preprocessing cannot be read: {error!r}.") from error


def _load(path: Path) -> dict[str, np.ndarray]:
    if path.is_dir():
        raise DataError(f"{path} is a folder; expected an .npz file.")
    if not path.exists():
        raise DataError(f"no file {path}.")
    try:
        # Pickled objects are never loaded: they could run code.
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if isinstance(archive, np.ndarray):
                raise DataError(f"{path} holds one array; expected an .npz with x and y (np.savez).")
            wanted = {key for pair in (*_PAIRS, ("x_test", "y_test")) for key in pair}
            return {key: archive[key] if key in wanted else np.empty(0) for key in archive.files}
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{path} holds Python objects or no arrays at all: {error}. "
            "Save plain arrays of numbers: np.savez(path, x=x, y=y)."
        ) from error
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is a damaged .npz file: {error}.") from error


def _images(path: Path, key: str, arrays: Mapping[str, np.ndarray]) -> Images:
    images = arrays[key]
    if images.ndim not in (2, 3, 4) or images.dtype.kind not in "uif" or not images.size:
        raise DataError(
            f"{path}: {key} is {images.shape} of {images.dtype}; expected numbers (rows, height, "
            "width), (rows, height, width, channels), or (rows, features)."
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise DataError(f"{path}: {key} holds values that are not finite. Correct them first.")
    return images


def _targets(path: Path, keys: tuple[str, str], arrays: Mapping[str, np.ndarray]) -> pl.Series | None:
    images, targets = arrays[keys[0]], arrays.get(keys[1])
    if targets is None:
        return None
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim == 2:
        raise DataError(
            f"{path}: {keys[1]} is {targets.shape}; expected one target a row. If it is one-hot, save y.argmax(axis=1)."
        )
    if targets.ndim != 1 or len(targets) != len(images):
        raise DataError(
            f"{path}: {keys[0]} has {len(images)} images, {keys[1]} is {targets.shape}; expected ({len(images)},)."
        )
    return pl.Series("y", targets.tolist())


def _shown(images: Images) -> str:
    return f"{' x '.join(map(str, images.shape[1:]))} of {images.dtype}"
