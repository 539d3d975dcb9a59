"""`sklearn.cross_validation`, which became `sklearn.model_selection` and lost the rows from its arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import model_selection

from fallline.old.notices import say_once

_NOW = "sklearn.cross_validation is gone; now: sklearn.model_selection, {}."


def _folds(splitter: Any, rows: int, labels: Any = None) -> list[tuple[Any, Any]]:
    return list(splitter.split(np.zeros((rows, 1)), labels))


def KFold(n: int, n_folds: int = 3, shuffle: bool = False, random_state: Any = None) -> list[tuple[Any, Any]]:
    """The rows of each fold: those to train on and those to test on."""
    say_once(_NOW.format("where KFold(n_splits) is given the rows by split(X)"))
    return _folds(
        model_selection.KFold(n_folds, shuffle=shuffle, random_state=random_state if shuffle else None), n
    )


def StratifiedKFold(
    y: Any, n_folds: int = 3, shuffle: bool = False, random_state: Any = None
) -> list[tuple[Any, Any]]:
    """Likewise, with each fold's share of every class the same."""
    say_once(_NOW.format("where StratifiedKFold(n_splits) is given the rows by split(X, y)"))
    splitter = model_selection.StratifiedKFold(
        n_folds, shuffle=shuffle, random_state=random_state if shuffle else None
    )
    return _folds(splitter, len(y), np.asarray(y))


def ShuffleSplit(
    n: int, n_iter: int = 10, test_size: Any = 0.1, train_size: Any = None, random_state: Any = None
) -> list[tuple[Any, Any]]:
    """Several splits by chance."""
    say_once(_NOW.format("where ShuffleSplit(n_splits) is given the rows by split(X)"))
    return _folds(
        model_selection.ShuffleSplit(
            n_iter, test_size=test_size, train_size=train_size, random_state=random_state
        ),
        n,
    )


def StratifiedShuffleSplit(
    y: Any, n_iter: int = 10, test_size: Any = 0.1, train_size: Any = None, random_state: Any = None
) -> list[tuple[Any, Any]]:
    """Likewise, with the same share of every class."""
    say_once(_NOW.format("where StratifiedShuffleSplit(n_splits) is given the rows by split(X, y)"))
    splitter = model_selection.StratifiedShuffleSplit(
        n_iter, test_size=test_size, train_size=train_size, random_state=random_state
    )
    return _folds(splitter, len(y), np.asarray(y))


def LeaveOneOut(n: int) -> list[tuple[Any, Any]]:
    """Each row once to test on."""
    say_once(_NOW.format("where LeaveOneOut() is given the rows by split(X)"))
    return _folds(model_selection.LeaveOneOut(), n)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    say_once("sklearn.cross_validation is gone; now: sklearn.model_selection.")
    return getattr(model_selection, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(model_selection)})
