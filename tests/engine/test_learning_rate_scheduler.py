"""A rate for each epoch, from a function."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.engine import LearningRateScheduler, RunFacts, Variables, compilation_report
from fallline.errors import UsageError

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1)


def fit(schedule, **arguments):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(0.5), "mse")
    history = model.fit(X, Y, **{"verbose": 0, "callbacks": [LearningRateScheduler(schedule)]} | arguments)
    return model, history.history.get("learning_rate")


@pytest.mark.parametrize(
    ("schedule", "arguments", "expected"),
    [
        (lambda epoch: 1 / (2 + epoch), {"epochs": 3}, [1 / 2, 1 / 3, 1 / 4]),
        (lambda epoch, rate: rate / 2, {"epochs": 3}, [0.25, 0.125, 0.0625]),
        (lambda epoch, lr=7: lr / 2, {"epochs": 2}, [0.25, 0.125]),
        (lambda *both: both[1] / 2, {"epochs": 2}, [0.25, 0.125]),
        (lambda epoch: epoch, {"epochs": 5, "initial_epoch": 3}, [3.0, 4.0]),
        (lambda epoch: np.float32(0.25), {"epochs": 1}, [0.25]),
        (lambda epoch: 0.1 * (epoch == 99), {"epochs": 101}, [*[0.0] * 99, 0.1, 0.0]),
    ],
)
def test_the_rates_of_the_epochs(schedule, arguments, expected):
    model, rates = fit(schedule, **arguments)
    assert rates == pytest.approx(expected, rel=1e-6)
    assert float(model.optimizer.learning_rate) == pytest.approx(expected[-1], rel=1e-6)


def test_the_rate_is_the_one_that_trains():
    """Gradient descent on a linear model with a rate for each epoch, by NumPy."""
    rates = [0.4, 0.01, 0.2, 0.0]
    model, _ = fit(lambda epoch: rates[epoch], epochs=4, batch_size=64)
    start = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    kernel, bias = (array.astype(np.float64) for array in start.get_weights())
    for rate in rates:
        error = X @ kernel + bias - Y[:, None]
        kernel, bias = kernel - rate * 2 * X.T @ error / 64, bias - rate * 2 * error.mean(0)
    np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1], bias, rtol=1e-4, atol=1e-6)


def test_another_function_does_not_compile_again():
    fit(lambda epoch: 0.1, epochs=3)
    before = len(compilation_report().programs)
    fit(lambda epoch: 0.2 / (epoch + 1), epochs=40)
    assert len(compilation_report().programs) == before


def test_no_epoch_at_all():
    def unasked(epoch):
        raise AssertionError

    _, rates = fit(unasked, epochs=0)
    assert not rates


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (
            lambda epoch: "fast",
            r"the rate of epoch 1, schedule\(0\) must be a number at least 0, got str 'fast'",
        ),
        (
            lambda epoch: 0.1 - epoch,
            r"the rate of epoch 2, schedule\(1\) must be a finite number at least 0, got -0.9",
        ),
        (lambda epoch: None, r"the rate of epoch 1, schedule\(0\) must be a number"),
        (lambda epoch: [0.1], r"the rate of epoch 1, schedule\(0\) must be a number"),
    ],
)
def test_what_is_no_rate(schedule, message):
    with pytest.raises(UsageError, match=message):
        fit(schedule, epochs=2)


def test_an_error_of_the_function_is_its_own():
    """Keras takes any TypeError for a sign that the function wants one argument."""

    def wrong(epoch, rate):
        return "1" + rate

    with pytest.raises(TypeError, match="can only concatenate str"):
        fit(wrong)


def test_what_is_no_function():
    with pytest.raises(UsageError, match="schedule must be a function"):
        LearningRateScheduler(0.1)


def test_outside_of_fit_it_has_to_be_bound():
    rule = LearningRateScheduler(lambda epoch: 0.1 * epoch)
    with pytest.raises(UsageError, match="call bound"):
        rule.init(Variables({}, {}))
    facts = RunFacts(
        directions={}, optimizer=fl.optimizers.SGD(1.0), epochs=3, initial_epoch=1, steps_per_epoch=1
    )
    bound = rule.bound(facts)
    assert bound.init(Variables({}, {})) == 1
    assert bound.rates[:3] == pytest.approx([0.1, 0.2, 0.2])
