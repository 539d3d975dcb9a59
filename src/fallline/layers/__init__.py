"""Layers: frozen descriptions with pure functions, one kind a file."""

from fallline.layers.activation import Activation
from fallline.layers.batch_normalization import BatchNormalization
from fallline.layers.dense import Dense
from fallline.layers.dropout import Dropout
from fallline.layers.flatten import Flatten
from fallline.layers.input import Input
from fallline.layers.layer import Layer, layers
from fallline.layers.rescaling import Rescaling

__all__ = [
    "Activation",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "Layer",
    "Rescaling",
    "layers",
]
