"""Boosted trees: scikit-learn's histogram gradient boosting, with its own defaults.

Categories are split as categories and gaps are sent to a side of their own, so nothing is encoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sklearn.ensemble import (  # noqa: TID253  (only who compares imports this module)
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from threadpoolctl import threadpool_limits

from fallline.experiment.baselines.plain import PlainColumns

ITERATIONS = 100
"""scikit-learn's own."""

MOST_TREES = 700
"""Trees of all classes together: beyond, there are fewer iterations."""

LEAST_ITERATIONS = 20
WORK_BUDGET = 7e8
"""Rows x columns x trees: at most some five seconds of one core."""

LEAST_ROWS = 2000
FEWEST_ROWS = 40
"""Fewer cannot be split: scikit-learn wants 20 on each side. All rows would get one answer."""
MOST_COLUMNS = 256
"""Columns beyond which there is no boosting: many pixels or words make it slow, and it is not what they want."""


@dataclass(frozen=True)
class BoostingSize:
    """What can be afforded.

    Args:
        iterations: Rounds, with a tree for each class in each.
        rows: Rows to fit on.
    """

    iterations: int
    rows: int


def boosting_size(rows: int, columns: int, classes: int) -> BoostingSize | None:
    """What can be afforded; None where nothing that deserves the name can be, and of rows too few to be split.

    Args:
        rows: That there are to fit on.
        columns: Of the matrix.
        classes: How many there are; 0 for regression.
    """
    if columns > MOST_COLUMNS or rows < FEWEST_ROWS:
        return None
    trees = classes if classes > 2 else 1
    iterations = min(ITERATIONS, max(LEAST_ITERATIONS, MOST_TREES // trees))
    return BoostingSize(iterations, max(LEAST_ROWS, int(WORK_BUDGET // (columns * trees * iterations))))


def boosted_trees(columns: PlainColumns | None, task: str, iterations: int, seed: int) -> Any:
    """The estimator, not yet fitted.

    Args:
        columns: What the columns are; None of images.
        task: `binary`, `multiclass` or `regression`.
        iterations: Rounds of boosting.
        seed: Of its choice of rows for early stopping.
    """
    cls = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
    categories = list(columns.categories) if columns is not None and columns.categories else None
    return cls(categorical_features=categories, max_iter=iterations, random_state=seed)


@contextmanager
def one_thread() -> Iterator[None]:
    """In here, the trees use one thread.

    More wait for each other at each split of each tree: on a busy machine of two cores 824 rows cost 8.4 s of
    processor time with two threads, 0.14 s with one. threadpoolctl comes with scikit-learn.
    """
    with threadpool_limits(limits=1, user_api="openmp"):
        yield
