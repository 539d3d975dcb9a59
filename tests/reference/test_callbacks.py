"""Hooks and early stopping against Keras."""

from __future__ import annotations

import itertools
import math
import random

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.engine import EarlyStopping, Variables

X = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
Y = X.sum(1)
HOOKS = ("train_begin", "train_end", "epoch_begin", "epoch_end", "train_batch_begin", "train_batch_end")


def recorder(base):
    """A callback of either library that writes down each hook with its arguments."""
    calls = []

    def hook(name):
        def called(self, *arguments, logs=None):
            *place, given = (*arguments, logs)[: 1 if name in HOOKS[:2] else 2]
            calls.append((name, *place, {key: float(value) for key, value in sorted((given or {}).items())}))

        return called

    return type("Recorder", (base,), {f"on_{name}": hook(name) for name in HOOKS})(), calls


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"validation_data": (X, Y), "validation_freq": 2, "epochs": 4},
        {"initial_epoch": 1, "validation_split": 0.25},
    ],
    ids=["plain", "every second epoch", "split"],
)
def test_the_same_hooks_with_the_same_values(keras, arguments):
    ours = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    theirs.set_weights(ours.get_weights())
    ours.compile(fl.optimizers.SGD(0.05), "mse")
    theirs.compile(keras.optimizers.SGD(0.05), "mse")
    our_callback, our_calls = recorder(fl.callbacks.Callback)
    their_callback, their_calls = recorder(keras.callbacks.Callback)
    common = {"batch_size": 32, "epochs": 3, "verbose": 0, "shuffle": False} | arguments
    history = ours.fit(X, Y, callbacks=[our_callback], **common)
    their_history = theirs.fit(X, Y, callbacks=[their_callback], **common)
    assert [call[:-1] for call in our_calls] == [call[:-1] for call in their_calls]
    for our_call, their_call in zip(our_calls, their_calls, strict=True):
        assert our_call[-1] == pytest.approx(their_call[-1], rel=1e-4, abs=1e-6), our_call[:-1]
    assert history.epoch == their_history.epoch
    assert sorted(history.history) == sorted(their_history.history)
    for name, values in their_history.history.items():
        assert history.history[name] == pytest.approx(values, rel=1e-4, abs=1e-6)


class FakeModel:
    """What Keras's EarlyStopping asks of a model: weights, here the number of the epoch."""

    def __init__(self):
        self.stop_training = False
        self.weights = -1

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def as_keras(keras, values, arguments):
    stopping = keras.callbacks.EarlyStopping("val_loss", **arguments)
    model = FakeModel()
    stopping.set_model(model)
    stopping.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = epoch
        stopping.on_epoch_end(epoch, {"val_loss": value})
        if model.stop_training:
            break
    stopping.on_train_end()
    return epoch, model.stop_training, model.weights


def as_fallline(values, arguments):
    rule = EarlyStopping("val_loss", **arguments)
    variables = Variables({"epoch": jnp.asarray(-1.0)}, {})
    state, stop = rule.init(variables), False
    for epoch, value in enumerate(values):
        variables = Variables({"epoch": jnp.asarray(float(epoch))}, {})
        results = {"val_loss": jnp.asarray(value, jnp.float32)}
        state, stop = rule.observe(state, jnp.asarray(epoch), results, jnp.asarray(True), variables)
        if stop:
            break
    return epoch, bool(stop), int(rule.finish(state, variables).params["epoch"])


TABLE = [
    {
        "patience": p,
        "min_delta": d,
        "mode": m,
        "baseline": b,
        "start_from_epoch": s,
        "restore_best_weights": r,
    }
    for p, d, m, b, s, r in itertools.product(
        (0, 1, 3), (0.0, 0.25), ("min", "max"), (None, 0.5), (0, 2), (False, True)
    )
]


@pytest.mark.parametrize("arguments", TABLE, ids=lambda arguments: ",".join(map(str, arguments.values())))
def test_early_stopping_stops_and_restores_as_keras(keras, arguments):
    """Eighths are exact in float32, so that ties with min_delta and baseline are true ties."""
    draw = random.Random(str(arguments))
    for kind in range(4):
        values = [draw.randrange(-4, 12) / 8 for _ in range(9)]
        if kind == 1:
            values = sorted(values, reverse=arguments["mode"] == "min")
        if kind == 2:
            values[draw.randrange(3, 9)] = math.nan
        if kind == 3:
            values[draw.randrange(3, 9)] = math.inf
        assert as_fallline(values, arguments) == as_keras(keras, values, arguments), values


@pytest.mark.parametrize("values", [[1.0], [1.0] * 9, [1.0, *[math.nan] * 8], [1.0, *[math.inf] * 8]])
@pytest.mark.parametrize("restore", [False, True])
def test_values_that_never_improve(keras, values, restore):
    arguments = {"patience": 2, "mode": "min", "restore_best_weights": restore}
    assert as_fallline(values, arguments) == as_keras(keras, values, arguments)
