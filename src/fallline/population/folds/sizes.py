"""Training sets of growing size, for learning curves: each is part of the next, and holds the classes as the whole does."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.data.splits import spread_evenly
from fallline.errors import UsageError
from fallline.population.folds.fold import Fold


def sized_folds(
    folds: Sequence[Fold], sizes: Any, classes: NDArray[np.int64] | None = None, seed: int = 0
) -> tuple[tuple[int, ...], tuple[Fold, ...]]:
    """Each fold with training sets of several sizes; what judges stays the same.

    The training rows of a fold are brought into one random order, in which each class is spread evenly; a set is the
    beginning of that order. So a smaller set is part of a larger one, and holds each class to within one row of its share.

    Args:
        folds: The folds.
        sizes: Numbers of rows, or shares (floats up to 1) of the smallest training set of a fold.
        classes: The class of each row; None: rows are drawn without strata.
        seed: Of the order; each fold has its own.

    Returns:
        The sizes in rows, ascending, each once; and the folds, all of the smallest size first.

    Raises:
        UsageError: a size is none that the folds have, or holds fewer rows than there are classes.
    """
    most = min(fold.train.size for fold in folds)
    counts = _in_rows(sizes, most)
    if classes is not None:
        needed = int(np.unique(classes).size)
        if counts[0] < needed:
            raise UsageError(
                f"sizes: {counts[0]} rows cannot hold a row of each of {needed} classes. Take {needed} rows or more."
            )
    lines = [_line(fold, classes, seed, counts[0]) for fold in folds]
    made = [
        (fold, np.sort(line[:count])) for count in counts for fold, line in zip(folds, lines, strict=True)
    ]
    return counts, tuple(
        Fold(rows, fold.validation, number, fold.repeat) for number, (fold, rows) in enumerate(made)
    )


def _line(fold: Fold, classes: NDArray[np.int64] | None, seed: int, least: int) -> NDArray[np.int64]:
    codes = np.zeros(fold.train.size, np.int64) if classes is None else classes[fold.train]
    generator = np.random.default_rng([seed, fold.number])
    line: NDArray[np.int64] = fold.train[spread_evenly(codes, generator, least / codes.size)]
    return line


def _in_rows(sizes: Any, most: int) -> tuple[int, ...]:
    """Sizes as numbers of rows, as scikit-learn's `learning_curve` reads them."""
    given = list(sizes) if isinstance(sizes, Iterable) and not isinstance(sizes, str | bytes) else [sizes]
    if not given or not all(isinstance(size, numbers.Real) and not isinstance(size, bool) for size in given):
        raise UsageError(f"sizes must be numbers of rows, or shares of them up to 1.0; got {sizes!r:.60}.")
    found = []
    for size in given:
        if isinstance(size, numbers.Integral):
            count = int(size)
        elif 0 < size <= 1:
            count = max(1, int(float(size) * most))
        else:
            count = 0
        if not 1 <= count <= most:
            raise UsageError(
                f"sizes: {size!r} is none that a training set of {most} rows has; give a whole number from 1 to {most}, or "
                "a share above 0 and up to 1.0."
            )
        found.append(count)
    return tuple(sorted(set(found)))
