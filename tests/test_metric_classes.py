"""Metrics of classes never leave a row out: a row of no class is an error, or NaN inside a compiled run."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import metrics
from fallline.engine import Program
from fallline.errors import DataError

KINDS = [metrics.CohenKappa, metrics.MatthewsCorrelation, metrics.BalancedAccuracy, metrics.ConfusionMatrix]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("arguments", "y_true", "y_pred", "message"),
    [
        ({}, [0, 1, 2, 1], [0, 2, 2, 1], "row 1 has the target 1 and the prediction 2; .* give num_classes"),
        (
            {},
            [0, 1, 0.5],
            [0, 1, 1],
            r"row 2 has the target 0.5 and the prediction 1; expected targets 0\.\.1",
        ),
        ({}, [0, 1], [0.2, -0.1], "the prediction -0.1"),
        ({"num_classes": 2}, [0, 1, 2], [0, 1, 1], "row 2 has the target 2"),
        ({"num_classes": 2}, [0, 1, -1], [0, 1, 1], "row 2 has the target -1"),
        ({"num_classes": 3}, [0, 1, 2], [0, 1, 1.5], "the prediction 1.5"),
        (
            {},
            [0, 3],
            [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]],
            r"row 1 has the target 3 .* expected targets 0\.\.2",
        ),
        ({}, [0, np.nan], [0.1, 0.2], "row 1 has the target nan"),
    ],
)
def test_a_row_of_no_class_is_refused(kind, arguments, y_true, y_pred, message):
    metric = kind(**arguments)
    with pytest.raises(DataError, match=f'metric "{metric.name}": {message}|{message}'):
        metric(y_true, y_pred)
    assert not np.any(metric.result()), "nothing of it was counted"


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_compiled_program_it_makes_the_result_nan(kind):
    metric = kind(num_classes=3)
    value = Program(lambda y, p: metric.statistic(y, p).result(), "metric")
    right = value(jnp.asarray([0, 1, 2]), jnp.asarray([0, 1, 1]))
    wrong = value(jnp.asarray([0, 1, 3]), jnp.asarray([0, 1, 1]))
    assert np.isfinite(right).all()
    assert np.isnan(wrong).all()
    assert np.shape(right) == np.shape(wrong)


def test_in_fit_too():
    x = np.asarray([[0.0], [1.0], [2.0]], np.float32)
    model = fl.Sequential([fl.Input((1,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", "mse", metrics=["cohen_kappa"])
    history = model.fit(x, x, epochs=1, verbose=0)
    assert np.isnan(history.history["cohen_kappa"][0])
    assert history.outcome.kind == "completed"


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_of_weight_zero_may_be_of_no_class(kind):
    metric = kind(num_classes=3)
    expected = metric([0, 1, 2, 1], [0, 2, 2, 1])
    metric.reset_state()
    weighted = metric([0, 1, 2, 1, 7], [0, 2, 2, 1, 0], np.asarray([1.0, 1, 1, 1, 0]))
    np.testing.assert_allclose(weighted, expected, rtol=1e-6)


@pytest.mark.parametrize("kind", [metrics.ExpectedCalibrationError, metrics.CalibratedCrossentropy])
def test_a_row_of_weight_zero_may_be_anything(kind):
    metric = kind()
    shares = np.asarray([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.2, 0.5, 0.3]], np.float32)
    expected = metric([0, 1, 2], shares)
    metric.reset_state()
    strange = np.concatenate([shares, np.full((1, 3), np.nan, np.float32)])
    weighted = metric([0, 1, 2, 7], strange, np.asarray([1.0, 1, 1, 0]))
    np.testing.assert_allclose(weighted, expected, rtol=1e-6)


@pytest.mark.parametrize("kind", [metrics.ExpectedCalibrationError, metrics.CalibratedCrossentropy])
def test_calibration_wants_probabilities_and_classes(kind):
    error = kind()
    with pytest.raises(DataError, match="row 0 has the target 1 and the prediction 3; .* probabilities"):
        error([1], [3.0])
    with pytest.raises(DataError, match="row 1 has the target 2"):
        error([1, 2], [0.5, 0.5])
    value = Program(lambda p: error.statistic(jnp.asarray([1]), p).result(), "metric")
    assert np.isnan(value(jnp.asarray([3.0])))
