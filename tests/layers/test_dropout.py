"""Dropout and AlphaDropout: what is kept, scale, gradient, randomness, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import ShapeError, UsageError
from fallline.layers.dropout import AlphaDropout, Dropout
from fallline.registry.configuration import from_config, to_config

X = jnp.asarray(np.random.default_rng(0).uniform(1, 2, size=(100, 40)).astype(np.float32))
KEY = jax.random.key(7)


def thinned(layer, x=X, key=KEY):
    outputs, state = layer.apply({}, {}, x, key=key, training=True)
    assert state == {}
    return np.asarray(outputs)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_kept_are_scaled_and_the_fraction_is_right(rate):
    outputs = thinned(Dropout(rate))
    kept = outputs != 0
    np.testing.assert_allclose(outputs[kept], np.asarray(X)[kept] / (1 - rate), rtol=1e-6)
    assert abs(kept.mean() - (1 - rate)) < 5 * np.sqrt(rate * (1 - rate) / X.size)


def test_inference_is_the_identity():
    outputs, _ = Dropout(0.5).apply({}, {}, X, key=None, training=False)
    assert outputs is X


def test_the_extremes():
    np.testing.assert_array_equal(thinned(Dropout(0.0)), X)
    np.testing.assert_array_equal(thinned(Dropout(1.0)), np.zeros(X.shape))


@pytest.mark.parametrize("rate", [0.0, 0.4, 1.0])
def test_gradients_pass_where_values_do(rate):
    layer = Dropout(rate)
    gradient = jax.grad(lambda x: jnp.sum(layer.apply({}, {}, x, key=KEY, training=True)[0]))(X)
    expected = np.where(thinned(layer) != 0, 1 / (1 - rate) if rate < 1 else 0, 0)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


def test_what_decides_the_mask():
    def mask(seed=None, key=KEY):
        return thinned(Dropout(0.5, seed=seed), key=key) != 0

    np.testing.assert_array_equal(mask(), mask())
    np.testing.assert_array_equal(mask(seed=3), mask(seed=3))
    for other in (mask(key=jax.random.key(8)), mask(seed=3), mask(seed=0)):
        # Independent masks agree in half of the places.
        assert abs(np.mean(other == mask()) - 0.5) < 0.05


def test_a_shared_mask():
    x = jnp.ones((50, 6, 4))
    outputs = thinned(Dropout(0.5, noise_shape=(None, 1, -1)), x)
    np.testing.assert_array_equal(outputs, np.broadcast_to(outputs[:, :1], x.shape))
    assert 0.3 < np.mean(outputs[:, 0] != 0) < 0.7


def test_the_type_of_the_inputs_is_kept():
    outputs = thinned(Dropout(0.5), X.astype(jnp.bfloat16))
    assert outputs.dtype == jnp.bfloat16
    assert set(np.unique(outputs != 0)) == {False, True}


def test_the_rate_is_a_leaf():
    assert jax.tree.structure(Dropout(0.1)) == jax.tree.structure(Dropout(0.9))
    assert jax.tree.leaves(Dropout(0)) == [0.0]
    assert isinstance(jax.tree.leaves(Dropout(0))[0], float)
    rates = jnp.asarray([0.0, 1.0])
    stacked = jax.vmap(lambda rate: Dropout(rate).apply({}, {}, X, key=KEY, training=True)[0])(rates)
    np.testing.assert_array_equal(stacked, [X, np.zeros(X.shape)])


def test_configuration_round_trip():
    layer = Dropout(0.25, noise_shape=[None, 1, 8], seed=3, name="thin")
    copy = from_config(to_config(layer))
    assert (copy.rate, copy.noise_shape, copy.seed, copy.name) == (0.25, (None, 1, 8), 3, "thin")
    assert jax.tree.structure(copy) == jax.tree.structure(layer)


@pytest.mark.parametrize("rate", [2, -0.1, float("nan"), "0.5", None, True])
def test_the_rate_must_be_a_probability(rate):
    with pytest.raises(
        UsageError, match=r"^Dropout: rate must be a (finite )?number between 0 and 1, got .+\.$"
    ):
        Dropout(rate)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "a", True])
def test_the_seed_must_be_a_whole_number(seed):
    with pytest.raises(UsageError, match=r"^Dropout: seed must be a whole number from 0"):
        Dropout(0.5, seed=seed)


@pytest.mark.parametrize("noise_shape", [1, "1", (0, 1), (None, 0.5)])
def test_a_noise_shape_must_be_a_shape(noise_shape):
    with pytest.raises(UsageError, match=r"^Dropout: noise_shape must be a tuple such as"):
        Dropout(0.5, noise_shape=noise_shape)


@pytest.mark.parametrize("noise_shape", [(1,), (None, 3, 4), (None, 1, 1, 1), (32, 1, 1)])
def test_a_noise_shape_must_fit_the_inputs(noise_shape):
    with pytest.raises(ShapeError, match=r"^Dropout: noise_shape .* does not fit inputs \(None, 2, 4\)"):
        Dropout(0.5, noise_shape=noise_shape).output_shape((2, 4))
    assert Dropout(0.5, noise_shape=(1, 2, None)).output_shape((2, 4)) == (2, 4)


# AlphaDropout

SELU_FLOOR = -1.0507009873554805 * 1.6732632423543772


def test_alpha_dropout_replaces_by_the_lower_limit_of_selu():
    rate = 0.2
    outputs = thinned(AlphaDropout(rate))
    a = ((1 - rate) * (1 + rate * SELU_FLOOR**2)) ** -0.5
    b = -a * SELU_FLOOR * rate
    dropped = np.isclose(outputs, a * SELU_FLOOR + b, rtol=1e-5)
    assert abs(dropped.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / X.size)
    np.testing.assert_allclose(outputs[~dropped], (a * np.asarray(X) + b)[~dropped], rtol=1e-5)


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.9])
def test_alpha_dropout_keeps_mean_0_and_variance_1(rate):
    """Klambauer et al. 2017, section "New dropout technique"."""
    x = np.random.default_rng(2).normal(size=(500, 400)).astype(np.float32)
    outputs = thinned(AlphaDropout(rate), jnp.asarray(x))
    # The fourth moment, with which the error of the variance grows, is below 20 for these rates.
    assert abs(outputs.mean()) < 5 / np.sqrt(x.size)
    assert abs(outputs.var() - 1) < 5 * np.sqrt(20 / x.size)


def test_alpha_dropout_without_a_rate_is_the_identity():
    np.testing.assert_allclose(thinned(AlphaDropout(0.0)), X, rtol=1e-6)
    assert AlphaDropout(0.5).apply({}, {}, X, key=None, training=False)[0] is X


def test_alpha_dropout_shares_its_mask():
    outputs = thinned(AlphaDropout(0.5, noise_shape=(None, 1)))
    dropped = np.isclose(outputs, outputs.min())
    np.testing.assert_array_equal(dropped, np.broadcast_to(dropped[:, :1], X.shape))
    assert 0.3 < dropped[:, 0].mean() < 0.7


def test_alpha_dropout_numbers():
    assert jax.tree.structure(AlphaDropout(0.1)) == jax.tree.structure(AlphaDropout(0.9))
    copy = from_config(to_config(AlphaDropout(0.25, noise_shape=[None, 1], seed=3)))
    assert (copy.rate, copy.noise_shape, copy.seed) == (0.25, (None, 1), 3)
    with pytest.raises(
        UsageError, match="AlphaDropout: rate must be a finite number at least 0 and below 1, got 1"
    ):
        AlphaDropout(1.0)
    with pytest.raises(UsageError, match="AlphaDropout: seed must be a whole number"):
        AlphaDropout(0.5, seed=-1)
    assert thinned(AlphaDropout(0.5), X.astype(jnp.bfloat16)).dtype == jnp.bfloat16


def test_monte_carlo_prediction_keeps_them_on():
    assert Dropout(0.5).draws
    assert Dropout(0.5).sampled


def test_older_keras():
    with pytest.warns(FutureWarning, match=r"Dropout\(rate=0.5\)"):
        assert Dropout(p=0.5).rate == 0.5
