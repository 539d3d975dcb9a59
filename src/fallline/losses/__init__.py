"""Losses: Keras's names, arguments and numerics; stable forms from logits; checks of the targets.

base         Loss, the reduction, functions of the user's own, the table of names
arguments    checks of what losses and metrics are made with
arrays       the arrays they are given: checked, in one shape and type
targets      kinds of targets: what a loss asks of them, and how it prepares them
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

import typing

from fallline import errors
from fallline.losses.arrays import aligned as aligned
from fallline.losses.base import (
    Custom as Custom,
    FusedActivation as FusedActivation,
    Loss as Loss,
    Reduction as Reduction,
    deserialize as deserialize,
    get as get,
    losses as losses,
    serialize as serialize,
)
from fallline.losses.binary import (
    BinaryCrossentropy as BinaryCrossentropy,
    binary_crossentropy as binary_crossentropy,
)
from fallline.losses.categorical import (
    CategoricalCrossentropy as CategoricalCrossentropy,
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
    categorical_crossentropy as categorical_crossentropy,
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from fallline.losses.circle import Circle as Circle, circle as circle
from fallline.losses.focal import (
    BinaryFocalCrossentropy as BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy as CategoricalFocalCrossentropy,
    binary_focal_crossentropy as binary_focal_crossentropy,
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from fallline.losses.generalized import (
    CategoricalGeneralizedCrossEntropy as CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from fallline.losses.hinge import (
    CategoricalHinge as CategoricalHinge,
    Hinge as Hinge,
    Perceptron as Perceptron,
    SquaredHinge as SquaredHinge,
    categorical_hinge as categorical_hinge,
    hinge as hinge,
    perceptron as perceptron,
    squared_hinge as squared_hinge,
)
from fallline.losses.likelihood import (
    GaussianNLL as GaussianNLL,
    KLDivergence as KLDivergence,
    Poisson as Poisson,
    gaussian_nll as gaussian_nll,
    kl_divergence as kl_divergence,
    mean_and_variance as mean_and_variance,
    poisson as poisson,
)
from fallline.losses.regression import (
    HalfSquaredError as HalfSquaredError,
    MeanAbsoluteError as MeanAbsoluteError,
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
    MeanSquaredError as MeanSquaredError,
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
    half_squared_error as half_squared_error,
    mean_absolute_error as mean_absolute_error,
    mean_absolute_percentage_error as mean_absolute_percentage_error,
    mean_squared_error as mean_squared_error,
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from fallline.losses.robust import (
    Huber as Huber,
    LogCosh as LogCosh,
    Quantile as Quantile,
    Tukey as Tukey,
    huber as huber,
    log_cosh as log_cosh,
    pinball as pinball,
    tukey as tukey,
)
from fallline.losses.similarity import (
    CosineSimilarity as CosineSimilarity,
    Dice as Dice,
    Tversky as Tversky,
    cosine_similarity as cosine_similarity,
    dice as dice,
    tversky as tversky,
)
from fallline.registry.tables import public

__all__ = public(globals())  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.losses", name, __all__)
