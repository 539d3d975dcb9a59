"""What a division of rows must keep to, so that the rows that judge a network are strangers to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.errors import DataError, DataWarning, ShapeError, UsageError, warn
from fallline.population.folds.fold import Fold

_SHOWN = 5


def row_numbers(given: Any, rows: int, where: str) -> NDArray[np.int64]:
    """Row numbers as a splitter or a user gives them; a mask of all rows is taken as the rows where it is True.

    Raises:
        DataError: they are no whole numbers, or none of the data's rows, or there are none.
    """
    array = np.asarray(given)
    if array.dtype == bool and array.shape == (rows,):
        array = np.flatnonzero(array)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise DataError(f"{where} must be row numbers (n,), got {array.dtype} of shape {array.shape}.")
    if not array.size:
        raise DataError(f"{where}: there are no rows. Take fewer folds, or leave this one out.")
    if array.min() < 0 or array.max() >= rows:
        raise DataError(
            f"{where} holds rows {array.min()} to {array.max()}, but the data have {rows}, numbered from 0."
        )
    return array.astype(np.int64)


def group_codes(groups: Any, rows: int) -> NDArray[np.int64]:
    """The group of each row as a number.

    Raises:
        ShapeError: there is not one for each row.
        DataError: a row has none.
    """
    values = np.asarray(groups)
    if values.shape != (rows,):
        raise ShapeError(f"groups must hold one entry per row, ({rows},); got {values.shape}.")
    missing = np.asarray(values != values)  # NaN and NaT
    if values.dtype == object:
        missing = np.array([value is None or value != value for value in values])
    if missing.any():
        raise DataError(
            f"groups: {int(missing.sum())} of {rows} rows have no group, the first is row {int(missing.argmax())}. Rows "
            "that belong together stay together: give these rows a group, each its own if need be, or leave them out."
        )
    return np.unique(values.astype(str) if values.dtype == object else values, return_inverse=True)[1]


def check_fold(fold: Fold, groups: NDArray[np.int64] | None) -> None:
    """Refuses a fold that is judged by rows that it has seen, or by rows of the same groups.

    Raises:
        DataError: names the fold, the rows or groups, and the remedy.
    """
    where = f"folds: fold {fold.number}"
    if (both := np.intersect1d(fold.train, fold.validation)).size:
        raise DataError(
            f"{where} holds {both.size} rows both for training and for validation, such as row {both[0]}: its score would "
            "be that of rows it has seen. Take them out of one of the two."
        )
    if groups is None:
        return
    split = np.intersect1d(groups[fold.train], groups[fold.validation])
    if split.size:
        row = int(fold.validation[np.isin(groups[fold.validation], split)][0])
        raise DataError(
            f"{where} has rows of {split.size} {'groups' if split.size > 1 else 'group'} on both sides, such as the group "
            f"of row {row}: what rows of a group share would be known. Take a splitter that keeps groups together, such as "
            "GroupKFold or StratifiedGroupKFold, or folds=5 with groups."
        )


def check_count(folds: int, rows: int, classes: NDArray[np.int64] | None) -> None:
    """Refuses more folds than there are rows, or than the rarest class has rows.

    Raises:
        UsageError, DataError: says what is there, and the remedy.
    """
    if folds > rows:
        raise UsageError(
            f"folds={folds} of {rows} rows: each fold needs a row to be judged by. Take {rows} folds or fewer."
        )
    if classes is None:
        return
    counts = np.bincount(classes)
    present = np.flatnonzero(counts)
    rare = present[counts[present] < folds]
    if rare.size:
        least = int(counts[rare].min())
        few = f"Take folds={least}, " if least > 1 else ""
        raise DataError(
            f"folds={folds}: {_named(rare)} fewer rows than there are folds (the rarest has {least}), so that some folds "
            f"would be judged without. {few or 'Take '}more rows of such a class, join it with another, leave it out, or "
            f"pass sklearn.model_selection.KFold({folds}, shuffle=True), which takes no notice of classes."
        )


def warn_of_missing_classes(folds: tuple[Fold, ...], classes: NDArray[np.int64] | None) -> None:
    """Warns where a fold is judged on classes that it was not trained on."""
    if classes is None:
        return
    for fold in folds:
        missing = np.setdiff1d(classes[fold.validation], classes[fold.train])
        if missing.size:
            warn(
                f"folds: fold {fold.number} is judged on rows of {_classes(missing)}, which its training rows lack. Take a "
                "stratified splitter, or fewer folds.",
                DataWarning,
            )
            return


def warn_of_sorted(y: Any) -> None:
    """Warns where rows that are cut as they stand are sorted by their target."""
    values = np.asarray(y)
    if values.size < 10 or values.size != len(values) or values.dtype.kind not in "biuf":
        return
    values = values.reshape(-1)
    if (values == values[0]).all():
        return
    if (values[1:] >= values[:-1]).all() or (values[1:] <= values[:-1]).all():
        warn(
            "folds: the rows are sorted by their target, and are cut as they stand, so that each fold is judged on values "
            "unlike those that it is trained on. Pass sklearn.model_selection.KFold(..., shuffle=True, random_state=0).",
            DataWarning,
        )


def _named(codes: NDArray[np.int64]) -> str:
    return f"{_classes(codes)} {'has' if codes.size == 1 else 'have'}"


def _classes(codes: NDArray[np.int64]) -> str:
    shown = ", ".join(map(str, codes[:_SHOWN].tolist())) + (", ..." if codes.size > _SHOWN else "")
    return f"class {shown}" if codes.size == 1 else f"classes {shown}"
