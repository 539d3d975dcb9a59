import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers.schedules import CosineDecay, CosineDecayRestarts, CoslogDecay, FlatCosineDecay


def rates(schedule, steps):
    return [float(schedule(jnp.int32(step))) for step in steps]


def test_half_a_cosine_and_then_flat():
    # cos(pi/3) = 1/2, cos(pi/2) = 0, cos(2 pi/3) = -1/2
    expected = [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    np.testing.assert_allclose(rates(CosineDecay(1.0, 6), [0, 2, 3, 4, 6, 100]), expected, atol=1e-6)


def test_alpha_is_the_fraction_at_the_end():
    np.testing.assert_allclose(
        rates(CosineDecay(2.0, 6, alpha=0.1), [0, 3, 6, 9]), [2.0, 1.1, 0.2, 0.2], rtol=1e-6
    )


def test_the_warm_up_is_a_line_to_the_target():
    schedule = CosineDecay(0.2, 6, warmup_target=1.0, warmup_steps=4)
    expected = [0.2, 0.4, 0.6, 0.8, 1.0, 0.75, 0.5, 0.0, 0.0]
    np.testing.assert_allclose(rates(schedule, [0, 1, 2, 3, 4, 6, 7, 10, 50]), expected, atol=1e-6)


def test_a_target_without_warm_up_steps_starts_at_the_target():
    schedule = CosineDecay(0.2, 6, warmup_target=1.0)
    np.testing.assert_allclose(rates(schedule, [0, 2, 6]), [1.0, 0.75, 0.0], atol=1e-6)


def test_warm_up_steps_without_a_target_are_ignored_as_in_keras():
    assert rates(CosineDecay(1.0, 6, warmup_steps=3), [2]) == rates(CosineDecay(1.0, 6), [2])


def test_restarts_with_doubled_periods():
    # Periods of 4, 8, 16 steps start at 0, 4, 12 and fall to half their top in the middle.
    schedule = CosineDecayRestarts(1.0, 4)
    np.testing.assert_allclose(
        rates(schedule, [0, 2, 4, 8, 12, 20, 28]), [1, 0.5, 1, 0.5, 1, 0.5, 1], atol=1e-5
    )


def test_restarts_with_even_periods_and_falling_tops():
    schedule = CosineDecayRestarts(2.0, 4, t_mul=1.0, m_mul=0.5, alpha=0.1)
    expected = [
        2.0,
        2 * (0.9 * 0.5 + 0.1),
        2 * (0.9 * 0.5 + 0.1),
        2 * (0.9 * 0.25 + 0.1),
        2 * (0.9 * 0.25 + 0.1),
    ]
    np.testing.assert_allclose(rates(schedule, [0, 2, 4, 6, 8]), expected, rtol=1e-5)


@pytest.mark.parametrize("t_mul", [1.0, 1.2, 2.0, 7.0])
def test_every_restart_is_at_the_top(t_mul):
    # The quotient of logarithms that finds the period rounds to either side at a restart.
    first, begin = 1000, 0.0
    schedule = CosineDecayRestarts(1.0, first, t_mul=t_mul)
    for period in range(14):
        if begin == int(begin) and begin < 2**24:
            assert rates(schedule, [int(begin)])[0] > 0.999, f"restart {period} at step {begin}"
        begin += first * t_mul**period


@pytest.mark.parametrize(
    ("name", "value"),
    [("first_decay_steps", 0), ("t_mul", 0.5), ("m_mul", -1), ("alpha", 2), ("initial_learning_rate", "x")],
)
def test_restarts_out_of_range_are_refused(name, value):
    with pytest.raises(UsageError, match=f"CosineDecayRestarts: {name} must be a"):
        CosineDecayRestarts(**{"initial_learning_rate": 0.1, "first_decay_steps": 10, name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("decay_steps", -1), ("alpha", -0.1), ("warmup_target", -1), ("warmup_steps", -1)]
)
def test_a_cosine_out_of_range_is_refused(name, value):
    with pytest.raises(UsageError, match=f"CosineDecay: {name} must be a"):
        CosineDecay(**{"initial_learning_rate": 0.1, "decay_steps": 10, name: value})


def test_flat_and_then_half_a_cosine():
    # cos(pi/3) = 1/2, cos(pi/2) = 0
    expected = [1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    np.testing.assert_allclose(
        rates(FlatCosineDecay(1.0, 12), [0, 6, 8, 9, 10, 12, 100]), expected, atol=1e-6
    )
    np.testing.assert_allclose(
        rates(FlatCosineDecay(2.0, 8, flat=0.25, alpha=0.1), [0, 2, 5, 8, 9]),
        [2, 2, 1.1, 0.2, 0.2],
        rtol=1e-6,
    )


def test_without_a_flat_part_it_is_the_plain_decay():
    steps = range(12)
    np.testing.assert_allclose(
        rates(FlatCosineDecay(0.3, 9, 0.0, 0.2), steps), rates(CosineDecay(0.3, 9, 0.2), steps), rtol=1e-6
    )


def test_each_cycle_of_coslog_ends_at_nothing_and_the_next_is_twice_as_long():
    schedule = CoslogDecay(0.5, 15)
    np.testing.assert_allclose(rates(schedule, [0, 1, 3, 7, 15, 16, 1000]), np.zeros(7), atol=1e-10)
    # A top is where log2(1 + t) is a half more than a whole number: t = 2^1.5 - 1, 2^2.5 - 1, ...
    long = CoslogDecay(0.5, 15_000)
    tops = [round(1000 * (2 ** (cycle + 0.5) - 1)) for cycle in range(4)]
    np.testing.assert_allclose(rates(long, tops), np.full(4, 0.5), rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FlatCosineDecay(0.1, 10, flat=1.0), "flat must be a finite number at least 0 and below 1"),
        (lambda: FlatCosineDecay(0.1, 0), "decay_steps must be"),
        (lambda: CoslogDecay(0.1, 10, cycles=1.5), "cycles must be a whole number of at least 1, got 1.5"),
        (lambda: CoslogDecay(-0.1, 10), "maximal_learning_rate must be"),
    ],
)
def test_flat_and_coslog_refuse(make, message):
    with pytest.raises(UsageError, match=message):
        make()
