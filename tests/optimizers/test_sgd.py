import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import SGD, Problem
from fallline.optimizers.schedules import RisingMomentum


def test_a_plain_step_is_the_learning_rate_times_the_gradient(walk, follow, assert_same):
    assert_same(walk(SGD(0.1)), follow(lambda p, g, t, memory: p - 0.1 * g))


def test_the_default_learning_rate_is_a_hundredth(walk, follow, assert_same):
    assert_same(walk(SGD()), follow(lambda p, g, t, memory: p - 0.01 * g))


def test_momentum_keeps_a_velocity(walk, follow, assert_same):
    def rule(p, g, t, memory):
        memory["v"] = 0.9 * memory.get("v", 0.0) - 0.05 * g
        return p + memory["v"]

    assert_same(walk(SGD(0.05, momentum=0.9)), follow(rule))


def test_nesterov_looks_ahead(walk, follow, assert_same):
    def rule(p, g, t, memory):
        memory["v"] = 0.8 * memory.get("v", 0.0) - 0.05 * g
        return p + 0.8 * memory["v"] - 0.05 * g

    assert_same(walk(SGD(0.05, 0.8, True)), follow(rule))


def test_weight_decay_shrinks_every_parameter_before_the_step(walk, follow, assert_same):
    assert_same(
        walk(SGD(0.1, weight_decay=0.3)), follow(lambda p, g, t, memory: p * (1 - 0.3 * 0.1) - 0.1 * g)
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


def test_a_stacked_momentum_of_zero_keeps_its_velocity(walk, assert_same):
    assert SGD(0.1, momentum=np.zeros(())).momentum is None
    optimizer = SGD(0.1, momentum=np.zeros(1))
    assert set(optimizer.init({"p": jnp.zeros(3)}).slots) == {"momentum"}
    assert_same(walk(optimizer), jax.tree.map(np.asarray, walk(SGD(0.1))), rtol=0, atol=1e-7)


@pytest.mark.parametrize("momentum", [-0.1, 1.1, float("nan"), "0.9", True])
def test_momentum_outside_its_range_is_refused(momentum):
    with pytest.raises(UsageError, match=r"SGD: momentum must be a .*between 0 and 1"):
        SGD(momentum=momentum)


@pytest.mark.parametrize("nesterov", [1e-6, "ahead", None, 1])
def test_a_kind_of_nesterov_that_is_none_is_refused(nesterov):
    with pytest.raises(UsageError, match='SGD: nesterov must be False, True or "lookahead"'):
        SGD(0.1, 0.9, nesterov)


CURVATURE = np.array([100.0, 1.0, 0.01])


def lookahead(momenta, rate):
    """Sutskever et al., equations 3 and 4, on sum(curvature * p^2) / 2, in float64."""
    p, v, points, losses = np.ones(3), np.zeros(3), [], []
    for momentum in momenta:
        ahead = p + momentum * v
        losses.append(0.5 * np.sum(CURVATURE * ahead**2))
        v = momentum * v - rate * CURVATURE * ahead
        p = p + v
        points.append(p)
    return np.array(points), losses


def steps_of(optimizer, steps):
    def loss(params):
        return 0.5 * jnp.sum(jnp.asarray(CURVATURE, jnp.float32) * jnp.square(params["p"])), None

    params = {"p": jnp.ones(3, jnp.float32)}
    state, points, losses = optimizer.init(params), [], []
    for _ in range(steps):
        params, state, value, _ = optimizer.step(Problem(loss), state, params)
        points.append(np.asarray(params["p"]))
        losses.append(float(value))
    return np.array(points), losses


@pytest.mark.parametrize("rising", [False, True])
def test_the_look_ahead_form_is_the_papers(rising):
    momentum = RisingMomentum(0.8, steps=3) if rising else 0.9
    momenta = [min(1 - 0.5 / (t // 3 + 1), 0.8) if rising else 0.9 for t in range(25)]
    points, losses = steps_of(SGD(0.005, momentum, nesterov="lookahead"), 25)
    expected, expected_losses = lookahead(momenta, 0.005)
    np.testing.assert_allclose(points, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-4)


def test_the_two_forms_walk_the_same_points_while_the_momentum_stays():
    ahead, ahead_losses = steps_of(SGD(0.005, 0.9, nesterov="lookahead"), 25)
    keras, keras_losses = steps_of(SGD(0.005, 0.9, nesterov=True), 25)
    np.testing.assert_allclose(ahead_losses, keras_losses, rtol=1e-4)
    assert np.max(np.abs(ahead - keras)) > 1e-3  # Keras keeps the points it looked ahead to
    rising = RisingMomentum(0.95, steps=3)
    _, ahead_losses = steps_of(SGD(0.005, rising, nesterov="lookahead"), 25)
    _, keras_losses = steps_of(SGD(0.005, rising, nesterov=True), 25)
    assert np.max(np.abs(np.array(ahead_losses) / keras_losses - 1)) > 1e-2


def test_looking_ahead_without_momentum_is_plain_descent(walk, assert_same):
    assert_same(walk(SGD(0.1, nesterov="lookahead")), jax.tree.map(np.asarray, walk(SGD(0.1))))
