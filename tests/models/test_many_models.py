"""Models made in a loop give back what they took: their closures, their arrays and their programs."""

from __future__ import annotations

import gc
import weakref

import jax
import jax.numpy as jnp
import numpy as np

import fallline as fl
from fallline.compilation import program as compilation
from fallline.compilation.program import forget_programs
from fallline.engine import Program, used_by

X = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
Y = X.sum(1)


def of(number):
    """A model with functions that read a number of their own: loss, metric and activation, each a program of its own."""

    def loss(y_true, y_pred):
        return jnp.mean(number * (y_true - y_pred) ** 2, axis=-1)

    def metric(y_true, y_pred):
        return jnp.mean(jnp.abs(y_true - y_pred) / number, axis=-1)

    def activation(x):
        return x * number

    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1, activation=activation)], seed=0)
    model.compile("sgd", loss, metrics=[metric])
    return model, [weakref.ref(model), *map(weakref.ref, (loss, metric, activation))]


def kept():
    return len(compilation._CACHE.programs)


def test_models_of_a_loop_are_freed_with_all_that_they_made(monkeypatch):
    monkeypatch.setattr(compilation, "UNUSED", 6)
    forget_programs()
    gc.collect()
    refs, arrays = [], []
    for number in range(1, 5):
        model, made = of(float(number))
        model.fit(X, Y, batch_size=4, verbose=0)
        model.predict(X)
        assert sum(program.users != set() for program in compilation._CACHE.programs.values()) >= 2
        refs += made
        del model, made
        gc.collect()
        arrays.append(len(jax.live_arrays()))
    assert [ref() for ref in refs] == [None] * len(refs)
    assert len(set(arrays[1:])) == 1, arrays
    program(0).compile(X)
    assert kept() == 6


def program(number):
    return Program(lambda x, number=number: x + number, "one of many")


def test_programs_of_living_models_stay_and_of_the_others_the_last(monkeypatch):
    class Client:
        pass

    monkeypatch.setattr(compilation, "UNUSED", 3)
    forget_programs()
    client, x = Client(), np.ones(2, np.float32)
    with used_by(client):
        used = program(0).compile(x)
    for number in range(1, 8):
        program(number).compile(x)
    assert kept() == 1 + 3
    assert program(0).compile(x) is used
    assert kept() == 1 + 3, "found, not made again"
    del client, used
    gc.collect()
    program(9).compile(x)
    assert kept() == 3


def test_clear_session_keeps_what_the_next_model_needs(monkeypatch):
    forget_programs()
    x = np.ones(2, np.float32)
    for number in range(20):
        program(number).compile(x)
    assert kept() == 20
    fl.utils.clear_session(free_memory=False)
    assert kept() == 16
    fl.backend.clear_session()
    assert kept() == 16
