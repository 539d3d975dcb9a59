"""Classes of a user's own that are made without arguments are saved without a `get_config`."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError
from fallline.layers import Dense

X = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
Y = X[:, :1] ** 2


class Halved(fl.constraints.Constraint):
    def __call__(self, w):
        return w / 2


class Sum(fl.regularizers.Regularizer):
    def __init__(self):
        self.factor = 0.5

    def __call__(self, x):
        return self.factor * jnp.sum(x)


class Ones(fl.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return jnp.ones(shape, dtype)


class Twice:
    def __call__(self, x):
        return 2 * x


class Scaled(fl.regularizers.Regularizer):
    def __init__(self, factor=0.5):
        self.factor = factor

    def __call__(self, x):
        return self.factor * jnp.sum(x)


class Inner(fl.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = Dense(1)

    def call(self, x):
        return self.dense(x)


OWN = {kind.__name__: kind for kind in (Halved, Sum, Ones, Twice, Inner)}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Dense(1, kernel_constraint=Halved()),
        lambda: Dense(1, kernel_regularizer=Sum()),
        lambda: Dense(1, kernel_initializer=Ones()),
        lambda: Dense(1, activation=Twice()),
        lambda: Inner(),
    ],
    ids=["constraint", "regularizer", "initializer", "activation", "layer"],
)
def test_it_is_saved_and_read(make, tmp_path):
    model = fl.Sequential([fl.Input((4,)), make()])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m")
    again = fl.load_model(tmp_path / "m", custom_objects=OWN)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.evaluate(X, Y) == model.evaluate(X, Y)
    again.fit(X, Y, verbose=0)
    assert not np.array_equal(again.predict(X), model.predict(X))


def test_what_every_layer_has_is_kept():
    model = fl.Sequential([fl.Input((4,)), Inner()])
    layer = model.layers[0]
    layer.trainable = False
    copy = Inner.from_config(layer.get_config())
    assert (copy.name, copy.trainable) == (layer.name, False)
    assert copy(X).shape == (20, 1)


def test_a_default_that_may_have_been_changed_has_to_be_told(tmp_path):
    model = fl.Sequential([fl.Input((4,)), Dense(1, kernel_regularizer=Scaled())])
    with pytest.raises(UsageError, match="cannot save Scaled: give it a get_config"):
        model.save(tmp_path / "m")
