"""The scores of rows that a model was not fitted on, and the quantile that holds a wanted share of new rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float, Int

from fallline.own.shown import fields_shown

KEPT = 1000
"""Scores that are kept of more: every thousandth by rank, so that a file stays small. A level then holds at most a
thousandth of the rows more than it says."""


def fewest_rows(level: float) -> int:
    """The fewest rows from which an interval of a level can be told: ceil(level / (1 - level)), of 0.9 nine.

    Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, "Distribution-free predictive inference for regression"
    (2018), from ceil((n + 1) level) <= n.
    """
    exact = _exact(level)
    return math.ceil(exact / (1 - exact))


def rank_of(level: float, rows: int) -> int:
    """Which of the scores, from the smallest, bounds a new one with at least this chance: ceil((n + 1) level)."""
    return math.ceil((rows + 1) * _exact(level))


def _exact(level: float) -> Fraction:
    """The level as it is written: 0.9 / (1 - 0.9) is more than 9 in floating point, and the rank would be the next one."""
    return Fraction(str(float(level)))


@dataclass(frozen=True)
class Scores:
    """How badly each of some rows fits what was said of it.

    If a new row is drawn as they were, its score is at most the ceil((n + 1) level)-th smallest of theirs with a chance
    of at least `level`, whatever the model is.

    Args:
        kept: Of at most 1000 rows all scores, of more so many of them, evenly by rank, rising.
        rows: How many rows there were.
    """

    __repr__ = fields_shown

    kept: tuple[float, ...]
    rows: int

    @classmethod
    def of(cls, scores: Float[np.ndarray, " rows"]) -> Scores:
        """The scores of some rows."""
        return cls(tuple(np.sort(scores)[_ranks(len(scores)) - 1].tolist()), len(scores))

    def quantile(self, level: float) -> float:
        """The score that a new row stays below with a chance of at least `level`; infinity if the rows are too few."""
        rank = rank_of(level, self.rows)
        if rank > self.rows:
            return math.inf
        return self.kept[int(np.searchsorted(_ranks(self.rows), rank))]


def _ranks(rows: int) -> Int[np.ndarray, " kept"]:
    """The ranks of the scores that are kept, from 1; the largest score always is."""
    if rows <= KEPT:
        return np.arange(1, rows + 1)
    return np.ceil(np.arange(1, KEPT + 1) * (rows / KEPT)).astype(np.int64).clip(1, rows)
