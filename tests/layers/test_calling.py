"""What an eager call of a layer costs: nothing is traced after its build."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fallline as fl
from fallline import layers, ops
from fallline.errors import ShapeError
from fallline.layers import Dense, Layer

X = np.ones((4, 3), np.float32)


class Written(Layer):
    def __init__(self):
        super().__init__()
        self.inner, self.calls = Dense(3, "tanh"), Counter()

    def call(self, x):
        self.calls.made += 1
        return self.inner(x) + 1


class Counter:
    made = 0


@fl.tree
class Own(Layer):
    def apply(self, params, state, x, *, key, training):
        return 2 * x, state


@pytest.fixture
def traces(monkeypatch):
    made = []
    original = jax.eval_shape
    monkeypatch.setattr(jax, "eval_shape", lambda *args: made.append(args) or original(*args))
    return made


@pytest.mark.parametrize(
    "make",
    [
        lambda: Dense(2),
        lambda: Dense(2, activation=lambda x: ops.sin(x)),
        lambda: layers.BatchNormalization(),
        lambda: layers.Lambda(lambda x: 2 * x),
        lambda: layers.Flatten(),
        Own,
        Written,
    ],
    ids=["dense", "own activation", "normalization", "lambda", "flatten", "own", "written"],
)
def test_a_built_layer_is_not_traced(make, traces):
    layer = make()
    layer(X)
    del traces[:]
    layer(X)
    layer(X[:2], training=True)
    assert traces == []


def test_a_call_runs_the_user_s_call_once():
    layer = Written()
    layer(X)
    before = layer.calls.made
    layer(X)
    assert layer.calls.made == before + 1


def test_a_layer_that_a_model_has_built_is_traced_once(traces):
    layer = Dense(2)
    model = fl.Sequential([fl.Input((3,)), layer])
    model.predict(X)
    layer(X)
    del traces[:]
    layer(X)
    assert traces == []


def test_other_rows_are_still_refused():
    layer = Dense(2)
    layer(X)
    layer(X)
    with pytest.raises(ShapeError, match="was built with an array of shape"):
        layer(np.ones((4, 5)))
    layer(X)
