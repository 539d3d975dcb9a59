"""What losses and metrics are made with and given: each mistake is said in the words of who made it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import losses, metrics
from fallline.errors import DataError, FalllineError, ShapeError, UsageError

ONE = np.ones((2, 1), np.float32)
ROWS = np.full((1, 2), 0.5, np.float32)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: losses.BinaryCrossentropy(from_logits="no"),
            "BinaryCrossentropy: from_logits must be True or",
        ),
        (
            lambda: losses.BinaryFocalCrossentropy(apply_class_balancing="yes"),
            "apply_class_balancing must be True",
        ),
        (lambda: losses.GaussianNLL(full="a"), "GaussianNLL: full must be True or False, got 'a'"),
        (lambda: metrics.AUC(multi_label="a"), "AUC: multi_label must be True or False"),
        (
            lambda: metrics.SparseTopKCategoricalAccuracy(from_sorted_ids=3),
            "from_sorted_ids must be True or False",
        ),
        (lambda: metrics.BinaryCrossentropy(from_logits=1), "from_logits must be True or False, got 1"),
        (lambda: losses.CategoricalCrossentropy(axis="x"), "axis must be a whole number, got 'x'"),
        (lambda: losses.Dice(axis=(0, 1.5)), "Dice: axis must be a whole number, got 1.5"),
        (lambda: metrics.PearsonCorrelation(axis=None), "axis must be a whole number"),
        (
            lambda: losses.SparseCategoricalCrossentropy(ignore_class="a"),
            "ignore_class must be a whole number",
        ),
        (
            lambda: metrics.SparseCategoricalCrossentropy(ignore_class=1.5),
            "ignore_class must be a whole number",
        ),
        (lambda: losses.MeanSquaredError(name=3), "MeanSquaredError: name must be a text, got int 3"),
        (lambda: metrics.Mean(name=""), "Mean: name must be a text"),
        (
            lambda: metrics.AUC(num_thresholds="a"),
            "num_thresholds must be a whole number of at least 2, got 'a'",
        ),
        (
            lambda: metrics.AUC(num_thresholds=2.5),
            "num_thresholds must be a whole number of at least 2, got 2.5",
        ),
        (
            lambda: metrics.AUC(multi_label=True, num_labels=0),
            "num_labels must be a whole number of at least 1",
        ),
        (
            lambda: metrics.AUC(label_weights=[-1, 2]),
            "label_weights must be a finite number at least 0, got -1",
        ),
        (lambda: metrics.MeanMetricWrapper(3), "fn must be a function"),
        (
            lambda: losses.MeanSquaredError(dtype="float16"),
            "MeanSquaredError: dtype='float16' cannot be chosen",
        ),
        (lambda: metrics.AUC(dtype="float64"), "AUC: dtype='float64' cannot be chosen"),
    ],
)
def test_wrong_arguments_are_refused_when_they_are_written(make, message):
    with pytest.raises(UsageError, match=message):
        make()


def test_what_is_taken():
    assert losses.BinaryCrossentropy(from_logits=np.bool_(True)).from_logits is True
    assert losses.Dice(axis=[0, 1]).axis == (0, 1)
    assert losses.SparseCategoricalCrossentropy(ignore_class=np.int64(-1)).ignore_class == -1


@pytest.mark.parametrize("kind", [metrics.AUC, metrics.Precision, metrics.Mean, losses.Huber, losses.Dice])
def test_none_is_the_default_name(kind):
    assert kind(name=None).name == kind().name


@pytest.mark.parametrize("kind", [metrics.BinaryAccuracy, metrics.AUC, losses.Huber, losses.Tversky])
def test_the_type_of_keras_may_be_written_and_is_one_program(kind):
    made = [kind(dtype=dtype) for dtype in (None, "float32")]
    assert jax.tree.structure(made[0]) == jax.tree.structure(made[1])


def test_positions_are_those_of_keras():
    assert metrics.BinaryAccuracy("share", None, 0.3).threshold == 0.3
    assert metrics.AUC(5, "PR", "minoring", "area", "float32", [0.2]).thresholds == (0.2,)
    assert losses.Dice("sum", "overlap", -1, None).axis == -1


@pytest.mark.parametrize(
    ("compute", "error", "message"),
    [
        (
            lambda: losses.MeanSquaredError()("a", ONE),
            DataError,
            "y_true must be numbers in one array, got str 'a'",
        ),
        (lambda: losses.MeanSquaredError()(ONE, None), DataError, "y_pred must be numbers .* got NoneType"),
        (lambda: metrics.MeanSquaredError()(ONE, [[1, 2], [3]]), DataError, "rows have one length"),
        (lambda: metrics.Mean()("a"), DataError, "the values must be numbers"),
        (lambda: metrics.Sum()(None), DataError, "the values must be numbers"),
        (lambda: metrics.Mean()([1, 2], "a"), DataError, "sample_weight must be numbers"),
        (lambda: losses.MeanSquaredError()(ONE, ONE, "a"), DataError, "sample_weight must be numbers"),
        (lambda: losses.MeanSquaredError()(1.0, 2.0), ShapeError, r"y_pred has shape \(\); expected rows"),
        (lambda: metrics.MeanSquaredError()(1.0, 2.0), ShapeError, r"y_pred has shape \(\); expected rows"),
        (lambda: metrics.AUC()(1, 0.5), ShapeError, r"y_pred has shape \(\)"),
        (lambda: metrics.R2Score()(1.0, 2.0), ShapeError, r"y_pred has shape \(\)"),
        (lambda: metrics.MeanMetricWrapper(lambda y, p: p)(1.0, 2.0), ShapeError, r"y_pred has shape \(\)"),
        (
            lambda: metrics.CategoricalAccuracy()([0, 1], [1, 1]),
            ShapeError,
            r"rows of outputs \(n, ..., classes\)",
        ),
        (lambda: metrics.SparseCategoricalAccuracy()([0, 1], [1, 1]), ShapeError, "rows of outputs"),
        (
            lambda: losses.CategoricalFocalCrossentropy(alpha=[0.1, 0.2, 0.7])(ROWS, ROWS),
            ShapeError,
            r"alpha holds 3 weights for y_pred of shape \(1, 2\)",
        ),
        (
            lambda: losses.CategoricalCrossentropy(axis=5)(ROWS, ROWS),
            ShapeError,
            "there is no axis 5 in y_pred",
        ),
        (lambda: losses.SparseCategoricalCrossentropy(axis=-3)([0], ROWS), ShapeError, "there is no axis -3"),
        (lambda: losses.BinaryCrossentropy(axis=2)(ROWS, ROWS), ShapeError, "there is no axis 2"),
        (lambda: losses.CosineSimilarity(axis=2)(ROWS, ROWS), ShapeError, "there is no axis 2"),
        (lambda: losses.Tversky(axis=(0, 2))(ROWS, ROWS), ShapeError, "there is no axis 2"),
        (lambda: metrics.ConcordanceCorrelation(axis=2)(ROWS, ROWS), ShapeError, "there is no axis 2"),
        (lambda: metrics.PearsonCorrelation()(ONE, ONE), ShapeError, "correlates with nothing"),
    ],
)
def test_data_that_cannot_be_used(compute, error, message):
    with pytest.raises(error, match=message):
        compute()


@pytest.mark.parametrize("axis", [0, 2, -3])
def test_an_axis_that_the_output_does_not_have_is_said_before_training(axis):
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(2)], seed=0)
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True, axis=axis))
    with pytest.raises(FalllineError, match=f"axis {axis} is not one of the output's"):
        model.fit(ROWS, np.zeros(1, int), epochs=1, verbose=0)


def test_a_correlation_of_one_output_is_refused_in_fit():
    model = fl.Sequential([fl.Input((1,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", "mse", metrics=[metrics.PearsonCorrelation()])
    with pytest.raises(ShapeError, match="one value along axis -1 correlates with nothing"):
        model.fit(ONE, ONE, epochs=1, verbose=0)


def test_thresholds_may_be_an_array():
    y, p = np.asarray([0, 1, 1]), np.asarray([0.3, 0.3, 0.9])
    for given in (np.array([0.2, 0.4]), jnp.asarray([0.2, 0.4])):
        np.testing.assert_allclose(metrics.Precision(given)(y, p), [2 / 3, 1.0], rtol=1e-6)
        np.testing.assert_array_equal(metrics.TruePositives(given)(y, p), [2.0, 1.0])
    with pytest.raises(UsageError, match=r"thresholds must be a finite number between 0 and 1, got 2"):
        metrics.Recall(np.array([0.2, 2.0]))


@pytest.mark.parametrize("kind", [metrics.Precision, metrics.Recall, metrics.TruePositives])
def test_a_result_before_the_first_row_has_its_shape(kind):
    np.testing.assert_array_equal(kind(thresholds=[0.2, 0.4]).result(), [0.0, 0.0])
    assert kind(thresholds=[0.2]).result().shape == ()


def test_the_best_k_of_fewer_outputs_are_all_of_them():
    # All three outputs count as positive, one of them is.
    assert float(metrics.Precision(top_k=5)([[0, 1, 0]], [[0.2, 0.3, 0.1]])) == pytest.approx(1 / 3)
    assert float(metrics.Recall(top_k=5)([[0, 1, 0]], [[0.2, 0.3, 0.1]])) == 1.0


def test_functions_without_a_name_are_recorded_as_keras_does():
    assert metrics.get(lambda y_true, y_pred: 1.0).name == "lambda"
    assert losses.get(lambda y_true, y_pred: 1.0).name == "lambda"


def test_vectors_are_one_row_of_a_correlation():
    # cov = 1, var = 2/3 and 14/9: the correlation is sqrt(27/28).
    assert float(metrics.PearsonCorrelation()([1, 2, 3], [1, 2, 4])) == pytest.approx((27 / 28) ** 0.5)
    # 2 cov / (var + var + (2 - 7/3)^2) = 2 / (2/3 + 14/9 + 1/9).
    assert float(metrics.ConcordanceCorrelation()([1, 2, 3], [1, 2, 4])) == pytest.approx(6 / 7)


@pytest.mark.parametrize("module", [losses, metrics])
def test_as_dictionaries(module):
    made = module.BinaryCrossentropy(label_smoothing=0.1)
    described = module.serialize(made)
    again = module.deserialize(described)
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert type(module.deserialize("mse")) is module.MeanSquaredError

    def own(y_true, y_pred):
        return jnp.abs(y_true - y_pred)

    described = module.serialize(own)
    assert module.deserialize(described, {"own": own}).name == "own"
    with pytest.raises(FalllineError, match='"own" is a function or class of your own'):
        module.deserialize(described)
