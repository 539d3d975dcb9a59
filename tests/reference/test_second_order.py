"""Optimizers of second order against NumPy, SciPy and scikit-learn, in float64, and against Adam per pass."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.optimizers import Adam
from fallline.optimizers.optimizer import Problem
from fallline.optimizers.second_order import LBFGS, GaussNewton, LevenbergMarquardt, Newton, NewtonCG

optimize = pytest.importorskip("scipy.optimize")

K = 8


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def of_vector(function):
    return Problem(lambda params: (function(params["w"]), {}))


def quadratic():
    """1/2 |X w - y|^2 whose Hessian X^T X has the condition number 1000; the minimum by NumPy."""
    random = np.random.default_rng(7)
    left, _ = np.linalg.qr(random.normal(size=(50, K)))
    right, _ = np.linalg.qr(random.normal(size=(K, K)))
    x = (left * np.geomspace(1, np.sqrt(1e3), K)) @ right.T
    y = random.normal(size=50)

    def outputs(params):
        return jnp.asarray(x) @ params["w"]

    def loss_of_outputs(outputs, params):
        return jnp.sum(jnp.square(outputs - y)) / 2

    problem = Problem(lambda p: (loss_of_outputs(outputs(p), p), {}), outputs, loss_of_outputs)
    return problem, {"w": jnp.asarray(random.normal(size=K))}, np.linalg.lstsq(x, y)[0]


IN_ONE_STEP = {
    "newton_abs": Newton(damping=0.0),
    "newton_shift": Newton(damping=0.0, negative_curvature="shift"),
    "newton_none": Newton(damping=0.0, negative_curvature="none", line_search=False),
    "gauss_newton": GaussNewton(damping=0.0),
    "levenberg_marquardt": LevenbergMarquardt(initial_damping=1e-12),
    "newton_cg": NewtonCG(damping=0.0, tolerance=1e-10, max_iterations=K),
    "newton_cg_gauss": NewtonCG(damping=0.0, tolerance=1e-10, max_iterations=K, curvature="gauss_newton"),
}


@pytest.mark.references(
    *[f"optimizers.{n}" for n in ("Newton", "GaussNewton", "LevenbergMarquardt", "NewtonCG")]
)
@pytest.mark.parametrize("name", IN_ONE_STEP)
def test_one_step_reaches_the_minimum_of_a_quadratic(descend, name):
    """For the conjugate gradients in their bound, k = 8 iterations. Rounding would ask for more at a larger k."""
    problem, start, minimum = quadratic()
    params, _, _, _ = descend(IN_ONE_STEP[name], problem, start, 1)
    # Rounding costs conjugate directions a part of their digits; one iteration fewer leaves an error of 0.6.
    atol = 1e-5 if name.startswith("newton_cg") else 1e-8
    np.testing.assert_allclose(params["w"], minimum, rtol=1e-7, atol=atol)


@pytest.mark.references("optimizers.LBFGS")
def test_lbfgs_with_a_nearly_exact_search_reaches_it_in_as_many_steps_as_parameters(descend):
    """With exact searches and m >= k it goes the way of the conjugate gradients: k = 8 steps; three more granted."""
    problem, start, minimum = quadratic()
    optimizer = LBFGS(history_size=30, flatness=2e-4)
    params, _, _, _ = descend(optimizer, problem, start, K + 3)
    np.testing.assert_allclose(params["w"], minimum, rtol=1e-6, atol=1e-7)


@pytest.mark.references("optimizers.Newton", "optimizers.NewtonCG", "optimizers.LBFGS")
@pytest.mark.parametrize(
    ("optimizer", "steps"),
    [
        (Newton(damping=0.0), 40),
        (Newton(damping=0.0, negative_curvature="shift"), 40),
        (NewtonCG(damping=0.0, tolerance=1e-3), 60),
        (LBFGS(), 60),
    ],
)
def test_the_rosenbrock_valley_ends_where_scipy_ends(descend, optimizer, steps):
    start = np.array([-1.2, 1.0])
    expected = optimize.minimize(optimize.rosen, start, jac=optimize.rosen_der, method="BFGS", tol=1e-10)

    def rosenbrock(w):
        return jnp.sum(100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2)

    params, _, _, _ = descend(optimizer, of_vector(rosenbrock), {"w": jnp.asarray(start)}, steps)
    np.testing.assert_allclose(params["w"], expected.x, atol=1e-5)


def logistic(l2=0.0):
    """Logistic regression of 80 rows: the data, and the problem in weights whose last one is the bias."""
    random = np.random.default_rng(3)
    x = np.hstack([random.normal(size=(80, 4)), np.ones((80, 1))])
    y = (x @ [1.0, -2.0, 0.5, 0.0, 0.3] + random.logistic(size=80) > 0).astype(float)

    def outputs(params):
        return jnp.asarray(x) @ params["w"]

    def loss_of_outputs(z, params):
        return jnp.mean(jnp.logaddexp(0.0, z) - y * z) + l2 * jnp.sum(jnp.square(params["w"][:-1]))

    problem = Problem(lambda p: (loss_of_outputs(outputs(p), p), {}), outputs, loss_of_outputs)
    return x, y, problem


@pytest.mark.references("optimizers.Newton", "optimizers.GaussNewton")
@pytest.mark.parametrize("kind", [Newton, GaussNewton])
def test_a_step_on_logistic_regression_is_iteratively_reweighted_least_squares(descend, kind):
    """w <- (X^T S X)^-1 X^T (S X w + y - p), S = diag(p (1 - p)): three steps by NumPy."""
    x, y, problem = logistic()
    w = np.full(5, 0.1)
    optimizer = kind(damping=0.0, line_search=False)
    start = {"w": jnp.asarray(w)}
    for steps in (1, 2, 3):
        p = 1 / (1 + np.exp(-x @ w))
        s = p * (1 - p)
        w = np.linalg.solve(x.T @ (s[:, None] * x), x.T @ (s * (x @ w) + y - p))
        params, _, _, _ = descend(optimizer, problem, start, steps)
        np.testing.assert_allclose(params["w"], w, rtol=1e-9)


@pytest.mark.references(*[f"optimizers.{n}" for n in ("Newton", "GaussNewton", "NewtonCG", "LBFGS")])
@pytest.mark.parametrize(
    "optimizer", [Newton(), GaussNewton(), NewtonCG(), NewtonCG(curvature="gauss_newton"), LBFGS()]
)
def test_penalised_logistic_regression_ends_where_scikit_learn_ends(descend, optimizer):
    """Scikit-learn minimises the sum of the losses + |w|^2 / (2 C), without penalty on the bias."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y, problem = logistic(l2=0.01)
    peer = linear_model.LogisticRegression(C=1 / (2 * 0.01 * 80), tol=1e-12, max_iter=1000).fit(x[:, :4], y)
    params, _, _, _ = descend(optimizer, problem, {"w": jnp.zeros(5)}, 30)
    np.testing.assert_allclose(params["w"], [*peer.coef_[0], *peer.intercept_], atol=1e-5)


@pytest.mark.references("optimizers.LBFGS")
def test_lbfgs_reaches_scipys_value_in_about_its_steps(descend):
    _, _, problem = logistic(l2=0.01)
    value_and_gradient = jax.value_and_grad(lambda w: problem.loss({"w": w})[0])

    def function(w):
        value, gradient = value_and_gradient(w)
        return float(value), np.asarray(gradient)

    options = {"ftol": 1e-12, "gtol": 1e-8}
    peer = optimize.minimize(function, np.zeros(5), jac=True, method="L-BFGS-B", options=options)
    params, _, losses, passes = descend(LBFGS(), problem, {"w": jnp.zeros(5)}, peer.nit + 5)
    assert abs(float(problem.loss(params)[0]) - peer.fun) < 1e-9
    # A gradient a step and mostly one trial: at most three times what SciPy evaluates.
    first = np.argmax(losses < peer.fun + 1e-5)
    assert 0 < passes[first] <= 3 * peer.nfev


@pytest.mark.references("optimizers.LevenbergMarquardt")
def test_levenberg_marquardt_ends_where_minpacks_ends(descend):
    """The decay a exp(-b t) + c with noise, from a far start; MINPACK's answer through SciPy."""
    t = np.linspace(0, 4, 40)
    y = 2.5 * np.exp(-1.3 * t) + 0.5 + 0.1 * np.random.default_rng(2).normal(size=40)

    def residuals(w):
        return w[0] * np.exp(-w[1] * t) + w[2] - y

    peer = optimize.least_squares(residuals, [1.0, 0.1, 0.0], method="lm", xtol=1e-12, ftol=1e-12)

    def outputs(params):
        a, b, c = params["w"]
        return a * jnp.exp(-b * jnp.asarray(t)) + c

    def loss_of_outputs(z, params):
        return jnp.sum(jnp.square(z - y)) / 2

    problem = Problem(lambda p: (loss_of_outputs(outputs(p), p), {}), outputs, loss_of_outputs)
    params, _, losses, _ = descend(LevenbergMarquardt(), problem, {"w": jnp.asarray([1.0, 0.1, 0.0])}, 30)
    np.testing.assert_allclose(params["w"], peer.x, rtol=1e-6)
    np.testing.assert_allclose(losses[-1], peer.cost, rtol=1e-10)
    assert np.all(np.diff(losses) <= 0)


def test_levenberg_marquardt_follows_nielsens_rule(descend):
    """Five steps by NumPy, with every damping that is tried; some of them fail."""

    def function(w, numpy):
        return numpy.stack([10 * (w[1] - w[0] ** 2), 1 - w[0]])

    def loss_of_outputs(z, params):
        return jnp.sum(jnp.square(z)) / 2

    def outputs(params):
        return function(params["w"], jnp)

    problem = Problem(lambda p: (loss_of_outputs(outputs(p), p), {}), outputs, loss_of_outputs)
    w, mu, refused = np.array([-1.2, 1.0]), None, 0
    for _ in range(5):
        J, r = np.array([[-20 * w[0], 10], [-1, 0]]), function(w, np)
        G, g, nu = J.T @ J, J.T @ r, 2
        mu = 1e-3 * np.diag(G).max() if mu is None else mu
        while True:
            d = np.linalg.solve(G + mu * np.eye(2), -g)
            rho = (r @ r - np.sum(function(w + d, np) ** 2)) / 2 / -(g @ d + d @ G @ d / 2)
            if rho > 0:
                break
            mu, nu, refused = mu * nu, nu * 2, refused + 1
        w, mu = w + d, mu * max(1 / 3, 1 - (2 * rho - 1) ** 3)
    assert refused > 0
    params, state, _, _ = descend(LevenbergMarquardt(), problem, {"w": jnp.asarray([-1.2, 1.0])}, 5)
    np.testing.assert_allclose(params["w"], w, rtol=1e-9)
    np.testing.assert_allclose(state.slots["damping"], mu, rtol=1e-9)
    assert int(state.slots["passes"]) == 5 * (1 + 2 + 1) + refused


def test_the_saddle_holds_the_plain_newton_step_and_lets_the_others_go(descend):
    """f = x^2 - y^2 + y^4/4 has its saddle at 0 and its minima at y = +-sqrt(2), f = -1."""
    problem = of_vector(lambda w: w[0] ** 2 - w[1] ** 2 + w[1] ** 4 / 4)
    start = {"w": jnp.asarray([0.5, 0.01])}
    plain = Newton(damping=0.0, negative_curvature="none", line_search=False)
    np.testing.assert_allclose(descend(plain, problem, start, 20)[0]["w"], [0, 0], atol=1e-12)
    for optimizer in (Newton(), Newton(negative_curvature="shift"), NewtonCG(), LBFGS()):
        params, _, _, _ = descend(optimizer, problem, start, 30)
        np.testing.assert_allclose(params["w"], [0, np.sqrt(2)], atol=1e-5)


def small_regression(seed):
    """Two layers, 10 tanh units, 31 parameters; 120 rows of exp(-x^2) + 0.3 x."""
    x = np.linspace(-3, 3, 120)[:, None]
    y = np.exp(-(x**2)) + 0.3 * x
    random = np.random.default_rng(seed)
    params = {
        "w1": random.normal(size=(1, 10)),
        "b1": np.zeros(10),
        "w2": random.normal(size=(10, 1)) / 3,
        "b2": np.zeros(1),
    }

    def outputs(p):
        return jnp.tanh(jnp.asarray(x) @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]

    def loss_of_outputs(z, p):
        return jnp.mean(jnp.square(z - y))

    problem = Problem(lambda p: (loss_of_outputs(outputs(p), p), {}), outputs, loss_of_outputs)
    return problem, jax.tree.map(jnp.asarray, params)


@pytest.fixture(scope="module")
def best_adam(descend):
    """seed -> the lowest loss after each number of steps that any of three learning rates reaches."""
    with jax.enable_x64(True):
        curves = {}
        for seed in (0, 1):
            runs = [descend(Adam(rate), *small_regression(seed), 1300)[2] for rate in (0.01, 0.03, 0.1)]
            curves[seed] = np.minimum.accumulate(np.min(runs, axis=0))
        return curves


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("optimizer", "steps"),
    [
        (Newton(damping=1e-5), 36),
        (GaussNewton(), 15),
        (LevenbergMarquardt(), 36),
        (NewtonCG(), 50),
        (NewtonCG(curvature="gauss_newton"), 50),
        (LBFGS(), 50),
    ],
)
def test_each_beats_adam_per_step_and_per_pass(descend, best_adam, optimizer, steps, seed):
    """Adam with the best of three learning rates, at as many steps, and at as many passes through the data.

    The passes count every gradient, every product of the curvature with a vector, every loss of a search.
    """
    _, _, losses, passes = descend(optimizer, *small_regression(seed), steps)
    adam = best_adam[seed]
    assert losses[-1] < adam[steps - 1] / 30
    assert losses[-1] < adam[passes[-1]]
