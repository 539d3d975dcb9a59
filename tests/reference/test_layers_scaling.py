"""Learned factors and shares against PyTorch: outputs, and the gradients by weights and by inputs."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.layers.parametric_activation import ParametricActivation
from fallline.layers.prelu import PReLU
from fallline.layers.scale import Scale

RNG = np.random.default_rng(2024)
X = (3 * RNG.normal(size=(7, 4, 5))).astype(np.float32)
SLOPES = RNG.normal(size=X.shape).astype(np.float32)
NUMBERS = np.array([0.0, 1.0, -0.7, 2.5, 0.3], np.float32)


def both(torch, layer, name, function):
    """Outputs, gradients by the layer's array and by x: ours, PyTorch's."""
    outputs, backward = jax.vjp(
        lambda array, x: layer.apply({name: array}, {}, x, key=None, training=True)[0],
        jnp.asarray(NUMBERS),
        jnp.asarray(X),
    )
    array, x = (torch.tensor(value, requires_grad=True) for value in (NUMBERS, X))
    theirs = function(array, x)
    theirs.backward(torch.tensor(SLOPES))
    ours = (outputs, *backward(jnp.asarray(SLOPES)))
    return ours, (theirs.detach().numpy(), array.grad.numpy(), x.grad.numpy())


def assert_close(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.references("layers.Scale")
def test_scale(torch):
    assert_close(*both(torch, Scale(), "scale", lambda scale, x: torch.einsum("bsf,f->bsf", x, scale)))


@pytest.mark.references("layers.ParametricActivation")
@pytest.mark.parametrize("name", ["selu", "mish", "relu", "tanh"])
def test_parametric_activation(torch, name):
    function = getattr(torch.nn.functional, name)
    ours, theirs = both(
        torch, ParametricActivation(name), "alpha", lambda a, x: a * function(x) + (1 - a) * x
    )
    assert_close(ours, theirs)


@pytest.mark.references("layers.ParametricActivation")
def test_a_parametric_rectifier_is_prelu(torch):
    ours, theirs = both(
        torch,
        ParametricActivation("relu"),
        "alpha",
        lambda a, x: torch.prelu(x.flatten(0, 1), 1 - a).view(X.shape),
    )
    assert_close(ours, theirs)
    np.testing.assert_allclose(
        ours[0],
        PReLU().apply({"alpha": jnp.asarray(1 - NUMBERS)}, {}, X, key=None, training=True)[0],
        rtol=1e-5,
        atol=1e-6,
    )
