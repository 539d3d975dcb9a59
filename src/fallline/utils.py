"""The names that Keras's users look for under `utils`: class numbers as one-hot rows, seeds, names for files."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fallline._ranges import truth, whole
from fallline.config import clear_session_calls, set_random_seed
from fallline.errors import DataError, UsageError, missing
from fallline.registry.custom_objects import (
    custom_object_scope,
    get_custom_objects,
    register_keras_serializable,
)

__all__ = [
    "clear_session",
    "custom_object_scope",
    "get_custom_objects",
    "normalize",
    "register_keras_serializable",
    "set_random_seed",
    "to_categorical",
]


def clear_session(free_memory: bool = True) -> None:
    """Frees the compiled programs of models that are gone, but for the 16 used last, so that a loop of like models compiles once.

    Models that live keep their programs, weights and names. There is no session, and no counter of names, to clear.

    Args:
        free_memory: Whether to collect first what Python holds in cycles, such as models that were deleted.

    Raises:
        UsageError: it is no truth value.

    Source: Keras 3.
    """
    if truth("clear_session: free_memory", free_memory):
        gc.collect()
    for free in clear_session_calls:
        free()


def normalize(x: Any, axis: int = -1, order: Any = 2) -> NDArray[Any]:
    """Rows divided by their lengths: x / ||x|| along an axis, and 0 where that is 0.

    Args:
        x: An array (rows, ...) of numbers; a vector (n,) becomes one row (1, n), as in Keras.
        axis: The axis along which the norm is taken.
        order: The norm: 1, 2, `numpy.inf`, ...

    Returns:
        An array of NumPy.

    Raises:
        DataError: x holds no numbers.

    Source: Keras 3.

    Differs from Keras: `axis=0` divides columns by their lengths; Keras 3.15 divides rows of an array by the lengths of
        columns.
    """
    array = np.asarray(x)
    if array.dtype.kind not in "biuf" or not array.ndim:
        raise DataError(f"normalize: x must be an array of numbers, got {array.dtype} {array.shape}.")
    norm = np.atleast_1d(np.linalg.norm(array, order, axis))
    norm[norm == 0] = 1
    return array / np.expand_dims(norm, axis)


def to_categorical(x: Any, num_classes: int | None = None) -> NDArray[np.float32]:
    """Class numbers as one-hot rows: row i holds 1 at column x_i and 0 elsewhere.

    Args:
        x: Class numbers from 0 on (rows,), or of any shape; a last axis of length 1 is dropped.
        num_classes: How many columns; None: one more than the largest class.

    Returns:
        An array (..., num_classes) of float32.

    Raises:
        DataError: x holds something else than whole numbers of at least 0.
        UsageError: num_classes is no whole number, or too small.

    Source: Keras 3.
    """
    classes = np.asarray(x)
    if classes.size == 0 or classes.dtype.kind not in "biuf" or (classes != np.floor(classes)).any():
        raise DataError(
            f"to_categorical: x must hold whole class numbers, got {classes.dtype} {classes.shape}."
        )
    classes = classes.astype(np.int64)
    if classes.min() < 0:
        raise DataError(f"to_categorical: class numbers begin at 0, got {classes.min()}.")
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    count = (
        int(classes.max()) + 1
        if num_classes is None
        else whole("to_categorical: num_classes", num_classes, 1)
    )
    if count <= classes.max():
        raise UsageError(
            f"to_categorical: num_classes={count} is too small for class {classes.max()}; give {classes.max() + 1}."
        )
    return np.eye(count, dtype=np.float32)[classes]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        raise missing("fallline.utils", name, __all__)
