"""Preprocessing that has seen the training rows of its fold alone, and one data set for all members of a population."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.data.arrays import as_values
from fallline.engine import Share
from fallline.errors import DataError, ShapeError, UsageError
from fallline.own.shown import fields_shown
from fallline.population.folds.fold import Fold

Transform = Callable[[Any], Any]
"""Rows as the user has them -> the rows that a network takes."""


@dataclasses.dataclass(frozen=True, eq=False)
class FoldedRows:
    """Data for the members of all folds: one set, of which each has its rows.

    Where each fold has a preprocessing of its own, the rows of all folds lie one after the other, so that memory goes
    with the number of folds, not of members.

    Attributes:
        x: Inputs.
        y: Targets of the same rows.
        sample_weight: What they weigh, or None.
        folds: The folds, in rows of the user's data.
        shares: The same in rows of these data; both for training and for validation.
        transforms: For each fold what makes the network's rows of the user's; None: they are the same.
    """

    __repr__ = fields_shown

    x: Any
    y: Any
    sample_weight: Any
    folds: tuple[Fold, ...]
    shares: tuple[Share, ...]
    transforms: tuple[Transform, ...] | None = None

    def inputs(self, number: int, x: Any) -> Any:
        """Rows as the networks of a fold take them.

        Args:
            number: The fold's number.
            x: Rows as the user has them.
        """
        return x if self.transforms is None else self.transforms[number](x)


def folded(
    folds: Sequence[Fold], x: Any, y: Any = None, sample_weight: Any = None, preprocess: Any = None
) -> FoldedRows:
    """The data of all folds, each prepared by what was fitted to its training rows alone.

    Args:
        folds: The folds.
        x: Inputs: an array or a data frame; several inputs only without `preprocess`.
        y: Targets; several outputs: a dictionary by their names.
        sample_weight: One weight per row, or None.
        preprocess: An object with scikit-learn's `fit` and `transform`, of which each fold has a clone; or a function
            `f(x, y)` of training rows that gives a function of any rows; None: rows are taken as they are.

    Raises:
        UsageError: `preprocess` is neither, or gives no function.
        DataError: it makes no finite numbers of some rows.
        ShapeError: it makes other columns in one fold than in another.
    """
    if preprocess is None:
        return FoldedRows(x, y, sample_weight, tuple(folds), tuple(fold.share for fold in folds))
    if several_inputs(x) is not None:
        raise UsageError(
            "preprocess is for one input x; prepare several inputs before, or by layers of the network."
        )
    blocks: list[NDArray[Any]] = []
    shares: list[Share] = []
    transforms: list[Transform] = []
    first = 0
    for fold in folds:
        train, validation, transform = _prepared(fold, x, y, preprocess)
        cut, last = first + len(train), first + len(train) + len(validation)
        shares.append(Fold(np.arange(first, cut), np.arange(cut, last)).share)
        blocks += [train, validation]
        transforms.append(transform)
        first = last
    if len({block.shape[1:] for block in blocks}) > 1:
        came = ", ".join(str(block.shape[1:]) for block in blocks[::2][:6])
        raise ShapeError(
            f"preprocess makes rows of different shapes in different folds: {came}. Fix what it makes, e.g. the categories "
            "of an encoder (OneHotEncoder(categories=...)), since one network takes rows of one shape."
        )
    order = np.concatenate([rows for fold in folds for rows in (fold.train, fold.validation)])
    targets = {name: rows_of(item, order) for name, item in y.items()} if isinstance(y, Mapping) else None
    return FoldedRows(
        np.concatenate(blocks),
        targets if targets is not None or y is None else rows_of(y, order),
        None if sample_weight is None else rows_of(sample_weight, order),
        tuple(folds),
        tuple(shares),
        tuple(transforms),
    )


def several_inputs(x: Any) -> dict[Any, Any] | None:
    """The inputs by their names, or by their places in a list; None where x is one input."""
    if isinstance(x, Mapping):
        return dict(x)
    if isinstance(x, list | tuple) and x and not isinstance(x[0], list | tuple) and np.ndim(x[0]) > 0:
        # A list of rows, each an array without further axes, is one input.
        return dict(enumerate(x)) if any(np.ndim(item) > 1 for item in x) else None
    return None


def rows_of(values: Any, rows: NDArray[np.int64]) -> Any:
    """Some rows of an array, a list, or a data frame or series of any library, in that order."""
    if isinstance(values, np.ndarray):
        return values[rows]
    import narwhals.stable.v1 as nw

    frame: Any = nw.from_native(values, pass_through=True, allow_series=True, eager_only=True)
    if isinstance(frame, nw.DataFrame | nw.Series):
        return frame[rows].to_native()  # as it is: a transformer may ask for columns by their names
    return np.asarray(values)[rows]


def _prepared(fold: Fold, x: Any, y: Any, preprocess: Any) -> tuple[NDArray[Any], NDArray[Any], Transform]:
    """Training and validation rows of a fold, and what prepares others like them."""
    train, targets = rows_of(x, fold.train), None
    if y is not None and not isinstance(y, Mapping):
        targets = rows_of(y, fold.train)
    if isinstance(preprocess, type):
        raise UsageError(
            f"preprocess is the class {preprocess.__name__}; give one of it: {preprocess.__name__}()."
        )
    if callable(getattr(preprocess, "fit", None)) and callable(getattr(preprocess, "transform", None)):
        from sklearn.base import clone

        fitted = clone(preprocess)
        # As a Pipeline does: some make other rows of those they are fitted to (TargetEncoder).
        seen = (
            fitted.fit_transform(train, targets)
            if callable(getattr(fitted, "fit_transform", None))
            else fitted.fit(train, targets).transform(train)
        )
        transform: Transform = fitted.transform
    elif callable(preprocess):
        transform = preprocess(train, targets)
        if not callable(transform):
            raise UsageError(
                "preprocess: a function of training rows (x, y) must give a function that prepares any rows; got "
                f"{type(transform).__name__}. For example: lambda x, y: StandardScaler().fit(x).transform"
            )
        seen = transform(train)
    else:
        raise UsageError(
            "preprocess must have fit and transform, as scikit-learn's StandardScaler() has, or be a function f(x, y) that "
            f"gives one; got {preprocess!r:.60}."
        )
    others = transform(rows_of(x, fold.validation))
    made = []
    for rows, values, what in ((fold.train, seen, "training"), (fold.validation, others, "validation")):
        array = as_values(values, f"preprocess: what it makes of the {what} rows of fold {fold.number}")
        if len(array) != rows.size:
            raise DataError(
                f"preprocess makes {len(array)} rows of the {rows.size} {what} rows of fold {fold.number}; each row must "
                "stay one."
            )
        made.append(array)
    return made[0], made[1], transform
