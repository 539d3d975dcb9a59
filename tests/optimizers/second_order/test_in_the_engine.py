"""The optimizers of second order inside the compiled run."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from fallline import engine
from fallline._tree import tree
from fallline.engine import Parts
from fallline.errors import UsageError
from fallline.optimizers.second_order import LBFGS, GaussNewton, LevenbergMarquardt, Newton, NewtonCG

OPTIMIZERS = {
    "newton": Newton(),
    "newton_shift": Newton(negative_curvature="shift"),
    "gauss_newton": GaussNewton(),
    "levenberg_marquardt": LevenbergMarquardt(),
    "newton_cg": NewtonCG(),
    "newton_cg_gauss": NewtonCG(curvature="gauss_newton"),
    "lbfgs": LBFGS(),
}


@tree
class LinearRegression(engine.FunctionObjective):
    """The engine's view of a regression that says which outputs its loss is taken of."""

    def parts(self, variables, batch, key):
        return Parts(
            lambda params: batch.x @ params["w"] + params["b"],
            lambda outputs, params: jnp.mean(jnp.square(outputs - batch.y)),
        )


ROWS = 60


def regression_data(batches=1):
    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS * batches, 3)).astype(np.float32)
    return engine.Data(engine.Batch(x, (x @ np.array([1.0, -2.0, 0.5]) + 0.7).astype(np.float32)))


def regression(kind=LinearRegression):
    def loss(params, batch):
        return jnp.mean(jnp.square(batch.x @ params["w"] + params["b"] - batch.y))

    return kind(lambda key: {"w": jnp.zeros(3), "b": jnp.zeros(())}, loss)


def assert_solved(params):
    np.testing.assert_allclose(params["w"], [1, -2, 0.5], atol=1e-4)
    np.testing.assert_allclose(params["b"], 0.7, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "epochs"),
    [
        ("newton", 4),
        ("newton_shift", 4),
        ("gauss_newton", 4),
        ("levenberg_marquardt", 8),
        ("newton_cg", 15),
        ("newton_cg_gauss", 15),
        ("lbfgs", 12),
    ],
)
def test_in_the_engine_a_linear_regression_ends_at_its_weights(name, epochs):
    plan = engine.Plan(optimizer=OPTIMIZERS[name], epochs=epochs, batch_size=ROWS)
    result = engine.run(regression(), regression_data(), plan)
    assert_solved(result.variables.params)


@pytest.mark.parametrize("name", ["newton", "levenberg_marquardt", "newton_cg"])
def test_in_the_engine_mini_batches_serve_methods_without_memory(name):
    plan = engine.Plan(optimizer=OPTIMIZERS[name], epochs=4, batch_size=ROWS)
    assert_solved(engine.run(regression(), regression_data(batches=4), plan).variables.params)


def test_in_the_engine_a_population_of_members_ends_as_its_solo_runs():
    plan = engine.Plan(epochs=3, batch_size=ROWS)
    objective = regression()
    members = [engine.Numbers(objective, Newton(damping=damping)) for damping in (0.5, 2.0)]
    together = engine.run(objective, regression_data(), plan, engine.Numbers.stack(members))
    for index, member in enumerate(members):
        alone = engine.run(objective, regression_data(), plan, member)
        np.testing.assert_allclose(
            together.variables.params["w"][index], alone.variables.params["w"], rtol=1e-5
        )


def test_in_the_engine_a_loss_without_outputs_is_refused_in_words():
    plan = engine.Plan(optimizer=GaussNewton(), epochs=1)
    with pytest.raises(UsageError, match="not known as a function of outputs"):
        engine.run(regression(engine.FunctionObjective), regression_data(), plan)
