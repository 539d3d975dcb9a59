"""Metrics as additive sufficient statistics: exact over batches, chunks and members.

base        Statistic, Metric, functions of the user's own, the table of names, `resolve`
accuracy    binary, categorical and sparse categorical accuracy
regression  mean squared, root mean squared and mean absolute error
confusion   precision and recall
auc         the area under the ROC or precision-recall curve
"""

from fallline.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
)
from fallline.metrics.auc import AUC, ThresholdCounts
from fallline.metrics.base import Mean, MeanMetricWrapper, Metric, Statistic, get, metrics
from fallline.metrics.confusion import Precision, Ratio, Recall
from fallline.metrics.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    RootMean,
    RootMeanSquaredError,
)
from fallline.metrics.resolution import resolve

__all__ = [
    "AUC",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "Mean",
    "MeanAbsoluteError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "Metric",
    "Precision",
    "Ratio",
    "Recall",
    "RootMean",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "Statistic",
    "ThresholdCounts",
    "binary_accuracy",
    "categorical_accuracy",
    "get",
    "metrics",
    "resolve",
    "sparse_categorical_accuracy",
]
