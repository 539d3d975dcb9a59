"""Schedules: the learning rate, or any other number of a run, as a function of the step."""

from fallline.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from fallline.optimizers.schedules.cyclical import CyclicalLearningRate, OneCycle
from fallline.optimizers.schedules.decay import ExponentialDecay, InverseTimeDecay, PolynomialDecay
from fallline.optimizers.schedules.function import FromFunction, takes_a_step
from fallline.optimizers.schedules.piecewise import PiecewiseConstantDecay
from fallline.optimizers.schedules.schedule import (
    LearningRateSchedule,
    deserialize,
    schedules,
    serialize,
)
from fallline.optimizers.schedules.warmup import RisingMomentum, Warmup

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "CyclicalLearningRate",
    "ExponentialDecay",
    "FromFunction",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "OneCycle",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "RisingMomentum",
    "Warmup",
    "deserialize",
    "schedules",
    "serialize",
    "takes_a_step",
]
