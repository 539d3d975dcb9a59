"""Activations against their equations in float64, their derivatives at kinks, and worked examples."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations
from fallline.errors import ShapeError

POINTS = np.array([-6.5, -3.0, -2.0, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 3.0, 6.5])

EQUATIONS = {
    "linear": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "log_sigmoid": lambda x: -np.log1p(np.exp(-x)),
    "tanh": lambda x: np.sinh(x) / np.cosh(x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "relu": lambda x: (x + np.abs(x)) / 2,
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x < 0, 0.2 * x, x),
    "exponential": np.exp,
    "elu": lambda x: np.where(x < 0, np.exp(np.minimum(x, 0)) - 1, x),
    "celu": lambda x: np.where(x < 0, np.exp(np.minimum(x, 0)) - 1, x),
    "gelu": lambda x: x * np.array([(1 + math.erf(z / math.sqrt(2))) / 2 for z in x]),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "sparse_plus": lambda x: np.select([x <= -1, x >= 1], [0 * x, x], (x + 1) ** 2 / 4),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "hard_shrink": lambda x: x * (np.abs(x) > 0.5),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "heaviside": lambda x: 1.0 * (x >= 0),
    "sign": lambda x: 2.0 * (x >= 0) - 1,
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_values_follow_the_equation(name):
    outputs = activations.get(name)(jnp.asarray(POINTS, jnp.float32))
    np.testing.assert_allclose(outputs, EQUATIONS[name](POINTS), rtol=2e-6, atol=2e-7)


def test_selu_keeps_mean_0_and_variance_1():
    # The integrals over the standard normal density, by a fine midpoint sum: what defines the two constants.
    z = (np.arange(400_000) + 0.5) / 400_000 * 24 - 12
    mass = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (24 / 400_000)
    y = np.asarray(activations.selu(z), np.float64)
    assert abs(np.sum(mass * y)) < 1e-6
    assert np.sum(mass * y * y) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("activation", "at", "expected"),
    [
        (activations.ReLU(), 0.0, 0.0),
        (activations.ReLU(threshold=-1.0), 0.0, 1.0),
        (activations.ReLU(threshold=0.5), 0.5, 0.0),
        (activations.ReLU(max_value=6.0), 0.0, 0.0),
        (activations.ReLU(max_value=6.0), 6.0, 0.5),
        (activations.ReLU(negative_slope=0.1), 0.0, 1.0),
        (activations.ReLU6(), 0.0, 0.0),
        (activations.ReLU6(), 6.0, 0.0),
        (activations.LeakyReLU(), 0.0, 1.0),
        (activations.ELU(), 0.0, 1.0),
        (activations.ELU(alpha=0.3), 0.0, 0.3),
        (activations.CELU(alpha=0.3), 0.0, 1.0),
        (activations.SELU(), 0.0, 1.7580993),
        (activations.Sigmoid(), 0.0, 0.25),
        (activations.HardSigmoid(), -3.0, 0.0),
        (activations.HardSigmoid(), 3.0, 0.0),
        (activations.SparseSigmoid(), -1.0, 0.25),
        (activations.SparseSigmoid(), 1.0, 0.25),
        (activations.Tanh(), 0.0, 1.0),
        (activations.HardTanh(), -1.0, 1.0),
        (activations.HardTanh(), 1.0, 1.0),
        (activations.Softsign(), 0.0, 1.0),
        (activations.GELU(), 0.0, 0.5),
        (activations.SiLU(), 0.0, 0.5),
        (activations.HardSiLU(), -3.0, 0.0),
        (activations.HardSiLU(), 3.0, 1.0),
        (activations.Mish(), 0.0, 0.6),
        (activations.Softplus(), 0.0, 0.5),
        (activations.Squareplus(), 0.0, 0.5),
        (activations.Squareplus(b=0.01), 0.0, 0.5),
        (activations.SparsePlus(), -1.0, 0.0),
        (activations.SparsePlus(), 1.0, 1.0),
        (activations.SoftShrink(), 0.5, 0.0),
        (activations.SoftShrink(), -0.5, 0.0),
        (activations.HardShrink(), 0.5, 0.0),
        (activations.TanhShrink(), 0.0, 0.0),
        (activations.Threshold(1.0, 7.0), 1.0, 0.0),
        (activations.Heaviside(), 0.0, 0.0),
        (activations.Heaviside(), 2.0, 0.0),
        (activations.Sign(), 0.0, 0.0),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, activations.Activation) else str(value),
)
def test_derivative_at_a_kink_is_the_documented_one(activation, at, expected):
    assert jax.grad(activation)(jnp.float32(at)) == pytest.approx(expected, abs=1e-7)


def test_squareplus_is_exact_far_below_0():
    x = np.array([-1e2, -1e4, -1e8, -1e30])
    # (x + sqrt(x^2 + 4)) / 2 = 2 / (sqrt(x^2 + 4) - x), which does not cancel.
    expected = 2 / (np.sqrt(x**2 + 4) - x)
    value, backward = jax.vjp(activations.squareplus, jnp.asarray(x, jnp.float32))
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    slope = expected / np.sqrt(x**2 + 4)
    np.testing.assert_allclose(backward(jnp.ones_like(value))[0][:2], slope[:2], rtol=1e-6)


def test_gelu_is_exact_below_0():
    x = np.array([-6.0, -4.0, -2.0])
    normal = np.array([math.erfc(-z / math.sqrt(2)) / 2 for z in x])
    np.testing.assert_allclose(activations.gelu(x), x * normal, rtol=1e-5)
    # With u for the argument of tanh, (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u)).
    u = np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
    np.testing.assert_allclose(activations.gelu(x, approximate=True), x / (1 + np.exp(-2 * u)), rtol=1e-5)


def test_softmax_is_exponentials_over_their_sum():
    x = jnp.asarray([[0.0, np.log(2.0), np.log(5.0)]], jnp.float32)
    np.testing.assert_allclose(activations.Softmax()(x), [[1 / 8, 2 / 8, 5 / 8]], rtol=1e-6)
    np.testing.assert_allclose(activations.Softmax(axis=0)(x), [[1.0, 1.0, 1.0]], rtol=1e-6)
    np.testing.assert_allclose(activations.LogSoftmax()(x), np.log([[1 / 8, 2 / 8, 5 / 8]]), rtol=1e-6)
    square = jnp.asarray([[0.0, np.log(2.0)], [np.log(3.0), np.log(4.0)]], jnp.float32)
    np.testing.assert_allclose(activations.Softmax([0, 1])(square), [[0.1, 0.2], [0.3, 0.4]], rtol=1e-6)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e8, 1e30])
def test_sparsemax_projects_onto_the_simplex(size):
    # Worked by hand: of (0.1, 1.0, 0.6) two stay, tau = (1.6 - 1) / 2; a lead of 1 or more takes all.
    x = jnp.asarray([0.1, 1.0, 0.6], jnp.float32)
    np.testing.assert_allclose(activations.sparsemax(x), [0.0, 0.7, 0.3], rtol=1e-6)
    np.testing.assert_array_equal(activations.sparsemax(jnp.asarray([-size, size, 0.0])), [0.0, 1.0, 0.0])
    jacobian = jax.jacobian(activations.sparsemax)(x)
    np.testing.assert_allclose(jacobian, [[0, 0, 0], [0, 0.5, -0.5], [0, -0.5, 0.5]], atol=1e-7)


def test_sparsemax_counts_many_equal_elements_in_16_bits():
    outputs = activations.sparsemax(jnp.zeros(1000, jnp.bfloat16))
    np.testing.assert_allclose(np.asarray(outputs, np.float32), np.full(1000, 1e-3), rtol=2**-8)


def test_glu_gates_one_half_by_the_other():
    x = jnp.asarray([[1.0, 2.0, 0.0, np.log(3.0)]], jnp.float32)
    np.testing.assert_allclose(activations.glu(x), [[0.5, 1.5]], rtol=1e-6)
    assert activations.GLU().output_shape((5, 4)) == (5, 2)
    assert activations.GLU(axis=1).output_shape((6, 3)) == (3, 3)
    assert activations.GLU(axis=1)(jnp.ones((2, 6, 3))).shape == (2, 3, 3)


def test_axes_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r'"glu" halves axis -1, which has the odd length 3'):
        activations.glu(jnp.ones((2, 3)))
    for axis in (0, -3, 2):
        with pytest.raises(ShapeError, match=rf'"glu" cannot halve axis {axis} of rows \(4,\)'):
            activations.GLU(axis).output_shape((4,))
    for function in (activations.softmax, activations.log_softmax, activations.sparsemax, activations.glu):
        with pytest.raises(ShapeError, match=r"has no axis 2 to work along in shape \(2, 4\)"):
            function(jnp.ones((2, 4)), axis=2)


def test_the_steps_fire_at_0():
    x = jnp.asarray([-1e-30, -0.0, 0.0, 1e-30], jnp.float32)
    np.testing.assert_array_equal(activations.heaviside(x), [0, 1, 1, 1])
    np.testing.assert_array_equal(activations.sign(x), [-1, 1, 1, 1])


def test_two_layers_of_threshold_units_compute_xor():
    # The net of the lectures: hidden kernel ones, biases -1.5 and -0.5, output kernel (-1, 1), bias -0.5.
    inputs = jnp.asarray([[0, 0], [0, 1], [1, 0], [1, 1]], jnp.float32)
    hidden = activations.heaviside(inputs @ jnp.ones((2, 2)) + jnp.asarray([-1.5, -0.5]))
    outputs = activations.heaviside(hidden @ jnp.asarray([-1.0, 1.0]) - 0.5)
    np.testing.assert_array_equal(outputs, [0, 1, 1, 0])
