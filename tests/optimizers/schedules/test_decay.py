import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import canonical, stack
from fallline.errors import UsageError
from fallline.optimizers.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from fallline.registry.configuration import from_config, to_config

STEPS = [0, 1, 2, 5, 9, 10, 11, 19, 20, 25, 40]

CLOSED_FORMS = {
    "exponential": (ExponentialDecay(0.5, 10, 0.8), lambda t: 0.5 * 0.8 ** (t / 10)),
    "exponential staircase": (
        ExponentialDecay(0.5, 10, 0.8, staircase=True),
        lambda t: 0.5 * 0.8 ** (t // 10),
    ),
    "inverse time": (InverseTimeDecay(0.5, 10, 0.8), lambda t: 0.5 / (1 + 0.8 * t / 10)),
    "inverse time staircase": (InverseTimeDecay(0.5, 10, 0.8, True), lambda t: 0.5 / (1 + 0.8 * (t // 10))),
    "line": (PolynomialDecay(0.5, 20, 0.1), lambda t: 0.5 - 0.4 * min(t, 20) / 20),
    "square": (PolynomialDecay(0.5, 20, 0.1, power=2.0), lambda t: 0.4 * (1 - min(t, 20) / 20) ** 2 + 0.1),
    "cycle": (
        PolynomialDecay(0.5, 10, 0.1, cycle=True),
        lambda t: 0.4 * (1 - t / (10 * max(1, math.ceil(t / 10)))) + 0.1,
    ),
    "default end": (PolynomialDecay(0.5, 10), lambda t: 0.4999 * (1 - min(t, 10) / 10) + 0.0001),
}
EVERY = {name: schedule for name, (schedule, _) in CLOSED_FORMS.items()} | {
    "cosine": CosineDecay(0.5, 10, 0.1),
    "cosine warm-up": CosineDecay(0.1, 10, 0.1, warmup_target=0.5, warmup_steps=5),
    "restarts": CosineDecayRestarts(0.5, 10, 1.5, 0.9, 0.1),
    "piecewise": PiecewiseConstantDecay([5, 10], [0.5, 0.3, 0.1]),
}
every_schedule = pytest.mark.parametrize("schedule", EVERY.values(), ids=EVERY.keys())


@pytest.mark.parametrize(("schedule", "expected"), CLOSED_FORMS.values(), ids=CLOSED_FORMS.keys())
def test_the_closed_form(schedule, expected):
    rates = [float(schedule(jnp.int32(t))) for t in STEPS]
    np.testing.assert_allclose(rates, [expected(t) for t in STEPS], rtol=1e-5)


@every_schedule
def test_the_configuration_goes_to_json_and_back(schedule):
    again = from_config(json.loads(json.dumps(to_config(schedule))))
    assert jax.tree.structure(again) == jax.tree.structure(schedule)
    for one, other in zip(jax.tree.leaves(again), jax.tree.leaves(schedule), strict=True):
        np.testing.assert_array_equal(one, other)
        assert canonical(one).dtype == canonical(other).dtype


@every_schedule
def test_stacked_numbers_give_each_member_its_own_rate(schedule):
    members = [schedule, jax.tree.map(lambda leaf: leaf * 2, schedule)]
    steps = jnp.arange(30)
    together = jax.vmap(lambda member: jax.vmap(member)(steps))(stack(members))
    for rates, member in zip(together, members, strict=True):
        np.testing.assert_allclose(rates, [float(member(step)) for step in steps], rtol=1e-5, atol=1e-7)
    assert np.max(np.abs(together[0] - together[1])) > 0.01


@every_schedule
def test_the_rate_is_a_scalar_of_the_default_type(schedule):
    assert (schedule(jnp.int32(3)).shape, schedule(jnp.int32(3)).dtype) == ((), jnp.float32)
    with jax.enable_x64(True):
        assert schedule(jnp.int32(3)).dtype == jnp.float64


@every_schedule
def test_other_numbers_are_the_same_program(schedule):
    other = jax.tree.map(lambda leaf: leaf * 2, schedule)
    assert jax.tree.structure(schedule) == jax.tree.structure(other)


@pytest.mark.parametrize("cls", [ExponentialDecay, InverseTimeDecay])
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((-0.1, 10, 0.9), "initial_learning_rate"),
        ((0.1, 0, 0.9), "decay_steps"),
        ((0.1, 10, -1), "decay_rate"),
    ],
)
def test_numbers_out_of_range_are_refused(cls, arguments, name):
    with pytest.raises(UsageError, match=f"{cls.__name__}: {name} must be a finite number"):
        cls(*arguments)


@pytest.mark.parametrize(("name", "value"), [("decay_steps", 0), ("end_learning_rate", -1), ("power", -1)])
def test_a_polynomial_out_of_range_is_refused(name, value):
    with pytest.raises(UsageError, match=f"PolynomialDecay: {name} must be a finite number"):
        PolynomialDecay(**{"initial_learning_rate": 0.1, "decay_steps": 10, name: value})
