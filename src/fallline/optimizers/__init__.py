"""Optimizers: how gradients become new parameters."""

import typing

from fallline import errors
from fallline.optimizers import schedules as schedules
from fallline.optimizers.adadelta import Adadelta as Adadelta
from fallline.optimizers.adafactor import Adafactor as Adafactor
from fallline.optimizers.adagrad import Adagrad as Adagrad
from fallline.optimizers.adam import Adam as Adam, AdamW as AdamW
from fallline.optimizers.adamax import Adamax as Adamax
from fallline.optimizers.clipping import (
    clip_by_global_norm as clip_by_global_norm,
    clip_by_norm as clip_by_norm,
    clip_by_value as clip_by_value,
    global_norm as global_norm,
)
from fallline.optimizers.delta_bar_delta import DeltaBarDelta as DeltaBarDelta
from fallline.optimizers.first_order import FirstOrderOptimizer as FirstOrderOptimizer
from fallline.optimizers.ftrl import Ftrl as Ftrl
from fallline.optimizers.lamb import Lamb as Lamb
from fallline.optimizers.lion import Lion as Lion
from fallline.optimizers.lookup import deserialize as deserialize, get as get, serialize as serialize
from fallline.optimizers.nadam import Nadam as Nadam
from fallline.optimizers.optax_adapter import OptaxOptimizer as OptaxOptimizer
from fallline.optimizers.optimizer import (
    GradientOptimizer as GradientOptimizer,
    Optimizer as Optimizer,
    OptimizerState as OptimizerState,
    Problem as Problem,
    optimizers as optimizers,
)
from fallline.optimizers.rmsprop import RMSprop as RMSprop
from fallline.optimizers.rprop import RProp as RProp
from fallline.optimizers.second_order import (
    LBFGS as LBFGS,
    GaussNewton as GaussNewton,
    LevenbergMarquardt as LevenbergMarquardt,
    Newton as Newton,
    NewtonCG as NewtonCG,
)
from fallline.optimizers.sgd import SGD as SGD
from fallline.optimizers.tensorflow1.optimizer import TensorFlow1Optimizer as TensorFlow1Optimizer
from fallline.registry.tables import public

__all__ = sorted([*public(globals()), "schedules"])  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.optimizers", name, __all__)
