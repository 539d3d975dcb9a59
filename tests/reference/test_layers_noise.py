"""Layers of noise against Keras 3: the same distribution, the same treatment of each input."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from fallline.layers.activity_regularization import ActivityRegularization
from fallline.layers.dropout import AlphaDropout
from fallline.layers.noise import GaussianDropout, GaussianNoise

stats = pytest.importorskip("scipy.stats")

KEY = jax.random.key(11)
X = np.random.default_rng(5).uniform(0.5, 2, size=(200, 100)).astype(np.float32)


def two_samples(keras, layer, settings):
    ours = np.asarray(layer(**settings).apply({}, {}, jax.numpy.asarray(X), key=KEY, training=True)[0])
    with jax.numpy_dtype_promotion("standard"):
        other = getattr(keras.layers, layer.__name__)(**settings, seed=1)
        theirs = np.asarray(other(X, training=True))
        np.testing.assert_array_equal(np.asarray(other(X, training=False)), layer(**settings)(X))
    return ours, theirs


@pytest.mark.references("layers.GaussianNoise", "layers.GaussianDropout")
@pytest.mark.parametrize(
    ("layer", "settings", "undo"),
    [
        (GaussianNoise, {"stddev": 0.3}, lambda y: y - X),
        (GaussianNoise, {"stddev": 1.0}, lambda y: y - X),
        (GaussianDropout, {"rate": 0.1}, lambda y: y / X),
        (GaussianDropout, {"rate": 0.6}, lambda y: y / X),
    ],
)
def test_gaussian(keras, layer, settings, undo):
    ours, theirs = (undo(sample).ravel() for sample in two_samples(keras, layer, settings))
    # The seeds are fixed: this either always holds or never.
    assert stats.ks_2samp(ours, theirs).pvalue > 0.01
    centre = 0.0 if layer is GaussianNoise else 1.0
    deviation = settings.get("stddev") or np.sqrt(settings["rate"] / (1 - settings["rate"]))
    assert stats.kstest(ours, "norm", (centre, deviation)).pvalue > 0.01
    # Neighbours are independent.
    rows = (ours - centre).reshape(X.shape)
    for one, other in ((rows[1:], rows[:-1]), (rows[:, 1:], rows[:, :-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(X.size)


@pytest.mark.references("layers.AlphaDropout")
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.8])
def test_alpha_dropout(keras, rate):
    lines = []
    for sample in two_samples(keras, AlphaDropout, {"rate": rate}):
        dropped = np.isclose(sample, sample.min(), rtol=1e-5)
        assert abs(dropped.mean() - rate) <= 5 * np.sqrt(rate * (1 - rate) / X.size)
        slope, intercept = np.polyfit(X[~dropped].astype(np.float64), sample[~dropped], 1)
        np.testing.assert_allclose(sample[~dropped], slope * X[~dropped] + intercept, rtol=1e-4, atol=1e-5)
        lines.append([slope, intercept, sample.min()])
    np.testing.assert_allclose(lines[0], lines[1], rtol=1e-4)


@pytest.mark.references("layers.AlphaDropout")
def test_alpha_dropout_shares_its_mask_along_the_axes_keras_shares_it(keras):
    for sample in two_samples(keras, AlphaDropout, {"rate": 0.5, "noise_shape": (None, 1)}):
        dropped = np.isclose(sample, sample.min(), rtol=1e-5)
        np.testing.assert_array_equal(dropped, np.broadcast_to(dropped[:, :1], X.shape))
        assert 0 < dropped[:, 0].mean() < 1


@pytest.mark.references("layers.ActivityRegularization")
@pytest.mark.parametrize("settings", [{}, {"l1": 0.1}, {"l1": 0.1, "l2": 0.3}])
def test_activity_regularization(keras, settings):
    layer = ActivityRegularization(**settings)
    with jax.numpy_dtype_promotion("standard"):
        other = keras.layers.ActivityRegularization(**settings)
        outputs = np.asarray(other(X))
        penalty = float(sum(other.losses)) if other.losses else 0.0
    np.testing.assert_array_equal(layer(X), outputs)
    # The penalty itself is a sum; that the network divides it by the rows of the batch is tested with models.
    total = float(layer.activity_regularizer(jax.numpy.asarray(X)))
    np.testing.assert_allclose(total / len(X), penalty, rtol=1e-5)
