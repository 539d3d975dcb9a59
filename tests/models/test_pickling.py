"""Models as pickles and deep copies: scikit-learn's tools, joblib and worker processes take them so."""

from __future__ import annotations

import copy
import pickle  # noqa: TID251 - not our format, but what the tools of others do with objects

import numpy as np
import pytest

import fallline as fl
from fallline.layers import BatchNormalization, Dense, Dropout, Layer

X = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Block(Layer):
    def __init__(self):
        super().__init__()
        self.inner = [Dense(4, "tanh"), BatchNormalization()]

    def call(self, x):
        for layer in self.inner:
            x = layer(x)
        return x


class Written(fl.Model):
    def __init__(self):
        super().__init__(seed=0)
        self.block = Block()
        self.out = Dense(1)

    def call(self, x):
        return self.out(self.block(x))


def functional():
    inputs = fl.Input((6,))
    return fl.Model(inputs, Dense(1)(Dense(4, "relu")(inputs)), seed=0)


KINDS = {
    "sequential": lambda: fl.Sequential([fl.Input((6,)), Dense(4), Dropout(0.2), Dense(1)], seed=0),
    "without its shape": lambda: fl.Sequential([Dense(4), Dense(1)], seed=0),
    "functional": functional,
    "written": Written,
}
WAYS = {"pickle": lambda model: pickle.loads(pickle.dumps(model)), "deepcopy": copy.deepcopy}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_copy_predicts_and_goes_on_like_the_model(kind, way):
    model = kind()
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0)
    twin = way(model)
    np.testing.assert_array_equal(twin.predict(X), model.predict(X))
    histories = [each.fit(X, Y, epochs=2, verbose=0).history for each in (model, twin)]
    assert histories[0] == histories[1]
    twin.set_weights([np.zeros_like(weight) for weight in twin.get_weights()])
    assert model.predict(X).any()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_layers_of_a_copy_belong_to_it(way):
    model = Written()
    model.build((None, 6))
    twin = way(model)
    # Neither has arrays yet: each draws its own, from the same seed.
    np.testing.assert_array_equal(twin.block.inner[0].kernel, model.block.inner[0].kernel)
    twin.block.inner[0].set_weights([np.zeros((6, 4)), np.zeros(4)])
    assert not np.asarray(twin.get_weights()[0]).any()
    assert np.asarray(model.get_weights()[0]).any()


def test_a_shallow_copy_of_a_layer_takes_nothing_from_it():
    block = Block()
    block(X)
    copy.copy(block)
    assert block.inner[0].kernel.shape == (6, 4)
    block.inner[0].set_weights([np.zeros((6, 4)), np.zeros(4)])
    assert not np.asarray(block.weights[0]).any()


class Firm(Dense):
    def __init__(self, units, **options):
        super().__init__(units, activation="relu", **options)


def test_a_class_derived_from_a_layer():
    model = fl.Sequential([fl.Input((6,)), Firm(4), Dense(1)], seed=0)
    for way in WAYS.values():
        np.testing.assert_array_equal(way(model).predict(X), model.predict(X))
