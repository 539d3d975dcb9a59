"""Small problems for the optimizers of second order."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.optimizers.optimizer import Problem

ROWS, HIDDEN = 120, 10


@pytest.fixture
def quadratic():
    """A convex quadratic of 12 parameters in two arrays: the problem, the start, and the minimum by NumPy.

    1/2 p . A p - b . p, with eigenvalues of A spread evenly in logarithm from 1 to the condition number.
    """

    def make(condition=1e3, dtype=jnp.float32):
        random = np.random.default_rng(5)
        rotation, _ = np.linalg.qr(random.normal(size=(12, 12)))
        matrix = (rotation * np.geomspace(1, condition, 12)) @ rotation.T
        b = random.normal(size=12)
        # The equations see what the parameters' type holds of A and b.
        matrix, b = (np.asarray(jnp.asarray(array, dtype), np.float64) for array in (matrix, b))
        A, c = jnp.asarray(matrix, dtype), jnp.asarray(b, dtype)

        def outputs(params):
            return jnp.concatenate([params["kernel"].ravel(), params["bias"]])

        def loss_of_outputs(outputs, params):
            return outputs @ (A @ outputs) / 2 - c @ outputs

        def loss(params):
            return loss_of_outputs(outputs(params), params), {"sum": outputs(params).sum()}

        start = {
            "kernel": jnp.asarray(random.normal(size=(4, 2)), dtype),
            "bias": jnp.asarray(random.normal(size=4), dtype),
        }
        return Problem(loss, outputs, loss_of_outputs), start, np.linalg.solve(matrix, b)

    return make


@pytest.fixture
def flat():
    """The parameters of `quadratic` as one vector in its order."""

    def concatenate(params):
        return np.concatenate([np.asarray(params["kernel"], np.float64).ravel(), params["bias"]])

    return concatenate


@pytest.fixture
def small_net():
    """A regression with a net of two layers: tanh, 10 hidden units, 31 parameters, 120 rows of a smooth function."""

    def make(seed=0, dtype=jnp.float32, l2=0.0):
        x = np.linspace(-3, 3, ROWS)[:, None]
        x, y = jnp.asarray(x, dtype), jnp.asarray(np.exp(-(x**2)) + 0.3 * x, dtype)
        random = np.random.default_rng(seed)
        start = {
            "hidden": {"kernel": random.normal(size=(1, HIDDEN)), "bias": np.zeros(HIDDEN)},
            "output": {"kernel": random.normal(size=(HIDDEN, 1)) / 3, "bias": np.zeros(1)},
        }
        start = jax.tree.map(lambda array: jnp.asarray(array, dtype), start)

        def outputs(params):
            hidden = jnp.tanh(x @ params["hidden"]["kernel"] + params["hidden"]["bias"])
            return hidden @ params["output"]["kernel"] + params["output"]["bias"]

        def loss_of_outputs(outputs, params):
            penalty = sum(jnp.sum(jnp.square(layer["kernel"])) for layer in params.values())
            return jnp.mean(jnp.square(outputs - y)) + jnp.asarray(l2, dtype) * penalty

        def loss(params):
            return loss_of_outputs(outputs(params), params), {"count": jnp.asarray(ROWS)}

        return Problem(loss, outputs, loss_of_outputs), start

    return make
