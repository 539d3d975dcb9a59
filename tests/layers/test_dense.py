"""The fully connected layer: worked examples, configurations, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations, constraints, initializers, regularizers
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.layers import Dense, layers
from fallline.registry.configuration import from_config, to_config

KERNEL = jnp.asarray([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]])
BIAS = jnp.asarray([0.5, -0.25])
X = jnp.asarray([[1.0, 2.0, -1.0], [0.0, -1.0, 1.0]])
# By hand: x @ kernel = [[5, -3], [-2, 2.5]].
LINEAR = np.array([[5.5, -3.25], [-1.5, 2.25]])


def apply(layer, params, x=X):
    return layer.apply(params, {}, x, key=None, training=True)


def test_worked_example():
    outputs, state = apply(Dense(2), {"kernel": KERNEL, "bias": BIAS})
    np.testing.assert_array_equal(outputs, LINEAR)
    assert state == {}
    np.testing.assert_array_equal(apply(Dense(2, use_bias=False), {"kernel": KERNEL})[0], LINEAR - BIAS)
    outputs, _ = apply(Dense(2, "relu"), {"kernel": KERNEL, "bias": BIAS})
    np.testing.assert_array_equal(outputs, np.maximum(LINEAR, 0))


def test_the_last_axis_is_the_features():
    x = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    layer = Dense(2)
    outputs, _ = apply(layer, {"kernel": KERNEL, "bias": BIAS}, jnp.asarray(x))
    np.testing.assert_allclose(outputs, np.einsum("abf,fu->abu", x, KERNEL) + BIAS, rtol=1e-5, atol=1e-6)
    assert layer.output_shape((5, 3)) == (5, 2)


def test_gradients_by_hand():
    """Of sum(outputs^2) / 2: the slopes are the outputs themselves."""

    def half_square(params, x):
        return jnp.sum(jnp.square(apply(Dense(2), params, x)[0])) / 2

    gradients, slope = jax.grad(half_square, argnums=(0, 1))({"kernel": KERNEL, "bias": BIAS}, X)
    np.testing.assert_allclose(gradients["kernel"], np.asarray(X).T @ LINEAR)
    np.testing.assert_allclose(gradients["bias"], LINEAR.sum(0))
    np.testing.assert_allclose(slope, LINEAR @ np.asarray(KERNEL).T)


def test_fresh_parameters():
    layer = Dense(300, bias_initializer=initializers.Constant(0.5))
    params, state = layer.init(jax.random.key(1), (200,))
    assert {name: value.shape for name, value in params.items()} == {"kernel": (200, 300), "bias": (300,)}
    assert state == {}
    np.testing.assert_array_equal(params["bias"], np.full(300, 0.5))
    # Glorot's uniform rule: variance 2 / (200 + 300), the sample's within 1 % for 60,000 draws.
    assert float(jnp.var(params["kernel"])) == pytest.approx(2 / 500, rel=0.02)
    assert set(Dense(3, use_bias=False).init(jax.random.key(1), (4,))[0]) == {"kernel"}
    again, _ = layer.init(jax.random.key(1), (200,))
    other, _ = layer.init(jax.random.key(2), (200,))
    np.testing.assert_array_equal(params["kernel"], again["kernel"])
    assert not np.array_equal(params["kernel"], other["kernel"])


def test_penalties():
    params = {"kernel": KERNEL, "bias": BIAS}  # sum |kernel| = 7.5, sum bias^2 = 0.3125
    both = Dense(2, kernel_regularizer=regularizers.L1(0.1), bias_regularizer=regularizers.L2(2.0))
    np.testing.assert_allclose(both.penalties(params), [0.75, 0.625], rtol=1e-6)
    assert Dense(2).penalties(params) == []
    no_bias = Dense(2, use_bias=False, kernel_regularizer="l1", bias_regularizer="l2")
    np.testing.assert_allclose(no_bias.penalties({"kernel": KERNEL}), [0.075], rtol=1e-6)


def test_detached():
    layer = Dense(2, "softmax", name="last")
    bare, activation = layer.detached()
    assert isinstance(bare.activation, activations.Linear)
    assert isinstance(activation, activations.Softmax)
    assert isinstance(layer.activation, activations.Softmax)
    assert (bare.units, bare.name) == (2, "last")


def test_constraints():
    layer = Dense(2, kernel_constraint="non_neg", bias_constraint=constraints.MaxNorm(0.25))
    projected = layer.project({"kernel": KERNEL, "bias": BIAS}, jnp.float32(0.1))
    np.testing.assert_array_equal(projected["kernel"], np.maximum(KERNEL, 0))
    np.testing.assert_allclose(projected["bias"], 0.25 * np.asarray(BIAS) / np.linalg.norm(BIAS), rtol=1e-5)


def test_older_keras():
    with pytest.warns(
        FutureWarning, match=r"older spelling; write Dense\(units=3, kernel_initializer='zeros'\)"
    ):
        layer = Dense(output_dim=3, init="zeros")
    assert layer.units == 3
    assert isinstance(layer.kernel_initializer, initializers.Zeros)
    assert Dense(3, input_dim=7).input_shape == (7,)


def test_configuration_round_trip():
    layer = Dense(
        7,
        activations.LeakyReLU(0.1),
        use_bias=False,
        kernel_initializer=initializers.HeNormal(seed=3),
        kernel_regularizer=regularizers.L1L2(0.1, 0.2),
        name="hidden",
    )
    copy = from_config(to_config(layer))
    assert isinstance(copy, Dense)
    assert to_config(copy) == to_config(layer)
    assert (copy.units, copy.use_bias, copy.name) == (7, False, "hidden")
    assert copy.activation.negative_slope == 0.1
    assert copy.kernel_regularizer.l2 == 0.2
    assert copy.kernel_initializer.seed == 3
    assert jax.tree.structure(copy) == jax.tree.structure(layer)


def test_numbers_are_leaves_and_structure_is_not():
    def structure(**settings):
        return jax.tree.structure(Dense(**{"units": 3, **settings}))

    assert structure(kernel_regularizer=regularizers.L2(0.1)) == structure(
        kernel_regularizer=regularizers.L2(0.5)
    )
    assert structure(units=np.int64(3)) == structure()
    for other in ({"units": 4}, {"use_bias": False}, {"activation": "relu"}, {"kernel_regularizer": "l2"}):
        assert structure(**other) != structure()


@pytest.mark.parametrize("units", [0, -1, 2.5, "3", None, True])
def test_units_must_be_a_positive_whole_number(units):
    with pytest.raises(UsageError, match=rf"^Dense: units must be a positive whole number, got {units!r}\.$"):
        Dense(units)


def test_messages():
    with pytest.raises(UnknownNameError, match=r'^unknown activation "rleu". Did you mean "relu"\?$'):
        Dense(3, "rleu")
    with pytest.raises(UnknownNameError, match=r'unknown initializer "he_norml". Did you mean "he_normal"\?'):
        Dense(3, kernel_initializer="he_norml")
    with pytest.raises(UnknownNameError, match=r'^unknown regularizer "l3"\. Known: .*l1_l2'):
        Dense(3, kernel_regularizer="l3")
    with pytest.raises(
        UsageError, match=r"regularizer: expected a name, an object or a function, got float 0.1"
    ):
        Dense(3, kernel_regularizer=0.1)
    with pytest.raises(
        ShapeError, match=r'layer "first" \(Dense\) needs rows of at least one axis, got scalars'
    ):
        Dense(3, name="first").output_shape(())


@pytest.mark.parametrize("name", ["", "a/b", 3])
@pytest.mark.parametrize(
    "make", [lambda name: Dense(3, name=name), lambda name: layers.classes()["Flatten"](name=name)]
)
def test_a_name_must_be_usable_in_a_path(make, name):
    with pytest.raises(UsageError, match=r'a name must be text, not empty and without "/", got'):
        make(name)
