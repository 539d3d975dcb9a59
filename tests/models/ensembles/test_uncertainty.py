"""How much the members differ, by SciPy and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

import fallline as fl
from fallline.models import Ensemble
from fallline.models.ensembles.scales import Scale
from fallline.models.ensembles.uncertainty import uncertainty

from .problems import X, trained

WEIGHTS = np.array([0.5, 0.2, 0.3])


def test_of_classes() -> None:
    models = [trained(8, 0), trained(5, 1), trained(8, 2)]
    found = Ensemble(models, WEIGHTS).uncertainty(X)
    p = np.array([model.predict(X) for model in models], float)
    mean = np.average(p, axis=0, weights=WEIGHTS)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-5)
    np.testing.assert_allclose(
        found.standard_deviation,
        np.sqrt(np.average((p - mean) ** 2, axis=0, weights=WEIGHTS)),
        rtol=1e-4,
        atol=1e-6,
    )
    entropy, expected = stats.entropy(mean, axis=-1), WEIGHTS @ stats.entropy(p, axis=-1)
    np.testing.assert_allclose(found.entropy, entropy, rtol=1e-5)
    np.testing.assert_allclose(found.expected_entropy, expected, rtol=1e-5)
    np.testing.assert_allclose(found.mutual_information, entropy - expected, atol=1e-6)
    # The same as the mean divergence of the members from their mixture.
    divergence = WEIGHTS @ np.array([stats.entropy(each, mean, axis=-1) for each in p])
    np.testing.assert_allclose(found.mutual_information, divergence, atol=1e-6)


def test_logits_are_probabilities_first() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (3, 7, 4))
    one = uncertainty(logits, WEIGHTS, Scale("softmax", True))
    other = uncertainty(special.softmax(logits, axis=-1), WEIGHTS, Scale("softmax"))
    np.testing.assert_allclose(one.entropy, other.entropy)
    bits = uncertainty(logits[..., :1], WEIGHTS, Scale("sigmoid", True))
    np.testing.assert_allclose(bits.mean, np.tensordot(WEIGHTS, special.expit(logits[..., :1]), axes=1))


def test_yes_or_no_is_a_class_of_two() -> None:
    p = np.random.default_rng(0).random((3, 6, 1))
    one = uncertainty(p, WEIGHTS, Scale("sigmoid"))
    two = uncertainty(np.concatenate([1 - p, p], axis=-1), WEIGHTS, Scale("softmax"))
    assert one.entropy is not None
    assert one.entropy.shape == (6,)
    np.testing.assert_allclose(one.entropy, two.entropy)
    np.testing.assert_allclose(one.mutual_information, two.mutual_information, atol=1e-12)


def test_worked_example() -> None:
    """Two members that are sure of opposite classes: log 2 in all, and all of it is what they do not agree on."""
    apart = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    found = uncertainty(apart, np.array([0.5, 0.5]), Scale("softmax"))
    assert found.entropy == pytest.approx([np.log(2)])
    assert found.expected_entropy == pytest.approx([0.0])
    assert found.mutual_information == pytest.approx([np.log(2)])
    assert found.standard_deviation == pytest.approx(np.full((1, 2), 0.5))
    alike = uncertainty(np.full((2, 1, 2), 0.5), np.array([0.5, 0.5]), Scale("softmax"))
    assert alike.entropy == pytest.approx([np.log(2)])
    assert alike.mutual_information == pytest.approx([0.0])


def test_of_measurements() -> None:
    def build(seed: int) -> fl.Model:
        model = fl.Sequential([fl.Input((4,)), fl.layers.Dense(1)], seed=seed)
        model.compile("sgd", "mse")
        return model

    models = [build(seed) for seed in range(3)]
    found = Ensemble(models).uncertainty(X)
    each = np.array([model.predict(X) for model in models])
    np.testing.assert_allclose(found.standard_deviation, each.std(axis=0), rtol=1e-5)
    assert found.entropy is None
