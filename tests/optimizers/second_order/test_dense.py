"""Matrices and solutions against NumPy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers.second_order.dense import (
    absolute_step,
    check_size,
    matrix_of,
    plain_step,
    shifted_step,
)

EIGENVALUES = {
    "positive": [0.5, 1.0, 3.0, 40.0],
    "indefinite": [-20.0, -0.1, 0.7, 10.0],
    "negative": [-4.0, -3.0, -2.0, -1.0],
}


def matrix_with(eigenvalues):
    random = np.random.default_rng(3)
    rotation, _ = np.linalg.qr(random.normal(size=(len(eigenvalues), len(eigenvalues))))
    return (rotation * np.asarray(eigenvalues)) @ rotation.T, rotation, random.normal(size=len(eigenvalues))


def as_arrays(matrix, gradient, damping):
    return jnp.asarray(matrix), jnp.asarray(gradient), jnp.asarray(damping)


@pytest.mark.parametrize("size", [1, 7, 300])
def test_the_matrix_behind_a_product_is_the_matrix(size):
    """300 columns come in three passes."""
    half = np.random.default_rng(4).normal(size=(size, size))
    matrix = jnp.asarray(half + half.T, jnp.float32)
    np.testing.assert_allclose(matrix_of(lambda v: matrix @ v, matrix[0]), matrix, rtol=1e-6)


@pytest.mark.parametrize("kind", EIGENVALUES)
@pytest.mark.parametrize("damping", [0.0, 0.3])
def test_the_plain_step_solves_the_equation(kind, damping):
    with jax.enable_x64(True):
        matrix, _, gradient = matrix_with(EIGENVALUES[kind])
        step = plain_step(*as_arrays(matrix, gradient, damping))
        np.testing.assert_allclose(step, np.linalg.solve(matrix + damping * np.eye(4), -gradient))


@pytest.mark.parametrize("kind", EIGENVALUES)
@pytest.mark.parametrize("damping", [0.0, 0.3])
def test_the_absolute_step_has_the_magnitudes_of_the_eigenvalues(kind, damping):
    with jax.enable_x64(True):
        matrix, rotation, gradient = matrix_with(EIGENVALUES[kind])
        absolute = (rotation * (np.abs(EIGENVALUES[kind]) + damping)) @ rotation.T
        step = absolute_step(*as_arrays(matrix, gradient, damping))
        np.testing.assert_allclose(step, np.linalg.solve(absolute, -gradient))


def test_the_absolute_step_of_a_singular_matrix_is_the_shortest():
    matrix, _, _ = matrix_with([0.0, 0.0, 2.0, 5.0])
    gradient = matrix @ np.array([1.0, -2.0, 0.5, 3.0])
    step = absolute_step(*(jnp.asarray(array, jnp.float32) for array in (matrix, gradient, 0.0)))
    np.testing.assert_allclose(step, np.linalg.lstsq(matrix, -gradient, rcond=1e-6)[0], rtol=2e-5)


def test_the_absolute_step_of_no_curvature_is_no_step():
    step = absolute_step(jnp.zeros((3, 3)), jnp.ones(3), jnp.asarray(0.0))
    np.testing.assert_array_equal(step, np.zeros(3))


def test_the_shifted_step_leaves_a_positive_definite_matrix_alone():
    with jax.enable_x64(True):
        matrix, _, gradient = matrix_with(EIGENVALUES["positive"])
        step = shifted_step(*as_arrays(matrix, gradient, 0.3))
        np.testing.assert_allclose(step, np.linalg.solve(matrix + 0.3 * np.eye(4), -gradient))


@pytest.mark.parametrize("kind", ["indefinite", "negative"])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_shifted_step_is_that_of_a_shift_that_makes_the_matrix_positive_definite(kind, scale):
    """And of no shift much larger than needed: at most doubled from the one that suffices, whatever the units."""
    with jax.enable_x64(True):
        eigenvalues = scale * np.asarray(EIGENVALUES[kind])
        matrix, _, gradient = matrix_with(eigenvalues)
        step = np.asarray(shifted_step(*as_arrays(matrix, gradient, 0.0)))
        # (A + tau I) d = -g gives tau from any component.
        shift = (-gradient - matrix @ step) / step
        np.testing.assert_allclose(shift, shift[0], rtol=1e-6)
        assert -eigenvalues[0] < shift[0] < 2.1 * -eigenvalues[0]


def test_the_size_limit_says_what_it_would_take_and_what_to_use():
    params = {"kernel": jnp.zeros((100, 100)), "bias": jnp.zeros(1)}
    check_size("Newton", params, 10_001)
    with pytest.raises(UsageError, match=r"10001 parameters .* max_parameters=10000.*1\.2 GB") as error:
        check_size("Newton", params, 10_000)
    assert "NewtonCG or LBFGS" in str(error.value)
