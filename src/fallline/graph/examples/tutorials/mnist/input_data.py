"""Handwritten digits as TensorFlow 1's first tutorial reads them: `mnist.train.next_batch(100)`.

    from fallline.graph.examples.tutorials.mnist import input_data
    mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)

The files lie in the folder; where they do not, Keras's file of the digits serves if there is one, and else they are
downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fallline.errors import UsageError
from fallline.graph.core.dtypes import as_dtype
from fallline.graph.core.failures import GraphTypeError
from fallline.graph.core.graph import get_default_graph
from fallline.graph.examples.tutorials.mnist.idx import (
    CLASSES,
    dense_to_one_hot,
    digits,
    extract_images,
    extract_labels,
)

__all__ = [
    "DataSet", "Datasets", "dense_to_one_hot", "extract_images", "extract_labels", "load_dataset", "load_mnist",
    "read_data_sets",
]  # fmt: skip

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
_FAKE_EXAMPLES = 10000
_PIXELS = 784


class DataSet:
    """Images and labels, handed out in batches.

    Args:
        images: uint8 images (n, rows, columns, 1).
        labels: Their labels, whole or one-hot.
        fake_data: Batches of ones, without any data.
        one_hot: Whether the fake labels are.
        dtype: float32 for values in [0, 1], uint8 for 0 to 255.
        reshape: Whether an image is one row of values.
        seed: For the order. With it, or with a seed of the default graph, NumPy's global generator is seeded; without
            either the order comes from that generator as it stands.

    Raises:
        GraphTypeError: another dtype.
        UsageError: images and labels differ in number, or an image has several channels.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = "float32",
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        seed = get_default_graph().seed if seed is None else seed
        if seed is not None:
            np.random.seed(seed % (2**31 - 1))  # noqa: NPY002  (the generator of the programs)
        name = as_dtype(dtype).base_dtype.name
        if name not in ("uint8", "float32"):
            raise GraphTypeError(f"Invalid image dtype {name!r}, expected uint8 or float32")
        self._fake, self.one_hot = fake_data, one_hot
        self._num_examples = _FAKE_EXAMPLES if fake_data else len(images)
        if not fake_data:
            if len(images) != len(labels):
                raise UsageError(f"DataSet: {len(images)} images, but labels {np.shape(labels)}.")
            if reshape and (images.ndim != 4 or images.shape[3] != 1):
                raise UsageError(f"DataSet: images (n, rows, columns, 1) are reshaped, got {images.shape}.")
            if reshape:
                images = images.reshape(len(images), images.shape[1] * images.shape[2])
            if name == "float32":
                images = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0))
        self._images, self._labels = images, labels
        self._epochs_completed = self._index_in_epoch = 0

    @property
    def images(self) -> Any:
        """The images, in the order of the running epoch."""
        return self._images

    @property
    def labels(self) -> Any:
        """The labels, in the order of the running epoch."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many there are."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How often all of them were handed out."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """The next images and labels; the last of an epoch together with the first of the next.

        Args:
            batch_size: How many.
            fake_data: Lists of ones instead, of 784 values an image.
            shuffle: Whether an epoch that begins takes a new order.

        Raises:
            UsageError: a batch larger than the data.
        """
        if fake_data or self._fake:
            label: Any = [1] + [0] * (CLASSES - 1) if self.one_hot else 0
            return [[1] * _PIXELS for _ in range(batch_size)], [label for _ in range(batch_size)]
        if batch_size > self._num_examples:
            raise UsageError(f"next_batch({batch_size}): there are {self._num_examples} examples.")
        start = self._index_in_epoch
        if self._epochs_completed == 0 and start == 0 and shuffle:
            self._shuffle()
        if start + batch_size <= self._num_examples:
            self._index_in_epoch += batch_size
            return self._images[start : start + batch_size], self._labels[start : start + batch_size]
        self._epochs_completed += 1
        images, labels = self._images[start:], self._labels[start:]
        if shuffle:
            self._shuffle()
        self._index_in_epoch = end = batch_size - len(images)
        return np.concatenate([images, self._images[:end]]), np.concatenate([labels, self._labels[:end]])

    def _shuffle(self) -> None:
        order = np.arange(self._num_examples)
        np.random.shuffle(order)  # noqa: NPY002  (the generator of the programs)
        self._images, self._labels = self._images[order], self._labels[order]


class Datasets(NamedTuple):
    """The three parts of the data."""

    train: DataSet
    validation: DataSet
    test: DataSet


def read_data_sets(
    train_dir: str | Path,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = "float32",
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """The digits of a folder: the first `validation_size` training images validate, the others train.

    Args:
        train_dir: The folder of the four idx files, packed or not, or of Keras's mnist.npz. Where they are not there,
            the mnist.npz that Keras has kept is read, and else the four are downloaded to there.
        fake_data: No files are read; batches are ones.
        one_hot: Labels as rows of ten float64 numbers, instead of uint8 numbers.
        dtype: float32 for values in [0, 1], uint8 for 0 to 255.
        reshape: Images as rows of 784 values, instead of (28, 28, 1).
        validation_size: How many images validate.
        seed: For the order of the batches; see `DataSet`.
        source_url: The address of the folder that they are downloaded from, of the digits or of Fashion-MNIST.

    Raises:
        DataError: files are missing and cannot be downloaded, or damaged.
        UsageError: a validation size that is negative or above the number of training images.
    """
    options: dict[str, Any] = {"dtype": dtype, "seed": seed}
    if fake_data:
        options.update(fake_data=True, one_hot=one_hot)
        return Datasets(*(DataSet([], [], **options) for _ in range(3)))
    images, labels, test_images, test_labels = digits(Path(train_dir), source_url)
    if not 0 <= validation_size <= len(images):
        raise UsageError(
            f"Validation size should be between 0 and {len(images)}. Received: {validation_size}."
        )
    if one_hot:
        labels, test_labels = dense_to_one_hot(labels, CLASSES), dense_to_one_hot(test_labels, CLASSES)
    options["reshape"] = reshape
    cut = validation_size
    return Datasets(
        DataSet(images[cut:], labels[cut:], **options),
        DataSet(images[:cut], labels[:cut], **options),
        DataSet(test_images, test_labels, **options),
    )


def load_mnist(train_dir: str | Path = "MNIST-data") -> Datasets:
    """The digits of a folder, with whole labels."""
    return read_data_sets(train_dir)


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False) -> Any:  # noqa: ARG001  (likewise)
    """The data of a name, as `tf.contrib.learn.datasets.load_dataset`: "mnist", from the folder MNIST-data.

    Args:
        name: "mnist".
        size: Of a set that has several; here without effect.
        test_with_fake_data: Likewise.

    Raises:
        UsageError: another name; it says where such data are.
    """
    if name == "mnist":
        return load_mnist()
    where = {
        "iris": "sklearn.datasets.load_iris() has it.",
        "boston": "scikit-learn no longer has it.",
        "dbpedia": "it is text.",
    }
    raise UsageError(f'load_dataset: "mnist" is offered, not {name!r}. {where.get(name, "")}'.rstrip())
