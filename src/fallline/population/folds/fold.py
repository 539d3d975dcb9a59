"""One division of the rows of a data set: those that train a network, and those that judge it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Int64
from numpy.typing import NDArray

from fallline.engine import Share
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True, eq=False)
class Fold:
    """One division of the rows.

    Attributes:
        train: Numbers of the rows that train; a row may come several times (a bootstrap sample).
        validation: Numbers of the rows that judge; none of them trains.
        number: Its place among the folds of a population, from 0.
        repeat: Which repetition of the division it belongs to, from 0.
    """

    __repr__ = fields_shown

    train: Int64[np.ndarray, " rows"]
    validation: Int64[np.ndarray, " rows"]
    number: int = 0
    repeat: int = 0

    @property
    def share(self) -> Share:
        """The same as a network takes it, where training and validation set both are the whole data."""
        rows: Any = self.train, self.validation  # Share makes arrays of its own of them
        return Share(*rows)


def class_codes(y: Any, classes: Any) -> NDArray[np.int64] | None:
    """The class of each row as its place among the classes; None where targets are no classes.

    Args:
        y: Targets as a loss takes them: class numbers (n,) or (n, 1), or rows with a 1 at the class (n, classes).
        classes: The classes that there can be, or None (`Model._classes`).
    """
    y = np.asarray(y)
    if classes is None or not np.size(classes):
        return None
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
        return y.argmax(axis=1).astype(np.int64) if one_hot else None
    if y.ndim > 2 or not np.isin(y, classes).all():
        return None
    return np.searchsorted(np.sort(np.asarray(classes)), y.reshape(-1)).astype(np.int64)
