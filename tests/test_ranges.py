import dataclasses
from typing import Any

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
    choice,
    count,
    counting,
    flag,
    number,
    numbers,
    whole,
)
from fallline._tree import static, tree
from fallline._types import none_if_zero
from fallline.errors import UsageError
from fallline.registry.described import Described


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


@tree
class Everything(Described):
    rate: float = number(0.5, FRACTION)
    decay: float | None = number(0.0, FRACTION, zero_is_none=True)
    limit: float | None = number(None, POSITIVE)
    quantiles: Any = numbers(0.5, FRACTION)
    on: bool = flag(False)
    size: int = count(2, 1)
    most: int | None = count(None, 1)
    mode: str | None = choice("mean", None, "mean", "sum", fold=str.casefold)
    nesterov: bool | str = choice(False, False, True, "lookahead")
    period: Any = dataclasses.field(default=None, kw_only=True, metadata=counting(2, optional=True))


def test_fields_are_kept_as_their_checks_say():
    made = Everything(1, 0, 3, [0, np.float32(1)], np.bool_(True), np.int64(4), 5, "SUM", period=3)
    assert (made.rate, made.decay, made.limit, made.quantiles) == (1.0, None, 3.0, (0.0, 1.0))
    assert (made.on, made.size, made.most, made.mode) == (True, 4, 5, "sum")
    assert [type(kept) for kept in (made.rate, made.on, made.size, made.period)] == [
        float,
        bool,
        int,
        np.int32,
    ]
    plain = Everything()
    assert (plain.decay, plain.limit, plain.most, plain.mode, plain.period) == (
        None,
        None,
        None,
        "mean",
        None,
    )
    # Numbers are leaves, all else is structure.
    assert jax.tree.leaves(Everything(on=True, size=7, mode="sum", nesterov="lookahead")) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rate": None}, "Everything: rate must be a number between 0 and 1, got NoneType"),
        ({"decay": 2}, "decay must be a finite number between 0 and 1, got 2"),
        ({"limit": 0}, "limit must be a finite number above 0, got 0"),
        ({"quantiles": []}, "quantiles is empty; give a number between 0 and 1, or several"),
        ({"quantiles": [0.5, 2]}, "quantiles must be a finite number between 0 and 1, got 2"),
        ({"on": "False"}, "on must be True or False, got 'False'"),
        ({"size": 0}, "size must be a whole number of at least 1, got 0"),
        ({"size": None}, "size must be a whole number of at least 1, got None"),
        ({"most": 1.5}, "most must be a whole number of at least 1, got 1.5"),
        ({"mode": "median"}, 'mode must be None, "mean" or "sum", got .median.'),
        ({"nesterov": 1}, 'nesterov must be False, True or "lookahead", got 1'),
        ({"period": 1}, "period must be a whole number of at least 2, got 1"),
    ],
)
def test_what_a_field_refuses(wrong, message):
    with pytest.raises(UsageError, match=message):
        Everything(**wrong)
