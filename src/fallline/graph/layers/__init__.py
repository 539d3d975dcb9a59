"""Layers under `tf.layers`: dense, dropout, batch normalisation, flatten.

base           scopes, variables and collections of layers
arguments      tensors, initialisers, activations, switches
averages       the moving averages of batch normalisation
core           Dense, Dropout, Flatten
normalization  BatchNormalization
functions      the same as functions
"""

from difflib import get_close_matches
from typing import Any

from fallline.graph.core.failures import absent
from fallline.graph.layers.base import Layer
from fallline.graph.layers.core import Dense, Dropout, Flatten
from fallline.graph.layers.functions import (
    AveragePooling2D,
    Conv1D,
    Conv2D,
    Conv3D,
    MaxPooling2D,
    average_pooling1d,
    average_pooling2d,
    batch_normalization,
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    dense,
    dropout,
    flatten,
    max_pooling1d,
    max_pooling2d,
    separable_conv2d,
)
from fallline.graph.layers.normalization import BatchNormalization

BatchNorm = BatchNormalization

__all__ = [
    "AveragePooling2D",
    "BatchNorm",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "MaxPooling2D",
    "average_pooling1d",
    "average_pooling2d",
    "batch_normalization",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "dense",
    "dropout",
    "flatten",
    "max_pooling1d",
    "max_pooling2d",
    "separable_conv2d",
]


def __getattr__(name: str) -> Any:
    raise absent("tf.layers", name, get_close_matches(name, __all__, 1))
