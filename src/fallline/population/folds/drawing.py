"""Divisions of rows by scikit-learn's splitters, drawn once for a whole population."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline._ranges import whole
from fallline.errors import DataError, UsageError
from fallline.population.folds.checks import (
    check_count,
    check_fold,
    group_codes,
    row_numbers,
    warn_of_missing_classes,
    warn_of_sorted,
)
from fallline.population.folds.fold import Fold


def draw_folds(
    folds: Any,
    rows: int,
    *,
    x: Any = None,
    y: Any = None,
    classes: NDArray[np.int64] | None = None,
    groups: Any = None,
    seed: int = 0,
) -> tuple[Fold, ...]:
    """The folds of a population. They are drawn here and once, so that all its members are compared on the same rows.

    A number k means what scikit-learn's `check_cv` makes of it: `StratifiedKFold(k)` for classes, else `KFold(k)`; with
    `groups` it means `StratifiedGroupKFold(k)` or `GroupKFold(k)`. A splitter is taken as it is; where it shuffles and has
    no `random_state`, the seed stands for one, so that the folds can be drawn again.

    Args:
        folds: How many; or an object with scikit-learn's `split(X, y, groups)`; or pairs of row numbers (train, validation).
        rows: How many rows there are.
        x: The inputs, for splitters that look at them.
        y: The targets, likewise.
        classes: The class of each row (`class_codes`); None where targets are no classes.
        groups: The group of each row: rows of one group are never on both sides of a fold.
        seed: Of random splitters without a seed of their own.

    Raises:
        UsageError: `folds` is nothing of that, or asks for more folds than there are rows or groups.
        DataError: a class has fewer rows than there are folds, a fold is empty, judged by rows that train it or by
            rows of the same groups, or a row has no group.
        ShapeError: the groups are not those of the rows.

    Warns:
        DataWarning: a fold is judged on classes that it is not trained on, or rows are cut as they stand and sorted.

    Source: scikit-learn for names and meaning (sklearn.model_selection, `check_cv`).
    """
    codes = None if groups is None else group_codes(groups, rows)
    repeats = 1
    if isinstance(folds, int | np.integer) and not isinstance(folds, bool):
        splitter = _splitter(whole("folds", folds, least=2), rows, y, classes, codes)
        pairs = _split(splitter, rows, x, y, classes, codes)
    elif callable(getattr(folds, "split", None)) and not isinstance(folds, str):
        splitter = _seeded(folds, seed)
        pairs = _split(splitter, rows, x, y, classes, codes)
        repeats = int(getattr(splitter, "n_repeats", 1))
    else:
        pairs = _pairs(folds)
    in_repeat = max(1, len(pairs) // repeats)
    drawn = tuple(
        Fold(
            row_numbers(train, rows, f"folds: the training rows of fold {number}"),
            row_numbers(validation, rows, f"folds: the validation rows of fold {number}"),
            number,
            number // in_repeat,
        )
        for number, (train, validation) in enumerate(pairs)
    )
    for fold in drawn:
        check_fold(fold, codes)
    warn_of_missing_classes(drawn, classes)
    return drawn


def _splitter(
    count: int,
    rows: int,
    y: Any,
    classes: NDArray[np.int64] | None,
    groups: NDArray[np.int64] | None,
) -> Any:
    """What a number of folds stands for."""
    from sklearn import model_selection

    check_count(count, rows, classes)
    if groups is None:
        if classes is not None:
            return model_selection.StratifiedKFold(count)
        warn_of_sorted(y)
        return model_selection.KFold(count)
    found = int(groups.max()) + 1
    if found < count:
        raise UsageError(
            f"folds={count} of {found} {'groups' if found > 1 else 'group'}: each fold needs a group to be judged by. Take "
            f"{found} folds or fewer."
            if found > 1
            else f"folds={count}: all rows are of one group, which cannot be divided. Take another column for the groups, or none."
        )
    return (
        model_selection.GroupKFold(count) if classes is None else model_selection.StratifiedGroupKFold(count)
    )


def _seeded(splitter: Any, seed: int) -> Any:
    """The splitter with the seed in the place of a random state that it lacks."""
    if "random_state" not in vars(splitter) or splitter.random_state is not None:
        return splitter
    seeded = copy.copy(splitter)
    seeded.random_state = seed
    return seeded


def _split(
    splitter: Any,
    rows: int,
    x: Any,
    y: Any,
    classes: NDArray[np.int64] | None,
    groups: NDArray[np.int64] | None,
) -> list[tuple[Any, Any]]:
    """What a splitter gives; what it refuses is said in our words."""
    name = type(splitter).__name__
    inputs = x if x is not None and not isinstance(x, dict | list | tuple) else np.zeros((rows, 1))
    targets = y if classes is None else classes
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            pairs = [(train, validation) for train, validation in splitter.split(inputs, targets, groups)]
    except (TypeError, ValueError) as error:
        hint = " Pass groups=, one entry per row." if groups is None and "groups" in str(error) else ""
        raise UsageError(f"folds: {name} cannot divide these {rows} rows: {error}{hint}") from None
    for warning in told:
        text = str(warning.message)
        if "least populated class" in text:
            raise DataError(
                f"folds: {name}: {text} Take fewer folds, join the class with another, or leave its rows out."
            )
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if not pairs:
        raise UsageError(f"folds: {name} gives no fold at all.")
    return pairs


def _pairs(folds: Any) -> list[tuple[Any, Any]]:
    if isinstance(folds, str | bytes | bool) or not isinstance(folds, Iterable):
        raise UsageError(
            f"folds must be a number of folds, a splitter such as sklearn.model_selection.KFold(5), or pairs of row numbers "
            f"(train, validation); got {folds!r:.60}."
        )
    found = list(folds)
    if not found or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in found):
        raise UsageError(
            f"folds: expected pairs of row numbers (train, validation), at least one; got {len(found)} items"
            + (f", the first of type {type(found[0]).__name__}." if found else ".")
        )
    return [(train, validation) for train, validation in found]
