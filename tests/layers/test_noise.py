"""Gaussian noise: moments, what decides it, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.layers.noise import GaussianDropout, GaussianNoise
from fallline.registry.configuration import from_config, to_config

KEY = jax.random.key(5)
X = jnp.asarray(np.random.default_rng(0).uniform(1, 2, size=(400, 250)).astype(np.float32))
KINDS = [GaussianNoise, GaussianDropout]


def noisy(layer, x=X, key=KEY):
    outputs, state = layer.apply({}, {}, x, key=key, training=True)
    assert state == {}
    return np.asarray(outputs)


def assert_normal(sample, deviation):
    """Mean, variance, skewness and kurtosis within five standard errors of those of N(0, deviation^2)."""
    z, n = sample.ravel() / deviation, sample.size
    assert abs(z.mean()) < 5 / np.sqrt(n)
    assert abs((z**2).mean() - 1) < 5 * np.sqrt(2 / n)
    assert abs((z**3).mean()) < 5 * np.sqrt(15 / n)
    assert abs((z**4).mean() - 3) < 5 * np.sqrt(96 / n)


@pytest.mark.parametrize("stddev", [0.1, 3.0])
def test_what_is_added_is_normal(stddev):
    assert_normal(noisy(GaussianNoise(stddev), jnp.zeros(X.shape)), stddev)
    np.testing.assert_allclose(
        noisy(GaussianNoise(stddev)),
        X + noisy(GaussianNoise(stddev), jnp.zeros(X.shape)),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_factor_is_normal_with_the_variance_of_dropout(rate):
    assert_normal(noisy(GaussianDropout(rate)) / X - 1, np.sqrt(rate / (1 - rate)))


@pytest.mark.parametrize("kind", KINDS)
def test_inference_is_the_identity(kind):
    assert kind(0.5).apply({}, {}, X, key=None, training=False)[0] is X
    np.testing.assert_array_equal(noisy(kind(0.0)), X)


@pytest.mark.parametrize("kind", KINDS)
def test_what_decides_the_noise(kind):
    np.testing.assert_array_equal(noisy(kind(0.5)), noisy(kind(0.5)))
    for other in (noisy(kind(0.5, seed=3)), noisy(kind(0.5), key=jax.random.key(6))):
        correlation = np.corrcoef((other - X).ravel(), (noisy(kind(0.5)) - X).ravel())[0, 1]
        assert abs(correlation) < 5 / np.sqrt(X.size)


@pytest.mark.parametrize("kind", KINDS)
def test_types_and_numbers(kind):
    assert noisy(kind(0.5), X.astype(jnp.bfloat16)).dtype == jnp.bfloat16
    assert jax.tree.structure(kind(0.1)) == jax.tree.structure(kind(0.9))
    assert (kind.draws, kind.sampled) == (True, True)
    numbers = jnp.asarray([0.0, 0.5])
    stacked = jax.vmap(lambda number: kind(number).apply({}, {}, X, key=KEY, training=True)[0])(numbers)
    np.testing.assert_allclose(stacked, [X, noisy(kind(0.5))], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_configuration_round_trip(kind):
    copy = from_config(to_config(kind(0.25, seed=3, name="rough")))
    assert to_config(copy) == to_config(kind(0.25, 3, name="rough"))


def test_messages():
    with pytest.raises(UsageError, match="GaussianNoise: stddev must be a finite number at least 0, got -1"):
        GaussianNoise(-1)
    with pytest.raises(
        UsageError, match="GaussianDropout: rate must be a finite number at least 0 and below 1"
    ):
        GaussianDropout(1.0)
    with pytest.raises(UsageError, match="GaussianDropout: seed must be a whole number from 0"):
        GaussianDropout(0.5, seed=1.5)
    with pytest.warns(FutureWarning, match=r"GaussianNoise\(stddev=0.1\)"):
        assert GaussianNoise(sigma=0.1).stddev == 0.1
