"""CIFAR-100: 60,000 small coloured images of a hundred classes."""

from __future__ import annotations

from typing import Literal

from fallline.datasets.cifar import Archive, images_and_labels
from fallline.datasets.kept import Remote
from fallline.datasets.parts import Parts
from fallline.errors import UsageError

__all__ = ["load_data"]

ARCHIVE = Archive(
    "cifar-100-python",
    Remote(
        "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
        "sha256:85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    ),
)


def load_data(label_mode: Literal["fine", "coarse"] = "fine") -> Parts:
    """50,000 images for training and 10,000 for the test.

    Args:
        label_mode: "fine" for the 100 classes, "coarse" for the 20 groups of them.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images (n, 32, 32, 3) of 0 to 255, whole labels (n, 1).

    Raises:
        UsageError: another label mode.
        DataError: the files cannot be had, or are damaged.

    Source: A. Krizhevsky 2009, "Learning multiple layers of features from tiny images". The interface is Keras 3's.
    """
    if label_mode not in ("fine", "coarse"):
        raise UsageError(f'label_mode must be "fine" or "coarse", got {label_mode!r}.')
    folder = ARCHIVE.folder()
    train, test = (images_and_labels(folder / part, f"{label_mode}_labels") for part in ("train", "test"))
    return train, test
