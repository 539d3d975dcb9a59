"""`tf.io`: files."""

from typing import Any

import numpy as np

from fallline.graph import gfile as gfile
from fallline.old.tensorflow.second.core.operators import tensor_of


def read_file(filename: Any, name: Any = None) -> Any:
    """The bytes of a file."""
    path = np.asarray(filename)[()]
    with gfile.GFile(path.decode() if isinstance(path, bytes) else str(path), "rb") as file:
        return tensor_of(file.read())


def write_file(filename: Any, contents: Any, name: Any = None) -> None:
    """Writes bytes to a file."""
    text = np.asarray(tensor_of(contents))[()]
    with gfile.GFile(str(filename), "wb") as file:
        file.write(bytes(text))


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(
        f"tf.io has no {name} in Fallline: read rows with NumPy or polars, and images with Pillow."
    )
