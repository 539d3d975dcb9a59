"""Layers: frozen descriptions with pure functions, one kind a file.

base/                  what every layer is: layer, calling one (calling), its arrays (held), symbolic tensors (tensor)
written/               layers of one's own written as in Keras
symbolic/              calls of `ops` on symbolic tensors
input                  the symbolic tensor that a network begins with
dense, embedding       what holds most weights
activation, activation_layers, prelu, rrelu, threshold_unit
                       activations as layers
dropout, noise         what is random in training
batch_normalization, layer_normalization, rms_normalization, group_normalization, unit_normalization
                       values brought to one scale, by what `normalizing` shares
normalization, discretization, category_encoding, rescaling
                       inputs made fit, from statistics that `adapt` reads (`adapting`)
reshape, flatten, identity
                       other shapes, and none
merging                several inputs in one
activity_regularization, lambda_layer
                       a penalty, and a function, as a layer
augmentation, mixing   other versions of the training rows
"""

from typing import TYPE_CHECKING, Any

from fallline.errors import missing
from fallline.layers.activation import Activation
from fallline.layers.activation_layers import ELU, LeakyReLU, ReLU, Softmax
from fallline.layers.activity_regularization import ActivityRegularization
from fallline.layers.augmentation import (
    Augmentation,
    Cutout,
    FeatureNoise,
    FeatureSwap,
    ImageAugmentation,
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomElasticTransform,
    RandomErasing,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)
from fallline.layers.base.layer import Layer, deserialize, layers, serialize
from fallline.layers.base.tensor import Call, Tensor, Use
from fallline.layers.batch_normalization import BatchNormalization
from fallline.layers.category_encoding import CategoryEncoding
from fallline.layers.dense import Dense
from fallline.layers.discretization import Discretization
from fallline.layers.dropout import AlphaDropout, Dropout
from fallline.layers.embedding import Embedding
from fallline.layers.flatten import Flatten
from fallline.layers.group_normalization import GroupNormalization
from fallline.layers.identity import Identity
from fallline.layers.input import Input, InputLayer
from fallline.layers.lambda_layer import Lambda
from fallline.layers.layer_normalization import LayerNormalization
from fallline.layers.merging import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from fallline.layers.mixing import CutMix, Mixing, MixUp
from fallline.layers.noise import GaussianDropout, GaussianNoise
from fallline.layers.normalization import Normalization
from fallline.layers.prelu import PReLU
from fallline.layers.rescaling import Rescaling
from fallline.layers.reshape import Permute, RepeatVector, Reshape
from fallline.layers.rms_normalization import RMSNormalization
from fallline.layers.rrelu import RReLU
from fallline.layers.symbolic import operators as _operators  # noqa: F401 - says what operators of tensors become
from fallline.layers.threshold_unit import ThresholdUnit
from fallline.layers.unit_normalization import UnitNormalization
from fallline.layers.written import style as _style  # noqa: F401 - adopts classes written as in Keras

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Augmentation",
    "Average",
    "BatchNormalization",
    "Call",
    "CategoryEncoding",
    "Concatenate",
    "CutMix",
    "Cutout",
    "Dense",
    "Discretization",
    "Dot",
    "Dropout",
    "Embedding",
    "FeatureNoise",
    "FeatureSwap",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GroupNormalization",
    "Identity",
    "ImageAugmentation",
    "Input",
    "InputLayer",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "MixUp",
    "Mixing",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RReLU",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
    "Subtract",
    "Tensor",
    "ThresholdUnit",
    "UnitNormalization",
    "Use",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "layers",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        raise missing("fallline.layers", name, __all__)
