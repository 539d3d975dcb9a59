"""Class numbers as one-hot rows, with the arguments of every year."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline import utils
from fallline.errors import DataError, UsageError

normalize = utils.normalize


def to_categorical(
    y: Any = None,
    num_classes: int | None = None,
    dtype: Any = "float32",
    *,
    nb_classes: int | None = None,
    x: Any = None,
) -> NDArray[Any]:
    """Class numbers as one-hot rows; -1 is the last class, as in Keras, and numbers in texts are taken too.

    Args:
        y: Class numbers; `x` in Keras 3.
        num_classes: How many columns; `nb_classes` in Keras 1. None: one more than the largest class.
        dtype: The type of the rows.
        nb_classes: The older name.
        x: The later name.

    Raises:
        DataError: y holds no numbers, or a class that num_classes leaves no column for.
        UsageError: no class numbers are given.

    Source: Keras 2.
    """
    given = y if x is None else x
    if given is None:
        raise UsageError("to_categorical: give the class numbers: to_categorical(y).")
    try:
        classes = np.asarray(given).astype("int64")
    except (TypeError, ValueError):
        raise DataError(
            "to_categorical: y must hold class numbers; LabelEncoder makes some of texts."
        ) from None
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    if not classes.size:
        raise DataError("to_categorical: y is empty.")
    count = num_classes if nb_classes is None else nb_classes
    columns = int(count) if count else int(classes.max()) + 1
    if not -columns <= classes.min() <= classes.max() < columns:
        raise DataError(
            f"to_categorical: classes {classes.min()} to {classes.max()} in {columns} columns; give num_classes="
            f"{classes.max() + 1}."
        )
    return np.eye(columns, dtype=np.dtype(dtype))[classes]
