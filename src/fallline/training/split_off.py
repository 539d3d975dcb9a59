"""Whether the last rows may stand for the others, as `validation_split` takes them to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.data.batch import Batch
from fallline.errors import DataWarning, warn

FEW = 10
"""Rows whose order may be sorted by chance."""
REMEDY = (
    "validation_split takes the last rows as they stand. Shuffle first: "
    "x, y = sklearn.utils.shuffle(x, y, random_state=0); or give validation_data."
)


def warn_of_order(train: Batch, validation: Batch) -> None:
    """Warns where the rows split off are of classes that training lacks, or the targets are sorted.

    Args:
        train: The first rows.
        validation: The last rows.
    """
    pairs = [
        (_labels(first), _labels(last))
        for first, last in zip(_each(train.y), _each(validation.y), strict=True)
        if first is not None
    ]
    for first, last in pairs:
        told = None if first is None or last is None else _told(first, last)
        if told:
            warn(f"fit: {told} {REMEDY}", DataWarning)
            return


def _each(y: Any) -> tuple[Any, ...]:
    return y if isinstance(y, tuple) else (y,)


def _labels(y: NDArray[Any]) -> NDArray[Any] | None:
    """One value a row: a class number, that of a one-hot row, or a measurement; None where there are more."""
    if y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
        return y.reshape(-1)
    one_hot = y.ndim == 2 and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()
    return y.argmax(axis=1) if one_hot else None


def _told(first: NDArray[Any], last: NDArray[Any]) -> str | None:
    whole = np.concatenate([first, last])
    classes = whole.dtype.kind in "biu" or bool(np.isin(whole, (0, 1)).all())
    if classes:
        missing = np.setdiff1d(last, first)
        # Counts and years are whole numbers too, and nearly each is another.
        if len(missing) > 0 and len(np.unique(whole)) <= len(whole) / FEW:
            shown = ", ".join(f"{label:g}" for label in missing[:5]) + (", ..." if len(missing) > 5 else "")
            return (
                f"the rows split off for validation hold the classes {shown}, which those for training lack."
            )
    if len(whole) < FEW or (whole == whole[0]).all():
        return None
    changes = int((whole[1:] != whole[:-1]).sum())
    if classes and changes == len(np.unique(whole)) - 1:
        return "the rows are sorted by their class, so that those split off for validation are not like the others."
    if (whole[1:] >= whole[:-1]).all() or (whole[1:] <= whole[:-1]).all():
        return "the rows are sorted by their target, so that those split off for validation lie beyond the others."
    return None
