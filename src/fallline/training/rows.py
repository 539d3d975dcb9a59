"""From arrays in Keras's words to rows that a run takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline._ranges import whole
from fallline.data.arrays import split_off_validation, with_class_weight
from fallline.data.batch import Batch
from fallline.engine import Data
from fallline.errors import UsageError
from fallline.training.split_off import warn_of_order

BATCH_SIZE = 32
"""Rows per batch where nobody says, as in Keras."""

Read = Callable[[Any, Any, Any, str], Batch]
"""`(x, y, sample_weight, where)` -> rows, checked and in the form that the losses take; `where` begins messages."""


def training_data(
    read: Read,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    validation_data: Any = None,
    validation_split: float = 0.0,
    class_weight: Any = None,
    classes: Callable[[Batch], NDArray[Any] | None] = lambda _: None,
    validation_rows: int | None = None,
) -> Data:
    """Training and validation rows: read, then split, then weighed, then cut; in arrays of the run's own.

    Class weights count in training alone, as in Keras; sample weights of rows that are split off stay theirs.

    Args:
        read: Reads the arrays of either part.
        x: Inputs.
        y: Targets.
        sample_weight: One weight per row.
        validation_data: x, (x, y) or (x, y, sample_weight) to validate on.
        validation_split: The last fraction of the rows that is kept for validation, where validation_data is None.
        class_weight: `{class: weight}` of the training rows.
        classes: The classes that there can be, of all rows, or None.
        validation_rows: How many validation rows to use; None: all.

    Raises:
        UsageError: validation_data is no such tuple.
        DataError, ShapeError: what `read` says of either part.
    """
    if validation_data is not None and not (
        isinstance(validation_data, tuple | list) and 1 <= len(validation_data) <= 3
    ):
        raise UsageError("validation_data must be a tuple (x, y) or (x, y, sample_weight).")
    train, validation = read(x, y, sample_weight, ""), None
    known = None if class_weight is None else classes(train)
    if validation_data is not None:
        given = (*validation_data, None, None)
        validation = read(given[0], given[1], given[2], "validation_data: ")
    elif validation_split:
        train, validation = split_off_validation(train, validation_split)
        warn_of_order(train, validation)
    if class_weight is not None:
        train = with_class_weight(train, class_weight, known)
    if validation is not None and validation_rows is not None:
        validation = validation.cut(0, validation_rows)
    return Data(*jax.tree.map(_own_copy, (train, validation)))


def _own_copy(array: NDArray[Any]) -> NDArray[Any]:
    """A copy that nobody else can write into: a callback may, and the device reads where the array lies if it can.

    It begins where the device can read it (64 bytes), so that it is copied once.
    """
    room = np.empty(array.nbytes + 64, np.uint8)
    first = -room.ctypes.data % 64
    copy: NDArray[Any] = room[first : first + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def require_counts(**counts: Any) -> None:
    """Refuses what is no whole number of at least 1; None passes.

    Raises:
        UsageError: names the argument and what came.
    """
    for name, count in counts.items():
        if count is not None:
            whole(name, count, least=1)
