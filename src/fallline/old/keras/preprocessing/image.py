"""`keras.preprocessing.image`: images as arrays, and sets of them in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.errors import IMAGES, UsageError
from fallline.old.keras.utils.images import (
    array_to_img as array_to_img,
    img_to_array as img_to_array,
    load_img as load_img,
    save_img as save_img,
)
from fallline.old.keras.utils.sequences import Sequence
from fallline.old.spaces import names_of as _names_of


class NumpyArrayIterator(Sequence):
    """Batches of images, without end; `len` is how many an epoch has."""

    def __init__(
        self, x: Any, y: Any, generator: ImageDataGenerator, batch_size: int, shuffle: bool, seed: int | None
    ) -> None:
        super().__init__()
        self.x, self.y = np.asarray(x), None if y is None else np.asarray(y)
        self.n, self.batch_size, self.shuffle, self.seed = len(self.x), batch_size, shuffle, seed
        self._generator, self._epochs = generator, 0
        self._going: Iterator[Any] | None = None
        self._order: NDArray[Any] = np.arange(self.n)

    def __len__(self) -> int:
        return ceil(self.n / self.batch_size)

    def __getitem__(self, index: int) -> Any:
        if index == 0 and self.shuffle:
            draw = np.random if self.seed is None else np.random.RandomState(self.seed + self._epochs)
            self._order, self._epochs = draw.permutation(self.n), self._epochs + 1
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        images = np.stack(
            [self._generator.standardize(self._generator.random_transform(self.x[row])) for row in rows]
        )
        return images if self.y is None else (images, self.y[rows])

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._going is None:
            self._going = (self[index] for _ in iter(int, 1) for index in range(len(self)))
        return next(self._going)

    def next(self) -> Any:
        """The next batch."""
        return next(self)


class ImageDataGenerator:
    """Images brought to one scale, and flipped at random.

    Args:
        featurewise_center: Whether the mean of all images is subtracted; `fit` reads it.
        samplewise_center: Whether each image's mean is.
        featurewise_std_normalization: Whether images are divided by the standard deviation of all.
        samplewise_std_normalization: Whether each is by its own.
        horizontal_flip: Whether half of them are mirrored.
        vertical_flip: Whether half of them are turned upside down.
        rescale: What values are multiplied by; None or 0: nothing.
        preprocessing_function: What each image goes through first.
        **others: Rotations, shifts and so on, which the layers `RandomRotation`, `RandomTranslation`, ... do.

    Raises:
        UsageError: another change is asked for.

    Source: Keras 2.
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        *,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[Any], Any] | None = None,
        **others: Any,
    ) -> None:
        ignored = (
            "fill_mode",
            "cval",
            "data_format",
            "dim_ordering",
            "dtype",
            "zca_epsilon",
            "interpolation_order",
        )
        for name, value in others.items():
            if name not in ignored and value not in (None, 0, 0.0, False):
                raise UsageError(
                    f"ImageDataGenerator: no {name}; the layers RandomRotation, RandomTranslation, RandomZoom, "
                    "RandomBrightness change images within the compiled step."
                )
        self.featurewise_center, self.featurewise_std_normalization = (
            featurewise_center,
            featurewise_std_normalization,
        )
        self.samplewise_center, self.samplewise_std_normalization = (
            samplewise_center,
            samplewise_std_normalization,
        )
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.mean: Any = None
        self.std: Any = None

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Reads mean and standard deviation of each channel."""
        del augment, rounds, seed
        images = np.asarray(x, dtype="float32")
        if self.featurewise_center:
            self.mean = images.mean(axis=(0, 1, 2))
            images = images - self.mean
        if self.featurewise_std_normalization:
            self.std = images.std(axis=(0, 1, 2))

    def standardize(self, x: Any) -> NDArray[Any]:
        """One image brought to scale."""
        image: Any = np.asarray(x, dtype="float32")
        if self.preprocessing_function is not None:
            image = self.preprocessing_function(image)
        if self.rescale:
            image = image * np.float32(self.rescale)
        if self.samplewise_center:
            image = image - image.mean(keepdims=True)
        if self.samplewise_std_normalization:
            image = image / (image.std(keepdims=True) + 1e-6)
        if self.featurewise_center and self.mean is not None:
            image = image - self.mean
        if self.featurewise_std_normalization and self.std is not None:
            image = image / (self.std + 1e-6)
        return np.asarray(image)

    def random_transform(self, x: Any, seed: int | None = None) -> NDArray[Any]:
        """One image, flipped by chance."""
        draw = np.random if seed is None else np.random.RandomState(seed)
        image = np.asarray(x)
        image = image[:, ::-1] if self.horizontal_flip and draw.random() < 0.5 else image
        return image[::-1] if self.vertical_flip and draw.random() < 0.5 else image

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> NumpyArrayIterator:
        """Batches of images and targets without end."""
        del sample_weight, kwargs
        return NumpyArrayIterator(x, y, self, batch_size, shuffle, seed)

    def flow_from_directory(self, *args: Any, **kwargs: Any) -> Any:
        """Not there.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"ImageDataGenerator.flow_from_directory: {IMAGES}")


__getattr__ = _names_of(__name__)
