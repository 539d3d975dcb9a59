"""What a layer written as in Keras is made of is a tree, and a pass through it leaves nothing on it."""

from __future__ import annotations

import copy
import gc
import pickle  # noqa: TID251 - the module under test
import weakref

import jax
import numpy as np
import pytest

import fallline as fl
from fallline import layers, ops
from fallline.engine import Numbers
from fallline.layers import Dense, Dropout, Layer

X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Block(Layer):
    """A layer with everything whose numbers can change: a rate within, a penalty on a weight of its own."""

    def __init__(self, rate=0.5, penalty=0.1, within=None):
        super().__init__()
        self.penalty = fl.regularizers.L2(penalty)
        self.inner = [Thinned(rate) if within is None else within]
        self.scale = self.add_weight(shape=(3,), initializer=fl.initializers.Constant(1.0))

    def build(self, input_shape):
        self.shift = self.add_weight(shape=(input_shape[-1],), initializer="zeros", regularizer=self.penalty)

    def call(self, x):
        self.seen = x.shape
        return self.inner[0](x) * self.scale + self.shift


class Thinned(Layer):
    def __init__(self, rate):
        super().__init__()
        self.thin = {"layer": Dropout(rate)}

    def call(self, x):
        return self.thin["layer"](x)


def model_of(*parts):
    model = fl.Sequential([fl.Input((3,)), *parts, Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(0.05), "mse")
    return model


def compiled():
    return len(fl.compilation_report().programs)


def test_numbers_within_are_leaves():
    first = model_of(Block(0.5)).fit(X, Y, epochs=2, verbose=0).history["loss"]
    before = compiled()
    model = model_of(Block(0.1))
    assert model.fit(X, Y, epochs=2, verbose=0).history["loss"] != first
    again = model_of(Block(0.5))
    assert again.fit(X, Y, epochs=2, verbose=0).history["loss"] == first
    assert compiled() == before
    stacked = Numbers.stack(
        [Numbers(one.objective(), fl.optimizers.SGD(0.1), seed=0) for one in (model, again)]
    )
    assert stacked.members == 2
    assert jax.tree.structure(model.objective()) == jax.tree.structure(again.objective())


def test_a_layer_within_may_be_exchanged():
    block = Block(within=Dropout(0.5))
    model = model_of(block)
    model.fit(X, Y, epochs=1, verbose=0)
    before = compiled()
    block.inner[0] = Dropout(0.0)
    losses = [model.evaluate(X, Y)]
    block.inner = [Dropout(0.2)]
    losses.append(model.evaluate(X, Y))
    assert losses[0] == losses[1], "no dropout at inference"
    assert compiled() == before + 1, "evaluate itself"
    block.inner = [layers.Rescaling(2.0)]
    kernel, bias = model.layers[1].get_weights()
    expected = (2 * X * np.asarray(block.scale) + np.asarray(block.shift)) @ kernel + bias
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-5)


def test_a_pass_leaves_nothing_on_the_layer():
    block = Block()
    model = model_of(block)
    model.build()
    kept = dict(vars(block))
    model.fit(X, Y, epochs=1, verbose=0)
    model.predict(X)
    block(X, training=True)
    assert list(vars(block)) == list(kept)
    assert all(vars(block)[name] is value for name, value in kept.items())
    assert not hasattr(block, "seen")
    own = [
        name for name in kept if name not in ("penalty", "inner", *(f for f in Layer.__dataclass_fields__))
    ]
    assert len(own) == 1, "one private thing beside the user's attributes"


def test_a_call_on_a_list_does_not_change_the_layer_in_a_model():
    class First(Layer):
        def call(self, inputs):
            return inputs[0] if isinstance(inputs, list) else inputs

    layer = First()
    model = model_of(layer)
    before = model.predict(X)
    np.testing.assert_array_equal(layer([2 * X, X]), 2 * X)
    np.testing.assert_array_equal(model.predict(X), before)
    inputs = fl.Input((3,))
    both = fl.Model(inputs, [layer(inputs), layer([inputs, inputs])])
    for outputs in both.predict(X):
        np.testing.assert_array_equal(outputs, X)


def test_arrays_are_freed_with_the_model():
    model = model_of(Block())
    model.fit(X, Y, epochs=1, verbose=0)
    block = model.layers[0]
    references = [weakref.ref(thing) for thing in (*block.weights, block, block.inner[0])]
    del model, block
    gc.collect()
    assert [reference() for reference in references] == [None] * 4


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_copies_have_arrays_of_their_own(copied):
    layer = Holds(Dense(3))
    outputs = layer(X)
    other = copied(layer)
    np.testing.assert_array_equal(other(X), outputs)
    other.inner.set_weights([np.zeros((3, 3)), np.zeros(3)])
    assert not np.any(other(X))
    np.testing.assert_array_equal(layer(X), outputs)


class Holds(Layer):
    def __init__(self, inner, times=1):
        super().__init__()
        self.inner, self.times = inner, [times]

    def call(self, x):
        return self.times[0] * self.inner(x)


def test_what_is_changed_later_counts():
    layer = Holds(Dense(2))
    model = model_of(layer)
    once = model.predict(X) - model.layers[1].get_weights()[1]
    layer.times = ()
    with pytest.raises(fl.errors.UsageError, match="index out of range"):
        layer(X)
    layer.times = [1]
    layer.times.append(0)
    np.testing.assert_array_equal(model.predict(X), once)
    layer.times[0] = 3
    np.testing.assert_allclose(model.predict(X), 3 * once, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer(X), 3 * (X @ layer.inner.kernel), rtol=1e-4, atol=1e-5)


def test_whether_it_draws_at_inference_may_change():
    class Always(Layer):
        def __init__(self):
            super().__init__()
            self.thin, self.on = Dropout(0.5), False

        def call(self, x):
            return self.thin(x, training=self.on)

    layer = Always()
    model = fl.Sequential([fl.Input((3,)), layer])
    np.testing.assert_array_equal(model.predict(X), X)
    layer.on = True
    assert not np.array_equal(model.predict(X), model.predict(X))
    assert not np.array_equal(layer(X), layer(X))
    layer.on = False
    np.testing.assert_array_equal(model.predict(X), X)
    np.testing.assert_array_equal(layer(X), X)


class Grows(Layer):
    def __init__(self, gain=1.0):
        super().__init__()
        self.gain, self.blocks, self.width = gain, [], None

    def build(self, input_shape):
        self.width = input_shape[-1]
        self.blocks.append(Dense(self.width))
        if self.width == 5:
            raise ValueError("five")

    def call(self, x):
        return self.blocks[0](x)


def test_what_build_made_is_taken_back_where_the_network_is_made_anew():
    layer = Grows()
    with pytest.raises(ValueError, match="five"):
        layer.build((None, 5))
    assert (layer.blocks, layer.width) == ([], None)
    model = fl.Sequential([layer])
    model.compile("sgd", "mse")
    with pytest.raises(fl.errors.FalllineError):
        model.fit(np.ones((4, 7)), np.ones((4, 2)), verbose=0)  # seven outputs, two targets
    assert (layer.blocks, layer.width) == ([], None)
    model.fit(X, X, verbose=0)
    assert layer.width == 3
    assert [block.kernel.shape for block in layer.blocks] == [(3, 3)]
    assert layer.get_config() == {"gain": 1.0}, "what build made is no argument"
    assert fl.models.clone_model(model).layers[0].width == 3


def test_a_weight_may_be_read_once_it_is_asked_for():
    class Reads(Layer):
        def __init__(self):
            super().__init__()
            self._hidden = self.add_weight(shape=(3,), initializer="ones")
            self.size = self._hidden.shape[0]

        def call(self, x):
            return x * self._hidden * self.size + ops.sum(self.weights[0])

    np.testing.assert_allclose(Reads()(X), 3 * X + 3, rtol=1e-6)
