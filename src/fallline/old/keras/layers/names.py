"""The names of layers that are out of scope, in every spelling of the years."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from fallline.errors import IMAGES, SEQUENCES, TEXT
from fallline.old.keras.behaviour.layers import NAMES, layer
from fallline.old.spaces import names_of

_KINDS = {
    IMAGES: (
        "Conv2D Conv3D Conv2DTranspose Conv3DTranspose Convolution2D Convolution3D Convolution2DTranspose "
        "Convolution3DTranspose AtrousConvolution2D Deconvolution2D DepthwiseConv2D SeparableConv2D SeparableConvolution2D "
        "LocallyConnected2D MaxPooling2D MaxPooling3D MaxPool2D MaxPool3D AveragePooling2D AveragePooling3D AvgPool2D "
        "AvgPool3D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPooling2D "
        "GlobalMaxPooling3D GlobalMaxPool2D GlobalMaxPool3D UpSampling2D UpSampling3D ZeroPadding2D ZeroPadding3D "
        "Cropping2D Cropping3D SpatialDropout2D SpatialDropout3D Resizing CenterCrop RandomHeight RandomWidth"
    ),
    SEQUENCES: (
        "Conv1D Conv1DTranspose Convolution1D Convolution1DTranspose AtrousConvolution1D SeparableConv1D "
        "SeparableConvolution1D DepthwiseConv1D LocallyConnected1D MaxPooling1D MaxPool1D AveragePooling1D AvgPool1D "
        "GlobalAveragePooling1D GlobalAvgPool1D GlobalMaxPooling1D GlobalMaxPool1D UpSampling1D ZeroPadding1D Cropping1D "
        "SpatialDropout1D LSTM GRU SimpleRNN SimpleDeepRNN RNN LSTMCell GRUCell SimpleRNNCell StackedRNNCells "
        "AbstractRNNCell CuDNNLSTM CuDNNGRU ConvLSTM1D ConvLSTM2D ConvLSTM3D ConvRecurrent2D Bidirectional Recurrent JZS1 JZS2 "
        "JZS3 Masking MultiHeadAttention Attention AdditiveAttention GroupQueryAttention "
        "TimeDistributedMerge"
    ),
    TEXT: "Hashing HashedCrossing TextVectorization",
    "Fallline reads no SavedModel of TensorFlow; save the model as a .keras or .h5 file.": "TFSMLayer",
}

OUTSIDE = {name: reason for reason, names in _KINDS.items() for name in names.split()}
"""Name -> why it is not there, and what to do instead."""

CLASSES = {name: partial(layer, name) for name in NAMES if name != "Layer"} | {
    "TimeDistributedDense": partial(layer, "Dense")
}
"""Layer -> what gives its class, made when it is first asked for."""

MODULES = (
    "advanced_activations", "containers", "convolutional", "core", "embeddings", "experimental", "local", "merge", "noise",
    "normalization", "pooling", "recurrent", "wrappers",
)  # fmt: skip


def of(module: str, modules: tuple[str, ...] = ()) -> Callable[[str], Any]:
    """The `__getattr__` of `keras.layers` and of the modules that were within it."""
    return names_of(module, modules=modules, outside=OUTSIDE, computed=CLASSES)


def within(module: str, modules: tuple[str, ...] = ()) -> Callable[[str], Any]:
    """The `__getattr__` of a module that was within `keras.layers`, and holds the same."""
    outer = sys.modules[__package__]
    computed = {name: partial(getattr, outer, name) for name in outer.__all__}
    return names_of(module, modules=modules, outside=OUTSIDE, computed=computed)
