"""A function of one's own that reads something else by now is another program; one that does not is not."""

from __future__ import annotations

import functools
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.layers import Dense, Lambda
from fallline.own.look import outline

X = np.ones((4, 2), np.float32)

FACTOR = 1.0
SETTINGS = {"factor": 1.0, "names": ["a"]}
WEIGHTS = np.ones(3)
PLACE = types.SimpleNamespace(factor=1.0)


def direct(x):
    return FACTOR * x


def through_another(x):
    return direct(x)


def within(x):
    return [FACTOR * item for item in x]


def settings(x):
    return SETTINGS["factor"] * x


def array(x):
    return WEIGHTS * x


def with_default(x, factor=FACTOR):
    return factor * x


class Physics:
    def __init__(self):
        self.weight = 1.0

    def loss(self, x):
        return self.weight * x

    def __call__(self, x):
        return self.weight * x


PHYSICS = Physics()


def of(*functions):
    return outline(jax.tree.structure([fl.activations.get(function) for function in functions]))


@pytest.mark.parametrize(
    ("function", "change"),
    [
        (direct, lambda patch: patch.setitem(globals(), "FACTOR", 2.0)),
        (direct, lambda patch: patch.setitem(globals(), "FACTOR", 1)),
        (through_another, lambda patch: patch.setitem(globals(), "FACTOR", 2.0)),
        (within, lambda patch: patch.setitem(globals(), "FACTOR", 2.0)),
        (functools.partial(direct), lambda patch: patch.setitem(globals(), "FACTOR", 2.0)),
        (settings, lambda patch: patch.setitem(SETTINGS, "factor", 2.0)),
        (settings, lambda patch: patch.setitem(SETTINGS, "names", ["b"])),
        (array, lambda patch: patch.setitem(globals(), "WEIGHTS", np.ones(3) * 2)),
        (with_default, lambda patch: patch.setattr(with_default, "__defaults__", (2.0,))),
        (PHYSICS.loss, lambda patch: patch.setattr(PHYSICS, "weight", 2.0)),
        (PHYSICS, lambda patch: patch.setattr(PHYSICS, "weight", 2.0)),
    ],
)
def test_what_a_function_reads_counts(function, change, monkeypatch):
    before = of(function)
    assert of(function) == before
    assert hash(before) == hash(of(function))
    change(monkeypatch)
    assert of(function) != before


def test_a_cell_of_a_closure_counts():
    factor = 1.0

    def scaled(x):
        return factor * x

    before = of(scaled)
    factor = 2.0
    assert of(scaled) != before


def test_what_is_fallline_s_own_reads_nothing():
    model = fl.Sequential([fl.Input((2,)), Dense(3, "relu", kernel_regularizer="l2")])
    assert "Own(" not in str(jax.tree.structure(model.network))


def test_functions_that_refer_to_themselves_end():
    def countdown(x, n=3):
        return x if n == 0 else countdown(x, n - 1)

    assert of(countdown) == of(countdown)


def test_a_changed_global_trains_as_it_says(monkeypatch):
    def loss():
        model = fl.Sequential([fl.Input((2,)), Dense(1, kernel_initializer="ones")], seed=0)
        model.compile("sgd", lambda y_true, y_pred: direct(y_pred)[:, 0])
        return model.fit(X, np.ones((4, 1)), verbose=0).history["loss"][0]

    assert loss() == pytest.approx(2)
    monkeypatch.setitem(globals(), "FACTOR", 10.0)
    assert loss() == pytest.approx(20)


def test_the_same_function_in_another_model_compiles_nothing():
    def predicted():
        return fl.Sequential([fl.Input((2,)), Lambda(direct)]).predict(X)

    predicted()
    before = len(fl.compilation_report().programs)
    np.testing.assert_array_equal(predicted(), X)
    assert len(fl.compilation_report().programs) == before


def test_a_layer_of_ones_own_reads_a_changed_global(monkeypatch):
    @fl.tree
    class Scaled(fl.layers.Layer):
        def apply(self, params, state, x, *, key, training):
            return direct(x), state

    model = fl.Sequential([fl.Input((2,)), Scaled()])
    np.testing.assert_array_equal(model.predict(X), X)
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    np.testing.assert_array_equal(model.predict(X), 3 * X)


def test_a_bound_method_of_a_changed_object_trains_as_it_says(monkeypatch):
    class Fit:
        weight = 1.0

        def loss(self, params, batch):
            return self.weight * jnp.sum((batch.x - params) ** 2, axis=1)

    fit = Fit()

    def first_loss():
        trained = fl.train(lambda key: jnp.zeros(2), fit.loss, X, seed=0, verbose=0)
        return trained.history.history["loss"][0]

    assert first_loss() == pytest.approx(2)
    fit.weight = 5.0
    assert first_loss() == pytest.approx(10)


class Reads(fl.losses.Huber):
    factor = 1.0

    def call(self, y_true, y_pred):
        return FACTOR * self.factor * super().call(y_true, y_pred)


class Inherits(Reads):
    pass


def evaluated(loss):
    model = fl.Sequential([fl.Input((2,)), Dense(1, kernel_initializer="ones")], seed=0)
    model.compile("sgd", loss)
    return model.evaluate(X, np.zeros((4, 1)))


@pytest.mark.parametrize("kind", [Reads, Inherits])
def test_what_inherited_methods_read_counts(kind, monkeypatch):
    first = evaluated(kind())
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert evaluated(kind()) == pytest.approx(3 * first)
    monkeypatch.setattr(Reads, "factor", 2.0)
    assert evaluated(kind()) == pytest.approx(6 * first)


class Settings:
    factor = 1.0


@pytest.mark.parametrize("settings", [Settings(), types.SimpleNamespace(factor=1.0)])
def test_what_a_derived_class_keeps_counts(settings):
    class Penalty(fl.regularizers.L2):
        def __init__(self, settings):
            super().__init__(0.1)
            self.settings = settings

        def __call__(self, w):
            return self.settings.factor * super().__call__(w)

    def penalised():
        dense = Dense(1, kernel_initializer="ones", kernel_regularizer=Penalty(settings))
        model = fl.Sequential([fl.Input((2,)), dense], seed=0)
        model.compile("sgd", "mse")
        return model.evaluate(X, np.full((4, 1), 2.0))

    assert penalised() == pytest.approx(0.2)
    settings.factor = 10.0
    assert penalised() == pytest.approx(2.0)


def test_functions_in_layers_within_layers_count(monkeypatch):
    class Outer(fl.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = [Dense(1, activation=direct, kernel_initializer="ones")]

        def call(self, x):
            return self.inner[0](x)

    class Derived(Dense):
        def call(self, x):
            return super().call(x)

    models = [
        fl.Sequential([fl.Input((2,)), layer])
        for layer in (Outer(), Derived(1, activation=direct, kernel_initializer="ones"))
    ]
    for model in models:
        np.testing.assert_array_equal(model.predict(X), np.full((4, 1), 2.0))
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    for model in models:
        np.testing.assert_array_equal(model.predict(X), np.full((4, 1), 10.0))


def test_transformations_of_optax_are_the_same_by_the_numbers_closed_in_them():
    optax = pytest.importorskip("optax")

    def structure(transformation):
        return jax.tree.structure(fl.optimizers.get(transformation))

    assert structure(optax.adam(0.01)) == structure(optax.adam(0.01))
    assert structure(optax.adam(0.01)) != structure(optax.adam(0.02))
    assert structure(optax.adam(0.01)) != structure(optax.adamax(0.01))
