import numpy as np
import pytest

from fallline._ranges import (
    AT_LEAST_ONE,
    BELOW_ONE,
    FRACTION,
    POSITIVE,
    checked_number,
)
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


def test_arrays_pass_unchanged():
    array = np.array([-5.0, np.nan])
    assert checked_number("x", array, POSITIVE) is array


def test_only_the_plain_zero_is_absence():
    assert none_if_zero(0.0) is None
    assert none_if_zero(0.1) == 0.1
    zeros = np.zeros(2)
    assert none_if_zero(zeros) is zeros
