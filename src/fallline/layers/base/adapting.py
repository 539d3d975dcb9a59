"""What layers learn from data before training: the rows that `adapt` is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline.errors import DataError
from fallline.own.frames import frame_values


def rows_of(where: str, data: Any) -> NDArray[Any]:
    """All rows in one array of finite float64 numbers.

    Args:
        where: The layer, for messages.
        data: An array or table of numbers, or batches of them: a list of arrays, or a generator; of a batch
            (x, y) only x counts.

    Raises:
        DataError: there are no rows, no numbers, or numbers that are missing or infinite.
    """
    batches = list(data) if isinstance(data, Iterator) else data
    if isinstance(batches, list | tuple) and any(
        isinstance(batch, tuple | np.ndarray | jax.Array) for batch in batches
    ):
        parts = [_numbers(where, batch[0] if isinstance(batch, tuple) else batch) for batch in batches]
        if len({part.shape[1:] for part in parts}) > 1:
            raise DataError(
                f"{where}: adapt got batches of different shapes: "
                f"{', '.join(sorted({str(part.shape) for part in parts}))}."
            )
        rows = np.concatenate(parts)
    else:
        rows = _numbers(where, batches)
    if not rows.size:
        raise DataError(f"{where}: adapt needs at least one row, got an array of shape {rows.shape}.")
    if not np.isfinite(rows).all():
        missing = int(np.size(rows) - np.isfinite(rows).sum())
        raise DataError(
            f"{where}: adapt got {missing} missing or infinite values of {rows.size}. Fill them, or leave those rows "
            "out, first."
        )
    return rows


def _numbers(where: str, given: Any) -> NDArray[Any]:
    if given is None:
        raise DataError(f"{where}: adapt needs an array of rows, got None.")
    if not isinstance(given, np.ndarray | jax.Array | list | tuple):
        given, _ = frame_values(given, f"{where}: adapt: the data")
    try:
        array = np.asarray(given)
        # NumPy would read texts such as "1.5", and dates as days, and leave imaginary parts out.
        if array.dtype.kind in "USMmc":
            kinds = {"M": "dates", "m": "dates", "c": "complex numbers"}
            raise TypeError(f"they are {kinds.get(array.dtype.kind, 'texts')}")
        numbers: NDArray[Any] = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{where}: adapt needs numbers, got {type(given).__name__} that cannot be read as such ({error!s:.100}). "
            "Make them real numbers first."
        ) from error
    if numbers.ndim == 0:
        raise DataError(f"{where}: adapt needs an array of rows, got the single number {numbers!s}.")
    return numbers
