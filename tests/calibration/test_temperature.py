"""One temperature: against a search, by hand, and on probabilities whose temperature is known."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax

from fallline.calibration import TemperatureScaling, temperature_evidence
from fallline.errors import DataError, UsageError


def drawn(temperature, rows=20_000, classes=4, seed=0):
    """Codes drawn from softmax(z / temperature), and softmax(z)."""
    generator = np.random.default_rng(seed)
    logits = 2 * generator.normal(size=(rows, classes))
    shares = softmax(logits / temperature, axis=1)
    codes = (generator.random((rows, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    return np.minimum(codes, classes - 1), softmax(logits, axis=1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("classes", [2, 4])
def test_the_temperature_is_found_again(temperature, classes):
    found = TemperatureScaling.fit(*drawn(temperature, classes=classes)).temperature
    assert found == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_no_other_temperature_has_a_lower_log_loss(seed):
    true, shares = drawn(1.7, rows=300, seed=seed)

    def loss(temperature):
        return -np.log(softmax(np.log(shares) / temperature, axis=1)[np.arange(300), true]).mean()

    best = minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-8}).x
    assert TemperatureScaling.fit(true, shares).temperature == pytest.approx(best, abs=1e-5)


def test_it_is_the_softmax_and_the_sigmoid_of_smaller_logits():
    logits = np.random.default_rng(1).normal(size=(50, 5))
    scaled = TemperatureScaling(2.5)
    np.testing.assert_allclose(scaled(softmax(logits, axis=1)), softmax(logits / 2.5, axis=1), rtol=1e-12)
    np.testing.assert_allclose(scaled(expit(logits[:, 0])), expit(logits[:, 0] / 2.5), rtol=1e-12)


def test_one_changes_nothing_and_no_temperature_the_order():
    _, shares = drawn(1.0, rows=200)
    np.testing.assert_array_equal(TemperatureScaling()(shares), shares / shares.sum(axis=1, keepdims=True))
    for temperature in (0.05, 0.7, 20.0):
        scaled = TemperatureScaling(temperature)(shares)
        np.testing.assert_array_equal(scaled.argmax(axis=1), shares.argmax(axis=1))
        np.testing.assert_allclose(scaled.sum(axis=1), 1.0)


def test_where_all_rows_are_right_it_ends_at_a_bound():
    shares = np.array([[0.7, 0.3], [0.2, 0.8]] * 5)
    assert TemperatureScaling.fit(np.array([0, 1] * 5), shares).temperature == 0.05
    assert TemperatureScaling.fit(np.array([1, 0] * 5), shares).temperature == 20.0


def test_probabilities_of_nothing_and_of_everything_stay_finite():
    for shares in (np.array([0.0, 1.0, 1.0, 0.0]), np.eye(3)[[0, 1, 2, 0]]):
        true = np.array([0, 1, 0, 1])
        scaled = TemperatureScaling.fit(true, shares)
        assert np.isfinite(scaled(shares)).all()
        assert np.isfinite(temperature_evidence(true, shares))


def test_the_evidence_tells_the_direction_and_how_sure_it_is():
    assert temperature_evidence(*drawn(2.0)) > 10
    assert temperature_evidence(*drawn(0.6)) < -10


def test_the_evidence_of_good_probabilities_is_chance():
    beyond = [abs(temperature_evidence(*drawn(1.0, rows=500, seed=seed))) > 1.96 for seed in range(400)]
    # 5 % of 400, within four standard errors.
    assert np.mean(beyond) == pytest.approx(0.05, abs=0.044)


@pytest.mark.parametrize(
    ("true", "shares", "said"),
    [
        ([0, 1], [[2.0, -1.0], [0.5, 0.5]], "softmax or sigmoid first"),
        ([0, 1], [[0.5, 0.2], [0.5, 0.5]], "must sum to 1; got 0.7"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], "codes from 0 to 1; got 0 to 2"),
        ([0.0, 1.0], [0.5, 0.5], "whole numbers"),
        ([0], [0.5, 0.5], "one class is needed for each row"),
        ([], np.zeros((0, 2)), "at least one row"),
        ([0], [[[0.5]]], r"\(rows, classes\)"),
        ([0], [np.nan], "must be finite; those of row 1"),
        ([0], ["a"], "must be numbers"),
    ],
)
def test_what_cannot_be_calibrated_is_said(true, shares, said):
    with pytest.raises(DataError, match=said):
        TemperatureScaling.fit(np.array(true), np.array(shares))


def test_a_temperature_is_above_0():
    with pytest.raises(UsageError, match="above 0"):
        TemperatureScaling(0.0)
