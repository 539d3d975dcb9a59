"""`tf.contrib.layers`.

connected      fully_connected, dropout, flatten, stacks of layers
normalization  batch_norm
regularizers   l1, l2, and their sum
initializers   xavier, variance scaling
optimization   optimize_loss
"""

import importlib
from difflib import get_close_matches
from typing import Any

from fallline.graph.contrib.layers.connected import (
    avg_pool2d,
    conv2d,
    conv2d_transpose,
    convolution,
    convolution2d,
    dropout,
    flatten,
    fully_connected,
    linear,
    max_pool2d,
    one_hot_encoding,
    relu,
    repeat,
    separable_conv2d,
    stack,
)
from fallline.graph.contrib.layers.initializers import (
    variance_scaling_initializer,
    xavier_initializer,
    xavier_initializer_conv2d,
)
from fallline.graph.contrib.layers.normalization import batch_norm
from fallline.graph.contrib.layers.optimization import OPTIMIZERS, optimize_loss
from fallline.graph.contrib.layers.regularizers import (
    apply_regularization,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)
from fallline.graph.core.failures import absent

OPTIMIZER_CLS_NAMES = OPTIMIZERS

__all__ = [
    "OPTIMIZER_CLS_NAMES",
    "apply_regularization",
    "avg_pool2d",
    "batch_norm",
    "conv2d",
    "conv2d_transpose",
    "convolution",
    "convolution2d",
    "dropout",
    "flatten",
    "fully_connected",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "linear",
    "max_pool2d",
    "one_hot_encoding",
    "optimize_loss",
    "relu",
    "repeat",
    "separable_conv2d",
    "stack",
    "sum_regularizer",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]


def __getattr__(name: str) -> Any:
    if name == "python":
        return importlib.import_module("fallline.graph.contrib.layers.python")
    raise absent("tf.contrib.layers", name, get_close_matches(name, __all__, 1))
