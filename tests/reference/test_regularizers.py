"""Penalties against Keras: values and gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import regularizers

KERNEL = np.random.default_rng(3).normal(size=(4, 5)).astype(np.float32)
WITH_ZEROS = np.where(np.arange(20).reshape(4, 5) % 3, KERNEL, 0).astype(np.float32)

CASES = {
    "l1": ("L1", {}),
    "l1 factor": ("L1", {"l1": 0.3}),
    "l2": ("L2", {}),
    "l2 factor": ("L2", {"l2": 0.3}),
    "none": ("L1L2", {}),
    "l1 of both": ("L1L2", {"l1": 0.3}),
    "l2 of both": ("L1L2", {"l2": 0.2}),
    "both": ("L1L2", {"l1": 0.3, "l2": 0.2}),
}


@pytest.mark.parametrize("case", CASES)
def test_penalty_and_gradient_are_those_of_keras(keras, case):
    name, factors = CASES[case]
    kernel = jnp.asarray(KERNEL)
    value, gradient = jax.value_and_grad(getattr(regularizers, name)(**factors))(kernel)
    expected, slope = jax.value_and_grad(getattr(keras.regularizers, name)(**factors))(kernel)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6)


def test_penalties_do_not_move_a_zero_weight(torch):
    # Keras on JAX does: JAX takes the derivative of |x| at 0 as 1.
    kernel = torch.tensor(WITH_ZEROS, requires_grad=True)
    (0.3 * kernel.abs().sum() + 0.2 * kernel.square().sum()).backward()
    gradient = jax.grad(regularizers.L1L2(l1=0.3, l2=0.2))(jnp.asarray(WITH_ZEROS))
    np.testing.assert_allclose(gradient, kernel.grad.numpy(), rtol=1e-6)
