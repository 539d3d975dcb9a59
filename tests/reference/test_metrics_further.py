"""Metrics that Keras lacks, against scikit-learn and NumPy: kappa, Matthews, balanced accuracy, calibration, R2."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from fallline import metrics

sklearn_metrics = pytest.importorskip("sklearn.metrics")

RNG = np.random.default_rng(1960)
ROWS, CLASSES = 211, 4
LABELS = RNG.integers(0, CLASSES, size=ROWS).astype(np.int32)
SCORES = (RNG.uniform(size=(ROWS, CLASSES)) + 0.4 * np.eye(CLASSES)[LABELS]).astype(np.float32)
SCORES /= SCORES.sum(axis=1, keepdims=True)
GUESSED = SCORES.argmax(axis=1)
BITS = (RNG.uniform(size=ROWS) < 0.3).astype(np.int32)
CHANCES = np.clip(0.3 * BITS + 0.6 * RNG.uniform(size=ROWS), 0, 1).astype(np.float32)
WEIGHTS = RNG.uniform(0, 3, size=ROWS).astype(np.float32)
# Ragged on purpose: one row alone, an uneven rest.
CUTS = (slice(0, 1), slice(1, 100), slice(100, None))

KINDS = {
    "class numbers": (LABELS, GUESSED, {"num_classes": CLASSES}, LABELS, GUESSED),
    "scores": (LABELS, SCORES, {}, LABELS, GUESSED),
    "scores of one-hot": (np.eye(CLASSES, dtype=np.float32)[LABELS], SCORES, {}, LABELS, GUESSED),
    "a column of probabilities": (BITS[:, None], CHANCES[:, None], {}, BITS, (CHANCES > 0.5).astype(int)),
}

SCORES_OF_CLASSES = {
    **{
        f"kappa {weights}": (
            "CohenKappa",
            {"weights": weights},
            lambda y, p, w, weights=weights: sklearn_metrics.cohen_kappa_score(
                y, p, weights=weights, sample_weight=w
            ),
        )
        for weights in (None, "linear", "quadratic")
    },
    "matthews": (
        "MatthewsCorrelation",
        {},
        lambda y, p, w: sklearn_metrics.matthews_corrcoef(y, p, sample_weight=w),
    ),
    "balanced": (
        "BalancedAccuracy",
        {},
        lambda y, p, w: sklearn_metrics.balanced_accuracy_score(y, p, sample_weight=w),
    ),
    "balanced adjusted": (
        "BalancedAccuracy",
        {"adjusted": True},
        lambda y, p, w: sklearn_metrics.balanced_accuracy_score(y, p, sample_weight=w, adjusted=True),
    ),
    "matrix": (
        "ConfusionMatrix",
        {},
        lambda y, p, w: sklearn_metrics.confusion_matrix(y, p, sample_weight=w),
    ),
}


def streamed(metric, y_true, y_pred, weight=None):
    for rows in CUTS:
        metric.update_state(y_true[rows], y_pred[rows], None if weight is None else weight[rows])
    return metric.result()


@pytest.mark.references(*sorted({f"metrics.{name}" for name, *_ in SCORES_OF_CLASSES.values()}))
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", SCORES_OF_CLASSES)
def test_scores_of_the_confusion_matrix_are_those_of_scikit_learn(case, kind, weight):
    name, options, theirs = SCORES_OF_CLASSES[case]
    y_true, y_pred, classes, labels, guessed = KINDS[kind]
    ours = streamed(getattr(metrics, name)(**options, **classes), y_true, y_pred, weight)
    np.testing.assert_allclose(ours, theirs(labels, guessed, weight), rtol=1e-5, atol=1e-6)


@pytest.mark.references("metrics.CohenKappa", "metrics.MatthewsCorrelation", "metrics.BalancedAccuracy")
def test_a_class_that_never_occurs_is_left_out_as_scikit_learn_does():
    labels, scores = np.where(LABELS == 2, 1, LABELS), SCORES
    guessed = GUESSED
    for weights in (None, "linear", "quadratic"):
        expected = sklearn_metrics.cohen_kappa_score(labels, guessed, weights=weights, labels=range(CLASSES))
        np.testing.assert_allclose(metrics.CohenKappa(weights)(labels, scores), expected, rtol=1e-5)
    expected = sklearn_metrics.matthews_corrcoef(labels, guessed)
    np.testing.assert_allclose(metrics.MatthewsCorrelation()(labels, scores), expected, rtol=1e-5)
    recalls = sklearn_metrics.recall_score(labels, guessed, labels=[0, 1, 3], average="macro")
    np.testing.assert_allclose(metrics.BalancedAccuracy()(labels, scores), recalls, rtol=1e-5)


def test_one_class_alone_gives_zero_and_no_nan():
    y, p = np.zeros(5, np.int32), np.eye(3, dtype=np.float32)[np.zeros(5, int)]
    assert float(metrics.CohenKappa()(y, p)) == 0.0
    assert float(metrics.MatthewsCorrelation()(y, p)) == 0.0
    assert float(metrics.BalancedAccuracy()(y, p)) == 1.0


def calibration_error(truth, predicted, confidence, weight, bins):
    """The definition, bin by bin."""
    error = 0.0
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        if weight[inside].sum() > 0:
            right = np.average(truth[inside] == predicted[inside], weights=weight[inside])
            sure = np.average(confidence[inside], weights=weight[inside])
            error += weight[inside].sum() / weight.sum() * abs(right - sure)
    return error


@pytest.mark.references("metrics.ExpectedCalibrationError")
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("bins", [1, 7, 15])
def test_calibration_error_is_its_definition(bins, weight):
    weights = np.ones(ROWS) if weight is None else weight
    ours = streamed(metrics.ExpectedCalibrationError(num_bins=bins), LABELS, SCORES, weight)
    expected = calibration_error(LABELS, GUESSED, SCORES.max(axis=1), weights, bins)
    np.testing.assert_allclose(ours, expected, rtol=2e-5)
    ours = streamed(metrics.ExpectedCalibrationError(num_bins=bins), BITS, CHANCES[:, None], weight)
    sure = np.maximum(CHANCES, np.float32(1) - CHANCES)
    np.testing.assert_allclose(
        ours, calibration_error(BITS, (CHANCES > 0.5).astype(int), sure, weights, bins), rtol=2e-5
    )


def least_crossentropy(truth, shares, weight):
    """The least mean over all temperatures from 1/4 to 8, by SciPy."""

    def mean(inverse):
        powers = shares.astype(np.float64) ** inverse
        return np.average(
            np.log(powers.sum(axis=1)) - np.log(powers[np.arange(len(truth)), truth]), weights=weight
        )

    return minimize_scalar(mean, bounds=(1 / 8, 4), method="bounded", options={"xatol": 1e-9}).fun


@pytest.mark.references("metrics.CalibratedCrossentropy")
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("inverse", [0.3, 1.0, 3.0])
def test_the_calibrated_crossentropy_is_the_least_over_temperatures(inverse, weight):
    weights = np.ones(ROWS) if weight is None else weight
    claimed = SCORES**inverse / np.sum(SCORES**inverse, axis=1, keepdims=True)
    ours = streamed(metrics.CalibratedCrossentropy(), LABELS, claimed, weight)
    np.testing.assert_allclose(ours, least_crossentropy(LABELS, claimed, weights), rtol=1e-3)
    claimed = CHANCES**inverse / (CHANCES**inverse + (1 - CHANCES) ** inverse)
    ours = streamed(metrics.CalibratedCrossentropy(), BITS, claimed[:, None], weight)
    both = np.stack([1 - claimed, claimed], axis=1)
    np.testing.assert_allclose(ours, least_crossentropy(BITS, both, weights), rtol=1e-3)


@pytest.mark.references("metrics.R2Score")
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (None, "raw_values"),
        ("uniform_average", "uniform_average"),
        ("variance_weighted_average", "variance_weighted"),
    ],
)
def test_r2_is_that_of_scikit_learn_also_for_constant_targets(ours, theirs, weight):
    y = RNG.normal(size=(ROWS, 4)).astype(np.float32) * np.asarray([1, 5, 0, 0], np.float32)
    p = y + 0.3 * RNG.normal(size=y.shape).astype(np.float32)
    p[:, 3] = 0.0
    expected = sklearn_metrics.r2_score(y, p, sample_weight=weight, multioutput=theirs)
    np.testing.assert_allclose(streamed(metrics.R2Score(ours), y, p, weight), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.references("metrics.R2Score")
def test_a_shift_keeps_the_digits_of_targets_far_from_zero():
    y = (2000 + RNG.normal(size=(ROWS, 1))).astype(np.float32)
    p = y + 0.5 * RNG.normal(size=y.shape).astype(np.float32)
    expected = sklearn_metrics.r2_score(y.astype(np.float64), p.astype(np.float64))
    np.testing.assert_allclose(streamed(metrics.R2Score(shift=2000.0), y, p), expected, rtol=1e-5)


@pytest.mark.references("metrics.F1Score", "metrics.FBetaScore")
@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_f_scores_are_those_of_scikit_learn(average):
    one_hot = np.eye(CLASSES, dtype=np.float32)[LABELS]
    expected = sklearn_metrics.fbeta_score(LABELS, GUESSED, beta=0.5, average=average)
    np.testing.assert_allclose(
        streamed(metrics.FBetaScore(average, 0.5), one_hot, SCORES), expected, rtol=1e-5
    )
    expected = sklearn_metrics.f1_score(LABELS, GUESSED, average=average)
    np.testing.assert_allclose(streamed(metrics.F1Score(average), one_hot, SCORES), expected, rtol=1e-5)


def test_ignored_rows_do_not_enter_the_mean():
    kept = LABELS != 2
    expected = sklearn_metrics.log_loss(LABELS[kept], SCORES[kept], labels=range(CLASSES))
    ours = metrics.SparseCategoricalCrossentropy(ignore_class=2)
    np.testing.assert_allclose(streamed(ours, LABELS, SCORES), expected, rtol=1e-5)


def test_mean_and_sum_are_those_of_keras(keras):
    from fallline.metrics.reduction import Mean, Sum

    for ours, theirs in ((Mean(), keras.metrics.Mean()), (Sum(), keras.metrics.Sum())):
        for rows in CUTS:
            for metric in (ours, theirs):
                metric.update_state(SCORES[rows], WEIGHTS[rows])
        np.testing.assert_allclose(ours.result(), theirs.result(), rtol=1e-5)
        for metric in (ours, theirs):
            metric.reset_state()
            metric.update_state(3.0)
            metric.update_state(jnp.asarray([1.0, 2.0]))
        np.testing.assert_allclose(ours.result(), theirs.result(), rtol=1e-6)
