"""Fashion-MNIST: 70,000 pieces of clothing."""

from __future__ import annotations

from pathlib import Path

from fallline.datasets.arrays import check_rows
from fallline.datasets.idx import FILES, remotes, values_of
from fallline.datasets.kept import KERAS_FILES, kept
from fallline.datasets.parts import Parts

__all__ = ["load_data"]

FOLDER = "fashion-mnist"


def load_data() -> Parts:
    """60,000 pieces of clothing for training and 10,000 for the test.

    The classes: T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images (n, 28, 28) of 0 to 255, uint8 labels (n,) of 0 to 9.

    Raises:
        DataError: the files cannot be had, or are damaged.

    Source: H. Xiao, K. Rasul, R. Vollgraf 2017; MIT licence. The interface is Keras 3's.
    """
    there = remotes(KERAS_FILES, "fashion")
    paths = [kept(Path(FOLDER) / name, there[name]) for name in FILES]
    x_train, x_test = (values_of(path, "images") for path in paths[0::2])
    y_train, y_test = (values_of(path, "labels") for path in paths[1::2])
    check_rows(paths[0], (x_train, y_train))
    check_rows(paths[2], (x_test, y_test))
    return (x_train, y_train), (x_test, y_test)
