"""How often values lie between limits that grow by a tenth, as TensorFlow's summaries count them.

TensorBoard has two loaders. One shows the outermost buckets from the least value and to the greatest, whatever they hold,
so that TensorFlow's empty ones at both ends become buckets that run backwards; the other drops those. Here there are none.

Source: TensorFlow, core/lib/histogram/histogram.cc; TensorBoard, data_compat.py.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np

from fallline.errors import DataError

LARGEST = float(np.finfo(np.float64).max)


@dataclasses.dataclass(frozen=True)
class Histogram:
    """How often values lie between limits.

    Attributes:
        least: The least value.
        greatest: The greatest value.
        total: The sum of all values.
        squares: The sum of their squares.
        limits: The upper limit of each bucket; a value on a limit counts in the bucket above.
        counts: How many values are in each bucket. The first and the last hold some.
    """

    least: float
    greatest: float
    total: float
    squares: float
    limits: tuple[float, ...]
    counts: tuple[float, ...]


def histogram_of(values: Any) -> Histogram | None:
    """The histogram of some values; None where there are none.

    Raises:
        DataError: a value is not finite.
    """
    flat = np.asarray(values).astype(np.float64).reshape(-1)
    if not flat.size:
        return None
    if not np.isfinite(flat).all():
        wrong = int(np.size(flat) - np.isfinite(flat).sum())
        raise DataError(
            f"a histogram was asked for of {flat.size} values, of which {wrong} are not finite (nan or infinite)."
        )
    limits = _limits()
    # How many values lie below each limit: looking the limits up among sorted values takes a tenth of the reverse.
    flat = np.sort(flat)
    counts = np.diff(np.searchsorted(flat, limits[:-1], side="left"), prepend=0, append=flat.size)
    filled = np.flatnonzero(counts)
    limits, counts = limits[filled[0] : filled[-1] + 1], counts[filled[0] : filled[-1] + 1]
    # Of neighbours without values, one stands for all.
    kept = (counts > 0) | np.append(counts[1:] > 0, True)
    with np.errstate(over="ignore"):
        squares = float(np.square(flat).sum())
    return Histogram(
        float(flat[0]),
        float(flat[-1]),
        float(flat.sum()),
        squares,
        tuple(limits[kept].tolist()),
        tuple(counts[kept].astype(float).tolist()),
    )


@functools.cache
def _limits() -> np.ndarray[Any, np.dtype[np.float64]]:
    # One product after the other, as TensorFlow makes them: powers would differ in their last bits.
    above, limit = [], 1e-12
    while limit < 1e20:
        above.append(limit)
        limit *= 1.1
    above.append(LARGEST)
    return np.array([*(-each for each in reversed(above)), 0.0, *above])
