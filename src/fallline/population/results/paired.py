"""Two candidates over the runs that they have in common: which is better, and may that be chance?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from fallline.own.shown import fields_shown

LEVEL = 0.95
ROUNDING = 1e-12
"""Differences that vary by less, of their mean, are equal but for rounding."""


@dataclass(frozen=True)
class PairedTest:
    """The differences of two candidates over the same seeds or folds; above 0 the first is better.

    Args:
        difference: Their mean; NaN without a run in common.
        standard_error: Of that mean, with what the training rows of folds have in common; NaN of fewer than two runs.
        t: `difference / standard_error`.
        p: Two-sided, from Student's t; NaN of fewer than two runs.
        low: Lower end of the 95 % interval of the mean difference.
        high: Upper end.
        runs: How many runs they have in common; those in which one diverged count among the wins alone.
        wins: How many of these the first wins, ties counting half.
    """

    __repr__ = fields_shown

    difference: float
    standard_error: float
    t: float
    p: float
    low: float
    high: float
    runs: int
    wins: float

    @property
    def probability(self) -> float:
        """That the first is better on average: the posterior of the mean difference where nothing was known before.

        Source: Corani and Benavoli, A Bayesian approach for comparing cross-validated algorithms on multiple data sets
        (2015), section 2.
        """
        return 1 - self.p / 2 if self.difference >= 0 else self.p / 2

    @property
    def win_rate(self) -> float:
        """The share of runs that the first wins: what to expect of one more run of each."""
        return self.wins / self.runs if self.runs else math.nan


def paired_test(differences: Float[np.ndarray, " runs"], overlap: float = 0.0) -> PairedTest:
    """Student's paired t test, corrected for training rows that the runs have in common.

        t = mean / sqrt(variance (1/n + overlap)),  variance with n - 1, n - 1 degrees of freedom

    Without overlap it is the plain paired test. It takes the folds of a cross-validation for independent, which they
    are not, as any two of them share most of their training rows, and finds differences where there are none.

    Args:
        differences: First minus second in each run, such that above 0 the first is better; all finite.
        overlap: Test rows / training rows of a fold; 0 where runs differ in their seed alone.

    Where all differences are equal, their variance says nothing: p is then the sign test's, `2 / 2^n`, and 1 where there
    is no difference at all.

    Source: Nadeau and Bengio, Inference for the generalization error (2003), section 3.
    """
    from scipy.special import stdtr, stdtrit

    n = len(differences)
    wins = float(np.sum(differences > 0) + np.sum(differences == 0) / 2)
    mean = float(np.mean(differences)) if n else math.nan
    if n < 2:
        return PairedTest(mean, math.nan, math.nan, math.nan, math.nan, math.nan, n, wins)
    error = math.sqrt(float(np.var(differences, ddof=1)) * (1 / n + overlap))
    if error <= ROUNDING * abs(mean):
        # Scores that are counts of rows, of few runs: that they vary by nothing is luck, and 0/0 shows no difference.
        t = math.copysign(math.inf, mean) if mean else 0.0
        return PairedTest(mean, 0.0, t, 2.0 ** (1 - n) if mean else 1.0, mean, mean, n, wins)
    t = mean / error
    reach = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * error
    p = 2 * float(stdtr(n - 1, -abs(t)))
    return PairedTest(mean, error, t, p, mean - reach, mean + reach, n, wins)


def mean_interval(
    values: Float[np.ndarray, " runs"], overlap: float = 0.0
) -> tuple[float, float, float, float]:
    """Mean, standard error and the ends of the 95 % interval; NaN where there are too few values.

    Args:
        values: Independent ones, or those of folds.
        overlap: Test rows / training rows of a fold; see `paired_test`.
    """
    test = paired_test(values, overlap)
    return test.difference, test.standard_error, test.low, test.high


def holm(p: Float[np.ndarray, " tests"]) -> Float[np.ndarray, " tests"]:
    """Adjusts p values for how many they are: that times the smallest, one less for each one above it.

    NaN stays, and is not counted.

    Source: Holm, A simple sequentially rejective multiple test procedure (1979).
    """
    adjusted = np.full(len(p), math.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p[order]), 1.0)
    return adjusted
