"""Activations against Keras, PyTorch and NumPy: values and derivatives, at 0, at kinks and far out."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations, layers, losses

# With the kinks of all of them: 0, +-1/2, +-1, +-3, 6.
POINTS = np.concatenate([np.linspace(-6.0, 6.0, 49), [-1e4, -90.0, -1e-6, 1e-6, 90.0, 1e4]]).astype(
    np.float32
)
SLOPES = np.cos(np.arange(len(POINTS))).astype(np.float32)

# ours, Keras's name, its options
KERAS = {
    "celu": (activations.CELU(), "celu", {}),
    "celu alpha": (activations.CELU(0.4), "celu", {"alpha": 0.4}),
    "elu": (activations.ELU(), "elu", {}),
    "elu alpha": (activations.ELU(alpha=0.4), "elu", {"alpha": 0.4}),
    "exponential": (activations.Exponential(), "exponential", {}),
    "gelu": (activations.GELU(), "gelu", {}),
    "gelu approximate": (activations.GELU(True), "gelu", {"approximate": True}),
    "hard_shrink": (activations.HardShrink(), "hard_shrink", {}),
    "hard_shrink threshold": (activations.HardShrink(0.8), "hard_shrink", {"threshold": 0.8}),
    "hard_sigmoid": (activations.HardSigmoid(), "hard_sigmoid", {}),
    "hard_silu": (activations.HardSiLU(), "hard_silu", {}),
    "hard_tanh": (activations.HardTanh(), "hard_tanh", {}),
    "leaky_relu": (activations.LeakyReLU(), "leaky_relu", {}),
    "leaky_relu slope": (activations.LeakyReLU(0.05), "leaky_relu", {"negative_slope": 0.05}),
    "linear": (activations.Linear(), "linear", {}),
    "log_sigmoid": (activations.LogSigmoid(), "log_sigmoid", {}),
    "log_softmax": (activations.LogSoftmax(), "log_softmax", {}),
    "mish": (activations.Mish(), "mish", {}),
    "relu": (activations.ReLU(), "relu", {}),
    "relu slope": (activations.ReLU(negative_slope=0.1), "relu", {"negative_slope": 0.1}),
    "relu max": (activations.ReLU(max_value=2.25), "relu", {"max_value": 2.25}),
    "relu threshold": (activations.ReLU(threshold=0.5), "relu", {"threshold": 0.5}),
    "relu threshold below 0": (activations.ReLU(threshold=-0.6), "relu", {"threshold": -0.6}),
    "relu all": (
        activations.ReLU(0.3, 2.1, 0.6),
        "relu",
        {"negative_slope": 0.3, "max_value": 2.1, "threshold": 0.6},
    ),
    "relu slope max": (activations.ReLU(0.3, 2.1), "relu", {"negative_slope": 0.3, "max_value": 2.1}),
    "relu6": (activations.ReLU6(), "relu6", {}),
    "selu": (activations.SELU(), "selu", {}),
    "sigmoid": (activations.Sigmoid(), "sigmoid", {}),
    "silu": (activations.SiLU(), "silu", {}),
    "soft_shrink": (activations.SoftShrink(), "soft_shrink", {}),
    "soft_shrink threshold": (activations.SoftShrink(0.8), "soft_shrink", {"threshold": 0.8}),
    "softmax": (activations.Softmax(), "softmax", {}),
    "softplus": (activations.Softplus(), "softplus", {}),
    "softsign": (activations.Softsign(), "softsign", {}),
    "sparse_plus": (activations.SparsePlus(), "sparse_plus", {}),
    "sparse_sigmoid": (activations.SparseSigmoid(), "sparse_sigmoid", {}),
    "squareplus": (activations.Squareplus(), "squareplus", {}),
    "squareplus b": (activations.Squareplus(b=1.0), "squareplus", {"b": 1.0}),
    "tanh": (activations.Tanh(), "tanh", {}),
    "tanh_shrink": (activations.TanhShrink(), "tanh_shrink", {}),
    "threshold": (activations.Threshold(0.5, -1.0), "threshold", {"threshold": 0.5, "default_value": -1.0}),
}
# Where the two differ on purpose, and where only the exponential is infinite.
BEYOND = {"squareplus": [-1e4, -90.0], "squareplus b": [-1e4, -90.0], "exponential": [90.0, 1e4]}
# Keras adds numbers that cancel below 0, from which an error of this size remains.
CANCELLED = {"squareplus": 5e-7, "squareplus b": 5e-7, "gelu approximate": 2e-6}


def of_classes(table):
    return pytest.mark.references(*{f"activations.{type(ours).__name__}" for ours, *_ in table.values()})


def with_gradient(function, points, dtype=jnp.float32):
    """Values, and the gradient of a weighted sum: the plain sum of a softmax has none."""
    slopes = jnp.asarray(SLOPES[: len(points)], dtype)
    values, backward = jax.vjp(function, jnp.asarray(points, dtype))
    return np.asarray(values, np.float64), np.asarray(backward(slopes[: len(values)])[0], np.float64)


def of_keras(keras, name, options, points):
    with jax.numpy_dtype_promotion("standard"):
        return with_gradient(lambda x: getattr(keras.activations, name)(x, **options), points)


@of_classes(KERAS)
@pytest.mark.parametrize("case", KERAS)
def test_values_and_derivatives_are_those_of_keras(keras, case):
    ours, name, options = KERAS[case]
    points = np.setdiff1d(POINTS, np.float32(BEYOND.get(case, [])))
    values, gradient = with_gradient(ours, points)
    expected, slope = of_keras(keras, name, options, points)
    np.testing.assert_allclose(values, expected, rtol=1e-6, atol=CANCELLED.get(case, 0.0))
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=CANCELLED.get(case, 1e-6))


@of_classes(KERAS)
@pytest.mark.parametrize("case", KERAS)
def test_bfloat16_is_as_exact_as_its_eight_bits(keras, case):
    ours, name, options = KERAS[case]
    # The points, and with them what Keras in float32 gets, are first rounded as ours are.
    points = np.asarray(jnp.asarray(POINTS[np.abs(POINTS) < 7], jnp.bfloat16), np.float32)
    values, gradient = with_gradient(ours, points, jnp.bfloat16)
    expected, slope = of_keras(keras, name, options, points)
    np.testing.assert_allclose(values, expected, rtol=2**-6, atol=2**-7)
    np.testing.assert_allclose(gradient, slope, rtol=2**-6, atol=2**-6)


TORCH = {
    "celu": (activations.CELU(alpha=0.7), lambda f: lambda x: f.celu(x, alpha=0.7)),
    "elu": (activations.ELU(alpha=0.7), lambda f: lambda x: f.elu(x, alpha=0.7)),
    "gelu": (activations.GELU(), lambda f: f.gelu),
    "gelu approximate": (activations.GELU(True), lambda f: lambda x: f.gelu(x, approximate="tanh")),
    "hard_shrink": (activations.HardShrink(), lambda f: f.hardshrink),
    "hard_sigmoid": (activations.HardSigmoid(), lambda f: f.hardsigmoid),
    "hard_silu": (activations.HardSiLU(), lambda f: f.hardswish),
    "hard_tanh": (activations.HardTanh(), lambda f: f.hardtanh),
    "leaky_relu": (activations.LeakyReLU(0.01), lambda f: f.leaky_relu),
    "log_sigmoid": (activations.LogSigmoid(), lambda f: f.logsigmoid),
    "log_softmax": (activations.LogSoftmax(), lambda f: lambda x: f.log_softmax(x, dim=-1)),
    "mish": (activations.Mish(), lambda f: f.mish),
    "relu": (activations.ReLU(), lambda f: f.relu),
    "relu6": (activations.ReLU6(), lambda f: f.relu6),
    "selu": (activations.SELU(), lambda f: f.selu),
    "sigmoid": (activations.Sigmoid(), lambda f: f.sigmoid),
    "silu": (activations.SiLU(), lambda f: f.silu),
    "soft_shrink": (activations.SoftShrink(), lambda f: f.softshrink),
    "softmax": (activations.Softmax(), lambda f: lambda x: f.softmax(x, dim=-1)),
    "softplus": (activations.Softplus(), lambda f: f.softplus),
    "softsign": (activations.Softsign(), lambda f: f.softsign),
    "tanh": (activations.Tanh(), lambda f: f.tanh),
    "tanh_shrink": (activations.TanhShrink(), lambda f: f.tanhshrink),
    "threshold": (activations.Threshold(0.2, -1.0), lambda f: lambda x: f.threshold(x, 0.2, -1.0)),
}


@of_classes(TORCH)
@pytest.mark.parametrize("case", TORCH)
def test_values_and_derivatives_are_those_of_pytorch(torch, case):
    ours, pick = TORCH[case]
    # Without the kinks themselves, where PyTorch takes the other one-sided derivative.
    points = np.setdiff1d(POINTS, np.float32([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0]))
    x = torch.tensor(points, requires_grad=True)
    theirs = pick(torch.nn.functional)(x)
    (theirs * torch.tensor(SLOPES[: len(points)])).sum().backward()
    values, gradient = with_gradient(ours, points)
    np.testing.assert_allclose(values, theirs.detach().numpy(), rtol=2e-6, atol=5e-7)
    # 1 - tanh^2 turns one rounding of tanh near 1 into 2^-23 = 1.2e-7, twice in the difference of the two.
    np.testing.assert_allclose(gradient, x.grad.numpy(), rtol=5e-6, atol=5e-7)


@pytest.mark.references("activations.GLU")
@pytest.mark.parametrize("axis", [-1, 1])
def test_glu_is_that_of_keras_and_pytorch(keras, torch, axis):
    x = POINTS[:48].reshape(2, 4, 6)
    values, backward = jax.vjp(activations.GLU(axis), jnp.asarray(x))
    slopes = np.cos(np.arange(values.size)).reshape(values.shape).astype(np.float32)
    (gradient,) = backward(jnp.asarray(slopes))
    theirs, of_theirs = jax.vjp(lambda z: keras.activations.glu(z, axis=axis), jnp.asarray(x))
    np.testing.assert_allclose(values, theirs, rtol=1e-6)
    np.testing.assert_allclose(gradient, of_theirs(jnp.asarray(slopes))[0], rtol=1e-6, atol=1e-7)
    tensor = torch.tensor(x, requires_grad=True)
    torch.nn.functional.glu(tensor, dim=axis).backward(torch.tensor(slopes))
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=2e-6, atol=1e-6)


@pytest.mark.references("activations.Sparsemax")
@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
def test_sparsemax_has_the_threshold_that_a_root_finder_finds(spread):
    brentq = pytest.importorskip("scipy.optimize").brentq
    x = np.random.default_rng(8).normal(size=(3, 9, 2)) * spread

    def projected(row):
        tau = brentq(lambda tau: np.maximum(row - tau, 0).sum() - 1, row.min() - 1, row.max(), xtol=1e-14)
        return np.maximum(row - tau, 0)

    slopes = np.cos(np.arange(9))[:, None]
    step = 1e-6 * np.eye(9)
    expected = np.apply_along_axis(projected, 1, x)
    slope = np.apply_along_axis(
        lambda row: [(projected(row + d) - projected(row - d)) @ slopes[:, 0] / 2e-6 for d in step], 1, x
    )
    function = activations.Sparsemax(axis=1)
    value, backward = jax.vjp(function, jnp.asarray(x, jnp.float32))
    (gradient,) = backward(jnp.broadcast_to(jnp.asarray(slopes, jnp.float32), x.shape))
    np.testing.assert_allclose(value, expected, rtol=1e-6, atol=2e-6)
    np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-6)
    assert (np.asarray(value) > 0).sum(axis=1).max() > 1


@pytest.mark.references("activations.Sparsemax")
def test_sparsemax_is_that_of_keras_where_one_element_stays(keras):
    x = np.random.default_rng(8).normal(size=(20, 6)).astype(np.float32) * 20
    x = x[np.diff(np.sort(x))[:, -1] > 1]
    assert len(x) > 10
    with jax.numpy_dtype_promotion("standard"):
        theirs = keras.activations.sparsemax(jnp.asarray(x))
    np.testing.assert_allclose(activations.sparsemax(x), theirs, rtol=1e-6)


@pytest.mark.references("activations.Heaviside", "activations.Sign")
def test_the_steps_are_those_of_numpy():
    for ours, theirs in (
        (activations.Heaviside(), np.heaviside(POINTS, 1)),
        (activations.Sign(), np.copysign(1, POINTS + 0.0)),
    ):
        values, gradient = with_gradient(ours, POINTS)
        np.testing.assert_array_equal(values, theirs)
        np.testing.assert_array_equal(gradient, np.zeros_like(POINTS))


@pytest.mark.references("activations.Squareplus")
def test_squareplus_far_below_0_is_that_of_keras_in_float64(keras):
    points = np.array([-2e3, -300.0, -20.0])
    with jax.enable_x64(True), jax.numpy_dtype_promotion("standard"):
        theirs = np.asarray(keras.ops.squareplus(jnp.asarray(points, jnp.float64)))
    np.testing.assert_allclose(activations.squareplus(points), theirs, rtol=1e-6)


def test_keras_has_no_activation_that_is_missing_here(keras):
    names = {name for name in dir(keras.activations) if not name.startswith("_")}
    names -= {"serialize", "deserialize", "get"}
    assert len(names) > 25
    for name in names:
        assert name in activations.__all__


def test_their_names_are_those_of_keras_s_functions(keras):
    names = {name for name in dir(keras.activations) if name in dir(activations) and name[0].islower()}
    assert len(names) > 20
    for name in names - {"serialize", "deserialize", "get", "threshold"}:
        assert activations.get(name).__name__ == keras.activations.get(name).__name__
        ours, theirs = (module.Dense(1, activation=name) for module in (layers, keras.layers))
        assert ours.activation.__name__ == theirs.activation.__name__
    assert activations.get(None).__name__ == keras.activations.get(None).__name__ == "linear"

    def twice(x):
        return 2 * x

    assert activations.get(twice).__name__ == "twice"
    assert activations.ReLU.__name__ == "ReLU"
    for name in ("mse", "mae", "binary_crossentropy", "sparse_categorical_crossentropy", "hinge", "kld"):
        assert losses.get(name).__name__ == keras.losses.get(name).__name__
