"""Monte-Carlo prediction: the ensemble of thinned networks against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import ShapeError, UsageError
from fallline.layers.noise import GaussianNoise

RNG = np.random.default_rng(2016)
X = RNG.normal(size=(7, 6)).astype(np.float32)
RATE = 0.3
SAMPLES = 1500


@pytest.fixture(scope="module")
def linear():
    """Dropout and a dense layer, its weights, and many samples."""
    model = fl.Sequential([fl.Input((6,)), fl.layers.Dropout(RATE), fl.layers.Dense(2)], seed=4)
    return model, model.get_weights()[0], model.sample(X, SAMPLES)


def test_one_sample_a_row_and_unit(linear):
    model, _, samples = linear
    assert samples.shape == (SAMPLES, 7, 2)
    assert isinstance(samples, np.ndarray)
    assert samples.dtype == np.float32
    assert model.sample(X, samples=3).shape == (3, 7, 2)
    assert model.sample(X[:1], 1).shape == (1, 1, 2)


def test_mean_and_spread_are_the_closed_forms(linear):
    """With y = sum w_i x_i m_i / (1 - r): E[y] = x @ w, Var[y] = r / (1 - r) sum (w_i x_i)^2."""
    model, kernel, samples = linear
    spread = np.sqrt(RATE / (1 - RATE) * ((X[:, :, None] * kernel) ** 2).sum(axis=1))
    error = 5 * spread / np.sqrt(SAMPLES)
    assert (np.abs(samples.mean(axis=0) - X @ kernel) < error).all()
    assert (np.abs(samples.mean(axis=0) - model.predict(X)) < error).all()
    np.testing.assert_allclose(samples.std(axis=0), spread, rtol=0.12)


def test_rows_are_thinned_independently(linear):
    model, kernel, _ = linear
    same = model.sample(np.repeat(X[:1], 50, axis=0), 200)[..., 0]
    away = same - X[:1] @ kernel[:, :1]
    correlation = np.corrcoef(away.T)
    assert np.abs(correlation[~np.eye(50, dtype=bool)]).mean() < 0.1


def test_each_value_is_the_output_of_one_thinned_network():
    kernel = np.array([[1.0], [10.0], [100.0]], np.float32)
    model = fl.Sequential(
        [
            fl.Input((3,)),
            fl.layers.Dropout(0.5),
            fl.layers.Dense(1, kernel_initializer=fl.initializers.Constant(kernel)),
        ]
    )
    values = np.unique(model.sample(np.ones((1, 3)), 200))
    expected = [2.0 * (a + 10 * b + 100 * c) for c in (0, 1) for b in (0, 1) for a in (0, 1)]
    np.testing.assert_allclose(values, expected)


def test_seeds_repeat_and_differ(linear):
    model, _, samples = linear
    np.testing.assert_array_equal(model.sample(X, 5), samples[:5])
    np.testing.assert_array_equal(model.sample(X, 5, seed=1), model.sample(X, 5, seed=1))
    assert np.abs(model.sample(X, 5, seed=1) - samples[:5]).max() > 0.01


def test_batch_normalization_stays_at_inference():
    layers = [fl.Input((6,)), fl.layers.BatchNormalization(), fl.layers.Dropout(0.5), fl.layers.Dense(2)]
    model = fl.Sequential(layers, seed=4)
    model.compile("sgd", "mse")
    model.fit(X * 5 + 3, X[:, :2], epochs=3, verbose=0)
    kept = model.get_weights()
    many = model.sample(X, 1000)
    for one, other in zip(kept, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    # With the statistics of the batch a row alone would be normalised to 0.
    np.testing.assert_allclose(many.mean(axis=0), model.predict(X), atol=0.15 * many.std())
    np.testing.assert_allclose(
        model.sample(X[:1], 1000).mean(axis=0), model.predict(X[:1]), atol=0.15 * many.std()
    )


def test_predict_stays_without_dropout_and_a_compiled_model_samples_its_probabilities():
    layers = [
        fl.Input((6,)),
        fl.layers.Dense(8, "relu"),
        fl.layers.Dropout(0.5),
        fl.layers.Dense(3, "softmax"),
    ]
    model = fl.Sequential(layers, seed=4)
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.predict(X)
    samples = model.sample(X, 20)
    np.testing.assert_allclose(samples.sum(axis=-1), 1, atol=1e-5)
    assert samples.std(axis=0).max() > 0.01
    np.testing.assert_array_equal(model.predict(X), before)


def test_noise_layers_are_at_work_too():
    model = fl.Sequential([fl.Input((6,)), GaussianNoise(0.5)])
    samples = model.sample(X, 1000)
    np.testing.assert_allclose(samples.std(axis=0), 0.5, rtol=0.1)
    np.testing.assert_allclose(samples.mean(axis=0), X, atol=5 * 0.5 / np.sqrt(1000))


def test_several_outputs_come_packed_like_predictions():
    x = fl.Input((6,))
    thin = fl.layers.Dropout(0.5)(x)
    model = fl.Model(x, {"one": fl.layers.Dense(1)(thin), "two": fl.layers.Dense(2)(thin)})
    samples = model.sample(X, 4)
    assert {name: array.shape for name, array in samples.items()} == {"one": (4, 7, 1), "two": (4, 7, 2)}


def test_a_network_without_randomness_is_refused():
    model = fl.Sequential([fl.Input((6,)), fl.layers.Dense(2)])
    with pytest.raises(UsageError, match="no layer of model .* is random at prediction"):
        model.sample(X)


def test_wrong_arguments_are_refused(linear):
    model = linear[0]
    with pytest.raises(UsageError, match="samples"):
        model.sample(X, 0)
    with pytest.raises(ShapeError, match="rows of shape"):
        model.sample(X[:, :2])
