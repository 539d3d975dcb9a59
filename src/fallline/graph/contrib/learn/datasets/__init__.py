"""`tf.contrib.learn.datasets`: MNIST from the files of a folder, iris, tables."""

from typing import Any

from fallline.graph.contrib.learn.datasets import base as base, mnist as mnist
from fallline.graph.contrib.learn.datasets.base import load_iris
from fallline.graph.examples.tutorials.mnist.input_data import load_dataset as _mnist

__all__ = ["base", "load_dataset", "load_iris", "mnist"]


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False) -> Any:
    """The data of a name: "mnist", from the folder MNIST-data, or "iris".

    Args:
        name: The name.
        size: Of a set that has several; here without effect.
        test_with_fake_data: Likewise.

    Raises:
        UsageError: another name; it says where such data are.
    """
    return load_iris() if name == "iris" else _mnist(name, size, test_with_fake_data)
