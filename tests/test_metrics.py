"""Metrics: worked examples, exact streaming, resolution of names, configurations."""

from __future__ import annotations

import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import metrics
from fallline._registry import from_config, to_config
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.losses import get as get_loss

BITS = np.asarray([[0.0], [0.0], [1.0], [1.0]], np.float32)
CHANCES = np.asarray([[0.1], [0.6], [0.4], [0.9]], np.float32)
LABELS = np.asarray([0, 2, 1, 1], np.int32)
SCORES = np.asarray([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3], [0.4, 0.4, 0.2]], np.float32)
ONE_HOT = np.eye(3, dtype=np.float32)[LABELS]

ALL = [
    (metrics.BinaryAccuracy(), BITS, CHANCES),
    (metrics.CategoricalAccuracy(), ONE_HOT, SCORES),
    (metrics.SparseCategoricalAccuracy(), LABELS, SCORES),
    (metrics.MeanAbsoluteError(), BITS, CHANCES),
    (metrics.MeanSquaredError(), BITS, CHANCES),
    (metrics.RootMeanSquaredError(), BITS, CHANCES),
    (metrics.AUC(), BITS, CHANCES),
    (metrics.AUC(50, "PR", "minoring"), BITS, CHANCES),
    (metrics.Precision(), BITS, CHANCES),
    (metrics.Recall(thresholds=[0.3, 0.5]), BITS, CHANCES),
]


@pytest.mark.parametrize(
    ("metric", "y_true", "y_pred", "expected"),
    [
        (metrics.BinaryAccuracy(), BITS, CHANCES, 0.5),
        (metrics.BinaryAccuracy(threshold=0.3), BITS, CHANCES, 0.75),
        (metrics.BinaryAccuracy(threshold=0.9), BITS, CHANCES, 0.5),
        # The first of two equal scores counts, so the last row is wrong.
        (metrics.SparseCategoricalAccuracy(), LABELS, SCORES, 0.5),
        (metrics.CategoricalAccuracy(), ONE_HOT, SCORES, 0.5),
        (metrics.MeanAbsoluteError(), BITS, CHANCES, (0.1 + 0.6 + 0.6 + 0.1) / 4),
        (metrics.MeanSquaredError(), BITS, CHANCES, (0.01 + 0.36 + 0.36 + 0.01) / 4),
        (metrics.RootMeanSquaredError(), BITS, CHANCES, (0.74 / 4) ** 0.5),
        (metrics.Precision(), BITS, CHANCES, 1 / 2),
        (metrics.Precision(thresholds=0.3), BITS, CHANCES, 2 / 3),
        (metrics.Precision(thresholds=1.0), BITS, CHANCES, 0.0),
        (metrics.Recall(), BITS, CHANCES, 1 / 2),
        (metrics.Recall(thresholds=[0.3, 0.5]), BITS, CHANCES, [1.0, 0.5]),
        # Of the four pairs of a positive and a negative row, three are in order.
        (metrics.AUC(), BITS, CHANCES, 0.75),
        (metrics.AUC(), BITS, BITS, 1.0),
        (metrics.AUC(), BITS, 1 - BITS, 0.0),
        (metrics.AUC(), BITS, np.full_like(BITS, 0.5), 0.5),
        (metrics.AUC(curve="PR"), BITS, BITS, 1.0),
    ],
)
def test_worked_example(metric, y_true, y_pred, expected):
    np.testing.assert_allclose(metric(y_true, jnp.asarray(y_pred)), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("metric", "y_true", "y_pred"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_rows_may_be_cut_anywhere_and_zero_is_no_rows(metric, y_true, y_pred):
    whole = metric.statistic(y_true, y_pred)
    nothing = jax.tree.map(jnp.zeros_like, whole)
    parts = [metric.statistic(y_true[rows], y_pred[rows]) for rows in (slice(0, 1), slice(1, 4))]
    summed = functools.reduce(operator.add, parts, nothing)
    np.testing.assert_allclose(summed.result(), whole.result(), rtol=1e-6)
    assert np.isfinite(nothing.result()).all()


@pytest.mark.parametrize(("metric", "y_true", "y_pred"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_a_weight_of_zero_leaves_a_row_out_and_of_two_counts_it_twice(metric, y_true, y_pred):
    weight = np.asarray([1.0, 0.0, 2.0, 1.0], np.float32)
    chosen = np.asarray([0, 2, 2, 3])
    expected = metric(y_true[chosen], y_pred[chosen])
    np.testing.assert_allclose(metric(y_true, y_pred, weight), expected, rtol=1e-6)
    np.testing.assert_allclose(metric(y_true, y_pred, weight[:, None]), expected, rtol=1e-6)


@pytest.mark.parametrize(("metric", "y_true", "y_pred"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_the_statistic_can_be_traced_and_a_configuration_makes_an_equal_metric(metric, y_true, y_pred):
    members = jax.vmap(lambda p: metric.statistic(y_true, p))(jnp.asarray(y_pred)[None])
    copy = from_config(to_config(metric))
    assert jax.tree.structure(copy) == jax.tree.structure(metric)
    np.testing.assert_allclose(members.result()[0], copy(y_true, y_pred), rtol=1e-6)


def test_auc_takes_predictions_beyond_zero_and_one():
    wide = np.asarray([[-3.0], [0.6], [0.4], [7.0]], np.float32)
    assert float(metrics.AUC()(BITS, wide)) == pytest.approx(0.75)


def test_auc_of_one_class_alone_is_zero_and_not_nan():
    for curve in ("ROC", "PR"):
        assert np.isfinite(metrics.AUC(curve=curve)(np.ones_like(BITS), CHANCES))
        assert float(metrics.AUC(curve=curve)(np.zeros_like(BITS), CHANCES)) == 0.0


def test_nothing_broadcasts():
    with pytest.raises(ShapeError, match="must be equal"):
        metrics.MeanSquaredError()(np.zeros(4), jnp.zeros((4, 3)))
    with pytest.raises(ShapeError, match="must be equal"):
        metrics.Precision()(LABELS, SCORES)
    with pytest.raises(ShapeError, match="expected class numbers"):
        metrics.SparseCategoricalAccuracy()(ONE_HOT, SCORES)
    with pytest.raises(ShapeError, match="must be equal"):
        metrics.CategoricalAccuracy()(LABELS, SCORES)
    with pytest.raises(ShapeError, match="one weight a row"):
        metrics.AUC()(BITS, CHANCES, np.ones(3))


@pytest.mark.parametrize(
    ("loss", "output_shape", "target_shape", "kind"),
    [
        ("bce", (1,), None, metrics.BinaryAccuracy),
        ("mse", (1,), None, metrics.BinaryAccuracy),
        ("bce", (3,), None, metrics.CategoricalAccuracy),
        ("categorical_crossentropy", (3,), None, metrics.CategoricalAccuracy),
        ("sparse_categorical_crossentropy", (3,), None, metrics.SparseCategoricalAccuracy),
        (lambda y_true, y_pred: 0.0, (3,), (), metrics.SparseCategoricalAccuracy),
        (lambda y_true, y_pred: 0.0, (3,), (3,), metrics.CategoricalAccuracy),
    ],
)
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_accuracy_goes_by_loss_and_shape(name, loss, output_shape, target_shape, kind):
    metric = metrics.resolve(name, get_loss(loss), output_shape, target_shape)
    assert type(metric) is kind
    assert metric.name == name


def test_names_keep_their_name_and_objects_theirs():
    mse = get_loss("mse")
    assert metrics.resolve("mae", mse, (1,)).name == "mae"
    assert metrics.resolve("rmse", mse, (1,)).name == "rmse"
    auc = metrics.AUC(name="area")
    assert metrics.resolve(auc, mse, (1,)) is auc
    with pytest.raises(UnknownNameError, match='unknown metric "acuracy". Did you mean "accuracy"'):
        metrics.resolve("acuracy", mse, (1,))


def test_a_function_gives_rows_or_a_scalar():
    def largest_error(y_true, y_pred):
        return jnp.max(jnp.abs(y_true - y_pred), axis=1)

    metric = metrics.get(largest_error)
    assert metric.name == "largest_error"
    assert float(metric(BITS, jnp.asarray(CHANCES))) == pytest.approx(0.35)
    scalar = metrics.get(lambda y_true, y_pred: jnp.max(y_pred))
    both = scalar.statistic(BITS[:1], jnp.asarray(CHANCES[:1])) + scalar.statistic(
        BITS[1:], jnp.asarray(CHANCES[1:])
    )
    assert float(both.result()) == pytest.approx((0.1 + 3 * 0.9) / 4)
    with pytest.raises(ShapeError, match="return a scalar or one value per row"):
        metrics.get(lambda y_true, y_pred: jnp.zeros(5))(BITS, CHANCES)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds must be > 1, got 1"),
        (lambda: metrics.AUC(curve="ROCK"), 'curve must be "ROC" or "PR"'),
        (lambda: metrics.AUC(summation_method="trapezoid"), "summation_method must be"),
        (lambda: metrics.Precision(thresholds=1.5), r"Precision: thresholds must lie in \[0, 1\], got 1.5"),
        (lambda: metrics.Recall(thresholds=[0.5, -1]), r"Recall: thresholds must lie in \[0, 1\], got -1"),
        (lambda: metrics.Recall(thresholds=[]), "Recall: thresholds is empty"),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()
