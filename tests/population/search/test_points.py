"""Grid, random and Sobol candidates."""

import numpy as np
import pytest
from scipy.stats import qmc

from fallline.errors import FalllineWarning, UsageError
from fallline.population import Grid, Random, Sobol, integer, log_uniform, uniform, when

from .driving import begun, drive

MIXED = {
    "rate": log_uniform(1e-4, 1e-1),
    "units": integer(16, 64),
    "optimizer": ["sgd", "adam"],
    "momentum": when(uniform(0, 0.99), optimizer="sgd"),
}


def constant(settings, candidate, epoch):
    return 1.0


def test_a_grid_takes_everything_once():
    driven = drive(begun(Grid(), axes={"a": [1, 2, 3], "b": ["x", "y"]}, epochs=5), constant)
    assert len(driven.settings) == 6
    assert driven.settings[1] == {"a": 1, "b": "y"}
    assert set(driven.epochs.values()) == {5}
    assert driven.spent == Grid().cost(5, 6) == 30


def test_places_are_refilled_one_by_one():
    driven = drive(begun(Grid(), axes={"a": range(5)}, epochs=2), constant, places=2)
    assert [[job[0] for job in call] for call in driven.calls] == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("search", [Random, Sobol])
def test_drawn_candidates_depend_on_the_seed_alone(search):
    first, again, other = (
        drive(begun(search(), axes=MIXED, candidates=16, seed=seed), constant, places=places).settings
        for seed, places in ((0, 100), (0, 3), (1, 100))
    )
    assert first == again
    assert first != other
    assert len({tuple(each.items()) for each in first.values()}) == 16


@pytest.mark.parametrize("search", [Random, Sobol])
def test_finite_axes_are_drawn_without_repeats(search):
    # scikit-learn's ParameterSampler repeats points as soon as one axis is a distribution.
    axes = {"a": [1, 2], "b": uniform(0, 1, 0.5), "c": when([1, 2, 3], a=2)}
    drawn = drive(begun(search(), axes=axes, candidates=12), constant).settings.values()
    assert len({tuple(each.items()) for each in drawn}) == 12
    assert len(drive(begun(search(), axes=axes), constant).settings) == 12
    with pytest.warns(
        FalllineWarning, match="40 candidates are asked for, but the axes have 12 different settings.*seeds="
    ):
        search_of_40 = begun(search(), axes=axes, candidates=40)
    assert len(drive(search_of_40, constant).settings) == 12


def test_a_rare_point_is_found_by_counting():
    axes = {"a": range(2), **{f"b{i}": when([0, 1], **{f"b{i - 1}" if i else "a": 1}) for i in range(14)}}
    drawn = drive(begun(Random(), axes=axes), constant).settings
    assert len({tuple(each.items()) for each in drawn.values()}) == 16


def test_sobol_points_are_balanced():
    # Of 2^m scrambled points one lies in each interval of length 2^-m, and in each of the 4 x 4 squares of area 1/16.
    drawn = drive(begun(Sobol(), axes={"a": uniform(0, 1), "b": uniform(0, 1)}, candidates=16), constant)
    points = np.array([list(each.values()) for each in drawn.settings.values()])
    for column in points.T:
        assert sorted((column * 16).astype(int)) == list(range(16))
    squares = (points * 4).astype(int)
    assert len({tuple(each) for each in squares}) == 16
    assert qmc.discrepancy(points) < 0.02


def test_sobol_is_scipys_sequence():
    search = begun(Sobol(), axes={"a": uniform(0, 1), "b": uniform(0, 1)}, candidates=8, seed=3)
    drawn = [list(each.values()) for each in drive(search, constant).settings.values()]
    seed = int(np.random.default_rng(3).integers(2**31))
    np.testing.assert_array_equal(drawn, qmc.Sobol(2, rng=np.random.default_rng(seed)).random(8))


def test_without_axes_there_is_one_candidate():
    for search in (Grid(), Random(), Sobol()):
        assert drive(begun(search, axes={}, epochs=3), constant).settings == {0: {}}


def test_how_many_has_to_be_said():
    with pytest.raises(UsageError, match='Say members=64.*axis "rate" is log:0.0001:0.1'):
        begun(Random(), axes=MIXED)
    with pytest.raises(UsageError, match="a grid needs values that can be counted"):
        begun(Grid(), axes=MIXED, candidates=5)
    with pytest.raises(UsageError, match="say how many"):
        Random().cost(5)
