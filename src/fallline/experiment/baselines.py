"""What the network has to beat: always the same answer, and a linear model on the same prepared inputs.

Here, training rows are all that the network has seen: `judgement` gives the validation rows among them.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from sklearn.exceptions import ConvergenceWarning  # noqa: TID253  (only who compares imports this module)
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: TID253

from fallline.own.shown import fields_shown

WORK_BUDGET = 1e8
"""Rows x features x classes that the linear model may see: some three seconds on two cores."""
LEAST_ROWS = 2000
MAX_ITERATIONS = 100
RIDGE_PENALTY = 1.0
INVERSE_PENALTY = 1.0
"""scikit-learn's own defaults: the baseline is what a person would get without tuning it."""


@dataclass(frozen=True)
class LinearAnswer:
    """The linear model's answers on the test rows.

    Args:
        predictions: Probabilities (rows, classes), or values (rows,) for regression.
        rows: Training rows it was fitted on; fewer than there are where fitting would take too long.
    """

    __repr__ = fields_shown

    predictions: Float[np.ndarray, "..."]
    rows: int


def trivial_probabilities(
    train: Int[np.ndarray, " rows"], classes: int, count: int
) -> Float[np.ndarray, "count classes"]:
    """Every row gets the classes' shares in the training rows."""
    shares = np.bincount(train, minlength=classes) / len(train)
    return np.tile(shares, (count, 1))


def trivial_values(train: Float[np.ndarray, " rows"], count: int) -> Float[np.ndarray, " count"]:
    """Every row gets the mean of the training rows."""
    return np.full(count, np.mean(train, dtype=np.float64))


def logistic_regression(
    x: Float[np.ndarray, "rows features"],
    y: Int[np.ndarray, " rows"],
    x_test: Float[np.ndarray, "count features"],
    classes: int,
    seed: int,
) -> LinearAnswer:
    """Multinomial logistic regression, on a random part of the rows where all would take too long.

    Args:
        x: Training inputs, standardised.
        y: Index of each row's class.
        x_test: The rows to answer for.
        classes: How many classes there are; a class without training rows gets probability 0.
        seed: Of the choice of rows.
    """
    chosen = _affordable_rows(len(x), x.shape[1] * max(classes - 1, 1), seed)
    if len(np.unique(y[chosen])) < 2:
        return LinearAnswer(trivial_probabilities(y, classes, len(x_test)), len(chosen))
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MAX_ITERATIONS)
    with warnings.catch_warnings():
        # A hundred iterations are within the budget; the answer after them is the baseline.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x[chosen], y[chosen])
    probabilities = np.zeros((len(x_test), classes))
    probabilities[:, model.classes_] = model.predict_proba(x_test)
    return LinearAnswer(probabilities, len(chosen))


def ridge_regression(
    x: Float[np.ndarray, "rows features"],
    y: Float[np.ndarray, " rows"],
    x_test: Float[np.ndarray, "count features"],
    seed: int,
) -> LinearAnswer:
    """Ridge regression, on a random part of the rows where all would take too long.

    Args:
        x: Training inputs, standardised.
        y: The target of each row.
        x_test: The rows to answer for.
        seed: Of the choice of rows.
    """
    # One solve costs rows x features², where the logistic regression walks over the rows a hundred times.
    chosen = _affordable_rows(len(x), x.shape[1] ** 2 // MAX_ITERATIONS, seed)
    model = Ridge(alpha=RIDGE_PENALTY).fit(x[chosen].astype(np.float64), y[chosen])
    return LinearAnswer(np.asarray(model.predict(x_test.astype(np.float64))), len(chosen))


def _affordable_rows(rows: int, work_per_row: int, seed: int) -> Int[np.ndarray, " chosen"]:
    most = max(LEAST_ROWS, int(WORK_BUDGET // max(work_per_row, 1)))
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, size=most, replace=False))
