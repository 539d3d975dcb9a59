"""Predictions for every row by networks that have not seen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline.errors import DataError, UsageError
from fallline.population.folds.fold import Fold
from fallline.population.folds.preparing import FoldedRows, rows_of, several_inputs


def assembled(folds: Sequence[Fold], predictions: Sequence[Any], rows: int) -> Any:
    """The predictions of all folds for their validation rows, put together in the order of the data.

    p_i = mean over the folds k that are judged by row i of p_i^(k)

    Args:
        folds: The folds; one may come several times, for several networks of it.
        predictions: For each its predictions (validation rows, ...), or a tree of them where there are several outputs.
        rows: How many rows the data have.

    Returns:
        Predictions (rows, ...).

    Raises:
        DataError: the folds do not judge each row equally often, so that there is no prediction of the whole.
    """
    counts = np.zeros(rows, np.int64)
    for fold in folds:
        np.add.at(counts, fold.validation, 1)
    if (counts != counts[0]).any() or not counts[0]:
        never = int((counts == 0).sum())
        came = (
            f"{never} of {rows} rows are in no validation part"
            if never
            else f"some rows are validated {counts.min()} times and some {counts.max()} times"
        )
        raise DataError(
            f"out-of-fold predictions: the folds do not part the rows: {came}. Take folds that have each row for validation "
            "equally often, such as KFold, StratifiedKFold, GroupKFold or their repeated forms."
        )

    def mean(*parts: NDArray[Any]) -> NDArray[Any]:
        arrays = [np.asarray(part) for part in parts]
        total = np.zeros((rows, *arrays[0].shape[1:]), np.float64)
        for fold, array in zip(folds, arrays, strict=True):
            np.add.at(total, fold.validation, array)
        return (total / counts[0]).astype(arrays[0].dtype)

    return jax.tree.map(mean, *predictions)


def out_of_fold(members: Sequence[Any], x: Any, data: FoldedRows) -> Any:
    """Predictions for every row, each by the members that have not seen it; the mean where there are several.

    Args:
        members: Trained members: `.model` predicts, `.fold` is the number of its fold; some of each fold.
        x: All rows of the data, as the user has them.
        data: What the members were trained on.

    Returns:
        Predictions (rows, ...), packed like `predict`'s.

    Raises:
        UsageError: a member has no fold.
        DataError: the folds of these members do not part the rows.
    """
    if not members or any(member.fold is None for member in members):
        raise UsageError("out-of-fold predictions need members of folds: train the population with folds=5.")
    folds = [data.folds[member.fold] for member in members]
    inputs = several_inputs(x)
    parts: list[Any] = []
    for member, fold in zip(members, folds, strict=True):
        if inputs is None:
            part = rows_of(x, fold.validation)
        else:
            taken = {name: rows_of(values, fold.validation) for name, values in inputs.items()}
            part = taken if isinstance(x, Mapping) else list(taken.values())
        parts.append(member.model.predict(data.inputs(fold.number, part)))
    return assembled(folds, parts, len(x) if inputs is None else len(next(iter(inputs.values()))))
