"""Temperatures, calibration errors and intervals beside scikit-learn and formulas written out anew."""

import numpy as np
import pytest
import sklearn
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.linear_model import LogisticRegression

from fallline import calibration

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])


class Logits(ClassifierMixin, BaseEstimator):
    """A model whose logits are its inputs."""

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, x):
        return x if len(self.classes_) > 2 else x[:, 0]

    def predict(self, x):
        return self.classes_[x.argmax(axis=1) if len(self.classes_) > 2 else (x[:, 0] > 0).astype(int)]


def drawn(classes, rows=600, seed=0):
    generator = np.random.default_rng(seed)
    logits = 2 * generator.normal(size=(rows, classes if classes > 2 else 1))
    full = logits if classes > 2 else np.concatenate([np.zeros_like(logits), logits], axis=1)
    shares = softmax(full / 1.8, axis=1)
    true = (generator.random((rows, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    return np.minimum(true, classes - 1), logits, softmax(full, axis=1)


@pytest.mark.skipif(VERSION < (1, 8), reason="scikit-learn scales temperatures from 1.8 on")
@pytest.mark.references("calibration.TemperatureScaling")
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_temperature_is_scikit_learns(classes):
    from sklearn.frozen import FrozenEstimator

    true, logits, shares = drawn(classes)
    peer = CalibratedClassifierCV(FrozenEstimator(Logits().fit(logits, true)), method="temperature")
    wanted = peer.fit(logits, true).predict_proba(logits)
    found = calibration.TemperatureScaling.fit(true, shares)(shares)
    np.testing.assert_allclose(found, wanted, atol=2e-5)


@pytest.mark.references("calibration.temperature_evidence")
def test_the_evidence_is_the_mean_slope_over_its_error():
    true, _, shares = drawn(3)
    # The slope of a row's log loss by 1/T at 1, by differences instead of its derivative.
    step = 1e-5
    rows = np.arange(len(true))
    losses = [-np.log(softmax(np.log(shares) * (1 + sign * step), axis=1)[rows, true]) for sign in (1, -1)]
    slopes = (losses[0] - losses[1]) / (2 * step)
    wanted = slopes.mean() / (slopes.std() / np.sqrt(len(slopes)))
    assert calibration.temperature_evidence(true, shares) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.references("calibration.calibration_error", "calibration.reliability")
def test_the_calibration_error_is_that_of_scikit_learns_bins():
    true, _, shares = drawn(2, rows=1000)
    came, said = calibration_curve(true, shares[:, 1], n_bins=10, strategy="quantile")
    # Bins of a hundred rows each.
    assert calibration.calibration_error(true, shares) == pytest.approx(np.abs(came - said).mean(), rel=1e-6)


@pytest.mark.references("calibration.ConformalIntervals", "calibration.Spread", "calibration.fewest_rows")
def test_intervals_are_the_quantile_of_numpy():
    generator = np.random.default_rng(0)
    predicted = generator.uniform(0, 5, 500)
    true = predicted + generator.normal(size=500) * (1 + predicted)
    for level in (0.5, 0.8, 0.95):
        rank = np.ceil(501 * level) / 500
        q = np.quantile(np.abs(true - predicted), rank, method="inverted_cdf")
        low, high = calibration.ConformalIntervals.fit(true, predicted, adaptive=False)(predicted, level)
        np.testing.assert_allclose([low, high], [predicted - q, predicted + q], rtol=1e-12)
        # The first count for which the rank is a rank.
        first = next(n for n in range(1, 100) if np.ceil(np.round((n + 1) * level, 9)) <= n)
        assert calibration.fewest_rows(level) == first


@pytest.mark.references("calibration.ConformalSets")
def test_sets_are_those_above_a_quantile_of_numpy():
    true, logits, _ = drawn(4)
    model = LogisticRegression().fit(logits[:300], true[:300])
    shares = model.predict_proba(logits)
    own = shares[np.arange(300, 600), true[300:]]
    bound = np.quantile(1 - own, np.ceil(301 * 0.9) / 300, method="inverted_cdf")
    wanted = (1 - shares <= bound) | (shares == shares.max(axis=1, keepdims=True))
    sets = calibration.ConformalSets.fit(true[300:], shares[300:])
    np.testing.assert_array_equal(sets(shares, 0.9), wanted)
