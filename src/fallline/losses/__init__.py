"""Losses: Keras's names, arguments and numerics; stable forms from logits; checks of the targets.

base         Loss, the reduction, functions of the user's own, the table of names
arguments    checks of what losses and metrics are made with
arrays       checks of the arrays they are given
targets      what the checks share: describing and requiring targets
regression   squared, absolute, percentage and logarithmic errors
robust       Huber, log-cosh, Tukey; quantiles
likelihood   Poisson, Gaussian with a predicted variance; Kullback-Leibler divergence
circle       embeddings of one class near each other
similarity   cosine similarity; Dice and Tversky overlap
hinge        hinge losses and the perceptron criterion
crossentropy what the cross-entropies share: the form on logits, smoothed targets
binary       binary cross-entropy
categorical  cross-entropy with one-hot and with integer targets
focal        cross-entropies that look at the rows still wrong
generalized  cross-entropy for noisy labels
"""

from fallline.losses.arrays import aligned
from fallline.losses.base import Custom, FusedActivation, Loss, Reduction, deserialize, get, losses, serialize
from fallline.losses.binary import (
    BinaryCrossentropy,
    binary_crossentropy,
)
from fallline.losses.categorical import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from fallline.losses.circle import (
    Circle,
    circle,
)
from fallline.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from fallline.losses.generalized import (
    CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy,
)
from fallline.losses.hinge import (
    CategoricalHinge,
    Hinge,
    Perceptron,
    SquaredHinge,
    categorical_hinge,
    hinge,
    perceptron,
    squared_hinge,
)
from fallline.losses.likelihood import (
    GaussianNLL,
    KLDivergence,
    Poisson,
    gaussian_nll,
    kl_divergence,
    mean_and_variance,
    poisson,
)
from fallline.losses.regression import (
    HalfSquaredError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    half_squared_error,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from fallline.losses.robust import (
    Huber,
    LogCosh,
    Quantile,
    Tukey,
    huber,
    log_cosh,
    pinball,
    tukey,
)
from fallline.losses.similarity import (
    CosineSimilarity,
    Dice,
    Tversky,
    cosine_similarity,
    dice,
    tversky,
)

__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Custom",
    "Dice",
    "FusedActivation",
    "GaussianNLL",
    "HalfSquaredError",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Perceptron",
    "Poisson",
    "Quantile",
    "Reduction",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tukey",
    "Tversky",
    "aligned",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "deserialize",
    "dice",
    "gaussian_nll",
    "get",
    "half_squared_error",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "losses",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_and_variance",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "perceptron",
    "pinball",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tukey",
    "tversky",
]
