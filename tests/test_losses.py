"""Losses: worked examples, extreme logits, structure, checks of the targets, names and configurations."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import losses, metrics
from fallline._tree import canonical, static, tree
from fallline.engine import Program
from fallline.errors import DataError, ShapeError, UnknownNameError, UsageError
from fallline.registry.configuration import from_config, to_config

ALL = [
    losses.MeanSquaredError(),
    losses.MeanAbsoluteError(reduction="sum"),
    losses.BinaryCrossentropy(label_smoothing=0.1),
    losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1, axis=-2),
    losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1, name="mine"),
    losses.SparseCategoricalCrossentropy(label_smoothing=0.2),
    losses.HalfSquaredError(),
    losses.Huber(delta=2),
    losses.Tukey(c=3.0),
    losses.Quantile((0.1, 0.9)),
    losses.GaussianNLL(full=True, eps=1e-4),
    losses.BinaryFocalCrossentropy(gamma=1.5, label_smoothing=0.1),
    losses.CategoricalFocalCrossentropy(alpha=[0.2, 0.8]),
    losses.CategoricalGeneralizedCrossEntropy(q=0.3),
    losses.KLDivergence(from_logits=True),
    losses.Tversky(alpha=0.2, axis=-1),
    losses.Perceptron(reduction="sum"),
]


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "rows"),
    [
        (losses.MeanSquaredError(), [[1.0, 2.0], [0.0, 0.0]], [[2.0, 4.0], [0.0, 1.0]], [2.5, 0.5]),
        (losses.MeanAbsoluteError(), [[1.0, 2.0], [0.0, 0.0]], [[2.0, 4.0], [0.0, 1.0]], [1.5, 0.5]),
        (losses.MeanSquaredError(), [1.0, 2.0], [[2.0], [4.0]], [1.0, 4.0]),
        (losses.MeanSquaredError(), [1.0, 2.0], [2.0, 4.0], [1.0, 4.0]),
        (losses.BinaryCrossentropy(), [[1.0], [0.0]], [[0.25], [0.25]], [math.log(4), math.log(4 / 3)]),
        (losses.BinaryCrossentropy(), [[0.0]], [[1.0]], [-math.log(2.0**-23)]),
        (losses.CategoricalCrossentropy(), [[0.0, 1.0]], [[0.75, 0.25]], [math.log(4)]),
        (
            losses.SparseCategoricalCrossentropy(),
            [1, 0],
            [[0.75, 0.25], [3.0, 1.0]],
            [math.log(4), math.log(4 / 3)],
        ),
        (losses.SparseCategoricalCrossentropy(), [1.0], [[1.0, 0.0]], [-math.log(1e-7)]),
    ],
)
def test_worked_example(loss, y_true, y_pred, rows):
    # 1 - 1e-7 rounds to 1 - 2^-23 in float32, so the clipped loss of a wrong certainty is 23 log 2.
    y_true, y_pred = np.asarray(y_true), jnp.asarray(y_pred, jnp.float32)
    np.testing.assert_allclose(loss.rows(y_true, y_pred), rows, rtol=1e-6)
    np.testing.assert_allclose(loss(y_true, y_pred), np.mean(rows), rtol=1e-6)


@pytest.mark.parametrize("size", [0.0, 1.0, 20.0, 100.0, 1e4])
def test_losses_on_logits_are_exact_for_any_logit(size):
    # Both are log(1 + exp(-s z)) for two classes; in float64 from NumPy, for the right and the wrong sign.
    expected = np.logaddexp(0.0, np.asarray([-size, size]))
    slopes = -np.exp(-np.logaddexp(0.0, np.asarray([size, -size])))
    z = jnp.asarray([[size], [-size]], jnp.float32)
    binary = losses.BinaryCrossentropy(from_logits=True)
    np.testing.assert_allclose(binary.rows(np.ones((2, 1)), z), expected, rtol=1e-6, atol=1e-30)
    gradient = jax.grad(lambda z: jnp.sum(binary.rows(np.ones((2, 1)), z)))(z)
    np.testing.assert_allclose(gradient[:, 0], slopes, rtol=1e-6, atol=1e-7)
    pair = jnp.concatenate([z, jnp.zeros_like(z)], axis=1)
    one_hot = np.asarray([[1.0, 0.0], [1.0, 0.0]])
    for loss, y in (
        (losses.SparseCategoricalCrossentropy(from_logits=True), np.zeros(2, np.int32)),
        (losses.CategoricalCrossentropy(from_logits=True), one_hot),
    ):
        # 1 + exp(-20) rounds to 1 in float32: what is lost is below 1e-7 for a loss of 0.
        np.testing.assert_allclose(loss.rows(y, pair), expected, rtol=1e-6, atol=1e-7)
        gradient = jax.grad(lambda z, loss=loss, y=y: jnp.sum(loss.rows(y, z)))(pair)
        np.testing.assert_allclose(gradient[:, 0], slopes, rtol=1e-6, atol=1e-7)


def test_weights_divide_by_rows_or_by_themselves():
    y, p = np.zeros((2, 1)), jnp.asarray([[1.0], [3.0]])  # rows 1 and 9
    weight = np.asarray([1.0, 3.0])
    expected = {
        "sum_over_batch_size": 14.0,
        "mean": 14.0,
        "mean_with_sample_weight": 7.0,
        "sum": 28.0,
        "none": [1.0, 27.0],
        None: [1.0, 27.0],
    }
    for reduction, value in expected.items():
        np.testing.assert_allclose(losses.MeanSquaredError(reduction=reduction)(y, p, weight), value)
        np.testing.assert_allclose(losses.MeanSquaredError(reduction=reduction)(y, p, weight[:, None]), value)


def test_weights_that_sum_to_zero_give_zero_and_a_finite_gradient():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    value, gradient = jax.value_and_grad(lambda p: loss(np.zeros((2, 1)), p, np.zeros(2)))(jnp.ones((2, 1)))
    assert float(value) == 0.0
    np.testing.assert_array_equal(gradient, np.zeros((2, 1)))


@pytest.mark.parametrize("loss", ["mse", "mae", "bce"])
def test_nothing_broadcasts(loss):
    with pytest.raises(ShapeError, match=r"y_true has shape \(4,\), y_pred \(4, 3\)"):
        losses.get(loss)(np.zeros(4), jnp.zeros((4, 3)))
    with pytest.raises(ShapeError, match="expected one weight a row"):
        losses.get(loss)(np.zeros((4, 1)), jnp.ones((4, 1)) / 2, np.ones(3))


def test_no_smoothing_is_structure():
    assert jax.tree.leaves(losses.BinaryCrossentropy()) == []
    assert jax.tree.leaves(losses.CategoricalCrossentropy(label_smoothing=0)) == []
    assert jax.tree.leaves(losses.CategoricalCrossentropy(label_smoothing=0.1)) == [0.1]
    assert jax.tree.leaves(losses.SparseCategoricalCrossentropy()) == []
    assert jax.tree.leaves(losses.SparseCategoricalCrossentropy(label_smoothing=0.1)) == [0.1]


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("smoothing", [0.1, 1.0])
def test_smoothed_class_numbers_are_smoothed_one_hot_rows(from_logits, smoothing):
    rng = np.random.default_rng(2016)
    z = jnp.asarray(3 * rng.normal(size=(9, 5)), jnp.float32)
    y_pred, labels = (z if from_logits else jax.nn.softmax(z)), rng.integers(0, 5, size=9)
    weights, settings = rng.random(9), {"from_logits": from_logits, "label_smoothing": smoothing}
    for module in (losses, metrics):
        ours, theirs = (
            module.SparseCategoricalCrossentropy(**settings),
            module.CategoricalCrossentropy(**settings),
        )
        one_hot = np.eye(5, dtype=np.float32)[labels]
        np.testing.assert_allclose(ours(labels, y_pred, weights), theirs(one_hot, y_pred, weights), rtol=2e-6)
    skipping = losses.SparseCategoricalCrossentropy(**settings, ignore_class=2)
    kept = labels != 2
    np.testing.assert_allclose(
        skipping(labels, y_pred),
        losses.CategoricalCrossentropy(**settings)(one_hot[kept], y_pred[kept]),
        rtol=2e-6,
    )


def test_smoothing_of_classes_stays_in_range():
    with pytest.raises(UsageError, match="label_smoothing must be"):
        losses.SparseCategoricalCrossentropy(label_smoothing=-0.1)
    with pytest.raises(UsageError, match="label_smoothing must be"):
        metrics.SparseCategoricalCrossentropy(label_smoothing="a")


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        (losses.MeanSquaredError(), None),
        (losses.BinaryCrossentropy(), "sigmoid"),
        (losses.BinaryCrossentropy(from_logits=True), None),
        (losses.CategoricalCrossentropy(), "softmax"),
        (losses.CategoricalCrossentropy(axis=1), None),
        (losses.SparseCategoricalCrossentropy(), "softmax"),
        (losses.SparseCategoricalCrossentropy(from_logits=True), None),
        (losses.BinaryFocalCrossentropy(), "sigmoid"),
        (losses.CategoricalFocalCrossentropy(), "softmax"),
        (losses.CategoricalFocalCrossentropy(axis=1), None),
        (losses.KLDivergence(), "softmax"),
        (losses.KLDivergence(from_logits=True), None),
        (losses.CategoricalGeneralizedCrossEntropy(), "softmax"),
        (losses.Hinge(), None),
        (losses.Perceptron(), "heaviside"),
    ],
)
def test_which_activation_fuses(loss, activation):
    assert loss.fused_activation == activation


@pytest.mark.parametrize(
    ("loss", "y", "activate"),
    [
        (losses.BinaryCrossentropy(label_smoothing=0.1), [[1, 0, 1], [0, 0, 1]], jax.nn.sigmoid),
        (losses.CategoricalCrossentropy(label_smoothing=0.1), [[1, 0, 0], [0, 0, 1]], jax.nn.softmax),
        (losses.SparseCategoricalCrossentropy(), [2, 0], jax.nn.softmax),
        (losses.BinaryFocalCrossentropy(gamma=1.5), [[1, 0, 1], [0, 0, 1]], jax.nn.sigmoid),
        (losses.CategoricalFocalCrossentropy(), [[1, 0, 0], [0, 0, 1]], jax.nn.softmax),
        (losses.KLDivergence(), [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], jax.nn.softmax),
        (losses.CategoricalGeneralizedCrossEntropy(q=0.3), [2, 0], jax.nn.softmax),
    ],
)
def test_on_logits_is_the_loss_of_the_activated_output(loss, y, activate):
    logits = jnp.asarray([[0.3, -1.2, 2.0], [1.0, 0.1, -0.4]])
    fused = loss.on_logits()
    assert type(fused) is type(loss)
    np.testing.assert_allclose(fused(np.asarray(y), logits), loss(np.asarray(y), activate(logits)), rtol=5e-6)


def test_a_loss_without_logits_says_so():
    with pytest.raises(UsageError, match='loss "mean_squared_error" has no form on logits'):
        losses.MeanSquaredError().on_logits()


def test_classes_may_lie_on_another_axis():
    logits = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3, 5)), jnp.float32)
    labels = np.random.default_rng(1).integers(0, 3, size=(4, 5))
    other = losses.SparseCategoricalCrossentropy(from_logits=True, axis=1)
    last = losses.SparseCategoricalCrossentropy(from_logits=True)
    np.testing.assert_allclose(other(labels, logits), last(labels, jnp.moveaxis(logits, 1, 2)), rtol=1e-6)
    other.check_targets(labels, (3, 5))
    assert other.prepare_targets(labels, (3, 5)).shape == (4, 5)


@pytest.mark.parametrize("loss", ALL, ids=lambda loss: loss.name)
def test_a_configuration_makes_an_equal_loss(loss):
    copy = from_config(to_config(loss))
    assert jax.tree.structure(copy) == jax.tree.structure(loss)
    assert jax.tree.leaves(copy) == jax.tree.leaves(loss)


def test_get_resolves_what_a_user_may_write():
    assert isinstance(losses.get("MSE"), losses.MeanSquaredError)
    assert isinstance(losses.get(losses.binary_crossentropy), losses.BinaryCrossentropy)
    assert losses.get(ALL[0]) is ALL[0]
    with pytest.raises(UnknownNameError, match='Did you mean "mean_squared_error"'):
        losses.get("mean_sqared_error")
    with pytest.raises(UsageError, match='reduction must be None or one of "sum_over_batch_size"'):
        losses.MeanSquaredError(reduction="average")


def test_a_function_gives_rows_or_a_scalar():
    def largest_error(y_true, y_pred):
        return jnp.max(jnp.abs(y_true - y_pred), axis=1)

    rows = losses.get(largest_error)
    assert rows.name == "largest_error"
    y, p = jnp.zeros((2, 2)), jnp.asarray([[1.0, 2.0], [5.0, 3.0]])
    np.testing.assert_array_equal(rows.rows(y, p), [2.0, 5.0])
    scalar = losses.get(lambda y_true, y_pred: jnp.mean(y_pred))
    assert float(scalar(y, p)) == 2.75
    with pytest.raises(UsageError, match="gives one number for all rows"):
        scalar.rows(y, p)
    with pytest.raises(ShapeError, match="return a scalar or one value per row"):
        losses.get(lambda y_true, y_pred: jnp.zeros(5)).rows(y, p)
    assert rows.get_config()["function"] == {"custom": "largest_error"}
    with pytest.raises(UsageError, match="function or object of your own"):
        to_config(scalar)


REFUSED = {
    "integers for one-hot": (
        "categorical_crossentropy",
        np.arange(60000) % 10,
        (10,),
        'loss "categorical_crossentropy" needs one-hot targets (n, 10); got integers (60000,) in 0..9. '
        'Use "sparse_categorical_crossentropy".',
    ),
    "one-hot of another width": (
        "categorical_crossentropy",
        np.eye(3),
        (10,),
        "got floats (3, 3) in 0..1. Give the last layer 3 units.",
    ),
    "one-hot for one unit": ("categorical_crossentropy", np.zeros((4, 1)), (1,), 'use "binary_crossentropy"'),
    "negative probability": ("categorical_crossentropy", -np.eye(3), (3,), "never negative"),
    "one-hot for integers": (
        "sparse_categorical_crossentropy",
        np.eye(3),
        (3,),
        "needs class numbers (n,) in 0..2; got floats (3, 3) in 0..1. "
        'For one-hot targets use "categorical_crossentropy".',
    ),
    "negative label": (
        "sparse_categorical_crossentropy",
        np.asarray([-1, 1]),
        (2,),
        "got integers (2,) in -1..1, row 0 holds -1. Number the classes from 0.",
    ),
    "labels from one": (
        "sparse_categorical_crossentropy",
        np.asarray([1, 2, 3]),
        (3,),
        "in 0..2 (the model has 3 units at its output); got integers (3,) in 1..3, row 2 holds 3. "
        "Number the classes from 0: subtract 1.",
    ),
    "too few units": ("sparse_categorical_crossentropy", np.arange(5), (3,), "Give the last layer 5 units."),
    "two classes on one unit": (
        "sparse_categorical_crossentropy",
        np.asarray([0, 1]),
        (1,),
        '"binary_crossentropy"',
    ),
    "fractional label": ("sparse_categorical_crossentropy", np.asarray([0.5, 1]), (2,), 'use "mse"'),
    "bits beyond one": ("bce", np.asarray([0, 1, 2]), (1,), "in 0..1; got integers (3,) in 0..2."),
    "signs for bits": ("bce", np.asarray([-1, 1]), (1,), "Map -1 to 0."),
    "bits for many units": (
        "bce",
        np.asarray([0, 1]),
        (3,),
        "needs targets (n, 3) in 0..1; got integers (2,) in 0..1.",
    ),
    "two columns on one unit": ("bce", np.eye(2), (1,), "Give the last layer 2 units"),
    "broadcast": (
        "mse",
        np.zeros(4) + 0.5,
        (3,),
        "needs targets (n, 3), like the output; got floats (4,) in 0.5..0.5.",
    ),
    "classes for mse": (
        "mse",
        np.arange(4),
        (10,),
        'For class numbers use "sparse_categorical_crossentropy"',
    ),
    "too many columns": ("mae", np.zeros((4, 2)), (1,), "Give the last layer 2 units"),
    "marks for a margin": (
        "hinge",
        np.asarray([0, 1, 2]),
        (1,),
        "all of them 0 or 1, or -1 or 1; got integers",
    ),
    "three signs": ("perceptron", np.asarray([-1, 0, 1]), (1,), "all of them 0 or 1, or -1 or 1"),
    "bits for a margin of many": ("hinge", np.asarray([0, 1]), (3,), "Give the last layer 1 unit"),
    "numbers for a margin of classes": (
        "categorical_hinge",
        np.asarray([0, 2]),
        (3,),
        "needs one-hot targets (n, 3)",
    ),
    "a debt counted": (
        "poisson",
        np.asarray([1.0, -2.0]),
        (1,),
        "targets of at least 0; got floats (2,) in -2..1.",
    ),
    "a debt's logarithm": ("msle", np.asarray([1.0, -2.0]), (1,), "targets of at least 0"),
    "numbers for a divergence": ("kld", np.asarray([0, 1]), (3,), 'Use "sparse_categorical_crossentropy".'),
    "numbers beyond the classes": ("categorical_generalized_cross_entropy", np.arange(5), (3,), "5 units"),
    "a set of marks": ("dice", np.asarray([0, 1, 2]), (1,), "in 0..1; got integers (3,) in 0..2."),
    "focal marks": ("binary_focal_crossentropy", np.asarray([-1, 1]), (1,), "Map -1 to 0."),
    "one unit for mean and variance": (
        "gaussian_nll",
        np.zeros(4),
        (1,),
        "needs 2 units at the output for each target, its mean and its raw variance; the model has 1",
    ),
    "two targets for one mean": ("gaussian_nll", np.zeros((4, 2)), (2,), "needs targets (n, 1)"),
    "text": ("mse", np.asarray(["a", "b"]), (1,), "needs numbers as targets; got values of type <U1 (2,)"),
    "NaN": ("mse", np.asarray([0.0, np.nan, np.inf]), (1,), "in 2 of 3 rows, first in row 1."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_targets_are_refused_with_a_remedy(case):
    loss, y, output_shape, message = REFUSED[case]
    with pytest.raises(DataError) as refusal:
        losses.get(loss).check_targets(y, output_shape)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("loss", "y", "output_shape", "shape", "dtype"),
    [
        ("mse", np.asarray([1, 2, 3]), (1,), (3, 1), np.float32),
        ("mse", np.zeros((3, 2)), (2,), (3, 2), np.float64),
        ("mae", np.zeros((3, 2, 4), np.float32), (2, 4), (3, 2, 4), np.float32),
        ("bce", np.asarray([True, False, True]), (1,), (3, 1), np.float32),
        ("bce", np.asarray([[0, 1]] * 3), (2,), (3, 2), np.float32),
        ("categorical_crossentropy", np.eye(3, dtype=np.uint8), (3,), (3, 3), np.float32),
        ("sparse_categorical_crossentropy", np.asarray([0, 2, 1]), (3,), (3,), np.int32),
        ("sparse_categorical_crossentropy", np.asarray([[0.0], [2.0], [1.0]]), (3,), (3,), np.int32),
        ("sparse_categorical_crossentropy", np.asarray([[0, 2]] * 3), (2, 3), (3, 2), np.int32),
        ("hinge", np.asarray([-1, 1, 1]), (1,), (3, 1), np.float32),
        ("perceptron", np.asarray([0, 1, 1]), (1,), (3, 1), np.float32),
        ("categorical_hinge", np.eye(3), (3,), (3, 3), np.float64),
        ("poisson", np.asarray([0, 4, 1]), (1,), (3, 1), np.float32),
        ("gaussian_nll", np.asarray([1.0, 2.0, 3.0]), (2,), (3, 1), np.float64),
        ("gaussian_nll", np.zeros((3, 2)), (4,), (3, 2), np.float64),
        (losses.Quantile((0.1, 0.5, 0.9)), np.zeros(3), (3,), (3, 1), np.float64),
        (losses.SparseCategoricalCrossentropy(ignore_class=-1), np.asarray([0, -1, 2]), (3,), (3,), np.int32),
        ("kld", np.eye(3), (3,), (3, 3), np.float64),
        ("dice", np.asarray([0, 1, 1]), (1,), (3, 1), np.float32),
        ("categorical_generalized_cross_entropy", np.asarray([[0], [2], [1]]), (3,), (3,), np.int32),
    ],
)
def test_good_targets_pass_and_take_their_form(loss, y, output_shape, shape, dtype):
    loss = losses.get(loss)
    loss.check_targets(y, output_shape)
    prepared = loss.prepare_targets(y, output_shape)
    assert (prepared.shape, prepared.dtype) == (shape, dtype)
    np.testing.assert_array_equal(prepared.reshape(-1), y.reshape(-1))
    outputs = jax.ShapeDtypeStruct((len(y), *output_shape), jnp.float32)
    assert jax.eval_shape(loss.rows, prepared, outputs).shape == (len(y),)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mape", losses.MeanAbsolutePercentageError),
        ("MSLE", losses.MeanSquaredLogarithmicError),
        ("huber_loss", losses.Huber),
        ("Huber", losses.Huber),
        ("logcosh", losses.LogCosh),
        ("log_cosh", losses.LogCosh),
        ("kld", losses.KLDivergence),
        ("kullback_leibler_divergence", losses.KLDivergence),
        ("cosine_proximity", losses.CosineSimilarity),
        ("pinball", losses.Quantile),
        ("CategoricalHinge", losses.CategoricalHinge),
        (losses.huber, losses.Huber),
        (losses.pinball, losses.Quantile),
        (losses.tversky, losses.Tversky),
        (losses.perceptron, losses.Perceptron),
    ],
)
def test_every_spelling_resolves(name, kind):
    assert type(losses.get(name)) is kind


def test_numbers_are_leaves():
    numbers = {
        losses.Huber(delta=3): [3.0],
        losses.Quantile((0.1, 0.9)): [0.1, 0.9],
        losses.Tukey(): [4.685],
        losses.GaussianNLL(): [1e-6],
        losses.BinaryFocalCrossentropy(): [0.25, 2.0],
        losses.CategoricalFocalCrossentropy(alpha=[1, 2]): [1.0, 2.0, 2.0],
        losses.CategoricalGeneralizedCrossEntropy(): [0.5],
        losses.Tversky(): [0.5, 0.5],
        losses.Dice(): [],
        losses.KLDivergence(): [],
    }
    for loss, leaves in numbers.items():
        assert jax.tree.leaves(loss) == leaves


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.Huber(delta=0), "Huber: delta must be a finite number above 0, got 0"),
        (lambda: losses.Quantile(1.5), "Quantile: quantile must be a finite number between 0 and 1, got 1.5"),
        (lambda: losses.Quantile((0.1, -1)), "Quantile: quantile must be a finite number between 0 and 1"),
        (lambda: losses.Quantile(()), "Quantile: quantile is empty"),
        (lambda: losses.GaussianNLL(eps=0), "GaussianNLL: eps must be"),
        (lambda: losses.BinaryFocalCrossentropy(gamma=-1), "gamma must be a finite number at least 0"),
        (lambda: losses.CategoricalFocalCrossentropy(alpha=()), "alpha is empty"),
        (
            lambda: losses.CategoricalGeneralizedCrossEntropy(q=1),
            "q must be a finite number above 0 and below 1",
        ),
        (lambda: losses.BinaryCrossentropy(label_smoothing=2), "label_smoothing must be"),
        (lambda: losses.Huber(detla=2), 'Huber: no argument "detla". Did you mean "delta"'),
        (lambda: losses.Dice(reduction="average"), "reduction must be None or one of"),
        (
            lambda: losses.CategoricalFocalCrossentropy(alpha=(1.0, 2.0)).check_targets(np.eye(3), (3,)),
            "alpha holds 2 weights for 3 classes",
        ),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()


def test_ignored_rows_have_neither_loss_nor_gradient_and_the_mean_is_over_the_others():
    y, z = np.asarray([0, 9, 1]), jnp.asarray([[2.0, 1.0], [5.0, -3.0], [0.0, 0.0]])
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=9)
    kept = np.asarray([0, 2])
    alone = losses.SparseCategoricalCrossentropy(from_logits=True)
    np.testing.assert_allclose(loss(y, z), alone(y[kept], z[kept]), rtol=1e-6)
    gradient = jax.grad(lambda z: loss(y, z))(z)
    np.testing.assert_array_equal(gradient[1], [0.0, 0.0])
    nothing = jax.value_and_grad(lambda z: loss(np.full(3, 9), z))(z)
    np.testing.assert_array_equal(nothing[0], 0.0)
    np.testing.assert_array_equal(nothing[1], np.zeros((3, 2)))
    assert loss.rows_at_once(None, 32) == 32
    assert alone.rows_at_once(None, 32) is None


def test_a_perceptron_at_zero_is_right_for_one_and_wrong_for_zero():
    # The threshold unit says 1 for z >= 0.
    loss = losses.Perceptron()
    for target, slope in ((1.0, 0.0), (0.0, 1.0)):
        value, gradient = jax.value_and_grad(lambda z, t=target: loss(np.asarray([[t]]), z))(
            jnp.zeros((1, 1))
        )
        assert float(value) == 0.0
        assert float(gradient[0, 0]) == slope
    assert loss.on_logits() is loss


def test_predictions_of_a_gaussian_network_are_read_as_mean_and_variance():
    mean, variance = losses.mean_and_variance(jnp.asarray([[1.0, 2.0, 0.0, 50.0]]))
    np.testing.assert_allclose(mean, [[1.0, 2.0]])
    np.testing.assert_allclose(variance, [[math.log(2), 50.0]], rtol=1e-6)
    with pytest.raises(ShapeError, match="expected the means, then as many raw variances"):
        losses.mean_and_variance(jnp.zeros((2, 3)))


def test_a_vector_of_length_zero_has_a_finite_gradient():
    loss = losses.CosineSimilarity()
    value, gradient = jax.value_and_grad(lambda p: loss(np.ones((1, 3)), p))(jnp.zeros((1, 3)))
    assert float(value) == 0.0
    assert np.isfinite(gradient).all()


EVERY = sorted(losses.losses.classes())


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_every_loss_is_finite_and_floats_in_at_least_single_precision(name, dtype):
    loss = losses.get(name)
    outputs = np.asarray([[0.0, 1.0], [0.25, 0.75], [1.0, 0.0]], jnp.dtype(dtype))
    y = np.asarray([0, 1, 1]) if loss.integer_targets else np.asarray([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    y = y[:, :1] if name == "GaussianNLL" else y

    def answers(loss, outputs):
        return jax.value_and_grad(lambda p: loss(y, p))(outputs), loss(y, outputs, np.ones(3))

    program = Program(answers, f"gradient of {name}", runs_once=True)
    (value, gradient), weighted = program(canonical(loss), outputs)
    assert value.dtype == np.float32
    assert np.isfinite(value)
    assert np.isfinite(gradient.astype(np.float32)).all()
    assert weighted.shape == ()
    np.testing.assert_allclose(weighted, value, rtol=1e-6)


def test_a_small_class_is_a_loss_of_its_own():
    @tree
    class Expectile(losses.Loss):
        share: float = 0.8
        reduction: losses.Reduction = static(default="sum_over_batch_size")
        name: str = static(default="expectile")

        def values(self, y_true, y_pred):
            error = y_true - y_pred
            return jnp.mean(jnp.where(error > 0, self.share, 1 - self.share) * error**2, axis=-1)

    loss = losses.get(Expectile(0.9))
    y, p = jnp.asarray([[1.0], [0.0]]), jnp.asarray([[0.0], [1.0]])
    np.testing.assert_allclose(loss.rows(y, p), [0.9, 0.1], rtol=1e-6)
    np.testing.assert_allclose(loss(y, p, np.asarray([2.0, 0.0])), 0.9, rtol=1e-6)
    assert jax.tree.leaves(loss) == [0.9]
