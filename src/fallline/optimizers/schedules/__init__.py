"""Learning-rate schedules: the rate as a function of the step."""

from fallline.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from fallline.optimizers.schedules.decay import ExponentialDecay, InverseTimeDecay, PolynomialDecay
from fallline.optimizers.schedules.piecewise import PiecewiseConstantDecay
from fallline.optimizers.schedules.schedule import LearningRateSchedule, schedules

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "schedules",
]
