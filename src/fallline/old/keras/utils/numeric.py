"""Class numbers as one-hot rows, with the arguments of every year."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline import utils
from fallline.errors import UsageError

normalize = utils.normalize


def to_categorical(
    y: Any = None,
    num_classes: int | None = None,
    dtype: Any = "float32",
    *,
    nb_classes: int | None = None,
    x: Any = None,
) -> NDArray[Any]:
    """Class numbers as one-hot rows, as `fallline.utils.to_categorical`.

    Args:
        y: Class numbers; `x` in Keras 3.
        num_classes: How many columns; `nb_classes` in Keras 1. None: one more than the largest class.
        dtype: The type of the rows.
        nb_classes: The older name.
        x: The later name.

    Raises:
        DataError: y holds something else than whole numbers of at least 0.
        UsageError: no class numbers are given, or num_classes is too small.

    Source: Keras 2.
    """
    given = y if x is None else x
    if given is None:
        raise UsageError("to_categorical: give the class numbers: to_categorical(y).")
    count = num_classes if nb_classes is None else nb_classes
    return utils.to_categorical(given, None if count is None else int(count)).astype(np.dtype(dtype))
