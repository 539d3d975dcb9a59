"""MNIST: 70,000 handwritten digits."""

from __future__ import annotations

from pathlib import Path

from fallline.datasets.arrays import arrays_of, check_rows
from fallline.datasets.kept import KERAS_FILES, Remote, kept
from fallline.datasets.parts import Parts

__all__ = ["load_data"]

FILE = "mnist.npz"
REMOTE = Remote(KERAS_FILES + FILE, "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1")


def load_data(path: str | Path = FILE) -> Parts:
    """60,000 digits for training and 10,000 for the test.

    Args:
        path: Name of the file below Keras's folder `datasets`, or its whole path.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images (n, 28, 28) of 0 to 255, uint8 labels (n,) of 0 to 9.

    Raises:
        DataError: the file cannot be had, or is damaged.

    Source: Y. LeCun, C. Cortes, C. Burges 1998; CC BY-SA 3.0. The interface is Keras 3's.
    """
    file = kept(path, REMOTE)
    x_train, y_train, x_test, y_test = arrays_of(file, "x_train", "y_train", "x_test", "y_test")
    check_rows(file, (x_train, y_train), (x_test, y_test))
    return (x_train, y_train), (x_test, y_test)
