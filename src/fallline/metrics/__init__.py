"""Metrics as additive sufficient statistics: exact over batches, chunks and members; usable alone as Keras's.

statistic        Statistic: sums that add up, and what computes with them
base             Metric, functions of the user's own, the table of names
written          metrics of the user's own written as in Keras
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
calibration      expected calibration error
"""

from fallline.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from fallline.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from fallline.metrics.auc import (
    AUC,
)
from fallline.metrics.base import MeanMetric, Metric
from fallline.metrics.calibration import (
    ExpectedCalibrationError,
)
from fallline.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from fallline.metrics.constrained import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from fallline.metrics.contingency import (
    BalancedAccuracy,
    CohenKappa,
    ConfusionMatrix,
    MatthewsCorrelation,
)
from fallline.metrics.f_score import (
    F1Score,
    FBetaScore,
)
from fallline.metrics.overlap import (
    BinaryIoU,
    IoU,
    MeanIoU,
    OneHotIoU,
    OneHotMeanIoU,
)
from fallline.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from fallline.metrics.r2 import (
    R2Score,
    about_targets,
)
from fallline.metrics.reduction import (
    Mean,
    Sum,
)
from fallline.metrics.regression import (
    ConcordanceCorrelation,
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PearsonCorrelation,
    Poisson,
    RootMeanSquaredError,
    concordance_correlation,
    pearson_correlation,
)
from fallline.metrics.resolution import (
    resolve,
)
from fallline.metrics.statistic import (
    Ratio,
    RootMean,
    Statistic,
    WeightedMean,
)
from fallline.metrics.table import MeanMetricWrapper, deserialize, get, metrics, serialize
from fallline.metrics.threshold_counts import (
    ThresholdCounts,
)

__all__ = [
    "AUC",
    "Accuracy",
    "BalancedAccuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CohenKappa",
    "ConcordanceCorrelation",
    "ConfusionMatrix",
    "CosineSimilarity",
    "ExpectedCalibrationError",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "MatthewsCorrelation",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetric",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Ratio",
    "Recall",
    "RecallAtPrecision",
    "RootMean",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Statistic",
    "Sum",
    "ThresholdCounts",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "WeightedMean",
    "about_targets",
    "accuracy",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "metrics",
    "pearson_correlation",
    "poisson",
    "resolve",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]
