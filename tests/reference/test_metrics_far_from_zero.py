"""R2 of targets far from zero, against scikit-learn in double precision: alone, in fit, and where no digits are left."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline import metrics

r2_score = pytest.importorskip("sklearn.metrics").r2_score

RNG = np.random.default_rng(3000)
ROWS = 500


def data(mean, outputs=1):
    y = (mean + RNG.normal(size=(ROWS, outputs))).astype(np.float32)
    p = (y + 0.3 * RNG.normal(size=y.shape)).astype(np.float32)
    return y, p, r2_score(y.astype(np.float64), p.astype(np.float64))


@pytest.mark.references("metrics.R2Score")
@pytest.mark.parametrize("batch", [1, 32, ROWS])
@pytest.mark.parametrize("mean", [0.0, 1000.0, -3000.0, 1e5])
def test_alone_however_the_rows_are_cut(mean, batch):
    y, p, expected = data(mean, outputs=2)
    metric = metrics.R2Score()
    for first in range(0, ROWS, batch):
        metric.update_state(y[first : first + batch], p[first : first + batch])
    np.testing.assert_allclose(metric.result(), expected, rtol=2e-5)
    metric.reset_state()
    # After a reset other targets say what all are reduced by.
    y, p, expected = data(-7 * mean, outputs=2)
    np.testing.assert_allclose(metric(y, p), expected, rtol=2e-5)


@pytest.mark.references("metrics.R2Score")
@pytest.mark.parametrize("given", ["r2_score", metrics.R2Score()], ids=["name", "object"])
@pytest.mark.parametrize("mean", [1000.0, 3000.0])
def test_in_fit_without_help(mean, given):
    """The model predicts its input, so that the score is that of the inputs as predictions."""
    y, p, expected = data(mean)
    weights = [np.ones((1, 1), np.float32), np.zeros(1, np.float32)]
    model = fl.Sequential([fl.Input((1,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(0.0), "mse", metrics=[given])
    model.set_weights(weights)
    history = model.fit(p, y, epochs=1, verbose=0, validation_data=(p[:77], y[:77]))
    assert history.history["r2_score"][0] == pytest.approx(expected, rel=1e-4)
    part = r2_score(y[:77].astype(np.float64), p[:77].astype(np.float64))
    assert history.history["val_r2_score"][0] == pytest.approx(part, rel=1e-4)
    assert model.train_on_batch(p, y, return_dict=True)["r2_score"] == pytest.approx(expected, rel=1e-4)


def test_two_outputs_have_each_their_own_mean():
    y, _, _ = data(np.asarray([5.0, 3000.0]), outputs=2)
    x = RNG.normal(size=(ROWS, 1)).astype(np.float32)
    model = fl.Sequential([fl.Input((1,)), fl.layers.Dense(2)], seed=0)
    model.compile(fl.optimizers.SGD(0.0), "mse", metrics=[metrics.R2Score(class_aggregation=None)])
    model.fit(x, y, epochs=1, verbose=0)
    found = model.history.history["r2_score"][0]
    theirs = r2_score(y.astype(np.float64), model.predict(x), multioutput="raw_values")
    np.testing.assert_allclose(found, theirs, rtol=1e-4)


def test_a_score_without_digits_is_nan_and_not_a_number_like_any_other():
    y, p, _ = data(3000.0)
    assert np.isnan(metrics.R2Score().statistic(y, p).result())
    constant = np.full((9, 1), np.float32(3000.1))
    assert float(metrics.R2Score()(constant, constant)) == 1.0
    assert float(metrics.R2Score()(constant, constant + 1)) == 0.0
