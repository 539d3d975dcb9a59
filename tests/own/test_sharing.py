"""Models of a loop that hold a user's own things share their programs, stack in a population, and are freed."""

from __future__ import annotations

import gc
import weakref
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.compilation.program import Program
from fallline.engine import Numbers
from fallline.layers import Dense, Lambda
from fallline.optimizers import SGD

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(6, 2)
Y = X.sum(axis=1, keepdims=True)


class Scaled(fl.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones")

    def call(self, inputs):
        return fl.ops.matmul(inputs, self.kernel)


class Missed(fl.metrics.Metric):
    def __init__(self, name="missed"):
        super().__init__(name=name)
        self.total = self.add_weight(name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(fl.ops.sum(fl.ops.abs(y_true - y_pred)))

    def result(self):
        return self.total


class Squared(fl.losses.Loss):
    def call(self, y_true, y_pred):
        return fl.ops.mean(fl.ops.square(y_true - y_pred), axis=-1)


class Shrink(fl.regularizers.Regularizer):
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, w):
        return self.factor * fl.ops.sum(fl.ops.square(w))


class Doubled(Dense):
    def call(self, inputs):
        return 2 * super().call(inputs)


class Chain(fl.Model):
    def __init__(self):
        super().__init__()
        self.hidden = Dense(3)
        self.out = Dense(1)

    def call(self, inputs):
        return self.out(self.hidden(inputs))


def chain(hidden, loss="mse", metrics=None):
    model = fl.Sequential([fl.Input((2,)), hidden, Dense(1)])
    model.compile("sgd", loss, metrics=metrics)
    return model


def subclassed():
    model = Chain()
    model.compile("sgd", "mse")
    model.build((None, 2))
    return model


BUILDERS = {
    "layer written as in Keras": lambda: chain(Scaled(3)),
    "metric written as in Keras": lambda: chain(Dense(3), metrics=[Missed()]),
    "loss written as in Keras": lambda: chain(Dense(3), Squared()),
    "regularizer written as in Keras": lambda: chain(Dense(3, kernel_regularizer=Shrink(0.1))),
    "lambda as activation": lambda: chain(Dense(3, activation=lambda x: 0.5 * x)),
    "lambda as loss": lambda: chain(Dense(3), lambda y_true, y_pred: (y_true - y_pred) ** 2),
    "lambda as layer": lambda: chain(Lambda(lambda x: 2 * x)),
    "derived class": lambda: chain(Doubled(3)),
    "model with call": subclassed,
}


def compiled():
    return len(fl.compilation_report().programs)


@pytest.mark.parametrize("name", BUILDERS)
def test_the_next_models_of_a_loop_compile_nothing_stack_and_are_freed(name):
    made, numbers, references = [], [], []
    for _ in range(3):
        before = compiled()
        model = BUILDERS[name]()
        model.fit(X, Y, epochs=1, verbose=0)
        made.append(compiled() - before)
        numbers.append(Numbers(model.objective(), SGD(0.1), seed=0))
        references += [weakref.ref(thing) for thing in (*model.weights, *model.layers)]
        del model
    assert made[0] > 0
    assert made[1] <= (1 if "metric" in name else 0)
    assert made[2] == 0
    assert Numbers.stack(numbers).members == 3
    del numbers
    gc.collect()
    assert [reference() for reference in references] == [None] * len(references)


def test_things_that_read_otherwise_are_other_programs():
    first, second = (chain(Dense(3, kernel_regularizer=Shrink(factor))) for factor in (0.1, 0.2))
    same = chain(Dense(3, kernel_regularizer=Shrink(0.1)))
    structures = [jax.tree.structure(model.objective()) for model in (first, second, same)]
    assert structures[0] == structures[2]
    assert structures[0] != structures[1]


RATIO = Fraction(1, 2)


def test_an_object_that_gets_the_id_of_another_is_not_taken_for_it(monkeypatch):
    def loss(y_true, y_pred):
        return float(RATIO) * (y_true - y_pred) ** 2

    def evaluated():
        model = fl.Sequential([fl.Input((2,)), Dense(1, kernel_initializer="zeros")])
        model.compile("sgd", loss)
        return model.evaluate(X, Y)

    expected = float(np.mean(Y**2))
    assert evaluated() == pytest.approx(expected / 2)
    for number in range(3, 9):  # within a few tries the memory, and so the id, is used again
        monkeypatch.setitem(globals(), "RATIO", None)
        monkeypatch.setitem(globals(), "RATIO", Fraction(number, 1))
        assert evaluated() == pytest.approx(number * expected)


def test_a_program_is_its_function():
    assert Program(lambda a: a + 1, "plus")(jnp.ones(())) == 2
    assert Program(lambda a: a + 2, "plus")(jnp.ones(())) == 3


def test_a_program_s_closure_counts():
    def plus(number):
        return Program(lambda a: a + number, "plus")(jnp.zeros(()))

    before = compiled()
    assert [float(plus(number)) for number in (5, 6, 5)] == [5, 6, 5]
    assert compiled() - before == 2


class Design:
    rate = 1.0


def test_the_name_of_an_attribute_is_no_global(monkeypatch):
    design = Design()

    def loss(y_true, y_pred):
        return design.rate * (y_true - y_pred) ** 2

    model = chain(Dense(3), loss)
    model.evaluate(X, Y)
    before = compiled()
    for rate in (0.1, 0.2):
        monkeypatch.setitem(globals(), "rate", rate)
        model.evaluate(X, Y)
    assert compiled() == before


def test_a_large_array_is_kept_by_a_digest(monkeypatch):
    table = np.zeros((500, 500), np.float32)

    def loss(y_true, y_pred):
        return (y_true - y_pred) ** 2 + table[0, 0]

    model = chain(Dense(3), loss)
    first = model.evaluate(X, Y)
    table[0, 0] = 1
    assert model.evaluate(X, Y) == pytest.approx(first + 1)
    reference = weakref.ref(table)
    del table, model, loss
    gc.collect()
    assert reference() is None
