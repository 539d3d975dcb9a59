"""Layers: frozen descriptions with pure functions, one kind a file.

base/                  what every layer is: layer, calling one (calling), its arrays (held), symbolic tensors (tensor)
written/               layers of one's own written as in Keras
symbolic/              calls of `ops` on symbolic tensors
input                  the symbolic tensor that a network begins with
dense, embedding       what holds most weights
periodic_embedding     numbers as sums of waves of themselves
activation, activation_layers, parametric_activation, prelu, rrelu, threshold_unit
                       activations as layers
scale                  a factor for each input, learned
dropout, noise         what is random in training
batch_normalization, layer_normalization, rms_normalization, group_normalization, unit_normalization
                       values brought to one scale, by what `normalizing` shares
normalization, discretization, category_encoding, rescaling
                       inputs made fit, from statistics that `adapt` reads (`adapting`)
reshape, flatten, identity
                       other shapes, and none
merging, weighted_average
                       several inputs in one
activity_regularization, lambda_layer
                       a penalty, and a function, as a layer
augmentation, mixing   other versions of the training rows
"""

import typing

from fallline import errors
from fallline.layers.activation import Activation as Activation
from fallline.layers.activation_layers import (
    ELU as ELU,
    LeakyReLU as LeakyReLU,
    ReLU as ReLU,
    Softmax as Softmax,
)
from fallline.layers.activity_regularization import ActivityRegularization as ActivityRegularization
from fallline.layers.augmentation import (
    Augmentation as Augmentation,
    Cutout as Cutout,
    FeatureNoise as FeatureNoise,
    FeatureSwap as FeatureSwap,
    ImageAugmentation as ImageAugmentation,
    RandomBrightness as RandomBrightness,
    RandomContrast as RandomContrast,
    RandomCrop as RandomCrop,
    RandomElasticTransform as RandomElasticTransform,
    RandomErasing as RandomErasing,
    RandomFlip as RandomFlip,
    RandomRotation as RandomRotation,
    RandomTranslation as RandomTranslation,
    RandomZoom as RandomZoom,
)
from fallline.layers.base.layer import (
    Layer as Layer,
    deserialize as deserialize,
    layers as layers,
    serialize as serialize,
)
from fallline.layers.base.tensor import Call as Call, Tensor as Tensor, Use as Use
from fallline.layers.batch_normalization import BatchNormalization as BatchNormalization
from fallline.layers.category_encoding import CategoryEncoding as CategoryEncoding
from fallline.layers.dense import Dense as Dense
from fallline.layers.discretization import Discretization as Discretization
from fallline.layers.dropout import AlphaDropout as AlphaDropout, Dropout as Dropout
from fallline.layers.embedding import Embedding as Embedding
from fallline.layers.flatten import Flatten as Flatten
from fallline.layers.group_normalization import GroupNormalization as GroupNormalization
from fallline.layers.identity import Identity as Identity
from fallline.layers.input import Input as Input, InputLayer as InputLayer
from fallline.layers.lambda_layer import Lambda as Lambda
from fallline.layers.layer_normalization import LayerNormalization as LayerNormalization
from fallline.layers.merging import (
    Add as Add,
    Average as Average,
    Concatenate as Concatenate,
    Dot as Dot,
    Maximum as Maximum,
    Minimum as Minimum,
    Multiply as Multiply,
    Subtract as Subtract,
    add as add,
    average as average,
    concatenate as concatenate,
    dot as dot,
    maximum as maximum,
    minimum as minimum,
    multiply as multiply,
    subtract as subtract,
)
from fallline.layers.mixing import CutMix as CutMix, Mixing as Mixing, MixUp as MixUp
from fallline.layers.noise import GaussianDropout as GaussianDropout, GaussianNoise as GaussianNoise
from fallline.layers.normalization import Normalization as Normalization
from fallline.layers.parametric_activation import ParametricActivation as ParametricActivation
from fallline.layers.periodic_embedding import PeriodicEmbedding as PeriodicEmbedding
from fallline.layers.prelu import PReLU as PReLU
from fallline.layers.rescaling import Rescaling as Rescaling
from fallline.layers.reshape import Permute as Permute, RepeatVector as RepeatVector, Reshape as Reshape
from fallline.layers.rms_normalization import RMSNormalization as RMSNormalization
from fallline.layers.rrelu import RReLU as RReLU
from fallline.layers.scale import Scale as Scale
from fallline.layers.symbolic import operators as _operators  # noqa: F401 - says what operators of tensors become
from fallline.layers.threshold_unit import ThresholdUnit as ThresholdUnit
from fallline.layers.unit_normalization import UnitNormalization as UnitNormalization
from fallline.layers.weighted_average import WeightedAverage as WeightedAverage
from fallline.layers.written import style as _style  # noqa: F401 - adopts classes written as in Keras
from fallline.registry.tables import public

__all__ = public(globals())  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.layers", name, __all__)
