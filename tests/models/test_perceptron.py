"""The perceptron: its rule by hand, its verdicts, its bound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import fallline as fl
from fallline.data.separability import separable
from fallline.errors import DataError, NotReadyError, ShapeError, UsageError
from fallline.models.perceptron import NoMistake, Perceptron, novikoff_bound

BITS = np.array(list(itertools.product((0, 1), repeat=2)), float)
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]


class Weights(fl.callbacks.Callback):
    """Keeps (w, b) at the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        kernel, bias = self.model.get_weights()
        self.seen.append([*kernel[:, 0], *bias])


def by_hand(x, t, epochs, rate=1.0):
    """The rule in plain NumPy, row by row: (w, b) after each epoch, and the mistakes of each."""
    w, path, mistakes = np.zeros(x.shape[1] + 1), [], []
    for _ in range(epochs):
        wrong = 0
        for row, target in zip(np.column_stack([x, np.ones(len(x))]), t, strict=True):
            if (row @ w >= 0) != (target > 0):
                w = w + rate * target * row
                wrong += 1
        path.append(w)
        mistakes.append(wrong)
    return np.array(path), mistakes


def clouds(rows=60, gap=0.3):
    """Two classes with a gap between them, in numbers of few binary digits: float32 adds them exactly."""
    rng = np.random.default_rng(1962)
    x = np.round(rng.uniform(-2, 2, (4 * rows, 3)) * 256) / 256
    side = x @ [1.0, -2.0, 0.5] - 0.4
    keep = np.flatnonzero(np.abs(side) > gap)[:rows]
    return x[keep], np.sign(side[keep])


@pytest.mark.parametrize("rate", [1.0, 0.5])
def test_weights_and_mistakes_are_those_of_the_rule_worked_by_hand(rate):
    x, t = clouds()
    weights, perceptron = Weights(), Perceptron(learning_rate=rate)
    history = perceptron.fit(x, t, epochs=50, callbacks=weights)
    path, mistakes = by_hand(x, t, len(history.epoch), rate)
    assert len(path) > 3
    np.testing.assert_allclose(weights.seen, path, rtol=1e-6)
    assert mistakes[-1] == 0 < mistakes[-2]
    assert perceptron.learning.updates == sum(mistakes)
    assert perceptron.learning.converged
    np.testing.assert_array_equal(perceptron.predict(x)[:, 0], t > 0)


def test_it_stops_within_novikoffs_bound_and_says_so():
    perceptron = Perceptron()
    history = perceptron.fit(BITS, AND, epochs=100)
    path, mistakes = by_hand(BITS, np.where(AND, 1, -1), 100)
    epochs = mistakes.index(0) + 1
    assert history.epoch == list(range(epochs))
    assert history.outcome.message == (
        f"Converged after {epochs} epochs with {sum(mistakes)} updates; Novikoff's bound is 51 updates."
    )
    assert perceptron.model.history is history
    kernel, bias = perceptron.model.get_weights()
    np.testing.assert_array_equal([*kernel[:, 0], *bias], path[epochs - 1])


# R^2 = 3; the shortest (w, b) with t (w x + b) >= 1 is (2, 2, -3) for "and", (2, 2, -1) for "or".
@pytest.mark.parametrize(("truth", "bound"), [(AND, 3 * 17), (OR, 3 * 9)])
def test_the_bound_is_that_of_the_widest_margin(truth, bound):
    assert novikoff_bound(BITS, truth) == pytest.approx(bound)


def test_the_bound_holds_in_any_order_and_no_hyperplane_gives_a_better_one():
    x, t = clouds()
    bound = novikoff_bound(x, t)
    rows = np.column_stack([x, np.ones(len(x))])
    other = separable(x, t)
    normal = np.append(other.weights, other.bias)
    gamma = (t * (rows @ normal)).min() / np.linalg.norm(normal)
    assert bound <= (np.linalg.norm(rows, axis=1).max() / gamma) ** 2 * (1 + 1e-9)
    for seed in range(3):
        perceptron = Perceptron()
        perceptron.fit(x, t, epochs=500, shuffle=True, seed=seed)
        assert perceptron.learning.converged
        assert 0 < perceptron.learning.updates <= bound


def test_classes_that_are_not_separable_are_proved_so():
    perceptron = Perceptron()
    history = perceptron.fit(BITS, XOR, epochs=20)
    found = perceptron.learning
    assert not found.converged
    assert not found.separability
    assert found.bound is None
    np.testing.assert_allclose(found.separability.common_point, [0.5, 0.5])
    assert history.outcome.message.startswith(
        "The classes are not linearly separable: (0.5, 0.5) is a weighted mean of rows of either class."
    )
    with pytest.raises(UsageError, match="not linearly separable"):
        novikoff_bound(BITS, XOR)


def test_too_few_epochs_are_told_from_a_hopeless_task():
    perceptron = Perceptron()
    message = perceptron.fit(BITS, AND, epochs=2).outcome.message
    assert "but the classes are linearly separable: pass more epochs" in message
    assert "of at most 51" in message
    assert not perceptron.learning.converged
    message = perceptron.fit(BITS, XOR, epochs=2, certify=False).outcome.message
    assert "certify=False" in message
    assert perceptron.learning.separability is None


def test_each_fit_begins_anew():
    perceptron, x = Perceptron(), clouds()
    perceptron.fit(*x, epochs=3)
    first = perceptron.model.get_weights()
    perceptron.fit(*x, epochs=3)
    for one, other in zip(first, perceptron.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_logistic_rule_is_the_gradient_of_the_cross_entropy_worked_by_hand():
    x, t = clouds(rows=20)
    w = np.zeros(4)
    for _ in range(5):
        for row, target in zip(np.column_stack([x, np.ones(len(x))]), t > 0, strict=True):
            w = w + 0.5 * (target - 1 / (1 + np.exp(-row @ w))) * row
    perceptron = Perceptron("logistic", learning_rate=0.5)
    history = perceptron.fit(x, t, epochs=5)
    kernel, bias = perceptron.model.get_weights()
    np.testing.assert_allclose([*kernel[:, 0], *bias], w, rtol=2e-5)
    np.testing.assert_allclose(
        perceptron.predict(x)[:, 0], 1 / (1 + np.exp(-(x @ w[:3] + w[3]))), rtol=1e-4, atol=1e-6
    )
    assert perceptron.learning.updates == 5 * 20
    assert perceptron.learning.bound is None
    assert len(history.epoch) == 5


@pytest.mark.parametrize("epochs", [1, 200])
def test_the_logistic_rule_says_whether_all_rows_are_right(epochs):
    perceptron = Perceptron("logistic")
    message = perceptron.fit(BITS, AND, epochs=epochs).outcome.message
    right = ((perceptron.predict(BITS)[:, 0] >= 0.5) == AND).all()
    assert right == (epochs == 200) == perceptron.learning.converged == message.startswith("Every row")


def test_its_model_is_an_ordinary_one(tmp_path):
    perceptron = Perceptron()
    perceptron.fit(BITS, OR)
    perceptron.model.save(tmp_path / "or.fallline")
    loaded = fl.load_model(tmp_path / "or.fallline")
    np.testing.assert_array_equal(loaded.predict(BITS)[:, 0], OR)
    assert loaded.evaluate(BITS, OR, return_dict=True)["accuracy"] == 1


def test_what_cannot_be_learned_from_is_refused():
    with pytest.raises(UsageError, match='"perceptron" or "logistic"'):
        Perceptron("hebb")
    with pytest.raises(UsageError, match="learning_rate"):
        Perceptron(learning_rate=-1)
    with pytest.raises(NotReadyError, match="call fit"):
        Perceptron().predict(BITS)
    with pytest.raises(DataError, match="two classes, got 3"):
        Perceptron().fit(BITS, [0, 1, 2, 0])
    with pytest.raises(ShapeError, match="rows"):
        Perceptron().fit(BITS, [0, 1])


def test_the_rule_needs_the_accuracy():
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(UsageError, match=r'metrics=\["accuracy"\]'):
        model.fit(BITS, AND, callbacks=[NoMistake()], verbose=0)
