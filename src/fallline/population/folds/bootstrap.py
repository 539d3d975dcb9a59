"""Samples with replacement, as a splitter of scikit-learn's form."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline._ranges import whole
from fallline.errors import UsageError


@dataclasses.dataclass
class Bootstrap:
    """Samples of as many rows as there are, drawn with replacement; the rows not drawn, about 37 %, judge.

    Each row is drawn n times from all n rows with equal probability; a row is not drawn with probability
    (1 - 1/n)^n -> 1/e.

    Args:
        n_splits: How many samples.
        random_state: The seed; None: the population's.

    Raises:
        UsageError: `n_splits` is no whole number of at least 1; or there are fewer than two rows.

    Source: Efron, Tibshirani, An Introduction to the Bootstrap (1993), chapter 6; Breiman, Bagging predictors (1996).
    """

    n_splits: int = 10
    random_state: int | None = None

    def __post_init__(self) -> None:
        self.n_splits = whole("Bootstrap: n_splits", self.n_splits, least=1)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803 - scikit-learn's
        """How many samples there are."""
        del X, y, groups
        return self.n_splits

    def split(
        self,
        X: Any,  # noqa: N803 - scikit-learn's
        y: Any = None,
        groups: Any = None,
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """The drawn rows and those that were not, sample by sample.

        Args:
            X: The inputs, for their number of rows.
            y: Not looked at.
            groups: Not looked at.
        """
        del y, groups
        rows = len(X)
        if rows < 2:
            raise UsageError(f"Bootstrap: {rows} rows leave none that is not drawn; at least 2 are needed.")
        generator = np.random.default_rng(self.random_state)
        for _ in range(self.n_splits):
            drawn = generator.integers(0, rows, rows)
            while np.unique(drawn).size == rows:  # nearly never, but of very few rows
                drawn = generator.integers(0, rows, rows)
            yield np.sort(drawn), np.setdiff1d(np.arange(rows), drawn)
