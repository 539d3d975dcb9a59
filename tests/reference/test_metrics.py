"""Metrics against Keras over several batches, and against scikit-learn."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import metrics
from fallline.losses import get as get_loss

RNG = np.random.default_rng(11)
ROWS = 90
LABELS = RNG.integers(0, 4, size=ROWS).astype(np.int32)
ONE_HOT = np.eye(4, dtype=np.float32)[LABELS]
# Rounded, so that ties and predictions exactly at a threshold occur.
SCORES = RNG.uniform(0, 1, size=(ROWS, 4)).astype(np.float32).round(2)
BITS = (RNG.uniform(size=(ROWS, 1)) < 0.4).astype(np.float32)
CHANCES = np.clip(0.5 * BITS + 0.6 * RNG.uniform(size=(ROWS, 1)), 0, 1).astype(np.float32).round(3)
CHANCES[:4, 0] = [0.0, 1.0, 0.5, 1.0]
REALS = RNG.normal(size=(ROWS, 3)).astype(np.float32)
GUESSES = RNG.normal(size=(ROWS, 3)).astype(np.float32)
WEIGHTS = RNG.uniform(0, 3, size=ROWS).astype(np.float32)

R2_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")

CASES = {
    "binary": ("BinaryAccuracy", {}, BITS, CHANCES),
    "binary threshold": ("BinaryAccuracy", {"threshold": 0.7}, BITS, CHANCES),
    "binary flat": ("BinaryAccuracy", {}, BITS[:, 0], CHANCES),
    "binary columns": ("BinaryAccuracy", {}, ONE_HOT, SCORES),
    "categorical": ("CategoricalAccuracy", {}, ONE_HOT, SCORES),
    "sparse": ("SparseCategoricalAccuracy", {}, LABELS, SCORES),
    "sparse column": ("SparseCategoricalAccuracy", {}, LABELS[:, None], SCORES),
    "mae": ("MeanAbsoluteError", {}, REALS, GUESSES),
    "mse": ("MeanSquaredError", {}, REALS, GUESSES),
    "rmse": ("RootMeanSquaredError", {}, REALS, GUESSES),
    "precision": ("Precision", {}, BITS, CHANCES),
    "precision columns": ("Precision", {"thresholds": 0.4}, ONE_HOT, SCORES),
    "precision at two": ("Precision", {"thresholds": [0.2, 0.8]}, BITS, CHANCES),
    "recall": ("Recall", {}, BITS, CHANCES),
    "recall flat": ("Recall", {}, BITS[:, 0], CHANCES),
    "recall at two": ("Recall", {"thresholds": [0.2, 0.8]}, BITS, CHANCES),
    "accuracy": ("Accuracy", {}, LABELS[:, None], SCORES.argmax(1).astype(np.int32)[:, None]),
    "top 2": ("TopKCategoricalAccuracy", {"k": 2}, ONE_HOT, SCORES),
    "sparse top 2": ("SparseTopKCategoricalAccuracy", {"k": 2}, LABELS, SCORES),
    "sparse top 3": ("SparseTopKCategoricalAccuracy", {"k": 3}, LABELS, SCORES.round(1)),
    "sorted top 2": (
        "SparseTopKCategoricalAccuracy",
        {"k": 2, "from_sorted_ids": True},
        LABELS,
        np.argsort(-SCORES, axis=1, kind="stable").astype(np.float32),
    ),
    "mape": ("MeanAbsolutePercentageError", {}, REALS, GUESSES),
    "msle": ("MeanSquaredLogarithmicError", {}, REALS, GUESSES),
    "log cosh": ("LogCoshError", {}, REALS, GUESSES),
    "cosine": ("CosineSimilarity", {}, REALS, GUESSES),
    "poisson": ("Poisson", {}, ONE_HOT, SCORES + np.float32(0.1)),
    "kl": ("KLDivergence", {}, ONE_HOT, SCORES),
    "bce": ("BinaryCrossentropy", {"label_smoothing": 0.1}, BITS, CHANCES),
    "bce logits": ("BinaryCrossentropy", {"from_logits": True}, BITS, GUESSES[:, :1]),
    "cce": ("CategoricalCrossentropy", {}, ONE_HOT, SCORES + np.float32(0.01)),
    "cce smoothed": (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.1},
        ONE_HOT,
        SCORES,
    ),
    "scce": ("SparseCategoricalCrossentropy", {"from_logits": True}, LABELS, SCORES),
    "hinge": ("Hinge", {}, 2 * BITS - 1, GUESSES[:, :1]),
    "squared hinge": ("SquaredHinge", {}, 2 * BITS - 1, GUESSES[:, :1]),
    "categorical hinge": ("CategoricalHinge", {}, ONE_HOT, SCORES),
    "pearson": ("PearsonCorrelation", {}, REALS, GUESSES),
    "concordance": ("ConcordanceCorrelation", {}, REALS, GUESSES),
    "precision of best 2": ("Precision", {"top_k": 2}, ONE_HOT, SCORES),
    "precision of one": ("Precision", {"class_id": 1, "thresholds": 0.4}, ONE_HOT, SCORES),
    "precision of one of best 2": ("Precision", {"top_k": 2, "class_id": 2}, ONE_HOT, SCORES),
    "recall of best 2": ("Recall", {"top_k": 2}, ONE_HOT, SCORES),
    "recall of best 2 above": ("Recall", {"top_k": 2, "thresholds": 0.6}, ONE_HOT, SCORES),
    "recall of one": ("Recall", {"class_id": 3}, ONE_HOT, SCORES),
    **{
        f"{name} {thresholds}": (name, {"thresholds": thresholds}, BITS, CHANCES)
        for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")
        for thresholds in (None, [0.2, 0.8])
    },
    **{
        f"{name} {least} {count}": (name, {argument: least, "num_thresholds": count}, BITS, CHANCES)
        for name, argument in (
            ("SensitivityAtSpecificity", "specificity"),
            ("SpecificityAtSensitivity", "sensitivity"),
            ("PrecisionAtRecall", "recall"),
            ("RecallAtPrecision", "precision"),
        )
        for least, count in ((0.3, 200), (0.8, 3), (0.5, 1))
    },
    "sensitivity of one": ("SensitivityAtSpecificity", {"specificity": 0.6, "class_id": 1}, ONE_HOT, SCORES),
    **{
        f"{name} {average} {threshold}": (
            name,
            {"average": average, "threshold": threshold} | ({"beta": 2.0} if name == "FBetaScore" else {}),
            ONE_HOT,
            SCORES,
        )
        for name in ("F1Score", "FBetaScore")
        for average in (None, "micro", "macro", "weighted")
        for threshold in (None, 0.6)
    },
    **{f"r2 {how}": ("R2Score", {"class_aggregation": how}, REALS, GUESSES) for how in R2_AGGREGATIONS},
    "r2 adjusted": ("R2Score", {"num_regressors": 3}, REALS[:, :1], GUESSES[:, :1]),
    "r2 overfitted": ("R2Score", {"num_regressors": 20}, REALS[:, :1], REALS[:, :1] + 0.1 * GUESSES[:, :1]),
    "auc own thresholds": ("AUC", {"thresholds": [0.9, 0.1, 0.35]}, BITS, CHANCES),
    "auc gain": ("AUC", {"curve": "PRGAIN"}, BITS, CHANCES),
    "auc labels": ("AUC", {"multi_label": True, "num_labels": 4}, ONE_HOT, SCORES),
    "auc labels pr": ("AUC", {"multi_label": True, "num_labels": 4, "curve": "PR"}, ONE_HOT, SCORES),
    "auc labels weighed": (
        "AUC",
        {"multi_label": True, "num_labels": 4, "label_weights": [0.1, 0.2, 0.3, 0.4]},
        ONE_HOT,
        SCORES,
    ),
    "auc weighed columns": ("AUC", {"label_weights": [0.1, 0.2, 0.3, 0.4]}, ONE_HOT, SCORES),
    "auc logits": ("AUC", {"from_logits": True}, BITS, GUESSES[:, :1]),
    **{
        f"auc {curve} {method} {count}": (
            "AUC",
            {"curve": curve, "summation_method": method, "num_thresholds": count},
            BITS,
            CHANCES,
        )
        for curve in ("ROC", "PR")
        for method in ("interpolation", "majoring", "minoring")
        for count in (3, 200)
    },
    "auc two": ("AUC", {"num_thresholds": 2}, BITS, CHANCES),
    "auc columns": ("AUC", {}, ONE_HOT, SCORES),
}


@pytest.mark.references(*sorted({f"metrics.{name}" for name, *_ in CASES.values()}))
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("case", CASES)
def test_streamed_result_is_that_of_keras(keras, case, weight):
    name, options, y_true, y_pred = CASES[case]
    ours = getattr(metrics, name)(**options)
    theirs = getattr(keras.metrics, name)(**options)
    for rows in (slice(0, 32), slice(32, 64), slice(64, None)):
        part = None if weight is None else weight[rows]
        theirs.update_state(y_true[rows], y_pred[rows], part)
        ours.update_state(y_true[rows], y_pred[rows], part)
    np.testing.assert_allclose(ours.result(), theirs.result(), rtol=5e-6, atol=1e-6)


def test_fine_thresholds_approach_the_exact_area_of_scikit_learn():
    exact = pytest.importorskip("sklearn.metrics").roc_auc_score
    # Scores rounded to 0.001 fall into separate buckets of 2,001 thresholds, so the area is exact.
    auc = metrics.AUC(num_thresholds=2001)(BITS, CHANCES)
    np.testing.assert_allclose(auc, exact(BITS[:, 0], CHANCES[:, 0]), rtol=1e-6)


@pytest.mark.parametrize(
    ("loss", "y_true", "outputs"),
    [
        ("binary_crossentropy", BITS, 1),
        ("binary_crossentropy", ONE_HOT, 4),
        ("categorical_crossentropy", ONE_HOT, 4),
        ("sparse_categorical_crossentropy", LABELS, 4),
        ("sparse_categorical_crossentropy", LABELS[:, None], 4),
        ("mse", REALS[:, 0], 1),
        ("mse", ONE_HOT, 4),
    ],
)
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_accuracy_is_the_one_that_keras_compiles(keras, name, loss, y_true, outputs):
    from keras.src.trainers.compile_utils import get_metric

    y_pred = SCORES[:, :outputs]
    theirs = get_metric(name, y_true, y_pred)
    ours = metrics.resolve(name, get_loss(loss), (outputs,))
    by_shape = metrics.resolve(name, get_loss(loss), (outputs,), y_true.shape[1:])
    assert type(ours).__name__ == type(by_shape).__name__ == type(theirs).__name__
    assert ours.name == by_shape.name == theirs.name


@pytest.mark.parametrize("name", ["mse", "MSE", "mean_squared_error", "auc", "precision", "binary_accuracy"])
def test_history_names_are_those_of_keras(keras, name):
    from keras.src.trainers.compile_utils import get_metric

    assert metrics.resolve(name, get_loss("mse"), (1,)).name == get_metric(name, BITS, CHANCES).name


def test_stacked_members_give_what_each_gives_alone():
    chances = np.stack([CHANCES, CHANCES[::-1]])
    for metric in (metrics.AUC(), metrics.AUC(curve="PR"), metrics.Recall(), metrics.RootMeanSquaredError()):
        stacked = jax.vmap(lambda p, metric=metric: metric.statistic(BITS, p))(jnp.asarray(chances))
        alone = [metric.statistic(BITS, one).result() for one in chances]
        np.testing.assert_allclose(stacked.result(), alone, rtol=1e-6)
