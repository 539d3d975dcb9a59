"""Metrics as additive sufficient statistics: exact over batches, chunks and members; usable alone as Keras's.

statistic        Statistic: sums that add up, and what computes with them
base             Metric, and what adds up alone
written          metrics of the user's own written as in Keras
table            the table of names, functions of the user's own
resolution       what "accuracy" means beside a loss
reduction        mean and sum of values, for use alone
accuracy         accuracies, top-k
regression       errors of real values, correlations within a row
r2               the coefficient of determination
probabilistic    cross-entropies, divergence, hinges
confusion        precision, recall and the four counts behind them
threshold_counts counts at many thresholds, and the curves over them
auc              the area under the ROC or precision-recall curve
constrained      one rate where another is high enough
f_score          F1 and F-beta
classes          rows as pairs of a true and a predicted class
contingency      the confusion matrix; Cohen's kappa, Matthews correlation, balanced accuracy
overlap          intersection over union
calibration      expected calibration error, the cross-entropy of calibrated probabilities
"""

import typing

from fallline import errors
from fallline.losses import (
    binary_crossentropy as binary_crossentropy,
    binary_focal_crossentropy as binary_focal_crossentropy,
    categorical_crossentropy as categorical_crossentropy,
    categorical_focal_crossentropy as categorical_focal_crossentropy,
    categorical_hinge as categorical_hinge,
    hinge as hinge,
    huber as huber,
    kl_divergence as kl_divergence,
    log_cosh as log_cosh,
    mean_absolute_error as mean_absolute_error,
    mean_absolute_percentage_error as mean_absolute_percentage_error,
    mean_squared_error as mean_squared_error,
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
    poisson as poisson,
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
    squared_hinge as squared_hinge,
)
from fallline.metrics.accuracy import (
    Accuracy as Accuracy,
    BinaryAccuracy as BinaryAccuracy,
    CategoricalAccuracy as CategoricalAccuracy,
    SparseCategoricalAccuracy as SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy as TopKCategoricalAccuracy,
    accuracy as accuracy,
    binary_accuracy as binary_accuracy,
    categorical_accuracy as categorical_accuracy,
    sparse_categorical_accuracy as sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy as top_k_categorical_accuracy,
)
from fallline.metrics.auc import AUC as AUC
from fallline.metrics.base import MeanMetric as MeanMetric, Metric as Metric
from fallline.metrics.calibration import (
    CalibratedCrossentropy as CalibratedCrossentropy,
    ExpectedCalibrationError as ExpectedCalibrationError,
)
from fallline.metrics.confusion import (
    FalseNegatives as FalseNegatives,
    FalsePositives as FalsePositives,
    Precision as Precision,
    Recall as Recall,
    TrueNegatives as TrueNegatives,
    TruePositives as TruePositives,
)
from fallline.metrics.constrained import (
    PrecisionAtRecall as PrecisionAtRecall,
    RecallAtPrecision as RecallAtPrecision,
    SensitivityAtSpecificity as SensitivityAtSpecificity,
    SpecificityAtSensitivity as SpecificityAtSensitivity,
)
from fallline.metrics.contingency import (
    BalancedAccuracy as BalancedAccuracy,
    CohenKappa as CohenKappa,
    ConfusionMatrix as ConfusionMatrix,
    MatthewsCorrelation as MatthewsCorrelation,
)
from fallline.metrics.f_score import F1Score as F1Score, FBetaScore as FBetaScore
from fallline.metrics.overlap import (
    BinaryIoU as BinaryIoU,
    IoU as IoU,
    MeanIoU as MeanIoU,
    OneHotIoU as OneHotIoU,
    OneHotMeanIoU as OneHotMeanIoU,
)
from fallline.metrics.probabilistic import (
    BinaryCrossentropy as BinaryCrossentropy,
    CategoricalCrossentropy as CategoricalCrossentropy,
    CategoricalHinge as CategoricalHinge,
    Hinge as Hinge,
    KLDivergence as KLDivergence,
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
    SquaredHinge as SquaredHinge,
)
from fallline.metrics.r2 import R2Score as R2Score, about_targets as about_targets
from fallline.metrics.reduction import Mean as Mean, Sum as Sum
from fallline.metrics.regression import (
    ConcordanceCorrelation as ConcordanceCorrelation,
    CosineSimilarity as CosineSimilarity,
    LogCoshError as LogCoshError,
    MeanAbsoluteError as MeanAbsoluteError,
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
    MeanSquaredError as MeanSquaredError,
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
    PearsonCorrelation as PearsonCorrelation,
    Poisson as Poisson,
    RootMeanSquaredError as RootMeanSquaredError,
    concordance_correlation as concordance_correlation,
    pearson_correlation as pearson_correlation,
)
from fallline.metrics.resolution import resolve as resolve
from fallline.metrics.statistic import (
    Ratio as Ratio,
    RootMean as RootMean,
    Statistic as Statistic,
    WeightedMean as WeightedMean,
)
from fallline.metrics.table import (
    MeanMetricWrapper as MeanMetricWrapper,
    deserialize as deserialize,
    get as get,
    metrics as metrics,
    serialize as serialize,
)
from fallline.metrics.threshold_counts import ThresholdCounts as ThresholdCounts
from fallline.registry.tables import public

__all__ = public(globals())  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.metrics", name, __all__)
