"""LSUV: variances of 1 through deep networks, worked out by hand in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import DataError, NotReadyError, ShapeError, UsageError
from fallline.models.lsuv import lsuv

RNG = np.random.default_rng(2016)
X = RNG.normal(size=(300, 12)) * 3 + 1


def chain(*units, activation="relu", **options):
    layers = [fl.layers.Dense(width, activation, **options) for width in units]
    return fl.Sequential([fl.Input((12,)), *layers], seed=0)


def variances(model, x, activation):
    """Variance before the activation of each layer, in NumPy."""
    found = []
    for kernel, bias in zip(*[iter(model.get_weights())] * 2, strict=True):
        z = x @ kernel.astype(np.float64) + bias
        found.append(z.var())
        x = activation(z)
    return found


def relu(z):
    return np.maximum(z, 0)


@pytest.mark.references("models.lsuv")
def test_twenty_layers_end_with_variance_one_each():
    model = chain(*[30] * 20)
    before = variances(model, X, relu)
    report = lsuv(model, X, seed=3)
    after = variances(model, X, relu)
    assert not 0.1 < before[-1] < 10  # Glorot's rule lets the signal of a deep ReLU net fade
    np.testing.assert_allclose(after, 1, atol=0.1)
    np.testing.assert_allclose([item.after for item in report], after, rtol=1e-4)
    assert [item.layer for item in report] == ["dense", *(f"dense_{k}" for k in range(1, 20))]
    assert all(item.iterations == (abs(item.before - 1) >= 0.1) for item in report)


def test_kernels_are_orthonormal_ones_divided_by_one_number():
    model = chain(5, 30, activation="tanh")
    first, second = lsuv(model, X, seed=1)
    narrow, _, wide, _ = map(np.float64, model.get_weights())
    np.testing.assert_allclose(narrow.T @ narrow, np.eye(5) / first.before, atol=1e-5)
    np.testing.assert_allclose(wide @ wide.T, np.eye(5) / second.before, atol=1e-5)
    z = X @ (narrow * np.sqrt(first.before))
    assert first.before == pytest.approx(z.var(), rel=1e-4)


def test_variance_counts_over_rows_and_units_with_the_bias():
    model = chain(2, activation=None, bias_initializer=fl.initializers.Constant([5.0, -5.0]))
    (entry,) = lsuv(model, X, max_iterations=50, tolerance=0.1)
    # The biases alone have a variance of 25: no kernel reaches 1, and the limit ends the search.
    assert entry.iterations == 50
    assert entry.after > 20
    np.testing.assert_array_equal(model.get_weights()[1], [5, -5])


def test_a_variance_within_the_tolerance_stays():
    model = chain(4, activation=None)
    x = RNG.normal(size=(20000, 12))
    (entry,) = lsuv(model, x)
    assert entry.iterations == 0
    assert entry.before == entry.after == pytest.approx(1, abs=0.05)


def test_functional_models_with_joins_shared_and_frozen_layers():
    left, right = fl.Input((12,), name="left"), fl.Input((3,), name="right")
    shared = fl.layers.Dense(3, "relu", name="shared")
    frozen = fl.layers.Dense(3, name="frozen", trainable=False)
    inner = fl.layers.Dense(3, name="inner")(left)
    joined = frozen(shared(inner) + shared(right))
    model = fl.Model([left, right], fl.layers.Dense(2, "softmax", name="out")(joined))
    model._layer_arrays()
    kept = frozen.get_weights()
    r = RNG.normal(size=(300, 3))
    report = lsuv(model, {"left": X, "right": r}, seed=0)
    assert [item.layer for item in report] in (["inner", "shared", "out"], ["shared", "inner", "out"])
    for one, other in zip(kept, frozen.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    probe = fl.Model([left, right], joined)
    z = probe.predict([X, r]) @ model.get_layer("out").get_weights()[0]
    assert z.var() == pytest.approx(1, abs=0.1)


def test_dropout_is_off_and_moving_averages_stay():
    model = fl.Sequential(
        [
            fl.Input((12,)),
            fl.layers.Dense(16, "relu"),
            fl.layers.BatchNormalization(),
            fl.layers.Dropout(0.9),
            fl.layers.Dense(4),
        ],
        seed=0,
    )
    lsuv(model, X, seed=0)
    mean, variance = model.layers[1].get_weights()[2:]
    np.testing.assert_array_equal(mean, 0)
    np.testing.assert_array_equal(variance, 1)
    assert model.predict(X).var() == pytest.approx(1, abs=0.1)


def test_seeds_repeat():
    first, second, third = chain(6), chain(6), chain(6)
    lsuv(first, X, seed=5)
    lsuv(second, X, seed=5)
    lsuv(third, X, seed=6)
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])
    assert np.abs(first.get_weights()[0] - third.get_weights()[0]).max() > 0.01


def test_a_model_trains_on_from_there():
    model = chain(8, 1)
    lsuv(model, X, seed=0)
    model.compile("adam", "mse")
    y = np.abs(X[:, 0])  # the last layer ends with relu
    start = model.evaluate(X, y)
    model.fit(X, y, epochs=5, verbose=0)
    assert model.evaluate(X, y) < start


def test_what_it_cannot_do_is_refused():
    with pytest.raises(DataError, match='layer "dense" gives the same output for every row'):
        lsuv(chain(1), np.zeros((5, 12)))
    with pytest.raises(UsageError, match="no Dense layer"):
        lsuv(fl.Sequential([fl.Input((12,)), fl.layers.Flatten()]), X)
    with pytest.raises(UsageError, match="tolerance"):
        lsuv(chain(3), X, tolerance=0)
    with pytest.raises(UsageError, match="max_iterations"):
        lsuv(chain(3), X, max_iterations=-1)
    with pytest.raises(ShapeError, match="lsuv: .*rows of shape"):
        lsuv(chain(3), X[:, :5])
    with pytest.raises(NotReadyError, match="input shape"):
        lsuv(fl.Sequential([fl.layers.Dense(3)]), X)
