"""Preprocessing that has seen the training rows of its fold alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fallline.errors import DataError, ShapeError, UsageError
from fallline.population.folds import draw_folds, folded

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(3.0, 2.0, (24, 3)).astype(np.float32)
Y = (X @ [1.0, -1.0, 0.5] + 2).astype(np.float32)
FOLDS = draw_folds(3, 24, y=Y)


class Poisoned(TransformerMixin, BaseEstimator):
    """Notes the rows that it is fitted to."""

    seen: list[np.ndarray[Any, Any]] = []  # noqa: RUF012 - of all clones

    def fit(self, X: Any, y: Any = None) -> Poisoned:
        Poisoned.seen.append(np.asarray(X))
        self.mean_ = np.asarray(X).mean(axis=0)
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X) - self.mean_


def test_each_fold_has_seen_its_training_rows_alone() -> None:
    Poisoned.seen.clear()
    data = folded(FOLDS, X, Y, preprocess=Poisoned())
    assert len(Poisoned.seen) == 3
    for fold, seen, share in zip(FOLDS, Poisoned.seen, data.shares, strict=True):
        np.testing.assert_array_equal(seen, X[fold.train])
        expected = X - X[fold.train].mean(axis=0)
        np.testing.assert_allclose(data.x[share.train], expected[fold.train], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(data.x[share.validation], expected[fold.validation], rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(data.y[share.train], Y[fold.train])
        np.testing.assert_array_equal(data.y[share.validation], Y[fold.validation])
        np.testing.assert_allclose(data.inputs(fold.number, X), expected, rtol=1e-5, atol=1e-6)
    assert len(data.x) == 3 * len(X)  # goes with the folds


def test_a_function_is_fitted_likewise() -> None:
    data = folded(FOLDS, X, Y, preprocess=lambda x, y: StandardScaler().fit(x, y).transform)
    other = folded(FOLDS, X, Y, preprocess=StandardScaler())
    np.testing.assert_array_equal(data.x, other.x)


class OtherRows(Poisoned):
    """Makes other rows of those it is fitted to, as scikit-learn's TargetEncoder does by cross fitting."""

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        return self.fit(X, y, **fit_params).transform(X) + 100


def test_rows_that_are_fitted_to_may_become_others() -> None:
    """As in scikit-learn's Pipeline."""
    data, plain = folded(FOLDS, X, Y, preprocess=OtherRows()), folded(FOLDS, X, Y, preprocess=Poisoned())
    share = data.shares[1]
    np.testing.assert_allclose(data.x[share.train], plain.x[share.train] + 100, rtol=1e-6)
    np.testing.assert_array_equal(data.x[share.validation], plain.x[share.validation])


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_frames_keep_their_columns(library: Any) -> None:
    frame = library({"one": X[:, 0].tolist(), "two": X[:, 1].tolist()})

    def by_name(x: Any, y: Any) -> Any:
        del y
        middle = float(np.mean(x["one"].to_numpy()))
        return lambda rows: rows["one"].to_numpy()[:, None] - middle

    data = folded(FOLDS, frame, pd.Series(Y), np.ones(24), preprocess=by_name)
    expected = X[FOLDS[1].validation, 0] - X[FOLDS[1].train, 0].mean()
    np.testing.assert_allclose(data.x[data.shares[1].validation][:, 0], expected, rtol=1e-5, atol=1e-6)
    assert data.sample_weight.shape == (72,)


def test_without_preprocessing_the_data_are_shared() -> None:
    data = folded(FOLDS, X, Y)
    assert data.x is X
    assert data.shares[2].validation is not None
    np.testing.assert_array_equal(data.shares[2].validation, FOLDS[2].validation)
    assert data.inputs(0, X) is X


def test_several_outputs_by_name() -> None:
    data = folded(FOLDS, X, {"a": Y, "b": -Y}, preprocess=StandardScaler())
    np.testing.assert_array_equal(data.y["b"], -data.y["a"])
    np.testing.assert_array_equal(data.y["a"][data.shares[1].train], Y[FOLDS[1].train])


WORDS = np.array([["a"]] * 8 + [["b"]] * 8 + [["c"]] * 8)


@pytest.mark.parametrize(
    ("x", "preprocess", "error", "text"),
    [
        (X, 3, UsageError, "preprocess must have fit and transform"),
        (X, StandardScaler, UsageError, r"the class StandardScaler; give one of it: StandardScaler\(\)"),
        (X, lambda x, y: x, UsageError, "must give a function"),
        ({"a": X, "b": X}, StandardScaler(), UsageError, "one input"),
        ([X, X], StandardScaler(), UsageError, "one input"),
        (X, lambda x, y: lambda rows: rows[:3], DataError, "3 rows of the 16 training rows of fold 0"),
        (X, lambda x, y: lambda rows: rows * np.nan, DataError, "training rows of fold 0 holds 48 values"),
        (X, lambda x, y: lambda rows: rows[:, : 2 if len(rows) == 16 else 3], ShapeError, "different shapes"),
        (WORDS, OneHotEncoder(handle_unknown="ignore"), DataError, "sparse.*toarray"),
    ],
)
def test_what_is_refused(x: Any, preprocess: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        folded(FOLDS, x, Y, preprocess=preprocess)
