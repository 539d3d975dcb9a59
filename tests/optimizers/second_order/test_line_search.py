"""Both searches on functions of one number whose answers are known."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.optimizers.second_order.line_search import HALVINGS, backtracking, strong_wolfe


def start_of(phi):
    return jax.value_and_grad(phi)(jnp.zeros(()))


def test_backtracking_takes_the_first_step_where_it_lowers_the_loss_enough():
    def phi(t):
        return (t - 1) ** 2

    length = backtracking(phi, *start_of(phi), 1.0)
    assert (float(length.step), int(length.evaluations)) == (1.0, 1)


def test_backtracking_halves_until_the_loss_falls():
    """phi = (t - 1)^2 falls below phi(0) only for t < 2: from 9 the halves are 4.5, 2.25, 1.125."""

    def phi(t):
        return (t - 1) ** 2

    length = backtracking(phi, *start_of(phi), 9.0)
    assert (float(length.step), int(length.evaluations)) == (1.125, 4)


def test_backtracking_goes_past_what_is_not_finite():
    def phi(t):
        return jnp.where(t > 0.3, jnp.nan, -t)

    length = backtracking(phi, jnp.zeros(()), -jnp.ones(()), 1.0)
    assert float(length.step) == 0.25


def test_backtracking_stays_where_nothing_is_lower():
    def phi(t):
        return t

    # The slope is a lie: along it the loss only rises.
    length = backtracking(phi, jnp.zeros(()), -jnp.ones(()), 1.0)
    assert float(length.step) == 0
    assert int(length.evaluations) == HALVINGS + 1


def test_backtracking_accepts_a_rise_by_rounding_alone():
    value = jnp.asarray(1000.0)

    def phi(t):
        return jnp.nextafter(value, jnp.asarray(jnp.inf)) + 0 * t

    assert float(backtracking(phi, value, jnp.asarray(-1e-9), 1.0).step) == 1


LINES = {
    "quadratic, minimum near": lambda t: (t - 0.01) ** 2,
    "quadratic, minimum far": lambda t: (t / 200 - 1) ** 2,
    "quartic": lambda t: t**4 / 4 - 2 * t**3 / 3 - t,
    "waves": lambda t: jnp.sin(3 * t) * -1 + 0.3 * t**2,
    "wall": lambda t: -jnp.log1p(-t / 3) - t,
    "Moré and Thuente's first": lambda t: -t / (t**2 + 2),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("flatness", [0.9, 0.001])
@pytest.mark.parametrize("first", [0.1, 10.0])
def test_the_step_satisfies_the_strong_wolfe_conditions(name, flatness, first):
    """Computed anew from the definition, in float64."""
    phi = LINES[name]
    with jax.enable_x64(True):
        value, slope = start_of(phi)
        assert slope < 0
        length = strong_wolfe(phi, value, slope, jnp.asarray(first), flatness, 40)
        reached, flat = jax.value_and_grad(phi)(length.step)
        assert int(length.evaluations) < 40
        assert reached <= value + 1e-4 * length.step * slope
        assert abs(flat) <= flatness * abs(slope)


def test_a_search_without_end_gives_the_best_point_so_far():
    """On a straight slope no point is flat: the steps 1, 10, 100 end at the third trial."""

    def phi(t):
        return -t

    length = strong_wolfe(phi, *start_of(phi), jnp.ones(()), 0.9, 3)
    assert int(length.evaluations) == 3
    assert float(length.step) > 4


def test_the_search_stays_where_nothing_is_lower():
    def phi(t):
        return t

    length = strong_wolfe(phi, jnp.zeros(()), -jnp.ones(()), jnp.ones(()), 0.9, 20)
    assert (float(length.step), int(length.evaluations)) == (0, 20)


def test_searches_side_by_side_find_what_each_finds_alone():
    def search(centre):
        def phi(t):
            return (t - centre) ** 4

        return strong_wolfe(phi, *start_of(phi), jnp.ones(()), 0.1, 30)

    centres = jnp.asarray([0.02, 0.9, 40.0])
    together = jax.vmap(search)(centres)
    alone = [search(centre) for centre in centres]
    np.testing.assert_allclose(together.step, [length.step for length in alone], rtol=1e-5)
    np.testing.assert_array_equal(together.evaluations, [length.evaluations for length in alone])
