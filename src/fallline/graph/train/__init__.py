"""`tf.train`: optimizers.

optimizer   what they share: gradients, slots, the operation of a step
rule        those whose step is a rule, in one node for each variable
descent     gradient descent, with momentum, with penalties
adagrad     rates from sums of squared gradients
adaptive    rates from moving averages of them
ftrl        follow the regularised leader
slots       variables kept beside those of a model
"""

from fallline.graph.train.adagrad import AdagradDAOptimizer, AdagradOptimizer, ProximalAdagradOptimizer
from fallline.graph.train.adaptive import AdadeltaOptimizer, AdamOptimizer, RMSPropOptimizer
from fallline.graph.train.descent import (
    GradientDescentOptimizer,
    MomentumOptimizer,
    ProximalGradientDescentOptimizer,
)
from fallline.graph.train.ftrl import FtrlOptimizer
from fallline.graph.train.optimizer import Optimizer

__all__ = [
    "AdadeltaOptimizer",
    "AdagradDAOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "FtrlOptimizer",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "Optimizer",
    "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer",
    "RMSPropOptimizer",
]
