"""Losses: Keras's names, arguments and numerics; stable forms from logits; checks of the targets.

base         Loss, the reduction, functions of the user's own, the table of names
targets      what the checks share: describing and requiring targets
regression   mean squared and mean absolute error
crossentropy what the cross-entropies share: the form on logits, smoothed targets
binary       binary cross-entropy
categorical  cross-entropy with one-hot and with integer targets
"""

from fallline.losses.base import Custom, Loss, Reduction, aligned, get, losses
from fallline.losses.binary import BinaryCrossentropy, binary_crossentropy
from fallline.losses.categorical import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from fallline.losses.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    mean_absolute_error,
    mean_squared_error,
)

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Custom",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Reduction",
    "SparseCategoricalCrossentropy",
    "aligned",
    "binary_crossentropy",
    "categorical_crossentropy",
    "get",
    "losses",
    "mean_absolute_error",
    "mean_squared_error",
    "sparse_categorical_crossentropy",
]
