"""Activations against Keras and PyTorch: values and derivatives, at 0 and far out."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations

POINTS = np.concatenate([np.linspace(-4.0, 4.0, 33), [-1e4, -90.0, -1e-6, 1e-6, 90.0, 1e4]]).astype(
    np.float32
)

KERAS = {
    "linear": (activations.Linear(), "linear", {}),
    "sigmoid": (activations.Sigmoid(), "sigmoid", {}),
    "tanh": (activations.Tanh(), "tanh", {}),
    "softmax": (activations.Softmax(), "softmax", {}),
    "relu": (activations.ReLU(), "relu", {}),
    "relu slope": (activations.ReLU(negative_slope=0.1), "relu", {"negative_slope": 0.1}),
    "relu max": (activations.ReLU(max_value=2.1), "relu", {"max_value": 2.1}),
    "relu threshold": (activations.ReLU(threshold=0.6), "relu", {"threshold": 0.6}),
    "relu threshold below 0": (activations.ReLU(threshold=-0.6), "relu", {"threshold": -0.6}),
    "relu all": (
        activations.ReLU(0.3, 2.1, 0.6),
        "relu",
        {"negative_slope": 0.3, "max_value": 2.1, "threshold": 0.6},
    ),
    "relu slope max": (activations.ReLU(0.3, 2.1), "relu", {"negative_slope": 0.3, "max_value": 2.1}),
    "elu": (activations.ELU(), "elu", {}),
    "elu alpha": (activations.ELU(alpha=0.4), "elu", {"alpha": 0.4}),
    "leaky_relu": (activations.LeakyReLU(), "leaky_relu", {}),
    "leaky_relu slope": (activations.LeakyReLU(0.05), "leaky_relu", {"negative_slope": 0.05}),
}


@pytest.mark.parametrize("case", KERAS)
def test_values_and_derivatives_are_those_of_keras(keras, case):
    ours, name, options = KERAS[case]
    theirs = getattr(keras.activations, name)
    # A weighted sum, as the plain sum of a softmax has no gradient.
    weights = jnp.asarray(np.cos(np.arange(len(POINTS))), jnp.float32)
    value, gradient = jax.value_and_grad(lambda x: jnp.sum(weights * ours(x)))(jnp.asarray(POINTS))
    expected, slope = jax.value_and_grad(lambda x: jnp.sum(weights * theirs(x, **options)))(
        jnp.asarray(POINTS)
    )
    np.testing.assert_allclose(ours(jnp.asarray(POINTS)), theirs(jnp.asarray(POINTS), **options), rtol=1e-6)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7)


TORCH = {
    "sigmoid": (activations.Sigmoid(), lambda f: f.sigmoid),
    "tanh": (activations.Tanh(), lambda f: f.tanh),
    "softmax": (activations.Softmax(), lambda f: lambda x: f.softmax(x, dim=-1)),
    "relu": (activations.ReLU(), lambda f: f.relu),
    "elu": (activations.ELU(alpha=0.7), lambda f: lambda x: f.elu(x, alpha=0.7)),
    "leaky_relu": (activations.LeakyReLU(0.01), lambda f: f.leaky_relu),
}


@pytest.mark.parametrize("case", TORCH)
def test_values_and_derivatives_are_those_of_pytorch(torch, case):
    ours, pick = TORCH[case]
    # Without 0 itself, where PyTorch takes the other one-sided derivative of the leaky unit.
    points = POINTS[POINTS != 0]
    x = torch.tensor(points, requires_grad=True)
    weights = np.cos(np.arange(len(points))).astype(np.float32)
    theirs = pick(torch.nn.functional)(x)
    (theirs * torch.tensor(weights)).sum().backward()
    gradient = jax.grad(lambda z: jnp.sum(jnp.asarray(weights) * ours(z)))(jnp.asarray(points))
    np.testing.assert_allclose(ours(jnp.asarray(points)), theirs.detach().numpy(), rtol=2e-6, atol=1e-7)
    # 1 - tanh^2 turns one rounding of tanh near 1 into 2^-23 = 1.2e-7, twice in the difference of the two.
    np.testing.assert_allclose(gradient, x.grad.numpy(), rtol=5e-6, atol=3e-7)
