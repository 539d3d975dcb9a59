"""The numbers of the figures about probabilities: ROC and precision-recall curves, areas, all in NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from fallline.calibration.reliability import Z
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class Curve:
    """How well a score ranks positive above negative rows, threshold by threshold, the highest first.

    Args:
        thresholds: Rows with at least this score count as positive; the first is above all scores.
        found: Share of the positive rows at or above each threshold: recall, true positive rate.
        false_alarms: Share of the negative rows at or above each threshold: false positive rate.
        precision: Share of positive rows among those at or above each threshold; 1 where there are none.
        base_rate: Share of positive rows.
    """

    __repr__ = fields_shown

    thresholds: Float[np.ndarray, " points"]
    found: Float[np.ndarray, " points"]
    false_alarms: Float[np.ndarray, " points"]
    precision: Float[np.ndarray, " points"]
    base_rate: float

    @property
    def average_precision(self) -> float:
        """Sum over thresholds of (rise of recall) x precision, without interpolation."""
        return float(np.sum(np.diff(self.found) * self.precision[1:]))


def curve(positive: Bool[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]) -> Curve:
    """The curve of a score; both kinds of rows must be there.

    Source: Fawcett, An introduction to ROC analysis (2006), algorithm 1.
    """
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], positive[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # rows of one score fall together
    true, all_named = np.cumsum(hits)[ends], ends + 1
    positives, negatives = int(hits.sum()), int((~hits).sum())
    return Curve(
        thresholds=np.append(np.inf, ranked[ends]),
        found=np.append(0.0, true / positives),
        false_alarms=np.append(0.0, (all_named - true) / negatives),
        precision=np.append(1.0, true / all_named),
        base_rate=positives / len(score),
    )


def thinned(values: Int[np.ndarray, " points"], most: int = 1000) -> Int[np.ndarray, " fewer"]:
    """At most so many of some indices, evenly, with the first and the last: more points draw the same line slower."""
    if len(values) <= most:
        return values
    return values[np.linspace(0, len(values) - 1, most).astype(int)]


@dataclass(frozen=True)
class Area:
    """The area under a ROC curve: the chance that a positive row is ranked above a negative one, ties counting half.

    Args:
        value: The area.
        low: Lower end of its 95 % interval over rows; None where every pair is in the right order, or in the wrong one,
            or tied, so that the rows say nothing about the spread.
        high: Upper end.
    """

    value: float
    low: float | None
    high: float | None

    @property
    def words(self) -> str:
        """`0.912 (0.905 to 0.919)`."""
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def area(positive: Bool[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]) -> Area:
    """AUC with a 95 % interval.

    The variance is DeLong's, of the share of the other kind that each row is ranked rightly against; the interval is
    symmetric in log(AUC / (1 - AUC)), so that it stays between 0 and 1.

    Sources: DeLong, DeLong and Clarke-Pearson, Comparing the areas under two or more correlated ROC curves (1988);
    by mid-ranks as Sun and Xu (2014); the logit as Pepe, The Statistical Evaluation of Medical Tests (2003), 5.2.
    """
    first, second = score[positive], score[~positive]
    m, n = len(first), len(second)
    both = _mid_ranks(np.concatenate([first, second]))
    above = (both[:m] - _mid_ranks(first)) / n
    below = 1 - (both[m:] - _mid_ranks(second)) / m
    value = float(above.mean())
    if m < 2 or n < 2 or not 0 < value < 1:
        return Area(value, None, None)
    spread = math.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n)
    if spread == 0:  # one score for all rows
        return Area(value, None, None)
    middle, half = math.log(value / (1 - value)), Z * spread / (value * (1 - value))
    low, high = (1 / (1 + math.exp(min(-(middle + sign * half), 700.0))) for sign in (-1, 1))
    return Area(value, low, high)


def _mid_ranks(values: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"]:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def brier_score(true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]) -> float:
    """Mean squared distance of the probabilities from what came true; 0 is best.

    Two classes: mean of (p - y)², from 0 to 1. More: mean of the sum over classes, from 0 to 2, as Brier defined it.

    Source: Brier, Verification of forecasts expressed in terms of probability (1950), eq. 2.
    """
    wanted = np.zeros_like(probabilities)
    wanted[np.arange(len(true)), true] = 1
    whole = float(np.mean(np.sum((probabilities - wanted) ** 2, axis=1)))
    return whole / 2 if probabilities.shape[1] == 2 else whole
