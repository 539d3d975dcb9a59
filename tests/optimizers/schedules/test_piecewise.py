import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers.schedules import PiecewiseConstantDecay


def test_a_boundary_still_has_the_rate_before_it():
    schedule = PiecewiseConstantDecay([100, 110], [1.0, 0.5, 0.1])
    steps = [0, 99, 100, 101, 110, 111, 10_000]
    rates = [float(schedule(jnp.int32(step))) for step in steps]
    np.testing.assert_allclose(rates, [1.0, 1.0, 1.0, 0.5, 0.5, 0.1, 0.1], rtol=1e-6)


def test_steps_beyond_the_whole_numbers_of_float32_are_told_apart():
    boundary = 2**24 + 1
    schedule = PiecewiseConstantDecay([boundary], [1.0, 0.5])
    assert [float(schedule(jnp.int32(boundary + more))) for more in (0, 1)] == [1.0, 0.5]


def test_a_boundary_between_two_steps_parts_them():
    schedule = PiecewiseConstantDecay([2.5], [1.0, 0.5])
    assert [float(schedule(jnp.int32(step))) for step in (2, 3)] == [1.0, 0.5]


@pytest.mark.parametrize(
    ("boundaries", "values", "message"),
    [
        ([1, 2], [0.1, 0.2], "one more value than boundaries"),
        ([2, 1], [0.1, 0.2, 0.3], "must rise strictly"),
        ([1, 1], [0.1, 0.2, 0.3], "must rise strictly"),
        ([1], [0.1, -0.2], "every one of values must be a finite number at least 0"),
        (["a"], [0.1, 0.2], "boundaries must be a number"),
        (3, 0.1, "one more value than boundaries"),
        ([np.ones(2)], [0.1, 0.2], "list of step numbers"),
        (np.array([2, 1]), [0.1, 0.2, 0.3], "must rise strictly"),
        ([1], np.array([0.1, -0.2]), "every one of values must be a finite number at least 0"),
        ([1], jnp.array([0.1, jnp.nan]), "every one of values must be a finite number at least 0"),
    ],
)
def test_what_does_not_fit_is_refused(boundaries, values, message):
    with pytest.raises(UsageError, match=message):
        PiecewiseConstantDecay(boundaries, values)


def test_arrays_and_a_plain_step_are_taken():
    schedule = PiecewiseConstantDecay(np.array([5, 10]), jnp.array([1.0, 0.5, 0.25]))
    assert [float(schedule(step)) for step in (3, 6, 11)] == [1.0, 0.5, 0.25]
