"""Schedules: the learning rate, or any other number of a run, as a function of the step."""

import typing

from fallline import errors
from fallline.optimizers.schedules.cosine import (
    CosineDecay as CosineDecay,
    CosineDecayRestarts as CosineDecayRestarts,
    CoslogDecay as CoslogDecay,
    FlatCosineDecay as FlatCosineDecay,
)
from fallline.optimizers.schedules.cyclical import (
    CyclicalLearningRate as CyclicalLearningRate,
    OneCycle as OneCycle,
)
from fallline.optimizers.schedules.decay import (
    ExponentialDecay as ExponentialDecay,
    InverseTimeDecay as InverseTimeDecay,
    PolynomialDecay as PolynomialDecay,
)
from fallline.optimizers.schedules.function import FromFunction as FromFunction, takes_a_step as takes_a_step
from fallline.optimizers.schedules.piecewise import PiecewiseConstantDecay as PiecewiseConstantDecay
from fallline.optimizers.schedules.schedule import (
    LearningRateSchedule as LearningRateSchedule,
    deserialize as deserialize,
    schedules as schedules,
    serialize as serialize,
)
from fallline.optimizers.schedules.warmup import RisingMomentum as RisingMomentum, Warmup as Warmup
from fallline.registry.tables import public

__all__ = public(globals())  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.optimizers.schedules", name, __all__)
