"""Metrics: worked examples, exact streaming, resolution of names, configurations."""

from __future__ import annotations

import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import roc_curve

import fallline as fl
from fallline import metrics
from fallline._tree import static, tree
from fallline.engine import Program
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.losses import get as get_loss
from fallline.registry.configuration import from_config, to_config

BITS = np.asarray([[0.0], [0.0], [1.0], [1.0]], np.float32)
CHANCES = np.asarray([[0.1], [0.6], [0.4], [0.9]], np.float32)
LABELS = np.asarray([0, 2, 1, 1], np.int32)
SCORES = np.asarray([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3], [0.4, 0.4, 0.2]], np.float32)
ONE_HOT = np.eye(3, dtype=np.float32)[LABELS]


def alone(metric, *batch):
    """The metric of these rows, whatever the object has seen."""
    return metric.statistic(*batch).result()


def at_once(function, *arguments):
    """The function's answer from one program, where each of its operations would be one; tests/contracts has both."""
    return Program(function, "at once", runs_once=True)(*arguments)


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
    (metrics.Recall(top_k=1, class_id=2), ONE_HOT, SCORES),
    (metrics.Accuracy(), LABELS, LABELS[::-1]),
    (metrics.TopKCategoricalAccuracy(k=2), ONE_HOT, SCORES),
    (metrics.SparseTopKCategoricalAccuracy(k=2), LABELS, SCORES),
    (metrics.MeanAbsolutePercentageError(), BITS, CHANCES),
    (metrics.LogCoshError(), BITS, CHANCES),
    (metrics.CosineSimilarity(), ONE_HOT, SCORES),
    (metrics.PearsonCorrelation(), ONE_HOT, SCORES),
    (metrics.BinaryCrossentropy(label_smoothing=0.1), BITS, CHANCES),
    (metrics.SparseCategoricalCrossentropy(ignore_class=1), LABELS, SCORES),
    (metrics.KLDivergence(), ONE_HOT, SCORES),
    (metrics.CategoricalHinge(), ONE_HOT, SCORES),
    (metrics.FalsePositives(thresholds=[0.3, 0.5]), BITS, CHANCES),
    (metrics.SpecificityAtSensitivity(0.5), BITS, CHANCES),
    (metrics.AUC(multi_label=True, label_weights=[0.2, 0.3, 0.5]), ONE_HOT, SCORES),
    (metrics.AUC(thresholds=[0.2, 0.5]), BITS, CHANCES),
    (metrics.FBetaScore(beta=2.0), ONE_HOT, SCORES),
    (metrics.F1Score("weighted", threshold=0.35), ONE_HOT, SCORES),
    (metrics.R2Score(), BITS, CHANCES),
    (metrics.R2Score(None, shift=0.5), ONE_HOT, SCORES),
    (metrics.CohenKappa("quadratic"), LABELS, SCORES),
    (metrics.MatthewsCorrelation(), BITS, CHANCES),
    (metrics.BalancedAccuracy(), ONE_HOT, SCORES),
    (metrics.ConfusionMatrix(num_classes=3), LABELS, LABELS[::-1]),
    (metrics.ExpectedCalibrationError(), LABELS, SCORES),
    (metrics.CalibratedCrossentropy(), LABELS, SCORES),
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
        # The truth is among the best two in rows 0, 1 and 3; of the equal last two of row 2 both count.
        (metrics.SparseTopKCategoricalAccuracy(k=2), LABELS, SCORES, 1.0),
        (metrics.SparseTopKCategoricalAccuracy(k=1), LABELS, SCORES, 0.75),
        (metrics.TopKCategoricalAccuracy(k=1), ONE_HOT, [[np.nan, 0, 0]] * 4, 0.75),
        (metrics.Accuracy(), LABELS, [0, 2, 2, 1], 0.75),
        (metrics.TruePositives(), BITS, CHANCES, 1.0),
        (metrics.FalsePositives(), BITS, CHANCES, 1.0),
        (metrics.TrueNegatives(thresholds=[0.3, 0.7]), BITS, CHANCES, [1.0, 2.0]),
        (metrics.FalseNegatives(), BITS, CHANCES, 1.0),
        (metrics.Precision(class_id=1), ONE_HOT, SCORES, 0.0),
        (metrics.Precision(top_k=2, class_id=1), ONE_HOT, SCORES, 0.5),
        (metrics.ConfusionMatrix(), BITS, CHANCES, [[1.0, 1.0], [1.0, 1.0]]),
        (metrics.R2Score(), BITS, CHANCES, 1 - 0.74),
        (metrics.R2Score(num_regressors=1), BITS, CHANCES, 1 - 0.74 * 3 / 2),
    ],
)
def test_worked_example(metric, y_true, y_pred, expected):
    np.testing.assert_allclose(metric(y_true, jnp.asarray(y_pred)), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("metric", "y_true", "y_pred"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_rows_may_be_cut_anywhere_and_zero_is_no_rows(metric, y_true, y_pred):
    def results(y_true, y_pred):
        whole = metric.statistic(y_true, y_pred)
        nothing = jax.tree.map(jnp.zeros_like, whole)
        parts = [metric.statistic(y_true[rows], y_pred[rows]) for rows in (slice(0, 1), slice(1, 4))]
        summed = functools.reduce(operator.add, parts, nothing)
        return summed.result(), whole.result(), nothing.result()

    summed, whole, nothing = at_once(results, y_true, y_pred)
    np.testing.assert_allclose(summed, whole, rtol=1e-6)
    assert np.isfinite(nothing).all()


@pytest.mark.parametrize(("metric", "y_true", "y_pred"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_a_weight_of_zero_leaves_a_row_out_and_of_two_counts_it_twice(metric, y_true, y_pred):
    weight = np.asarray([1.0, 0.0, 2.0, 1.0], np.float32)
    chosen = np.asarray([0, 2, 2, 3])

    def results(y_true, y_pred, weight):
        expected = alone(metric, y_true[chosen], y_pred[chosen])
        weighted = [alone(metric, y_true, y_pred, each) for each in (weight, weight[:, None])]
        return expected, weighted

    expected, weighted = at_once(results, y_true, y_pred, weight)
    for each in weighted:
        np.testing.assert_allclose(each, expected, rtol=1e-6)


@pytest.mark.parametrize(("metric", "y_true", "y_pred"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_the_statistic_can_be_traced_and_a_configuration_makes_an_equal_metric(metric, y_true, y_pred):
    copy = from_config(to_config(metric))
    assert jax.tree.structure(copy) == jax.tree.structure(metric)

    def results(y_true, y_pred):
        members = jax.vmap(lambda p: metric.statistic(y_true, p))(y_pred[None])
        return members.result()[0], alone(copy, y_true, y_pred)

    member, copied = at_once(results, y_true, y_pred)
    np.testing.assert_allclose(member, copied, rtol=1e-6)


def test_auc_takes_predictions_beyond_zero_and_one():
    wide = np.asarray([[-3.0], [0.6], [0.4], [7.0]], np.float32)
    assert float(metrics.AUC()(BITS, wide)) == pytest.approx(0.75)


def test_auc_of_one_class_alone_is_zero_and_not_nan():
    for curve in ("ROC", "PR"):
        assert np.isfinite(metrics.AUC(curve=curve)(np.ones_like(BITS), CHANCES))
        assert float(metrics.AUC(curve=curve)(np.zeros_like(BITS), CHANCES)) == 0.0


@pytest.mark.parametrize(
    "judge", [metrics.F1Score(), metrics.CategoricalAccuracy(), fl.losses.CategoricalCrossentropy()]
)
@pytest.mark.parametrize("numbers", [LABELS, LABELS[:, None]])
def test_class_numbers_in_place_of_one_hot_targets_are_told_the_remedy(judge, numbers):
    with pytest.raises(
        ShapeError, match=rf"one-hot: utils\.to_categorical\(y, {SCORES.shape[-1]}\), .* sparse_"
    ):
        judge(numbers, SCORES)
    assert np.isfinite(judge(fl.utils.to_categorical(LABELS, SCORES.shape[-1]), SCORES)).all()


def test_a_metric_that_the_targets_do_not_fit_is_named_in_fit():
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(3, "softmax")], seed=0)
    model.compile(
        "sgd", "sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy", "f1_score"]
    )
    with pytest.raises(ShapeError, match=r'metric "f1_score": .*utils\.to_categorical\(y, 3\)'):
        model.fit(np.zeros((6, 2), np.float32), np.arange(6) % 3, epochs=1, verbose=0)


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
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds must be a whole number of at least 2, got 1"),
        (lambda: metrics.AUC(curve="ROCK"), 'curve must be "ROC", "PR" or "PRGAIN"'),
        (lambda: metrics.AUC(summation_method="trapezoid"), "summation_method must be"),
        (
            lambda: metrics.Precision(thresholds=1.5),
            r"Precision: thresholds must be a finite number between 0 and 1, got 1.5",
        ),
        (
            lambda: metrics.Recall(thresholds=[0.5, -1]),
            r"Recall: thresholds must be a finite number between 0 and 1, got -1",
        ),
        (lambda: metrics.Recall(thresholds=[]), "Recall: thresholds is empty"),
        (lambda: metrics.Recall(top_k=0), "Recall: top_k must be a whole number of at least 1"),
        (lambda: metrics.Precision(class_id=-1), "Precision: class_id must be a whole number of at least 0"),
        (
            lambda: metrics.TruePositives(2),
            r"TruePositives: thresholds must be a finite number between 0 and 1",
        ),
        (lambda: metrics.TopKCategoricalAccuracy(k=0), "TopKCategoricalAccuracy: k must be"),
        (lambda: metrics.FBetaScore("mean"), "FBetaScore: average must be None"),
        (lambda: metrics.FBetaScore(beta=0), "FBetaScore: beta must be a finite number above 0"),
        (
            lambda: metrics.F1Score(threshold=1.5),
            "F1Score: threshold must be a finite number above 0 and at most 1, got 1.5",
        ),
        (lambda: metrics.R2Score("mean"), "R2Score: class_aggregation must be"),
        (lambda: metrics.R2Score(num_regressors=-1), "R2Score: num_regressors must be"),
        (lambda: metrics.CohenKappa("cubic"), "CohenKappa: weights must be None"),
        (lambda: metrics.BalancedAccuracy(num_classes=1), "num_classes must be a whole number of at least 2"),
        (lambda: metrics.RecallAtPrecision(1.5), "RecallAtPrecision: precision must be"),
        (lambda: metrics.ExpectedCalibrationError(0), "num_bins must be a whole number"),
        (lambda: metrics.AUC(num_labels=3), "num_labels is for multi_label=True"),
        (lambda: metrics.AUC(label_weights=[1.0, 2.0])(BITS, CHANCES), "2 label_weights for 1 outputs"),
        (
            lambda: metrics.AUC(multi_label=True, num_labels=2)(ONE_HOT, SCORES),
            r"predictions \(n, 2\), got \(4, 3\)",
        ),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize(
    ("loss", "target_shape", "kind"),
    [
        ("sparse_categorical_crossentropy", None, metrics.SparseTopKCategoricalAccuracy),
        ("categorical_crossentropy", None, metrics.TopKCategoricalAccuracy),
        ("mse", (), metrics.SparseTopKCategoricalAccuracy),
    ],
)
@pytest.mark.parametrize("name", ["top_k_accuracy", "top_k"])
def test_top_k_goes_by_loss_and_shape(name, loss, target_shape, kind):
    metric = metrics.resolve(name, get_loss(loss), (10,), target_shape)
    assert type(metric) is kind
    assert metric.name == name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MAPE", metrics.MeanAbsolutePercentageError),
        ("msle", metrics.MeanSquaredLogarithmicError),
        ("kld", metrics.KLDivergence),
        ("kullback_leibler_divergence", metrics.KLDivergence),
        ("logcosh", metrics.LogCoshError),
        ("log_cosh_error", metrics.LogCoshError),
        ("cosine_proximity", metrics.CosineSimilarity),
        ("bce", metrics.BinaryCrossentropy),
        ("AUC", metrics.AUC),
        ("F1Score", metrics.F1Score),
        ("f1_score", metrics.F1Score),
        ("CohenKappa", metrics.CohenKappa),
        ("top_k_categorical_accuracy", metrics.TopKCategoricalAccuracy),
    ],
)
def test_every_spelling_resolves_and_stays_in_the_history(name, kind):
    metric = metrics.resolve(name, get_loss("mse"), (3,))
    assert type(metric) is kind
    assert metric.name == name


@pytest.mark.parametrize(("metric", "y_true", "y_pred"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_a_metric_alone_adds_up_and_forgets(metric, y_true, y_pred):
    metric.reset_state()
    assert not np.any(metric.result())
    for rows in (slice(0, 2), slice(2, 4)):
        metric.update_state(y_true[rows], y_pred[rows])
    whole = at_once(lambda *batch: alone(metric, *batch), y_true, y_pred)
    np.testing.assert_allclose(metric.result(), whole, rtol=1e-6)
    metric.reset_state()
    np.testing.assert_allclose(metric(y_true, y_pred), whole, rtol=1e-6)
    # Rows with weights may join rows without.
    metric.update_state(y_true[2:], y_pred[2:], np.zeros(2))
    np.testing.assert_allclose(metric.result(), whole, rtol=1e-6)
    metric.reset_state()


def test_what_a_metric_has_seen_is_no_part_of_it():
    metric = metrics.BinaryAccuracy()
    structure = jax.tree.structure(metric)
    metric.update_state(BITS, CHANCES)
    assert jax.tree.structure(metric) == structure
    assert jax.tree.leaves(metric) == [0.5]
    assert float(jax.tree.map(lambda leaf: leaf, metric).result()) == 0.0
    assert float(metrics.BinaryAccuracy().result()) == 0.0
    assert to_config(metric) == to_config(metrics.BinaryAccuracy())


def test_rows_are_counted_beyond_the_whole_numbers_of_single_precision():
    # 2^24 + 1 rows, one of them wrong: float32 cannot hold that count.
    seen = 2**24
    metric = metrics.SparseCategoricalAccuracy()
    one = metric.statistic(LABELS[:1], SCORES[:1])
    many = jax.tree.map(lambda leaf: leaf * seen, one)
    wrong = metric.statistic(LABELS[3:], SCORES[3:])
    total = many + wrong + one
    assert int(total.count) == seen + 2
    assert int(total.total) == seen + 1
    assert metrics.Recall().statistic(BITS, CHANCES).found.dtype == np.int32
    assert metrics.AUC().statistic(BITS, CHANCES).true_positives.dtype == np.int32


def test_a_small_class_is_a_metric_of_its_own():
    @tree
    class WithinTolerance(metrics.MeanMetric):
        direction = "up"
        tolerance: float = 0.1
        name: str = static(default="within_tolerance")

        def values(self, y_true, y_pred):
            return jnp.abs(y_true - y_pred) < self.tolerance

    metric = metrics.get(WithinTolerance(0.2))
    assert float(metric(BITS, CHANCES)) == 0.5
    assert float(metric(BITS[:1], CHANCES[:1])) == pytest.approx(0.6)
    assert jax.tree.leaves(metric) == [0.2]


@pytest.mark.parametrize("metric", [metrics.CohenKappa(), metrics.ConfusionMatrix()])
def test_class_numbers_that_do_not_fit_are_refused(metric):
    with pytest.raises(ShapeError, match=r"expected predictions \(n, classes\)"):
        metric(LABELS, np.zeros((4, 3, 2)))
    with pytest.raises(ShapeError, match=r"expected targets \(4,\), \(4, 1\) or \(4, 3\), got \(4, 2\)"):
        metric(np.zeros((4, 2)), SCORES)


def test_the_least_rate_is_a_number_and_no_structure():
    # y above 0.5 in half of the rows; the three thresholds ask for more and more of the other rate.
    x = np.linspace(0, 1, 20, dtype=np.float32)[:, None]
    y = np.isin(np.arange(20), [3, 8, 11, 12, 14, 15, 16, 17, 18, 19])[:, None].astype(np.float32)
    found, compiled = [], []
    for least in (0.5, 0.85, 1.0):
        model = fl.Sequential(
            [fl.Input((1,)), fl.layers.Dense(1, trainable=False, kernel_initializer="ones")]
        )
        model.compile("sgd", "mse", metrics=[fl.metrics.SensitivityAtSpecificity(least)])
        before = len(fl.compilation_report().programs)
        found.append(model.evaluate(x, y, batch_size=3, verbose=0)[1])
        compiled.append(len(fl.compilation_report().programs) - before)
    assert compiled[1:] == [0, 0]
    fpr, tpr, _ = roc_curve(y[:, 0], x[:, 0], drop_intermediate=False)
    expected = [tpr[1 - fpr >= least - 1e-9].max() for least in (0.5, 0.85, 1.0)]
    np.testing.assert_allclose(found, expected, atol=1e-6)
