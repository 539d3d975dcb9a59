"""The weighted mean of predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

import fallline as fl
from fallline.errors import ShapeError, UsageError
from fallline.layers import WeightedAverage

EACH = np.random.default_rng(0).normal(0, 3, (3, 5, 4)).astype(np.float32)
SHARES = [1, 0, 3]


def test_values() -> None:
    found = WeightedAverage(SHARES)(list(EACH))
    np.testing.assert_allclose(found, (EACH[0] + 3 * EACH[2]) / 4, rtol=1e-6)


def test_logits_are_averaged_as_probabilities() -> None:
    found = WeightedAverage(SHARES, "softmax")(list(EACH))
    mean = np.average(special.softmax(EACH.astype(float), axis=-1), axis=0, weights=SHARES)
    np.testing.assert_allclose(special.softmax(found, axis=-1), mean, rtol=1e-5)
    np.testing.assert_allclose(found, np.log(mean), rtol=1e-5, atol=1e-6)
    found = WeightedAverage(SHARES, "sigmoid")(list(EACH))
    mean = np.average(special.expit(EACH.astype(float)), axis=0, weights=SHARES)
    np.testing.assert_allclose(found, special.logit(mean), rtol=1e-4, atol=1e-5)


def test_logits_far_out_stay_finite() -> None:
    far = np.array([[[200.0, -200.0]], [[-200.0, 200.0]]], np.float32)
    for kind in ("softmax", "sigmoid"):
        found = np.asarray(WeightedAverage([1, 1], kind)(list(far)))
        np.testing.assert_allclose(found[0, 0], found[0, 1], atol=1e-4)
        assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("shares", "logits", "text"),
    [
        ([0, 0], None, "not all be 0"),
        ([1, -1], None, "at least 0"),
        ([], None, "one for each input"),
        (["a"], None, "one for each input"),
        ([1, 2], "tanh", "softmax"),
    ],
)
def test_what_is_refused(shares: Any, logits: Any, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        WeightedAverage(shares, logits)


def test_inputs_that_do_not_fit() -> None:
    one, two = fl.Input((3,)), fl.Input((4,))
    with pytest.raises(ShapeError, match="2 shares for 3 inputs"):
        WeightedAverage([1, 2])([one, one, one])
    with pytest.raises(ShapeError, match="must be equal"):
        WeightedAverage([1, 2])([one, two])
