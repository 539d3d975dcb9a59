"""One small problem for all optimizers: two parameter arrays and a sequence of fixed gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

STEPS = 12


@pytest.fixture
def start():
    """Parameters: a matrix and a vector, float64 NumPy."""
    random = np.random.default_rng(1)
    return {"kernel": random.normal(size=(3, 2)), "bias": random.normal(size=2)}


@pytest.fixture
def gradients(start):
    """A gradient for every step, float64 NumPy, of varying scale."""
    random = np.random.default_rng(2)
    return [
        {name: random.normal(size=value.shape) * (1 + step % 3) for name, value in start.items()}
        for step in range(STEPS)
    ]


@pytest.fixture
def walk(start, gradients):
    """Runs an optimizer over the gradients and returns the last parameters."""

    def run(optimizer, dtype=jnp.float32, steps=STEPS):
        params = jax.tree.map(lambda value: jnp.asarray(value, dtype), start)
        state = optimizer.init(params)
        for gradient in gradients[:steps]:
            gradient = jax.tree.map(lambda value: jnp.asarray(value, dtype), gradient)
            params, state = optimizer.update(gradient, state, params)
        assert int(state.step) == steps
        return params

    return run


@pytest.fixture
def follow(start, gradients):
    """Runs a rule for one NumPy array, `rule(p, g, t, memory) -> p`, over every parameter."""

    def run(rule):
        results = {}
        for name, value in start.items():
            memory, result = {}, value
            for t, gradient in enumerate(gradients, start=1):
                result = rule(result, gradient[name], t, memory)
            results[name] = result
        return results

    return run


@pytest.fixture
def assert_same():
    """Compares two trees of parameters within float32 rounding of a few steps."""

    def check(result, expected, rtol=2e-6, atol=2e-6):
        assert result.keys() == expected.keys()
        for name in expected:
            np.testing.assert_allclose(result[name], expected[name], rtol=rtol, atol=atol, err_msg=name)

    return check
