"""The range test: its curve against gradient descent by hand, its suggestion against known limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

import fallline as fl
from fallline.errors import NotReadyError, UsageError
from fallline.models import LearningRateRange, find_learning_rate

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(256, 4)).astype(np.float32)
Y = (X @ np.array([1.0, -2.0, 0.5, 3.0]))[:, None].astype(np.float32)


def model_of(optimizer=None):
    model = fl.Sequential([fl.Input((4,)), fl.layers.Dense(1)], seed=0)
    model.compile(optimizer or fl.optimizers.SGD(0.01), "mse")
    return model


def by_hand(kernel, bias, rates):
    """Gradient descent on the mean squared error with a rate for each step, in double precision."""
    losses = []
    for rate in rates:
        error = X @ kernel + bias - Y
        losses.append((error**2).mean())
        kernel, bias = kernel - rate * 2 * X.T @ error / len(X), bias - rate * 2 * error.mean(0)
    return losses


def test_the_losses_of_gradient_descent_with_rising_rates():
    model = model_of()
    found = find_learning_rate(model, X, Y, smallest=1e-4, largest=1.0, steps=60, batch_size=256)
    rates = np.geomspace(1e-4, 1.0, 60)
    np.testing.assert_allclose(found.rates, rates, rtol=1e-6)
    expected = by_hand(*(array.astype(np.float64) for array in model.get_weights()), rates)
    np.testing.assert_allclose(found.losses, expected, rtol=1e-5, atol=1e-7)


def test_the_suggestion_lies_where_gradient_descent_converges():
    """Descent on a quadratic converges below 2 / (largest eigenvalue), and it must still be quick."""
    found = find_learning_rate(model_of(), X, Y, steps=100, batch_size=256)
    ones = np.hstack([X, np.ones((256, 1))]).astype(np.float64)
    limit = 2 / np.linalg.eigvalsh(2 * ones.T @ ones / 256)[-1]
    assert limit / 100 < found.suggestion < limit
    assert found.suggestion == min(found.steepest, found.lowest / 10)


def test_diverging_steps_keep_the_curve():
    found = find_learning_rate(model_of(), X, Y, smallest=1e-5, largest=1e20, steps=200, batch_size=32)
    assert np.isfinite(found.losses[0])
    assert not np.isfinite(found.losses[-1])
    assert 1e-4 < found.suggestion < 1
    assert found.losses.shape == found.rates.shape == found.smoothed.shape == (200,)


def test_the_model_stays_as_it_was():
    model = model_of(fl.optimizers.Adam(0.01))
    model.fit(X, Y, verbose=0)
    weights, history, optimizer = model.get_weights(), model.history, model.optimizer
    find_learning_rate(model, X, Y, steps=20)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert model.history is history
    assert model.optimizer is optimizer
    other = model_of(fl.optimizers.Adam(0.01))
    other.fit(X, Y, verbose=0)
    assert model.fit(X, Y, verbose=0).history == other.fit(X, Y, verbose=0).history


def test_a_model_that_learns_its_input_shape_from_the_data():
    model = fl.Sequential([fl.layers.Dense(1)], seed=0)
    model.compile("sgd", "mse")
    assert find_learning_rate(model, X, Y, steps=50).suggestion is not None


def test_a_worked_curve():
    """A V on the logarithm of the rate: down by 1 a step from 100 for 90 steps, then up."""
    rates = np.geomspace(1e-6, 1.0, 121)
    losses = np.concatenate([100.0 - np.arange(91), 10.0 + 40 * np.arange(1, 31)])
    found = LearningRateRange.of(rates, losses)
    assert 90 <= list(rates).index(found.lowest) <= 92
    assert found.suggestion <= found.lowest / 10
    average, expected = 0.0, []
    for step, loss in enumerate(losses):
        average = 0.9 * average + 0.1 * loss
        expected.append(average / (1 - 0.9 ** (step + 1)))
    np.testing.assert_allclose(found.smoothed, expected)


@pytest.mark.parametrize(
    "losses", [np.linspace(1, 9, 20), np.ones(20), np.full(20, np.nan), np.full(20, np.inf)]
)
def test_a_loss_that_never_falls_suggests_nothing(losses):
    found = LearningRateRange.of(np.geomspace(1e-3, 1, 20), losses)
    assert found.suggestion is found.steepest is found.lowest is None
    assert (
        found.plot().axes[0].get_title()
        == "No learning rate from 0.001 to 1 lowers the loss beyond chance: take more steps"
    )


def test_the_figure_says_the_finding(tmp_path):
    found = find_learning_rate(model_of(), X, Y, steps=60)
    figure = found.plot(tmp_path / "rates.png")
    (axis,) = figure.axes
    assert axis.get_title().startswith(f"Begin with a learning rate of about {found.suggestion:.1g}")
    assert axis.get_xscale() == "log"
    assert axis.get_xlabel() == "learning rate (log scale, one step each)"
    shown = axis.lines[1].get_ydata()
    assert math.isfinite(max(shown))
    assert (tmp_path / "rates.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"smallest": 0.0}, "smallest must be a finite number above 0"),
        ({"smallest": 1.0, "largest": 0.1}, "largest must be above smallest, got 1 to 0.1"),
        ({"steps": 1}, "steps must be a whole number of at least 2"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(UsageError, match=message):
        find_learning_rate(model_of(), X, Y, **arguments)


def test_an_optimizer_whose_rate_cannot_be_set():
    schedule = fl.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    with pytest.raises(UsageError, match="find_learning_rate: the learning rate of SGD is the schedule"):
        find_learning_rate(model_of(fl.optimizers.SGD(schedule)), X, Y)


def test_a_model_that_is_not_compiled():
    with pytest.raises(NotReadyError, match="is not compiled"):
        find_learning_rate(fl.Sequential([fl.Input((4,)), fl.layers.Dense(1)]), X, Y)


def test_differences_between_batches_are_no_fall():
    """A loss that only scatters suggests nothing, and nothing lies below the first rate."""
    rates = np.geomspace(1e-7, 10, 100)
    scattered = [np.random.default_rng(seed).normal(4, 1.5, 100) for seed in range(200)]
    found = [LearningRateRange.of(rates, losses).suggestion for losses in scattered]
    assert sum(suggestion is not None for suggestion in found) < 20, "one in ten, by chance"
    assert LearningRateRange.of(rates, np.r_[2.0, 1.9, np.full(98, 2.0)]).suggestion is None
    falling = np.r_[np.full(10, 2.0), np.linspace(2, 0.1, 90)]
    assert LearningRateRange.of(rates, falling).suggestion >= rates[0]


def test_noise_does_not_hide_a_fall():
    rates = np.geomspace(1e-7, 10, 300)
    # Falls between 0.01 and 1, explodes above.
    clean = 4 - 3 / (1 + (0.1 / rates) ** 2) + np.where(rates > 1, 20 * (rates - 1), 0)
    for seed in range(20):
        found = LearningRateRange.of(rates, clean + np.random.default_rng(seed).normal(0, 0.7, 300))
        assert 0.005 < found.suggestion < 0.4
