import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline._ranges import (
    AT_LEAST_ONE,
    BELOW_ONE,
    FRACTION,
    POSITIVE,
    as_whole,
    check_flags,
    checked_number,
    whole,
)
from fallline._tree import static, tree
from fallline._types import none_if_zero
from fallline.errors import UsageError


@pytest.mark.parametrize(
    ("allowed", "inside", "outside"),
    [
        (POSITIVE, [1e-30, 5], [0.0, -1.0]),
        (FRACTION, [0, 0.5, 1], [-1e-9, 1.0001]),
        (BELOW_ONE, [0, 0.999], [1.0, -0.1]),
        (AT_LEAST_ONE, [1, 2.0], [0.999]),
    ],
)
def test_the_ends_of_ranges(allowed, inside, outside):
    for value in inside:
        number = checked_number("x", value, allowed)
        assert type(number) is float
        assert number == value
    for value in [*outside, float("nan"), float("inf")]:
        with pytest.raises(UsageError, match=f"x must be a finite number {allowed.words}"):
            checked_number("x", value, allowed)


@pytest.mark.parametrize("make", [np.array, jnp.array, np.float16, jnp.bfloat16])
def test_an_array_without_axes_is_a_number(make):
    number = checked_number("x", make(0.5), FRACTION)
    assert type(number) is float
    assert number == 0.5
    with pytest.raises(UsageError, match="x must be a finite number between 0 and 1, got 1.5"):
        checked_number("x", make(1.5), FRACTION)


@pytest.mark.parametrize(
    "value", [np.array("a"), np.array(True), jnp.array(False), np.array(None), np.array([1j])]
)
def test_arrays_of_what_is_no_number_are_refused(value):
    with pytest.raises(UsageError, match=f"x must be a number above 0, got an array of {value.dtype}"):
        checked_number("x", value, POSITIVE)


def test_a_complex_number_is_refused():
    with pytest.raises(UsageError, match="x must be a real number above 0"):
        checked_number("x", np.complex64(1), POSITIVE)


@pytest.mark.parametrize("make", [np.array, jnp.array])
def test_stacked_numbers_are_checked_one_by_one(make):
    array = make([0.5, 2.0])
    assert checked_number("x", array, POSITIVE) is array
    assert checked_number("x", make([1, 2]), POSITIVE).dtype == np.float64
    with pytest.raises(UsageError, match="x must be finite numbers above 0, got -1 among 2"):
        checked_number("x", make([0.5, -1.0]), POSITIVE)
    with pytest.raises(UsageError, match="x must be finite numbers above 0, got nan among 2"):
        checked_number("x", make([jnp.nan, 1.0]), POSITIVE)


def test_traced_numbers_pass():
    jax.vmap(lambda x: checked_number("x", x, POSITIVE))(jnp.array([-1.0, 1.0]))


@pytest.mark.parametrize("value", [3, np.int8(3), np.array(3), jnp.array(3)])
def test_whole_numbers_come_in_many_types(value):
    assert type(whole("x", value, least=3)) is int
    with pytest.raises(UsageError, match="x must be a whole number of at least 4, got"):
        whole("x", value, least=4)


@pytest.mark.parametrize(
    "value", [3.0, True, np.True_, "3", None, np.array(3.0), jnp.array(3.0), np.array([3, 4])]
)
def test_what_is_no_whole_number_is_refused(value):
    assert as_whole(value) is None
    with pytest.raises(UsageError, match="x must be a whole number of at least 0, got"):
        whole("x", value, least=0)


def test_a_schedule_of_ones_own_needs_no_decorator():
    class Half(fl.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5

    outputs = np.asarray(fl.layers.Dropout(Half())(np.ones((100, 100), np.float32), training=True))
    # Of 10,000 coins; each kept input is doubled.
    assert np.mean(outputs == 0) == pytest.approx(0.5, abs=0.03)
    assert set(np.unique(outputs)) == {0.0, 2.0}


@tree
class Switches:
    on: object = static(default=True)

    def __post_init__(self):
        check_flags(self, "on")


def test_flags():
    assert Switches(np.False_).on is False
    for value in ("False", 0, 1, None, np.array(True)):
        with pytest.raises(UsageError, match="Switches: on must be True or False, got"):
            Switches(value)


def test_only_the_plain_zero_is_absence():
    assert none_if_zero(0.0) is None
    assert none_if_zero(0.1) == 0.1
    zeros = np.zeros(2)
    assert none_if_zero(zeros) is zeros
