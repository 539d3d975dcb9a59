"""CIFAR-10: 60,000 small coloured images of ten classes."""

from __future__ import annotations

import numpy as np

from fallline.datasets.cifar import Archive, images_and_labels
from fallline.datasets.kept import Remote
from fallline.datasets.parts import Parts

__all__ = ["load_data"]

ARCHIVE = Archive(
    "cifar-10-batches-py",
    Remote(
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    ),
)


def load_data() -> Parts:
    """50,000 images for training and 10,000 for the test.

    The classes: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images (n, 32, 32, 3) of 0 to 255, uint8 labels (n, 1) of 0 to 9.

    Raises:
        DataError: the files cannot be had, or are damaged.

    Source: A. Krizhevsky 2009, "Learning multiple layers of features from tiny images". The interface is Keras 3's.
    """
    folder = ARCHIVE.folder()
    parts = [images_and_labels(folder / f"data_batch_{number}", "labels") for number in range(1, 6)]
    x_train, y_train = (np.concatenate(each) for each in zip(*parts, strict=True))
    x_test, y_test = images_and_labels(folder / "test_batch", "labels")
    return (x_train, y_train.astype(np.uint8)), (x_test, y_test.astype(np.uint8))
