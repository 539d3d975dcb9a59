import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import SGD


def test_a_plain_step_is_the_learning_rate_times_the_gradient(descend, follow, assert_same):
    assert_same(descend(SGD(0.1)), follow(lambda p, g, t, memory: p - 0.1 * g))


def test_the_default_learning_rate_is_a_hundredth(descend, follow, assert_same):
    assert_same(descend(SGD()), follow(lambda p, g, t, memory: p - 0.01 * g))


def test_momentum_keeps_a_velocity(descend, follow, assert_same):
    def rule(p, g, t, memory):
        memory["v"] = 0.9 * memory.get("v", 0.0) - 0.05 * g
        return p + memory["v"]

    assert_same(descend(SGD(0.05, momentum=0.9)), follow(rule))


def test_nesterov_looks_ahead(descend, follow, assert_same):
    def rule(p, g, t, memory):
        memory["v"] = 0.8 * memory.get("v", 0.0) - 0.05 * g
        return p + 0.8 * memory["v"] - 0.05 * g

    assert_same(descend(SGD(0.05, 0.8, True)), follow(rule))


def test_weight_decay_shrinks_every_parameter_before_the_step(descend, follow, assert_same):
    assert_same(
        descend(SGD(0.1, weight_decay=0.3)), follow(lambda p, g, t, memory: p * (1 - 0.3 * 0.1) - 0.1 * g)
    )


def test_a_quadratic_contracts_by_its_known_factor():
    # On f(p) = a p^2 / 2 a step of rate r multiplies p by 1 - r a.
    params = {"p": jnp.float32(3.0)}
    optimizer = SGD(0.25)
    state = optimizer.init(params)
    for _ in range(5):
        params, state = optimizer.update({"p": 2 * params["p"]}, state, params)
    assert float(params["p"]) == 3.0 * 0.5**5


def test_momentum_zero_keeps_no_velocity_and_says_none():
    optimizer = SGD(0.1, momentum=0.0)
    assert optimizer.momentum is None
    assert optimizer.init({"p": jnp.zeros(3)}).slots == {}
    assert SGD(0.1, momentum=0).momentum is None


def test_momentum_given_as_an_array_of_zero_keeps_its_velocity(descend, assert_same):
    optimizer = SGD(0.1, momentum=np.zeros(()))
    assert set(optimizer.init({"p": jnp.zeros(3)}).slots) == {"momentum"}
    assert_same(descend(optimizer), jax.tree.map(np.asarray, descend(SGD(0.1))), rtol=0, atol=1e-7)


@pytest.mark.parametrize("momentum", [-0.1, 1.1, float("nan"), "0.9", True])
def test_momentum_outside_its_range_is_refused(momentum):
    with pytest.raises(UsageError, match=r"SGD: momentum must be a .*between 0 and 1"):
        SGD(momentum=momentum)
