"""Losses against Keras and PyTorch: values, reductions and gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import losses

RNG = np.random.default_rng(20150101)
ROWS = 13
LOGITS = (3 * RNG.normal(size=(ROWS, 5))).astype(np.float32)
# Not normalised on purpose: the categorical losses divide by the sum.
PROBABILITIES = RNG.uniform(0.01, 0.99, size=(ROWS, 5)).astype(np.float32)
PROBABILITIES[0] = [0.0, 1.0, 0.0, 0.0, 0.0]
LABELS = RNG.integers(0, 5, size=ROWS).astype(np.int32)
ONE_HOT = np.eye(5, dtype=np.float32)[LABELS]
BITS = RNG.integers(0, 2, size=(ROWS, 5)).astype(np.float32)
REALS = RNG.normal(size=(ROWS, 5)).astype(np.float32)
WEIGHTS = RNG.uniform(0, 2, size=ROWS).astype(np.float32)

POSITIVES = RNG.uniform(0.1, 4, size=(ROWS, 5)).astype(np.float32)
COUNTS = RNG.poisson(2.0, size=(ROWS, 5)).astype(np.float32)
SHARES = (POSITIVES / POSITIVES.sum(axis=1, keepdims=True)).astype(np.float32)
SIGNS = 2 * BITS - 1
CLEAR = RNG.uniform(0.05, 0.95, size=(ROWS, 5)).astype(np.float32)
NEAR = (0.5 * LOGITS).astype(np.float32)

CASES = {
    "mse": ("MeanSquaredError", {}, REALS, LOGITS),
    "mae": ("MeanAbsoluteError", {}, REALS, LOGITS),
    "bce": ("BinaryCrossentropy", {}, BITS, PROBABILITIES),
    "bce smoothed": ("BinaryCrossentropy", {"label_smoothing": 0.2}, BITS, PROBABILITIES),
    "bce logits": ("BinaryCrossentropy", {"from_logits": True}, BITS, LOGITS),
    "bce logits smoothed": (
        "BinaryCrossentropy",
        {"from_logits": True, "label_smoothing": 0.2},
        BITS,
        LOGITS,
    ),
    "cce": ("CategoricalCrossentropy", {}, ONE_HOT, PROBABILITIES),
    "cce smoothed": ("CategoricalCrossentropy", {"label_smoothing": 0.2}, ONE_HOT, PROBABILITIES),
    "cce soft": ("CategoricalCrossentropy", {"from_logits": True}, PROBABILITIES, LOGITS),
    "cce logits": ("CategoricalCrossentropy", {"from_logits": True}, ONE_HOT, LOGITS),
    "cce logits smoothed": (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.2},
        ONE_HOT,
        LOGITS,
    ),
    "scce": ("SparseCategoricalCrossentropy", {}, LABELS, PROBABILITIES),
    "scce logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, LABELS, LOGITS),
    "scce ignored": (
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "ignore_class": 2},
        LABELS,
        LOGITS,
    ),
    "scce ignored beyond": (
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "ignore_class": -1},
        np.where(LABELS == 3, -1, LABELS),
        LOGITS,
    ),
    "mape": ("MeanAbsolutePercentageError", {}, REALS, LOGITS),
    "msle": ("MeanSquaredLogarithmicError", {}, POSITIVES, POSITIVES[::-1]),
    "huber": ("Huber", {}, REALS, LOGITS),
    "huber wide": ("Huber", {"delta": 3.0}, REALS, LOGITS),
    "log cosh": ("LogCosh", {}, REALS, 20 * LOGITS),
    "cosine": ("CosineSimilarity", {}, REALS, LOGITS),
    "poisson": ("Poisson", {}, COUNTS, POSITIVES),
    "kl": ("KLDivergence", {}, SHARES, SHARES[::-1]),
    "kl one-hot": ("KLDivergence", {}, ONE_HOT, CLEAR),
    "hinge": ("Hinge", {}, SIGNS, LOGITS),
    "hinge bits": ("Hinge", {}, BITS, LOGITS),
    "squared hinge": ("SquaredHinge", {}, SIGNS, LOGITS),
    "squared hinge bits": ("SquaredHinge", {}, BITS, LOGITS),
    "categorical hinge": ("CategoricalHinge", {}, ONE_HOT, LOGITS),
    "focal": ("BinaryFocalCrossentropy", {}, BITS, CLEAR),
    "focal balanced": (
        "BinaryFocalCrossentropy",
        {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.1},
        BITS,
        CLEAR,
    ),
    "focal logits": ("BinaryFocalCrossentropy", {"from_logits": True}, BITS, NEAR),
    "focal classes": ("CategoricalFocalCrossentropy", {}, ONE_HOT, CLEAR),
    "focal classes weighed": (
        "CategoricalFocalCrossentropy",
        {"alpha": (0.1, 0.2, 0.3, 0.4, 0.5), "gamma": 3.0, "label_smoothing": 0.1},
        ONE_HOT,
        CLEAR,
    ),
    "focal classes logits": ("CategoricalFocalCrossentropy", {"from_logits": True}, ONE_HOT, NEAR),
    "dice of rows": ("Dice", {"axis": -1}, BITS, CLEAR),
    "tversky of rows": ("Tversky", {"axis": -1, "alpha": 0.3, "beta": 0.8}, BITS, CLEAR),
}


# Every reduction where it is its own code, the three that differ elsewhere.
REDUCED = [
    (case, reduction)
    for case in CASES
    for reduction in (
        ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)
        if case in ("mse", "scce ignored")
        else ("sum_over_batch_size", "mean_with_sample_weight", None)
    )
]


def _compare(ours, theirs, y_true, y_pred, weight=None):
    y_pred = jnp.asarray(y_pred)
    expected, slope = jax.value_and_grad(lambda p: jnp.sum(theirs(y_true, p, weight)))(y_pred)
    value, gradient = jax.value_and_grad(lambda p: jnp.sum(ours(y_true, p, weight)))(y_pred)
    np.testing.assert_allclose(
        ours(y_true, y_pred, weight), theirs(y_true, y_pred, weight), rtol=2e-6, atol=1e-7
    )
    np.testing.assert_allclose(value, expected, rtol=2e-6)
    np.testing.assert_allclose(gradient, slope, rtol=5e-6, atol=2e-7)


@pytest.mark.references(*sorted({f"losses.{name}" for name, *_ in CASES.values()}))
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize(("case", "reduction"), REDUCED)
def test_reduced_loss_and_gradient_are_those_of_keras(keras, case, reduction, weight):
    name, options, y_true, y_pred = CASES[case]
    ours = getattr(losses, name)(**options, reduction=reduction)
    theirs = getattr(keras.losses, name)(**options, reduction=reduction)
    _compare(ours, theirs, y_true, y_pred, weight)


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred"),
    [
        ("mean_squared_error", REALS, LOGITS),
        ("mean_absolute_error", REALS, LOGITS),
        ("binary_crossentropy", BITS, PROBABILITIES),
        ("categorical_crossentropy", ONE_HOT, PROBABILITIES),
        ("sparse_categorical_crossentropy", LABELS, PROBABILITIES),
        ("sparse_categorical_crossentropy", LABELS[:, None], PROBABILITIES),
        ("mean_absolute_percentage_error", REALS, LOGITS),
        ("mean_squared_logarithmic_error", POSITIVES, LOGITS),
        ("huber", REALS, LOGITS),
        ("log_cosh", REALS, LOGITS),
        ("cosine_similarity", REALS, LOGITS),
        ("cosine_similarity", REALS, 0 * LOGITS),
        ("poisson", COUNTS, POSITIVES),
        ("kl_divergence", SHARES, PROBABILITIES),
        ("hinge", BITS, LOGITS),
        ("squared_hinge", SIGNS, LOGITS),
        ("categorical_hinge", ONE_HOT, LOGITS),
        ("binary_focal_crossentropy", BITS, PROBABILITIES),
        ("categorical_focal_crossentropy", ONE_HOT, PROBABILITIES),
        ("dice", BITS, CLEAR),
        ("tversky", BITS, CLEAR),
        ("mean_squared_error", REALS[:, 0], LOGITS[:, :1]),
        ("mean_absolute_error", REALS[:, :1], LOGITS[:, 0]),
    ],
)
def test_function_forms_give_keras_rows(keras, name, y_true, y_pred):
    expected = getattr(keras.losses, name)(y_true, y_pred)
    np.testing.assert_allclose(getattr(losses, name)(y_true, y_pred), expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["MeanSquaredError", "MeanAbsoluteError"])
def test_three_axes_average_as_keras_does(keras, name):
    y_true, y_pred = RNG.normal(size=(2, 4, 3, 2)).astype(np.float32)
    _compare(getattr(losses, name)(), getattr(keras.losses, name)(), y_true, y_pred)


def test_sequences_of_classes_average_as_keras_does(keras):
    logits = RNG.normal(size=(4, 3, 5)).astype(np.float32)
    labels = RNG.integers(0, 5, size=(4, 3)).astype(np.int32)
    _compare(
        losses.SparseCategoricalCrossentropy(from_logits=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        labels,
        logits,
    )


def _torch_rows(torch, function, y_pred):
    prediction = torch.tensor(y_pred, requires_grad=True)
    rows = function(torch.nn.functional, prediction)
    rows.sum().backward()
    return rows.detach().numpy(), prediction.grad.numpy()


FAR = np.linspace(-1e4, 1e4, ROWS * 5).astype(np.float32).reshape(ROWS, 5)

TORCH = {
    "cross_entropy": (
        losses.SparseCategoricalCrossentropy(from_logits=True),
        LABELS,
        lambda torch, f, p: f.cross_entropy(p, torch.tensor(LABELS).long(), reduction="none"),
    ),
    "cross_entropy of probabilities": (
        losses.CategoricalCrossentropy(from_logits=True),
        ONE_HOT,
        lambda torch, f, p: f.cross_entropy(p, torch.tensor(ONE_HOT), reduction="none"),
    ),
    "cross_entropy smoothed": (
        losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.3),
        ONE_HOT,
        lambda torch, f, p: f.cross_entropy(
            p, torch.tensor(LABELS).long(), reduction="none", label_smoothing=0.3
        ),
    ),
    "cross_entropy of classes smoothed": (
        losses.SparseCategoricalCrossentropy(from_logits=True, label_smoothing=0.3),
        LABELS,
        lambda torch, f, p: f.cross_entropy(
            p, torch.tensor(LABELS).long(), reduction="none", label_smoothing=0.3
        ),
    ),
    "binary_cross_entropy_with_logits": (
        losses.BinaryCrossentropy(from_logits=True),
        BITS,
        lambda torch, f, p: f.binary_cross_entropy_with_logits(p, torch.tensor(BITS), reduction="none").mean(
            1
        ),
    ),
    "mse_loss": (
        losses.MeanSquaredError(),
        REALS,
        lambda torch, f, p: f.mse_loss(p, torch.tensor(REALS), reduction="none").mean(1),
    ),
    "l1_loss": (
        losses.MeanAbsoluteError(),
        REALS,
        lambda torch, f, p: f.l1_loss(p, torch.tensor(REALS), reduction="none").mean(1),
    ),
}


@pytest.mark.parametrize(
    "y_pred", [LOGITS, 30 * LOGITS, FAR, 0 * LOGITS], ids=["near", "saturated", "far", "zero"]
)
@pytest.mark.parametrize("case", TORCH)
def test_rows_and_gradients_are_those_of_pytorch(torch, case, y_pred):
    ours, y_true, function = TORCH[case]
    rows, slope = _torch_rows(torch, lambda f, p: function(torch, f, p), y_pred)
    np.testing.assert_allclose(ours.rows(y_true, jnp.asarray(y_pred)), rows, rtol=2e-6, atol=1e-7)
    gradient = jax.grad(lambda p: jnp.sum(ours.rows(y_true, p)))(jnp.asarray(y_pred))
    np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=2e-7)


@pytest.mark.parametrize(
    ("name", "function"), [("mean_squared_error", "mse_loss"), ("mean_absolute_error", "l1_loss")]
)
def test_a_perfect_prediction_has_no_gradient(torch, name, function):
    _, slope = _torch_rows(torch, lambda f, p: getattr(f, function)(p, torch.tensor(REALS)), REALS)
    gradient = jax.grad(lambda p: jnp.sum(getattr(losses, name)(REALS, p)))(jnp.asarray(REALS))
    np.testing.assert_array_equal(gradient, slope)
