"""Optimizers with the numbers of a program's years, each against its equations in NumPy."""

from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.old import age
from fallline.old.keras.behaviour import optimizers
from fallline.old.keras.behaviour.models import Sequential
from fallline.own.variable import Variable

X = np.random.default_rng(5).normal(size=(12, 3)).astype("float32")
Y = (X @ np.array([1.0, -2.0, 0.5]) + 3).astype("float32")
STEPS = 4


@pytest.fixture
def keras_1() -> Iterator[None]:
    with age.of(age.Age(keras_before=(2, 0), keras_of="keras")):
        yield


def trained(optimizer: Any) -> list[np.ndarray]:
    model = Sequential([fl.Input((3,)), fl.layers.Dense(1)])
    model.set_weights([np.zeros((3, 1)), np.zeros(1)])
    model.compile(optimizer, "mse")
    model.fit(X, Y, epochs=STEPS, batch_size=12, verbose=0)
    return model.get_weights()


def by_hand(move: Any) -> list[np.ndarray]:
    """The parameters after some steps of full batches, in float64."""
    params = [np.zeros((3, 1)), np.zeros(1)]
    slots: list[dict[str, Any]] = [{}, {}]
    for step in range(STEPS):
        error = 2 * (X @ params[0] + params[1] - Y[:, None]) / len(X)
        gradients = [X.T @ error, error.sum(axis=0)]
        params = [p - move(g, s, step, gradients) for p, g, s in zip(params, gradients, slots, strict=True)]
    return params


def adadelta(g: Any, slots: Any, step: int, _: Any) -> Any:
    square = slots["a"] = 0.95 * slots.get("a", 0) + 0.05 * g**2
    update = g * np.sqrt(slots.get("d", 0) + 1e-8) / np.sqrt(square + 1e-8)
    slots["d"] = 0.95 * slots.get("d", 0) + 0.05 * update**2
    return update


def rmsprop(g: Any, slots: Any, step: int, _: Any) -> Any:
    slots["a"] = 0.9 * slots.get("a", 0) + 0.1 * g**2
    return 0.001 * g / (np.sqrt(slots["a"]) + 1e-8)


def adagrad(g: Any, slots: Any, step: int, _: Any) -> Any:
    slots["a"] = slots.get("a", 0) + g**2
    return 0.01 * g / (np.sqrt(slots["a"]) + 1e-8)


def nadam(g: Any, slots: Any, step: int, _: Any) -> Any:
    t = step + 1
    here, ahead = (0.9 * (1 - 0.5 * 0.96 ** (at * 0.004)) for at in (t, t + 1))
    product = slots["u"] = slots.get("u", 1.0) * here
    m = slots["m"] = 0.9 * slots.get("m", 0) + 0.1 * g
    v = slots["v"] = 0.999 * slots.get("v", 0) + 0.001 * g**2
    mean = (1 - here) * g / (1 - product) + ahead * m / (1 - product * ahead)
    return 0.002 * mean / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def clipped(g: Any, slots: Any, step: int, gradients: Any) -> Any:
    norm = np.sqrt(sum((each**2).sum() for each in gradients))
    return 0.1 / (1 + 0.5 * step) * g * min(1.0, 0.7 / norm)


@pytest.mark.usefixtures("keras_1")
@pytest.mark.parametrize("rule", [adadelta, rmsprop, adagrad, nadam], ids=lambda rule: rule.__name__)
def test_a_name_means_what_it_meant(rule: Any) -> None:
    for ours, theirs in zip(trained(rule.__name__), by_hand(rule), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-4)


@pytest.mark.usefixtures("keras_1")
def test_decay_and_the_norm_of_all_gradients() -> None:
    for ours, theirs in zip(
        trained(optimizers.get(optimizers.ROOM["SGD"](lr=0.1, decay=0.5, clipnorm=0.7))),
        by_hand(clipped),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_a_program_of_unknown_age_has_the_numbers_of_today() -> None:
    assert optimizers.get("adadelta").learning_rate == 0.001
    assert optimizers.get("nadam").momentum_decay == 1.0


def test_tensorflow_2_had_the_later_rates_and_the_older_places() -> None:
    with age.of(age.Age(keras_before=(2, 4), keras_of="tensorflow")):
        found = optimizers.get("rmsprop")
        assert (optimizers.get("adadelta").learning_rate, found.epsilon_place) == (0.001, "outside")


@pytest.mark.usefixtures("keras_1")
def test_what_is_taken_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    optimizers.get("adadelta")
    optimizers.get("adadelta")
    assert capsys.readouterr().err.count("learning rate was 1") == 1


def test_the_rate_is_read_and_assigned() -> None:
    sgd = optimizers.ROOM["SGD"](lr=0.1)
    assert (sgd.lr, sgd.lr.numpy(), sgd.lr.value()) == (0.1, np.float32(0.1), 0.1)
    sgd.lr.assign(0.2)
    assert sgd.learning_rate == 0.2
    sgd.lr = np.float32(0.5)
    sgd.lr.set_value(0.25)
    assert sgd.learning_rate == 0.25
    assert optimizers.ROOM["SGD"](0.1, 0.9, 1e-6, True).nesterov
    assert optimizers.ROOM["SGD"](lr=0.1, decay=0.5).lr == 0.1


def test_steps_by_hand_are_those_of_fit() -> None:
    model = Sequential([fl.Input((3,)), fl.layers.Dense(1)])
    model.set_weights([np.zeros((3, 1)), np.zeros(1)])
    adam = optimizers.ROOM["Adam"](0.01)
    for _ in range(STEPS):
        kernel, bias = (weight.numpy() for weight in model.trainable_variables)
        error = 2 * (X @ kernel + bias - Y[:, None]) / len(X)
        adam.apply_gradients(zip([X.T @ error, error.sum(axis=0)], model.trainable_variables, strict=True))
    assert int(adam.iterations) == STEPS
    for ours, theirs in zip(model.get_weights(), trained(optimizers.ROOM["Adam"](0.01)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


@pytest.mark.usefixtures("keras_1")
def test_accuracy_beside_binary_crossentropy_was_of_each_output() -> None:
    model = Sequential([fl.Input((3,)), fl.layers.Dense(4, activation="softmax")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    targets = np.eye(4)[np.arange(12) % 4]
    _, accuracy = model.evaluate(X, targets)
    assert accuracy == pytest.approx(np.mean((model.predict(X) > 0.5) == targets))


MEASURED = {
    "rmsprop": [0.010979890823364258, 0.010997593402862549, -0.010997533798217773],
    "adagrad": [3.159046173095703e-06, 0.003221869468688965, -0.0034110546112060547],
    "nadam": [0.003967225551605225, 0.003969669342041016, -0.003969669342041016],
    "adadelta": [9.5367431640625e-07, 7.867813110351562e-06, -7.867813110351562e-06],
    "ftrl": [1.0000030994415283, 0.5377442836761475, 0.15276283025741577],
}
"""How far four steps of `optimizers.legacy` of tf_keras 2.21 go from ones, by gradients that grow."""


@pytest.mark.parametrize("name", MEASURED)
def test_tensorflow_2_up_to_2_10_bit_by_bit(name: str) -> None:
    with age.of(age.Age(keras_before=(2, 4), keras_of="tensorflow")):
        optimizer = optimizers.get(name)
    variable = Variable(jnp.ones(3))
    for step in range(1, 5):
        optimizer.apply_gradients([(np.array([1e-4, 0.5, -2.0], "float32") * step, variable)])
    np.testing.assert_allclose(1 - variable.numpy(), MEASURED[name], rtol=1e-4, atol=1.5e-7)
