"""Schedules against Keras 3, PyTorch and, where neither has them, the formula of the paper."""

from __future__ import annotations

import math
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.optimizers import schedules

STEPS = [0, 1, 49, 50, 51, 99, 100, 101, 137, 250, 251, 299, 301, 401, 555, 2000]

AGAINST_KERAS = [
    ("ExponentialDecay", (0.1, 100, 0.9)),
    ("ExponentialDecay", (0.1, 100, 0.9, True)),
    ("InverseTimeDecay", (0.1, 100, 0.5)),
    ("InverseTimeDecay", (0.1, 100, 0.5, True)),
    ("PolynomialDecay", (0.1, 300)),
    ("PolynomialDecay", (0.1, 300, 0.02, 0.5)),
    ("PolynomialDecay", (0.1, 100, 0.02, 2.0, True)),
    ("PiecewiseConstantDecay", ([100, 250, 400], [0.1, 0.05, 0.02, 0.01])),
    ("CosineDecay", (0.1, 300)),
    ("CosineDecay", (0.1, 300, 0.2)),
    ("CosineDecay", (0.01, 300, 0.2, "warm", 0.1, 50)),
    ("CosineDecayRestarts", (0.1, 100)),
    ("CosineDecayRestarts", (0.1, 60, 1.5, 0.8, 0.1)),
    ("CosineDecayRestarts", (0.1, 100, 1.0, 0.8, 0.1)),
]


def rates(schedule, steps=STEPS):
    return [float(schedule(jnp.int32(step))) for step in steps]


@pytest.mark.references(*{f"schedules.{name}" for name, _ in AGAINST_KERAS})
@pytest.mark.parametrize(
    ("name", "arguments"), AGAINST_KERAS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_keras(keras, name, arguments):
    theirs, ours = getattr(keras.optimizers.schedules, name)(*arguments), getattr(schedules, name)(*arguments)
    with jax.numpy_dtype_promotion("standard"):
        expected = [float(theirs(jnp.int32(step))) for step in STEPS]
    np.testing.assert_allclose(rates(ours), expected, rtol=1e-5, atol=1e-7)
    assert len(set(expected)) > 3


def torch_rates(torch, steps, make, momentum=False):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    schedule, found = make(torch.optim.lr_scheduler, optimizer), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["momentum" if momentum else "lr"])
        optimizer.step()
        schedule.step()
    return found


ONE_CYCLES = [
    ({}, {}),
    ({"pct_start": 0.2, "div_factor": 10.0, "final_div_factor": 100.0},) * 2,
    ({"anneal_strategy": "linear"},) * 2,
    ({"three_phase": True},) * 2,
    ({"three_phase": True, "anneal_strategy": "linear", "pct_start": 0.45},) * 2,
]


@pytest.mark.references("schedules.OneCycle")
@pytest.mark.parametrize(("ours", "theirs"), ONE_CYCLES)
@pytest.mark.parametrize("steps", [10, 97])
def test_one_cycle(torch, ours, theirs, steps):
    expected = torch_rates(torch, steps, lambda s, o: s.OneCycleLR(o, 0.4, total_steps=steps, **theirs))
    result = rates(schedules.OneCycle(0.4, steps, **ours), range(steps))
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-7)
    assert rates(schedules.OneCycle(0.4, steps, **ours), [10 * steps]) == pytest.approx(
        expected[-1:], rel=1e-4
    )


@pytest.mark.parametrize("steps", [10, 97])
def test_one_cycle_of_the_momentum(torch, steps):
    expected = torch_rates(torch, steps, lambda s, o: s.OneCycleLR(o, 0.4, total_steps=steps), momentum=True)
    ours = schedules.OneCycle(0.85, steps, div_factor=0.85 / 0.95, final_div_factor=1)
    np.testing.assert_allclose(rates(ours, range(steps)), expected, rtol=1e-5)


@pytest.mark.references("schedules.CyclicalLearningRate")
@pytest.mark.parametrize("mode", ["triangular", "triangular2", "exp_range"])
def test_cyclical(torch, mode):
    expected = torch_rates(
        torch, 60, lambda s, o: s.CyclicLR(o, 0.01, 0.3, 9, mode=mode, gamma=0.98, cycle_momentum=False)
    )
    result = rates(schedules.CyclicalLearningRate(0.01, 0.3, 9, mode, 0.98), range(60))
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.references("schedules.Warmup")
def test_warm_up(torch):
    def both(schedulers, optimizer):
        warm = schedulers.LinearLR(optimizer, 0.2, 1.0, total_iters=8)
        after = schedulers.ExponentialLR(optimizer, 0.9)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of SequentialLR's own way to step
            return schedulers.SequentialLR(optimizer, [warm, after], milestones=[8])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = torch_rates(torch, 30, both)
    ours = schedules.Warmup(schedules.ExponentialDecay(0.1, 1, 0.9), 8, initial_learning_rate=0.02)
    np.testing.assert_allclose(rates(ours, range(30)), expected, rtol=1e-5)


def test_warm_up_is_that_of_keras_cosine_decay(keras):
    theirs = keras.optimizers.schedules.CosineDecay(0.01, 300, 0.2, warmup_target=0.1, warmup_steps=50)
    with jax.numpy_dtype_promotion("standard"):
        expected = [float(theirs(jnp.int32(step))) for step in STEPS]
    ours = schedules.Warmup(schedules.CosineDecay(0.1, 300, 0.2), 50, initial_learning_rate=0.01)
    np.testing.assert_allclose(rates(ours), expected, rtol=1e-5)


@pytest.mark.references("schedules.RisingMomentum")
def test_the_momentum_of_sutskever():
    expected = [min(1 - 2 ** (-1 - math.log2(t // 250 + 1)), 0.9) for t in STEPS]
    np.testing.assert_allclose(rates(schedules.RisingMomentum(0.9)), expected, rtol=1e-6)
    assert len(set(expected)) >= 4


@pytest.mark.references("schedules.CoslogDecay")
@pytest.mark.parametrize("cycles", [1, 4, 6])
def test_coslog_is_that_of_the_paper(cycles):
    passed = np.minimum(np.array(STEPS) / 555, 1.0)
    expected = 0.04 * (1 - np.cos(2 * np.pi * np.log2(1 + (2**cycles - 1) * passed))) / 2
    result = rates(schedules.CoslogDecay(0.04, 555, cycles))
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.references("schedules.FlatCosineDecay")
def test_flat_and_cosine_is_that_of_the_paper():
    passed = np.minimum(np.array(STEPS) / 555, 1.0)
    expected = 0.15 * 0.5 * (1 + np.cos(np.pi * (np.maximum(1, 2 * passed) - 1)))
    np.testing.assert_allclose(rates(schedules.FlatCosineDecay(0.15, 555)), expected, rtol=1e-5, atol=1e-8)


@pytest.mark.references("schedules.FlatCosineDecay")
def test_flat_and_cosine_is_two_schedules_of_pytorch(torch):
    def both(schedulers, optimizer):
        flat = schedulers.ConstantLR(optimizer, 1.0, total_iters=8)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of SequentialLR's own way to step
            return schedulers.SequentialLR(
                optimizer, [flat, schedulers.CosineAnnealingLR(optimizer, 12)], milestones=[8]
            )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = torch_rates(torch, 20, both)
    ours = schedules.FlatCosineDecay(0.1, 20, flat=0.4)
    np.testing.assert_allclose(rates(ours, range(20)), expected, rtol=1e-5)
