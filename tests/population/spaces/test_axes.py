"""Axes: what a person may write, conditions, and the grid without duplicates."""

import itertools

import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.population.spaces import Axes, choice, integer, log_uniform, uniform, when

SGD = {
    "optimizer": ["sgd", "adam", "rmsprop"],
    "momentum": when([0.0, 0.9], optimizer=["sgd", "rmsprop"]),
    "nesterov": when([False, True], optimizer="sgd", momentum=0.9),
}


def test_lists_tuples_ranges_and_arrays_are_choices():
    axes = Axes.of({"a": [1, 2], "b": ("x", "y", "z"), "c": range(2, 4), "d": np.array([0.5, 1.0])})
    assert axes.size == 24
    grid = axes.grid()
    assert grid[0] == {"a": 1, "b": "x", "c": 2, "d": 0.5}
    assert grid[-1] == {"a": 2, "b": "z", "c": 3, "d": 1.0}
    assert [tuple(each.values()) for each in grid] == list(
        itertools.product([1, 2], "xyz", [2, 3], [0.5, 1.0])
    )


def test_an_axis_is_only_there_where_its_condition_holds():
    axes = Axes.of(SGD)
    assert axes.grid() == [
        {"optimizer": "sgd", "momentum": 0.0},
        {"optimizer": "sgd", "momentum": 0.9, "nesterov": False},
        {"optimizer": "sgd", "momentum": 0.9, "nesterov": True},
        {"optimizer": "adam"},
        {"optimizer": "rmsprop", "momentum": 0.0},
        {"optimizer": "rmsprop", "momentum": 0.9},
    ]
    assert axes.size == 6
    assert axes.settings([0.5, 0.99, 0.99]) == {"optimizer": "adam"}
    assert axes.settings([0.0, 0.99, 0.0]) == {"optimizer": "sgd", "momentum": 0.9, "nesterov": False}


def test_the_order_in_which_axes_are_written_does_not_matter_to_conditions():
    turned = Axes.of(dict(reversed(SGD.items())))
    assert turned.size == 6
    assert list(turned.grid()[1]) == ["nesterov", "momentum", "optimizer"]
    keys = {turned.key(each) for each in turned.grid()}
    assert len(keys) == 6


def test_drawn_settings_are_inside():
    axes = Axes.of({**SGD, "rate": log_uniform(1e-4, 0.1), "units": integer(16, 64)})
    assert axes.size is None
    assert axes.without_end == ("rate", "units")
    generator = np.random.default_rng(0)
    for _ in range(50):
        settings = axes.drawn(generator)
        assert all(axes[name].contains(value) for name, value in settings.items())
        assert ("momentum" in settings) == (settings["optimizer"] != "adam")


def test_completed_settings_drop_and_draw_what_a_change_asks_for():
    axes, generator = Axes.of(SGD), np.random.default_rng(0)
    moved = {"optimizer": "adam", "momentum": 0.9, "nesterov": True}
    assert axes.completed(moved, generator) == {"optimizer": "adam"}
    assert set(axes.completed({"optimizer": "sgd"}, generator)) >= {"optimizer", "momentum"}


def test_a_population_may_vary_nothing():
    axes = Axes.of({})
    assert (axes.size, axes.grid(), axes.settings([])) == (1, [{}], {})


def test_a_big_grid_is_counted_without_being_laid_out():
    axes = Axes.of({f"axis_{i}": range(10) for i in range(9)})
    assert axes.size == 10**9
    with pytest.raises(UsageError, match="1,000,000,000 candidates; say how many are drawn"):
        axes.grid()


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ([1, 2], "axes has to be a dictionary"),
        ({1: [1]}, "names of axes are text"),
        ({"units": []}, 'axis "units" has no values'),
        ({"units": range(3, 3)}, 'axis "units" has no values'),
        ({"units": 32}, r'axis "units" has to be a list of options such as \[32, 64\].*got 32'),
        ({"optimizer": "sgd"}, r"such as \['sgd'\], or a space.*What does not vary belongs into build"),
        ({"units": {"low": 1}}, "got dict"),
        ({"rate": [0.1, 0.2, 0.1]}, 'axis "rate": the options hold 0.1 twice'),
        ({"optimizer": ["sgd"], "m": when([1], optimiser="sgd")}, 'no such axis. Did you mean "optimizer"'),
        ({"optimizer": ["sgd"], "m": when([1], optimizer="sdg")}, 'never is that: sgd. Did you mean "sgd"'),
        ({"a": when([1], a=1)}, "condition on itself"),
        ({"a": when([1], b=1), "b": when([1], a=1)}, 'the conditions of "a", "b" go round in a circle'),
    ],
)
def test_wrong_axes(axes, message):
    with pytest.raises(UsageError, match=message):
        Axes.of(axes)


def test_wrong_conditions_and_uses():
    with pytest.raises(UsageError, match="needs a condition"):
        when(uniform(0, 1))
    with pytest.raises(UsageError, match="list of values is empty"):
        when(uniform(0, 1), optimizer=[])
    axes = Axes.of({"rate": uniform(0, 1), "units": choice(1)})
    with pytest.raises(UsageError, match=r'axis "rate" is uniform:0:1. Give it a list.*members=64'):
        axes.grid()
    with pytest.raises(UsageError, match='no axis "unit". Did you mean "units"'):
        axes["unit"]
    with pytest.raises(UsageError, match="2 axes need as many numbers"):
        axes.settings([0.5])
    with pytest.raises(UsageError, match=r"in \[0, 1\); got \[0.5, 1.0\]"):
        axes.settings([0.5, 1])
