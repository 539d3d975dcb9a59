"""Optimizers: how gradients become new parameters."""

from fallline.optimizers import schedules
from fallline.optimizers.adagrad import Adagrad
from fallline.optimizers.adam import Adam, AdamW
from fallline.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value, global_norm
from fallline.optimizers.first_order import FirstOrderOptimizer
from fallline.optimizers.lookup import get
from fallline.optimizers.optax_adapter import OptaxOptimizer
from fallline.optimizers.optimizer import Optimizer, OptimizerState, optimizers
from fallline.optimizers.rmsprop import RMSprop
from fallline.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "FirstOrderOptimizer",
    "OptaxOptimizer",
    "Optimizer",
    "OptimizerState",
    "RMSprop",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "get",
    "global_norm",
    "optimizers",
    "schedules",
]
