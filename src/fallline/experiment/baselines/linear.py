"""Ridge and logistic regression on standardised numbers and one-hot categories, with scikit-learn's own defaults.

Pipeline(ColumnTransformer(numbers: SimpleImputer(median, indicator) -> StandardScaler; categories: OneHotEncoder),
         LogisticRegression or Ridge)
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from sklearn.compose import ColumnTransformer  # noqa: TID253  (only who compares imports this module)
from sklearn.exceptions import ConvergenceWarning  # noqa: TID253
from sklearn.impute import SimpleImputer  # noqa: TID253
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: TID253
from sklearn.pipeline import Pipeline  # noqa: TID253
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: TID253

from fallline.experiment.baselines.plain import PlainColumns

WORK_BUDGET = 1e8
"""Rows x columns x classes that the linear model may see: some three seconds on two cores."""

LEAST_ROWS = 2000
MAX_ITERATIONS = 100
"""Of logistic regression, as in scikit-learn."""


def linear_model(columns: PlainColumns | None, task: str) -> Any:
    """The estimator, not yet fitted.

    Args:
        columns: What the columns are; None of images, which are scaled already.
        task: `binary`, `multiclass` or `regression`.
    """
    model = Ridge() if task == "regression" else LogisticRegression(max_iter=MAX_ITERATIONS)
    if columns is None:
        return model
    # A column may be empty in the rows that are affordable.
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    parts = [
        ("numbers", Pipeline([("gaps", imputer), ("scale", StandardScaler())]), list(columns.numbers)),
        ("categories", OneHotEncoder(handle_unknown="ignore"), list(columns.categories)),
    ]
    return Pipeline([("columns", ColumnTransformer([part for part in parts if part[2]])), ("model", model)])


def linear_rows(columns: int, classes: int) -> int:
    """The rows that can be afforded.

    Args:
        columns: Of the matrix.
        classes: How many there are; 0 for regression.
    """
    # One solve of ridge costs rows x columns², where the logistic regression walks over the rows a hundred times.
    work = columns * max(classes - 1, 1) if classes else columns**2 // MAX_ITERATIONS
    return max(LEAST_ROWS, int(WORK_BUDGET // max(work, 1)))


def fit_linear(model: Any, x: Float[np.ndarray, "rows columns"], y: Shaped[np.ndarray, " rows"]) -> None:
    """Fits the estimator."""
    with warnings.catch_warnings():
        # A hundred iterations are what scikit-learn gives it; the answer after them is the baseline.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
