import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import RMSprop


def numpy_rule(rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    def rule(p, g, t, memory):
        memory["v"] = rho * memory.get("v", 0.0) + (1 - rho) * g**2
        memory["a"] = rho * memory.get("a", 0.0) + (1 - rho) * g
        variance = memory["v"] - memory["a"] ** 2 if centered else memory["v"]
        memory["u"] = momentum * memory.get("u", 0.0) + rate * g / np.sqrt(variance + epsilon)
        return p - memory["u"]

    return rule


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"learning_rate": 0.05, "rho": 0.7},
        {"learning_rate": 0.01, "momentum": 0.9},
        {"learning_rate": 0.01, "epsilon": 0.3},
        {"learning_rate": 0.01, "centered": True},
        {"learning_rate": 0.01, "centered": True, "momentum": 0.5},
    ],
)
def test_the_equations(settings, walk, follow, assert_same):
    expected = {("rate" if name == "learning_rate" else name): value for name, value in settings.items()}
    assert_same(walk(RMSprop(**settings)), follow(numpy_rule(**expected)), rtol=1e-5, atol=1e-5)


def test_only_the_slots_in_use_are_kept():
    params = {"p": jnp.zeros(2)}
    assert set(RMSprop().init(params).slots) == {"velocity"}
    assert set(RMSprop(momentum=0.1).init(params).slots) == {"velocity", "momentum"}
    assert set(RMSprop(centered=True).init(params).slots) == {"velocity", "average_gradient"}


def test_centered_stays_finite_under_a_large_constant_gradient():
    # v - a^2 tends to 0 here, and its rounding error is far larger than epsilon.
    optimizer = RMSprop(1e-6, centered=True)
    params = {"p": jnp.zeros(64, jnp.float32)}
    gradient = {"p": jnp.linspace(300.0, 400.0, 64, dtype=jnp.float32)}
    state = optimizer.init(params)
    noise = []
    for _ in range(200):
        params, state = optimizer.update(gradient, state, params)
        noise.append(float(jnp.min(state.slots["velocity"]["p"] - state.slots["average_gradient"]["p"] ** 2)))
    assert min(noise) < -1e-7  # the hazard is there
    assert bool(jnp.all(jnp.isfinite(params["p"])))


def test_rho_above_one_is_refused():
    with pytest.raises(UsageError, match=r"RMSprop: rho must be a finite number between 0 and 1, got 1.5"):
        RMSprop(rho=1.5)
