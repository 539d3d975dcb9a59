"""One space at a time: what it draws, and what it refuses."""

import numpy as np
import pytest
import scipy.stats

from fallline.errors import UsageError
from fallline.population.spaces import Choice, choice, integer, log_uniform, uniform

GENERATOR = np.random.default_rng(0)
UNITS = (np.arange(1000) + 0.5) / 1000


@pytest.mark.parametrize(
    ("space", "distribution"),
    [
        (uniform(-0.5, 2), scipy.stats.uniform(-0.5, 2.5)),
        (log_uniform(1e-4, 1e-1), scipy.stats.loguniform(1e-4, 1e-1)),
        (integer(3, 9), scipy.stats.randint(3, 10)),
    ],
)
def test_draws_are_quantiles(space, distribution):
    drawn = [space.draw(unit) for unit in UNITS]
    np.testing.assert_allclose(drawn, distribution.ppf(UNITS), rtol=1e-12)


def test_the_logarithm_of_integers():
    # ln((k + 1/2) / (k - 1/2)) / ln(9) of 4000: Optuna draws 2050, 909, 616, 425.
    drawn = np.bincount([integer(1, 4, log=True).draw((i + 0.5) / 4000) for i in range(4000)])
    assert drawn.tolist() == [0, 2000, 930, 612, 458]


@pytest.mark.parametrize(
    "space", [uniform(0, 1), log_uniform(1e-4, 0.1), integer(1, 5), integer(1, 9, log=True)]
)
def test_the_ends_are_inside(space):
    low, high = space.draw(0.0), space.draw(np.nextafter(1.0, 0.0))
    assert (low, high) == pytest.approx((space.low, space.high))
    assert space.contains(low)
    assert space.contains(high)
    assert space.options is None
    assert (space.position(space.low), space.position(space.high)) == (0, 1)
    assert type(low) is (float if space.kind == "float" else int)


def test_steps_are_the_numbers_that_one_writes():
    assert uniform(0, 1, 0.1).options == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    assert uniform(0, 1, 0.3).options == (0.0, 0.3, 0.6, 0.9)
    assert len(uniform(0, 1, 0.01).options) == 101
    assert [uniform(0, 1, 0.25).draw(u) for u in (0, 0.199, 0.2, 0.999)] == [0, 0, 0.25, 1]
    assert uniform(0, 1, 0.1).contains(0.1 + 0.2)  # 0.30000000000000004
    assert not uniform(0, 1, 0.1).contains(0.35)


def test_choices():
    space = choice("relu", None, (64, 64), True, 1, 1.0)
    assert [space.draw(i / 6) for i in range(6)] == list(space.options)
    assert space.draw(0.5) is True
    assert [space.index(each) for each in (True, 1, 1.0, "tanh")] == [3, 4, 5, None]
    assert choice(0.5, 1).index(np.float64(0.5)) == 0
    assert not choice(0, 1).contains(True)
    assert choice(*np.arange(3)).options == (0, 1, 2)
    assert [choice("a", "b", "c").position(each) for each in "abc"] == [0, 0.5, 1]
    assert choice((64, 64), (32,)).index([32]) == 1  # as a file of JSON gives it back
    with pytest.raises(UsageError, match="twice"):
        choice([1, 2], [1, 2])
    arrays = np.zeros(2), np.zeros(2)
    assert Choice(arrays).index(arrays[1]) == 1


@pytest.mark.parametrize(
    ("space", "value", "up", "down"),
    [
        (log_uniform(1e-4, 0.1), 0.01, 0.012, 0.008),
        (log_uniform(1e-4, 0.1), 1e-4, 1.2e-4, 1e-4),  # Ray leaves the space: 8e-05
        (uniform(0, 0.5), 0.5, 0.5, 0.4),
        (uniform(0, 0.5), 0.0, 0.0, 0.0),
        (uniform(0, 1, 0.25), 0.5, 0.75, 0.25),
        (uniform(0, 1, 0.25), 1.0, 1.0, 0.75),
        (integer(1, 10), 2, 3, 1),
        (integer(1, 10), 10, 10, 8),
        (integer(-5, 5), -3, -4, -2),
        (choice(1, 2, 4, 8), 1, 2, 1),
        (choice(1, 2, 4, 8), 4, 8, 2),
        (choice(1, 2, 4, 8), 8, 8, 4),
        (choice("relu", "tanh"), "tanh", "tanh", "relu"),
    ],
)
def test_a_perturbed_value_moves_and_stays_inside(space, value, up, down):
    assert space.perturbed(value, 1.2, GENERATOR) == pytest.approx(up) if value != "tanh" else "tanh"
    assert space.perturbed(value, 0.8, GENERATOR) == pytest.approx(down) if value != "tanh" else "relu"


def test_what_is_not_in_the_space_is_drawn_anew():
    assert choice(1, 2).perturbed(7, 1.2, GENERATOR) in (1, 2)
    assert log_uniform(1, 2).contains(log_uniform(1, 2).perturbed(None, 1.2, GENERATOR))
    assert integer(1, 2).contains(integer(1, 2).perturbed("x", 1.2, GENERATOR))
    assert uniform(1, 2).contains(uniform(1, 2).perturbed(float("nan"), 1.2, GENERATOR))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: uniform(1, 0), "lower bound 1.0 is above the upper one 0.0. Exchange"),
        (lambda: uniform(1, 1), r"For a single value write \[1.0\]"),
        (lambda: uniform("0", 1), "low has to be a number; got '0'"),
        (lambda: uniform(0, float("inf")), "high has to be finite"),
        (lambda: uniform(0, True), "high has to be a number; got True"),
        (lambda: uniform(0, 1, 2), "step has to be above 0 and at most high - low"),
        (lambda: uniform(0, 1, 0), "step has to be above 0"),
        (lambda: uniform(0, 1, 1e-9), "makes 1,000,000,001 values; leave it out"),
        (lambda: log_uniform(0, 1), "above 0; got low = 0.0. Where 0 is meant"),
        (lambda: integer(0.5, 3), "whole number; got 0.5"),
        (lambda: integer(0, 3, log=True), "at least 1; got 0"),
        (lambda: integer(1, 3, log=2), "log is True or False"),
        (lambda: choice(), "no options"),
        (lambda: choice(1, 2, 1), "hold 1 twice"),
        (lambda: choice(float("nan"), np.nan), "hold nan twice"),
    ],
)
def test_wrong_spaces(make, message):
    with pytest.raises(UsageError, match=message):
        make()
