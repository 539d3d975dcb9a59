"""Mean, spread and bounds of draws have derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.compilation.program import Program
from fallline.graph.random import distributions, seeds


def normals(state, low, spread):
    return distributions.normal(state, (4, 3), mean=low, stddev=spread)[0]


def truncated(state, low, spread):
    return distributions.truncated_normal(state, (4, 3), mean=low, stddev=spread)[0]


def uniforms(state, low, spread):
    return distributions.uniform(state, (4, 3), low=low, high=low + spread)[0]


@pytest.mark.parametrize("draw", [normals, truncated, uniforms])
def test_a_draw_moves_with_its_place_and_its_spread(draw):
    weights = jnp.asarray(np.linspace(-1, 2, 12, dtype=np.float32).reshape(4, 3))

    def both(state, low, spread):
        def weighed(low, spread):
            return jnp.sum(weights * draw(state, low, spread) ** 2)

        values = draw(state, low, spread)
        return values, jax.grad(weighed, (0, 1))(low, spread), jax.hessian(weighed, 1)(low, spread)

    low, spread = jnp.float32([0.5, 0.25, -1.0]), jnp.float32(1.5)
    state = jnp.asarray(seeds.start((87654321, 7)))
    values, (of_low, of_spread), second = Program(both, "derivatives", runs_once=True)(state, low, spread)
    unit = (values - low) / spread
    np.testing.assert_allclose(of_low, np.sum(weights * 2 * values, 0), rtol=1e-5)
    np.testing.assert_allclose(of_spread, np.sum(weights * 2 * values * unit), rtol=1e-5)
    np.testing.assert_allclose(second, np.sum(weights * 2 * unit**2), rtol=1e-5)
