"""Layers written as in Keras give what the same layers of Fallline give, and are as pure."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import layers, ops
from fallline.engine import Program
from fallline.errors import ShapeError, UsageError
from fallline.layers import Dense, Dropout, Layer

X = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Linear(Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], self.units), regularizer="l2", constraint="max_norm"
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        super().build(input_shape)
        self.built = True

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel) + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Total(Layer):
    def __init__(self, size):
        super().__init__()
        self.total = self.add_weight(shape=(size,), initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        if training:
            self.total.assign_add(ops.sum(inputs, axis=0))
        return inputs


class Block(Layer):
    def __init__(self, rate=0.0, **kwargs):
        super().__init__(**kwargs)
        self.first = Dense(4, "tanh", kernel_regularizer="l2", kernel_constraint="non_neg")
        self.rest = [layers.BatchNormalization(), Dropout(rate), Linear(2)]

    def call(self, x, training=None):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x)
        return x


def trained(*parts, **arguments):
    model = fl.Sequential([fl.Input((6,)), *parts], seed=0)
    model.compile(fl.optimizers.SGD(0.05, momentum=0.5), "mse")
    model.fit(X, Y, epochs=3, seed=1, verbose=0, **arguments)
    return model


def test_it_trains_as_the_layer_of_the_same_equation():
    ours = trained(Linear(3, name="a"), Dense(1, name="b"))
    theirs = trained(
        Dense(3, name="a", kernel_regularizer="l2", kernel_constraint="max_norm"), Dense(1, name="b")
    )
    assert ours.history.history == theirs.history.history
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_alone():
    layer = Linear(3)
    assert not layer.built
    with pytest.raises(AttributeError, match="not built yet"):
        _ = layer.kernel
    np.testing.assert_allclose(layer(X), X @ layer.kernel + layer.bias, rtol=1e-5)
    assert [weight.shape for weight in layer.weights] == [(6, 3), (3,)]
    assert layer.compute_output_shape((None, 6)) == (None, 3)
    layer.set_weights([np.ones((6, 3)), np.ones(3)])
    np.testing.assert_allclose(layer(X)[:, 0], X.sum(1) + 1, rtol=1e-4, atol=1e-5)
    layer.units = 7  # its own numbers are its own business
    other = Linear(2)
    other.build((None, 6))
    assert other.count_params() == 14


def test_a_variable_moves_in_training_and_stays_at_inference():
    layer = Total(6)
    layer(X)
    np.testing.assert_array_equal(layer.total, np.zeros(6))
    layer(X[:10], training=True)
    layer(X[10:], training=True)
    np.testing.assert_allclose(layer.total, X.sum(0), rtol=1e-5, atol=1e-5)
    assert (layer.trainable_weights, len(layer.non_trainable_weights)) == ([], 1)
    model = trained(Total(6), Dense(1), batch_size=8)
    np.testing.assert_allclose(model.layers[0].total, 3 * X.sum(0), rtol=1e-4, atol=1e-4)


def test_layers_within_a_layer():
    model = trained(Block(), Dense(1))
    block = model.layers[0]
    assert [weight.shape for weight in block.weights] == [
        (6, 4), (4,), (4,), (4,), (4, 2), (2,), (4,), (4,)
    ]  # fmt: skip
    assert len(block.trainable_weights) == 6
    first = block.weights[0]
    assert float(first.min()) >= 0, "the constraint of a layer within"
    x = np.tanh(X @ first + block.weights[1])
    gamma, beta, kernel, bias, mean, variance = block.weights[2:]
    x = (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    out = model.layers[1]
    np.testing.assert_allclose(
        model.predict(X), (x @ kernel + bias) @ out.kernel + out.bias, rtol=1e-3, atol=1e-4
    )
    penalties = model.objective().network.penalties(model.run_variables.params)
    assert float(sum(penalties)) == pytest.approx(
        0.01 * float((first**2).sum() + (kernel**2).sum()), rel=1e-5
    )


def test_a_random_layer_within_is_on_in_training_alone():
    block = Block(0.5)
    np.testing.assert_array_equal(block(X), block(X))
    assert not np.array_equal(block(X, training=True), block(X, training=True))
    assert fl.Sequential([fl.Input((6,)), block]).network.layers[0].draws


def test_a_frozen_layer_within_is_not_trained():
    class Frozen(Layer):
        def __init__(self):
            super().__init__()
            self.fixed = Dense(4, trainable=False)

        def call(self, x):
            return self.fixed(x)

    layer = Frozen()
    model = fl.Sequential([fl.Input((6,)), layer, Dense(1)], seed=0)
    model.compile("adam", "mse")
    before = [np.asarray(weight) for weight in layer.weights]
    model.fit(X, Y, epochs=2, verbose=0)
    for one, other in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (0, 2)


def test_several_inputs():
    class Weighted(Layer):
        def build(self, input_shape):
            assert [tuple(shape) for shape in input_shape] == [(None, 6), (None, 6)]
            self.share = self.add_weight(initializer="ones")

        def call(self, inputs):
            first, second = inputs
            return self.share * first - second

    layer = Weighted()
    np.testing.assert_allclose(layer([X, 2 * X]), -X, rtol=1e-6)
    a, b = fl.Input((6,)), fl.Input((6,))
    model = fl.Model([a, b], Weighted()([a, b]))
    np.testing.assert_allclose(model.predict([X, 2 * X]), -X, rtol=1e-6)


def test_shared_and_cloned(tmp_path):
    shared = Linear(6)
    a = fl.Input((6,))
    model = fl.Model(a, Dense(1)(shared(shared(a))))
    assert model.count_params() == 42 + 7
    twin = fl.models.clone_model(model)
    assert twin.count_params() == model.count_params()
    assert not np.array_equal(twin.get_weights()[0], model.get_weights()[0])
    model.save(tmp_path / "m")
    loaded = fl.load_model(tmp_path / "m", custom_objects={"Linear": Linear})
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_its_functions_are_pure():
    layer = Block(0.5)
    params, state = layer.init(jax.random.key(0), (6,))
    compiled = Program(lambda p, s, x: layer.apply(p, s, x, key=jax.random.key(1), training=True), "block")
    once = compiled(params, state, X)
    again = layer.apply(params, state, jnp.asarray(X), key=jax.random.key(1), training=True)
    for one, other in zip(jax.tree.leaves(once), jax.tree.leaves(again), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_mistakes():
    class Reduces(Layer):
        def call(self, x):
            return ops.sum(x, axis=0)

    with pytest.raises(ShapeError, match=r"call gave \(6,\) for .* rows; the first axis is the batch"):
        Reduces()(X)

    class Penalised(Layer):
        def __init__(self):
            super().__init__()
            self.inner = Dense(2, activity_regularizer="l2")

        def call(self, x):
            return self.inner(x)

    with pytest.raises(UsageError, match="inner, has an activity_regularizer, which is not counted there"):
        Penalised()(X)
    with pytest.raises(UsageError, match="add_weight: shape must hold positive whole numbers"):
        Linear(-3)(X)

    class Wrong(Layer):
        def call(self, x):
            return ops.matmul(x, np.ones((7, 2), np.float32))

    with pytest.raises(UsageError, match=r"Wrong: its call fails on rows of shape \(6,\): "):
        fl.Sequential([fl.Input((6,)), Wrong()])
