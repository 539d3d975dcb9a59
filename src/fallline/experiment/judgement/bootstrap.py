"""How sure a score is: bootstrap over the test rows (Efron and Tibshirani, An Introduction to the Bootstrap, 1993).

All models are scored on the same resamples, so that the difference of two of them is a paired one (their chapter 13):
what makes a row hard for both falls out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtr, stdtrit  # noqa: TID253  (only who judges imports this module)

from fallline.experiment.scores import Measures, Weights, equal_weights
from fallline.own.shown import fields_shown

RESAMPLES = 1000
ROW_DRAWS = 5_000_000
"""Rows drawn in all resamples together: beyond, fewer resamples; 200 suffice where rows are many."""
LEAST_RESAMPLES = 200
LEVEL = 0.95
UNDEFINED = 0.1
"""Share of resamples without a score (a class that they lack) from which it has no interval."""


@dataclass(frozen=True)
class Estimate:
    """A score, or a difference of two, with what it is in each resample.

    Args:
        value: On all rows.
        drawn: In each resample; NaN where it is not defined.
        units: Rows, or groups of rows, that were drawn.
    """

    __repr__ = fields_shown

    value: float
    drawn: Float[np.ndarray, " resamples"]
    units: int

    def interval(self, level: float = LEVEL) -> tuple[float, float] | None:
        """The interval that holds the score of all rows of this kind with this probability; None where too little is known.

        Percentiles of the resamples, moved outwards so far as Student's t reaches beyond the normal distribution
        (Hesterberg, The American Statistician 69, 2015, section 5.3): of few rows plain percentiles are too narrow.
        """
        known = self.drawn[np.isfinite(self.drawn)]
        if self.units < 2 or len(known) < (1 - UNDEFINED) * len(self.drawn) or not np.isfinite(self.value):
            return None
        reach = np.sqrt(self.units / (self.units - 1)) * stdtrit(self.units - 1, (1 + level) / 2)
        low, high = np.quantile(known, [float(ndtr(-reach)), float(ndtr(reach))])
        return float(low), float(high)

    def side(self, level: float = LEVEL, over: float = 0.0) -> int:
        """1 where the interval lies above a number, -1 where it lies below, else 0."""
        ends = self.interval(level)
        return 0 if ends is None else int(ends[0] > over) - int(ends[1] < over)

    def minus(self, other: Estimate) -> Estimate:
        """The difference, resample by resample."""
        return Estimate(self.value - other.value, self.drawn - other.drawn, self.units)


Estimates = dict[str, Estimate]
"""Name of a score -> how sure it is."""


def estimates(
    models: Mapping[str, Measures],
    rows: int,
    groups: Int[np.ndarray, " rows"] | None = None,
    seed: int = 0,
) -> dict[str, Estimates]:
    """The scores of some models on the same rows and the same resamples of them.

    Args:
        models: Name -> the measures of its predictions.
        rows: How many rows there are.
        groups: Code of the group of each row: rows that belong together are drawn together. None: each row by itself.
        seed: Of the resampling.
    """
    whole = {name: measures(equal_weights(rows)) for name, measures in models.items()}
    drawn: dict[str, dict[str, list[float]]] = {
        name: {metric: [] for metric in scores} for name, scores in whole.items()
    }
    for weights in resamples(rows, groups, seed):
        for name, measures in models.items():
            for metric, value in measures(weights).items():
                drawn[name][metric].append(value)
    units = rows if groups is None else len(np.unique(groups))
    return {
        name: {
            metric: Estimate(value, np.array(drawn[name][metric]), units) for metric, value in scores.items()
        }
        for name, scores in whole.items()
    }


def resamples(rows: int, groups: Int[np.ndarray, " rows"] | None = None, seed: int = 0) -> Iterator[Weights]:
    """How often each row is in each resample: as many rows (or groups) drawn with replacement as there are."""
    generator = np.random.default_rng(seed)
    codes = None if groups is None else np.unique(groups, return_inverse=True)[1]
    units = rows if codes is None else int(codes.max()) + 1
    for _ in range(int(np.clip(ROW_DRAWS // rows, LEAST_RESAMPLES, RESAMPLES))):
        counts = np.bincount(generator.integers(units, size=units, dtype=np.int32), minlength=units)
        yield (counts if codes is None else counts[codes]).astype(np.float64)
