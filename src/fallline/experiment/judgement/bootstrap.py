"""How sure a score is: bootstrap over the test rows (Efron and Tibshirani, An Introduction to the Bootstrap, 1993).

All models are scored on the same resamples, so that the difference of two of them is a paired one (their chapter 13):
what makes a row hard for both falls out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, stdtrit  # noqa: TID253  (only who judges imports this module)

from fallline.experiment.judgement.drawing import Drawing
from fallline.experiment.scores import Measures, equal_weights
from fallline.own.shown import fields_shown

LEVEL = 0.95
UNDEFINED = 0.1
"""Share of resamples without a score (a class that they lack) from which it has no interval."""


@dataclass(frozen=True)
class Estimate:
    """A score, or a difference of two, with what it is in each resample.

    Args:
        value: On all rows.
        drawn: In each resample; NaN where it is not defined.
        units: Rows, or groups or blocks of rows, that were drawn.
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
    drawing: Drawing,
    seed: int = 0,
) -> dict[str, Estimates]:
    """The scores of some models on the same rows and the same resamples of them.

    Args:
        models: Name -> the measures of its predictions.
        drawing: The rows, and which of them are drawn together.
        seed: Of the resampling.
    """
    whole = {name: measures(equal_weights(drawing.rows)) for name, measures in models.items()}
    drawn: dict[str, dict[str, list[float]]] = {
        name: {metric: [] for metric in scores} for name, scores in whole.items()
    }
    for weights in drawing.resamples(seed):
        for name, measures in models.items():
            for metric, value in measures(weights).items():
                drawn[name][metric].append(value)
    return {
        name: {
            metric: Estimate(value, np.array(drawn[name][metric]), drawing.units)
            for metric, value in scores.items()
        }
        for name, scores in whole.items()
    }
