"""The table: every class of the catalogue, made in one or more ways, with each of its numbers at two values.

What is given: for layers the shape of one row (a list of shapes where there are several inputs), for losses and
metrics the kind of targets (see answers.py), for initializers and what acts on parameters nothing.
"""

from __future__ import annotations

import dataclasses

import fallline.metrics  # noqa: F401 - every table is filled

from .entry import FACTORS, Entry, N, entry, words
from .table_of_layers import LAYERS, MIXINGS
from .table_of_optimizers import OPTIMIZERS, SCHEDULES

SLOPES = N(0.1, 0.4)

ACTIVATIONS = [
    entry("activations.CELU", alpha=N(1.0, 2.0, 0.0)),
    entry("activations.ELU", alpha=N(1.0, 2.0)),
    entry("activations.HardShrink", threshold=N(0.5, 1.0, -1.0)),
    entry("activations.LeakyReLU", negative_slope=SLOPES),
    entry("activations.ReLU", negative_slope=SLOPES),
    entry("activations.ReLU", negative_slope=SLOPES, max_value=N(1.0, 0.5), threshold=N(0.2, 0.1)),
    entry("activations.SoftShrink", threshold=N(0.5, 1.0, -1.0)),
    entry("activations.Squareplus", b=N(4.0, 1.0, 0.0)),
    entry("activations.Threshold", threshold=N(0.1, 0.5), default_value=N(20.0, -1.0)),
    entry("activations.GELU"),
    entry("activations.GELU", approximate=True),
    entry("activations.Softmax", axis=-1),
    *(
        entry(f"activations.{name}")
        for name in words(
            "Exponential GLU HardSiLU HardSigmoid HardTanh Heaviside Linear LogSigmoid LogSoftmax Mish ReLU6 "
            "SELU SiLU Sigmoid Sign Softplus Softsign SparsePlus SparseSigmoid Sparsemax Tanh TanhShrink"
        )
    ),
]

INITIALIZERS = [
    entry("initializers.Constant", value=N(0.3, -2.0)),
    entry("initializers.Identity", gain=N(1.0, 3.0)),
    entry("initializers.Ones"),
    entry("initializers.Zeros"),
    entry("initializers.Orthogonal", gain=N(1.0, 3.0)),
    entry("initializers.RandomNormal", mean=N(0.0, 1.0), stddev=N(0.05, 0.5, -1.0)),
    entry("initializers.RandomUniform", minval=N(-0.05, -1.0), maxval=N(0.05, 1.0)),
    entry("initializers.TruncatedNormal", mean=N(0.0, 1.0), stddev=N(0.05, 0.5, -1.0)),
    entry("initializers.VarianceScaling", scale=N(1.0, 2.0, 0.0), mode="fan_avg", distribution="uniform"),
    entry("initializers.HeNormal", seed=3),
    *(
        entry(f"initializers.{name}")
        for name in words(
            "GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform ReluNormal ReluUniform "
            "SigmoidUniform"
        )
    ),
]

PENALTIES = [
    entry("regularizers.L1", l1=FACTORS),
    entry("regularizers.L1", l1=FACTORS, proximal=True),
    entry("regularizers.L2", l2=FACTORS),
    entry("regularizers.L1L2", l1=FACTORS, l2=FACTORS),
    entry("regularizers.L1L2", l1=FACTORS, l2=FACTORS, proximal=True),
    entry("regularizers.GroupL1", factor=FACTORS),
    entry("regularizers.GroupL1", factor=FACTORS, proximal=True),
    entry("regularizers.OrthogonalRegularizer", factor=FACTORS, mode="columns"),
    entry("constraints.MaxNorm", max_value=N(2.0, 0.5, -1.0)),
    entry(
        "constraints.MinMaxNorm",
        # Some of the norms lie below, some above.
        min_value=N(2.0, 2.2, -1.0),
        max_value=N(3.0, 2.5, -1.0),
        rate=N(1.0, 0.5, 2.0),
    ),
    entry("constraints.NonNeg"),
    entry("constraints.UnitNorm", axis=1),
]

SMOOTHED = N(0.1, 0.3, 1.5)

LOSSES = [
    entry("losses.BinaryCrossentropy", "binary", label_smoothing=SMOOTHED),
    entry("losses.BinaryCrossentropy", "binary", from_logits=True),
    entry(
        "losses.BinaryFocalCrossentropy",
        "binary",
        apply_class_balancing=True,
        alpha=N(0.25, 0.5, 2.0),
        gamma=N(2.0, 1.0, -1.0),
        label_smoothing=SMOOTHED,
    ),
    entry("losses.CategoricalCrossentropy", "one_hot", label_smoothing=SMOOTHED, reduction="sum"),
    entry(
        "losses.CategoricalFocalCrossentropy",
        "one_hot",
        alpha=N(0.25, 0.5, -1.0),
        gamma=N(2.0, 1.0, -1.0),
        label_smoothing=SMOOTHED,
    ),
    entry("losses.CategoricalFocalCrossentropy", "one_hot", alpha=N((0.2, 0.3, 0.5), (0.1, 0.8, 0.1))),
    entry("losses.CategoricalGeneralizedCrossEntropy", "classes", q=N(0.5, 0.7, 1.0)),
    entry("losses.CategoricalHinge", "one_hot"),
    entry("losses.Circle", "classes", gamma=N(80.0, 10.0, 0.0), margin=N(0.4, 0.25, 1.5)),
    entry("losses.CosineSimilarity", "real"),
    entry("losses.Dice", "binary"),
    entry("losses.GaussianNLL", "normal", full=True, eps=N(0.01, 2.0, 0.0)),
    entry("losses.HalfSquaredError", "real"),
    entry("losses.Hinge", "signs"),
    entry("losses.Huber", "real", delta=N(1.0, 0.2, 0.0)),
    entry("losses.KLDivergence", "one_hot"),
    entry("losses.LogCosh", "real"),
    entry("losses.MeanAbsoluteError", "real"),
    entry("losses.MeanAbsolutePercentageError", "positive"),
    entry("losses.MeanSquaredError", "real", reduction=None),
    entry("losses.MeanSquaredLogarithmicError", "positive"),
    entry("losses.Perceptron", "signs"),
    entry("losses.Poisson", "positive"),
    entry("losses.Quantile", "real", quantile=N(0.5, 0.9, 1.5)),
    entry("losses.SparseCategoricalCrossentropy", "classes", ignore_class=1),
    entry("losses.SparseCategoricalCrossentropy", "classes", label_smoothing=SMOOTHED),
    entry("losses.SquaredHinge", "signs"),
    entry("losses.Tukey", "real", c=N(4.685, 1.0, 0.0)),
    entry("losses.Tversky", "binary", alpha=N(0.5, 0.2, -1.0), beta=N(0.5, 0.9, -1.0)),
]

CUT = N(0.2, 0.8)

METRICS = [
    entry("metrics.AUC", "binary", num_thresholds=20),
    entry("metrics.AUC", "binary", thresholds=N((0.1, 0.2, 0.5), (0.3, 0.6, 0.9), (0.2, 0.3, 2.0))),
    entry(
        "metrics.AUC",
        "one_hot",
        num_thresholds=20,
        multi_label=True,
        num_labels=3,
        label_weights=N((0.2, 0.3, 0.5), (0.1, 0.8, 0.1)),
    ),
    entry("metrics.BinaryAccuracy", "binary", threshold=N(0.2, 0.8)),
    entry("metrics.BinaryCrossentropy", "binary", label_smoothing=SMOOTHED),
    entry("metrics.BinaryIoU", "binary", threshold=CUT),
    entry("metrics.CategoricalCrossentropy", "one_hot", label_smoothing=SMOOTHED),
    entry("metrics.CohenKappa", "classes", weights="quadratic"),
    entry("metrics.ConfusionMatrix", "classes"),
    entry("metrics.IoU", "classes", num_classes=3, target_class_ids=(0, 2), sparse_y_pred=False),
    entry("metrics.MeanIoU", "classes", num_classes=3, sparse_y_pred=False),
    entry("metrics.OneHotIoU", "one_hot", num_classes=3, target_class_ids=(0, 2)),
    entry("metrics.OneHotMeanIoU", "one_hot", num_classes=3),
    entry("metrics.F1Score", "one_hot", average="macro", threshold=N(0.3, 0.6, 0.0)),
    entry("metrics.FBetaScore", "one_hot", beta=N(1.0, 2.0, 0.0), threshold=N(0.3, 0.6, 0.0)),
    *(
        entry(f"metrics.{name}", "binary", thresholds=CUT)
        for name in words("FalseNegatives FalsePositives TrueNegatives TruePositives Precision Recall")
    ),
    entry("metrics.PrecisionAtRecall", "binary", recall=N(0.5, 0.9)),
    entry("metrics.RecallAtPrecision", "binary", precision=N(0.5, 0.9)),
    entry("metrics.SensitivityAtSpecificity", "binary", specificity=N(0.5, 0.9)),
    entry("metrics.SpecificityAtSensitivity", "binary", sensitivity=N(0.5, 0.9)),
    entry("metrics.R2Score", "real", shift=N(0.0, 1.0)),
    entry("metrics.SparseTopKCategoricalAccuracy", "classes", k=2),
    entry("metrics.TopKCategoricalAccuracy", "one_hot", k=2),
    entry("metrics.Accuracy", "equal"),
    *(entry(f"metrics.{name}", "classes") for name in ("BalancedAccuracy", "MatthewsCorrelation")),
    *(entry(f"metrics.{name}", "signs") for name in ("Hinge", "SquaredHinge")),
    *(
        entry(f"metrics.{name}", "one_hot")
        for name in ("CategoricalAccuracy", "CategoricalHinge", "KLDivergence")
    ),
    *(
        entry(f"metrics.{name}", "classes")
        for name in (
            "SparseCategoricalAccuracy",
            "SparseCategoricalCrossentropy",
            "ExpectedCalibrationError",
            "CalibratedCrossentropy",
        )
    ),
    entry("metrics.SparseCategoricalCrossentropy", "classes", label_smoothing=SMOOTHED),
    *(
        entry(f"metrics.{name}", "positive")
        for name in ("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "Poisson")
    ),
    *(
        entry(f"metrics.{name}", "real")
        for name in words(
            "ConcordanceCorrelation CosineSimilarity LogCoshError MeanAbsoluteError MeanSquaredError "
            "PearsonCorrelation RootMeanSquaredError"
        )
    ),
]

TABLE_OF_ALL: list[Entry] = [
    dataclasses.replace(line, number=number)
    for number, line in enumerate(
        ACTIVATIONS + INITIALIZERS + PENALTIES + LOSSES + METRICS + SCHEDULES + OPTIMIZERS + LAYERS + MIXINGS
    )
]
WITH_NUMBERS = [line for line in TABLE_OF_ALL if line.numbers]
