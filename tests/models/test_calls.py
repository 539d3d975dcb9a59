"""Calls that are made again and again: nothing is kept that no longer holds, and nothing is compiled or traced again."""

from __future__ import annotations

import copy
import pickle  # noqa: TID251 - copies by it are what is tried

import jax
import numpy as np
import pytest

import fallline as fl
from fallline.layers import Dense, Dropout
from fallline.optimizers import SGD

RNG = np.random.default_rng(3)
X = RNG.normal(size=(8, 3)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5]).astype(np.float32)[:, None]
FACTOR = 1.0


def linear(loss="mse", rate=0.1):
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    model.compile(SGD(rate), loss)
    return model


def stepped(weights, rate, x=X, y=Y, weight=None, factor=1.0):
    """One step of gradient descent on the mean squared error, by its formula."""
    kernel, bias = (np.asarray(array, np.float64) for array in weights)
    weight = np.ones(len(x)) if weight is None else np.asarray(weight)
    error = (x @ kernel + bias - y) * weight[:, None] * factor
    return [kernel - rate * 2 * x.T @ error / len(x), bias - rate * 2 * error.sum(0) / len(x)]


def assert_steps(model, rate, factor=1.0, **rows):
    expected = stepped(model.get_weights(), rate, factor=factor, **rows)
    given = {"x": X, "y": Y} | rows
    model.train_on_batch(given["x"], given["y"], given.get("weight"))
    for got, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_a_step_is_that_of_the_formula_whatever_changed_before():
    model = linear()
    assert_steps(model, 0.1)
    assert_steps(model, 0.1)
    model.optimizer.learning_rate = 0.02
    assert_steps(model, 0.02)
    model.set_weights([np.ones((3, 1)), np.full(1, 2.0)])
    assert_steps(model, 0.02)
    model.layers[0].set_weights([np.full((3, 1), -1.0), np.zeros(1)])
    assert_steps(model, 0.02)
    weight = np.linspace(0, 2, 8).astype(np.float32)
    assert_steps(model, 0.02, weight=weight)
    assert_steps(model, 0.02, x=X[:5], y=Y[:5])
    assert_steps(model, 0.02)
    model.compile(SGD(0.3), "mse")
    assert_steps(model, 0.3)
    model.fit(X, Y, verbose=0)
    assert_steps(model, 0.3)
    model.layers[0].trainable = False
    model.compile(SGD(0.3), "mse")
    before = model.get_weights()
    model.train_on_batch(X, Y)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_what_a_loss_reads_counts_as_it_is_now(monkeypatch):
    settings = {"factor": 1.0}

    class Scale:
        by = 1.0

    scale = Scale()

    def loss(y_true, y_pred):
        return FACTOR * settings["factor"] * scale.by * (y_true - y_pred) ** 2

    model = linear(loss)
    assert_steps(model, 0.1)
    monkeypatch.setitem(globals(), "FACTOR", 0.5)
    assert_steps(model, 0.1, factor=0.5)
    settings["factor"] = 3.0
    assert_steps(model, 0.1, factor=1.5)
    scale.by = 0.1
    assert_steps(model, 0.1, factor=0.15)
    assert model.evaluate(X, Y) == pytest.approx(0.15 * np.mean((model.predict(X) - Y) ** 2), rel=1e-5)


class Scaled(fl.layers.Layer):
    """As programs for Keras write one, with a number that `call` reads and a layer within."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor
        self.drop = Dropout(0.0)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 1))

    def call(self, x):
        return self.factor * self.drop(x) @ self.kernel


def test_an_attribute_of_a_layer_counts_as_it_is_now():
    layer = Scaled(1.0)
    model = fl.Sequential([fl.Input((3,)), layer], seed=0)
    model.compile(SGD(0.0), "mse")
    once = model.predict(X)
    model.train_on_batch(X, Y)
    layer.factor = 2.0
    np.testing.assert_allclose(model.predict(X), 2 * once, rtol=1e-6)
    assert model.train_on_batch(X, Y) == pytest.approx(np.mean((2 * once - Y) ** 2), rel=1e-5)
    assert model.evaluate(X, Y) == pytest.approx(np.mean((2 * once - Y) ** 2), rel=1e-5)
    layer.set_weights([np.zeros((3, 1))])
    assert not model.predict(X).any()


def test_what_a_layer_keeps_in_containers_counts_as_it_is_now():
    class Kept(fl.layers.Layer):
        def __init__(self):
            super().__init__()
            self.factors, self.options = [1.0], {"power": 1}
            self.inner = [fl.layers.Rescaling(1.0)]

        def call(self, x):
            for layer in self.inner:
                x = layer(x)
            return self.factors[0] * x ** self.options["power"]

    class Outer(fl.layers.Layer):
        def __init__(self):
            super().__init__()
            self.within = Kept()

        def call(self, x):
            return self.within(x)

    for outer in (Kept(), Outer()):
        model = fl.Sequential([fl.Input((3,)), outer], seed=0)
        layer = getattr(outer, "within", outer)
        np.testing.assert_allclose(model.predict(X), X, rtol=1e-6)
        layer.factors[0] = 3.0
        np.testing.assert_allclose(model.predict(X), 3 * X, rtol=1e-6)
        layer.options["power"] = 2
        np.testing.assert_allclose(model.predict(X), 3 * X**2, rtol=1e-5)
        layer.inner[0] = fl.layers.Rescaling(2.0)
        np.testing.assert_allclose(model.predict(X), 12 * X**2, rtol=1e-5)
        layer.inner.append(fl.layers.Rescaling(0.5))
        np.testing.assert_allclose(model.predict(X), 3 * X**2, rtol=1e-5)
        layer.factors = [1.0]
        np.testing.assert_allclose(model.predict(X), X**2, rtol=1e-5)


def test_arrays_and_lists_that_a_user_writes_into():
    """A number of a loss counts as it is now; what `compile` was given in lists, as it was then."""

    @fl.tree
    class Factors(fl.losses.Loss):
        factors: np.ndarray
        reduction: fl.losses.Reduction = fl.static(default="sum_over_batch_size")
        name: str = fl.static(default="factors")

        def values(self, y_true, y_pred):
            return self.factors[0] * (y_true - y_pred)[:, 0] ** 2

    factors, weights = np.ones(1, np.float32), [1.0]
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    model.compile(SGD(0.0), Factors(factors), loss_weights=weights)
    before = model.evaluate(X, Y)
    factors[0], weights[0] = 3.0, 7.0
    assert model.evaluate(X, Y) == pytest.approx(3 * before, rel=1e-6)
    assert model.train_on_batch(X, Y) == pytest.approx(3 * before, rel=1e-6)


def test_weights_may_be_looked_at_between_calls_and_kept():
    """What was read stays readable, and what is read is of the moment."""
    model = linear()
    layer = model.layers[0]
    kept, copies = [], []
    for _ in range(4):
        kept.append((layer.kernel, model.weights[1], model.optimizer_state))
        copies.append([np.array(layer.kernel), np.array(model.weights[1])])
        model.train_on_batch(X, Y)
    for (kernel, bias, _), (one, other) in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(kernel, one)
        np.testing.assert_array_equal(bias, other)
    assert len({array.tobytes() for array, _ in copies}) == 4
    assert [0 if state is None else int(state.step) for *_, state in kept] == [0, 1, 2, 3]


def test_nothing_is_compiled_again_for_new_numbers():
    model = linear()
    for verb in (model.train_on_batch, model.evaluate):
        verb(X, Y)
    model.predict(X)
    before = len(fl.compilation_report().programs)
    for rate in (0.3, 0.2, 0.01):
        model.optimizer.learning_rate = rate
        model.train_on_batch(X, Y)
        model.evaluate(X, Y)
        model.predict(X)
        model.set_weights([np.ones((3, 1)), np.ones(1)])
    assert len(fl.compilation_report().programs) == before


def test_a_model_is_free_to_be_copied_between_calls():
    model = linear()
    model.train_on_batch(X, Y)
    expected = model.predict(X)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(twin.predict(X), expected)
        twin.train_on_batch(X, Y)
    np.testing.assert_array_equal(model.predict(X), expected)


def test_a_step_that_is_not_finite_leaves_the_weights():
    model = linear(rate=1e38)
    before = model.get_weights()
    with pytest.warns(fl.errors.TrainingWarning, match="the weights stay those before this batch"):
        model.train_on_batch(X, Y)
    for got, wanted in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_wrong_rows_after_right_ones_change_nothing():
    model = linear()
    for _ in range(2):
        assert_steps(model, 0.1)  # by now rows like these are checked while the device computes
    before, wrong = model.get_weights(), X.copy()
    wrong[2, 1] = np.nan
    with pytest.raises(fl.errors.DataError, match="row 2, column 1"):
        model.train_on_batch(wrong, Y)
    for got, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(got, expected)
    assert int(model.optimizer_state.step) == 2
    assert_steps(model, 0.1)


def test_the_state_of_an_optimizer_is_whole_between_steps():
    stepped, fitted = linear(), linear()
    for model in (stepped, fitted):
        model.compile("adam", "mse")
        model.set_weights([np.ones((3, 1)), np.zeros(1)])
    for epochs in (1, 2):
        stepped.train_on_batch(X, Y)
        fitted.fit(X, Y, batch_size=8, epochs=1, shuffle=False, verbose=0)
        state, expected = stepped.optimizer_state, fitted.optimizer_state
        assert int(state.step) == int(expected.step) == epochs
        for name, slot in expected.slots.items():
            for array, other in zip(jax.tree.leaves(slot), jax.tree.leaves(state.slots[name]), strict=True):
                np.testing.assert_allclose(array, other, rtol=1e-5, atol=1e-7)
    fitted.train_on_batch(X, Y)
    stepped.fit(X, Y, batch_size=8, epochs=1, shuffle=False, verbose=0)
    for got, expected in zip(stepped.get_weights(), fitted.get_weights(), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_a_loss_that_is_no_scalar_is_refused():
    with pytest.raises(fl.errors.UsageError, match="must be a scalar"):
        linear(fl.losses.MeanSquaredError(reduction=None)).train_on_batch(X, Y)


def test_a_metric_that_knows_its_targets_knows_those_of_each_call():
    """R2 far from zero keeps its digits only where its shift is that of these targets."""
    model = linear()
    model.compile(SGD(0.0), "mse", metrics=["r2_score"])
    for shift in (0.0, 1e4, -3e4):
        targets = (Y + shift).astype(np.float32)
        model.set_weights([[[1.0], [-2.0], [0.5]], [shift + 0.25]])
        expected = 1 - 0.25**2 / np.var(targets.astype(np.float64))
        assert model.evaluate(X, targets)[1] == pytest.approx(expected, rel=1e-3)
