"""Optimizers: how gradients become new parameters."""

from typing import TYPE_CHECKING, Any

from fallline.errors import missing
from fallline.optimizers import schedules
from fallline.optimizers.adadelta import Adadelta
from fallline.optimizers.adafactor import Adafactor
from fallline.optimizers.adagrad import Adagrad
from fallline.optimizers.adam import Adam, AdamW
from fallline.optimizers.adamax import Adamax
from fallline.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value, global_norm
from fallline.optimizers.delta_bar_delta import DeltaBarDelta
from fallline.optimizers.first_order import FirstOrderOptimizer
from fallline.optimizers.ftrl import Ftrl
from fallline.optimizers.lamb import Lamb
from fallline.optimizers.lion import Lion
from fallline.optimizers.lookup import deserialize, get, serialize
from fallline.optimizers.nadam import Nadam
from fallline.optimizers.optax_adapter import OptaxOptimizer
from fallline.optimizers.optimizer import GradientOptimizer, Optimizer, OptimizerState, Problem, optimizers
from fallline.optimizers.rmsprop import RMSprop
from fallline.optimizers.rprop import RProp
from fallline.optimizers.second_order import LBFGS, GaussNewton, LevenbergMarquardt, Newton, NewtonCG
from fallline.optimizers.sgd import SGD

__all__ = [
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "DeltaBarDelta",
    "FirstOrderOptimizer",
    "Ftrl",
    "GaussNewton",
    "GradientOptimizer",
    "Lamb",
    "LevenbergMarquardt",
    "Lion",
    "Nadam",
    "Newton",
    "NewtonCG",
    "OptaxOptimizer",
    "Optimizer",
    "OptimizerState",
    "Problem",
    "RMSprop",
    "RProp",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "deserialize",
    "get",
    "global_norm",
    "optimizers",
    "schedules",
    "serialize",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        raise missing("fallline.optimizers", name, __all__)
