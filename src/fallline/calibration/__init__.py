"""How far answers can be trusted: probabilities that come true, and intervals and sets that hold the truth.

temperature.py   one number that makes probabilities softer or sharper
reliability.py   whether probabilities come true
scores.py        the scores of rows that a model was not fitted on, and their quantile
spread.py        how large errors are, by what is predicted
intervals.py     intervals of numbers
sets.py          sets of classes

All of it is NumPy on arrays of answers, so that it serves any model.
"""

from __future__ import annotations

from fallline.calibration.intervals import ConformalIntervals as ConformalIntervals
from fallline.calibration.reliability import (
    Reliability as Reliability,
    calibration_error as calibration_error,
    reliability as reliability,
)
from fallline.calibration.scores import fewest_rows as fewest_rows
from fallline.calibration.sets import ConformalSets as ConformalSets
from fallline.calibration.spread import Spread as Spread
from fallline.calibration.temperature import (
    TemperatureScaling as TemperatureScaling,
    temperature_evidence as temperature_evidence,
)

__all__ = [
    "ConformalIntervals",
    "ConformalSets",
    "Reliability",
    "Spread",
    "TemperatureScaling",
    "calibration_error",
    "fewest_rows",
    "reliability",
    "temperature_evidence",
]
