"""Layers that outlive their model, or the layer that they are in: they have the arrays, and keep nothing else alive."""

import gc
import weakref

import numpy as np
import pytest

import fallline as fl
from fallline.layers import Dense, Layer

X = np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32)
Y = X.sum(axis=1)


class Block(Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.dense = Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


class Outer(Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.block = Block()

    def call(self, inputs):
        return self.block(inputs)


PLACES = {
    "a layer of a model": (lambda: Dense(3), lambda layer: layer),
    "a layer within a layer": (Block, lambda block: block.dense),
    "a layer within a layer within a layer": (Outer, lambda outer: outer.block.dense),
}


def model_with(layer):
    model = fl.Sequential([fl.Input((4,)), layer, Dense(1)], seed=3)
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("trained", [True, False], ids=["trained", "never drawn"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_the_arrays_are_those_that_the_model_had(place, trained):
    make, inner = place
    found = []
    for outlives in (False, True):
        top = make()
        model = model_with(top)
        layer = inner(top)
        if trained:
            model.fit(X, Y, epochs=1, verbose=0, seed=0)
        if outlives:
            model_gone, top_gone = weakref.ref(model), weakref.ref(top)
            del model, top
            gc.collect()
            assert model_gone() is None, "the layer keeps its model alive"
        found.append(layer.get_weights())
        assert layer.built
        if outlives and inner is not PLACES["a layer of a model"][1]:
            # What draws the arrays is needed no more.
            gc.collect()
            assert top_gone() is None, "the layer keeps the one alive that it is in"
    assert [array.shape for array in found[1]] == [(4, 3), (3,)]
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_layer_that_outlived_its_model_is_used_again():
    layer = Block()
    model_with(layer).fit(X, Y, epochs=1, verbose=0)
    inner, outputs = layer.dense, np.asarray(layer(X))
    del layer
    gc.collect()
    np.testing.assert_allclose(np.asarray(inner(X)), outputs, rtol=1e-6)
    inner.set_weights([np.zeros((4, 3)), np.ones(3)])
    np.testing.assert_array_equal(inner(X), np.ones((16, 3)))
    model = fl.Sequential([fl.Input((4,)), inner])
    np.testing.assert_array_equal(model.predict(X), np.ones((16, 3)))


def test_the_arrays_of_the_others_are_freed():
    class Two(Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = Dense(3), Dense(2)

        def call(self, inputs):
            return self.second(self.first(inputs))

    two = Two()
    model = model_with(two)
    model.fit(X, Y, epochs=1, verbose=0)
    first, other = two.first, weakref.ref(two.second.kernel)
    del two, model
    gc.collect()
    assert len(first.get_weights()) == 2
    gc.collect()
    assert other() is None
