"""`tf.types`: names for annotations."""

from typing import Any


class experimental:  # noqa: N801 - TensorFlow's
    """Names for annotations."""

    TensorLike = Any
    Tensor = Any
