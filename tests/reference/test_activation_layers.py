"""Activation layers against Keras and PyTorch: arguments, outputs, gradients of inputs and slopes."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.layers import activation_layers
from fallline.layers.prelu import PReLU
from fallline.layers.rrelu import RReLU

OURS = {name: getattr(activation_layers, name) for name in ("ReLU", "LeakyReLU", "ELU", "Softmax")} | {
    "PReLU": PReLU
}
# Zeros, small and large ones among the rest.
X = np.random.default_rng(1958).normal(size=(7, 4, 3)).astype(np.float32) * 3
X[0] = [[0.0, -1e-6, 1e-6], [-90.0, 90.0, 0.5], [-1e4, 1e4, -0.5], [6.0, -6.0, 0.0]]
SLOPES = np.cos(np.arange(X.size)).reshape(X.shape).astype(np.float32)

CASES = {
    "ReLU": {},
    "ReLU all": {"max_value": 2.0, "negative_slope": 0.1, "threshold": 0.5},
    "LeakyReLU": {},
    "LeakyReLU slope": {"negative_slope": 0.05},
    "ELU": {},
    "ELU alpha": {"alpha": 0.4},
    "Softmax": {},
    "Softmax axis": {"axis": 1},
    "Softmax axes": {"axis": (1, 2)},
    "PReLU": {},
    "PReLU shared": {"shared_axes": [1]},
}


def of_keras(layer, alpha, x):
    """Outputs and gradients of sum(SLOPES * outputs) by weights and inputs, from a Keras layer."""
    layer.build(x.shape)
    trained = [variable.value for variable in layer.trainable_variables]
    trained = [jnp.asarray(alpha).reshape(value.shape) for value in trained]

    def total(trained, x):
        outputs, _ = layer.stateless_call(trained, [], x)
        return jnp.sum(outputs * SLOPES), outputs

    with jax.numpy_dtype_promotion("standard"):
        gradients, outputs = jax.grad(total, (0, 1), has_aux=True)(trained, jnp.asarray(x))
    return outputs, *gradients


def of_ours(layer, alpha, x, dtype=jnp.float32):
    params, state = layer.init(jax.random.key(0), x.shape[1:])
    params = {name: jnp.asarray(alpha).reshape(value.shape) for name, value in params.items()}

    def total(params, x):
        outputs, _ = layer.apply(params, state, x, key=None, training=True)
        return jnp.sum(outputs.astype(jnp.float32) * SLOPES), outputs

    gradients, outputs = jax.grad(total, (0, 1), has_aux=True)(params, jnp.asarray(x, dtype))
    return outputs, list(gradients[0].values()), gradients[1]


def alphas(case):
    return np.random.default_rng(2).uniform(0.1, 0.9, 3 if "shared" in case else 12).astype(np.float32)


@pytest.mark.references(*[f"layers.{name}" for name in OURS])
@pytest.mark.parametrize("case", CASES)
def test_outputs_and_gradients_are_those_of_keras(keras, case):
    name, options = case.split()[0], CASES[case]
    ours = of_ours(OURS[name](**options), alphas(case), X)
    theirs = of_keras(getattr(keras.layers, name)(**options), alphas(case), X)
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-6)


@pytest.mark.references(*[f"layers.{name}" for name in OURS])
@pytest.mark.parametrize("case", CASES)
def test_bfloat16_is_as_exact_as_its_eight_bits(keras, case):
    name, options = case.split()[0], CASES[case]
    x = np.asarray(jnp.asarray(np.clip(X, -7, 7), jnp.bfloat16), np.float32)
    outputs, _, gradient = of_ours(OURS[name](**options), alphas(case), x, jnp.bfloat16)
    expected, _, slope = of_keras(getattr(keras.layers, name)(**options), alphas(case), x)
    np.testing.assert_allclose(np.asarray(outputs, np.float32), expected, rtol=2**-6, atol=2**-8)
    np.testing.assert_allclose(np.asarray(gradient, np.float32), slope, rtol=2**-6, atol=2**-7)


@pytest.mark.references(*[f"layers.{name}" for name in OURS])
@pytest.mark.parametrize("name", OURS)
def test_arguments_and_defaults_are_those_of_keras(keras, name):
    theirs = inspect.signature(getattr(keras.layers, name)).parameters
    ours = inspect.signature(OURS[name]).parameters
    assert [argument for argument in ours if argument in theirs] == list(ours)[: len(theirs) - 1]
    for argument, parameter in theirs.items():
        if argument != "kwargs":
            default = ours[argument].default
            assert default == (
                parameter.default.casefold() if parameter.default == "Zeros" else parameter.default
            )


@pytest.mark.references("layers.PReLU")
def test_prelu_is_that_of_pytorch(torch):
    alpha = np.array([0.1, 0.4, 0.9], np.float32)
    x = X[X != 0][: 3 * (np.count_nonzero(X) // 3)].reshape(-1, 3)
    theirs = torch.nn.PReLU(num_parameters=3)
    theirs.weight.data = torch.tensor(alpha)
    tensor = torch.tensor(x, requires_grad=True)
    slopes = np.cos(np.arange(x.size)).reshape(x.shape).astype(np.float32)
    outputs = theirs(tensor)
    outputs.backward(torch.tensor(slopes))
    ours, backward = jax.vjp(
        lambda alpha, x: PReLU().apply({"alpha": alpha}, {}, x, key=None, training=True)[0],
        jnp.asarray(alpha),
        jnp.asarray(x),
    )
    by_alpha, by_x = backward(jnp.asarray(slopes))
    np.testing.assert_allclose(ours, outputs.detach().numpy(), rtol=1e-6)
    np.testing.assert_allclose(by_x, tensor.grad.numpy(), rtol=1e-6)
    np.testing.assert_allclose(by_alpha, theirs.weight.grad.numpy(), rtol=1e-5)


@pytest.mark.references("layers.RReLU")
@pytest.mark.parametrize("bounds", [(), (0.05, 0.6)])
def test_rrelu_is_that_of_pytorch(torch, bounds):
    ours, theirs = RReLU(*bounds), torch.nn.RReLU(*bounds)
    assert (ours.lower, ours.upper) == (theirs.lower, theirs.upper)
    expected = theirs.eval()(torch.tensor(X)).numpy()
    outputs, _ = ours.apply({}, {}, jnp.asarray(X), key=None, training=False)
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    # The generators differ: in training the two agree in distribution.
    x = np.full((200, 200), -2.0, np.float32)
    torch.manual_seed(0)
    drawn = theirs.train()(torch.tensor(x)).numpy() / x
    slopes = ours.apply({}, {}, jnp.asarray(x), key=jax.random.key(0), training=True)[0] / x
    shares = np.linspace(0, 1, 21)
    width = theirs.upper - theirs.lower
    np.testing.assert_allclose(np.quantile(slopes, shares), np.quantile(drawn, shares), atol=0.02 * width)
