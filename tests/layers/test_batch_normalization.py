"""Batch normalisation: closed forms, moving averages, configurations, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import regularizers
from fallline.errors import ShapeError, UsageError
from fallline.layers import BatchNormalization
from fallline.registry.configuration import from_config, to_config

# Means 3 and -2, mean squared deviations 2 and 4.5.
X = jnp.asarray([[1.0, -5.0], [3.0, -2.0], [5.0, 1.0], [3.0, -2.0]])
MEAN, VARIANCE = np.array([3.0, -2.0]), np.array([2.0, 4.5])


def fresh(layer, shape=(2,)):
    return layer.init(jax.random.key(0), shape)


def test_training_normalises_by_the_batch():
    layer = BatchNormalization(epsilon=0.5)
    params, state = fresh(layer)
    outputs, new = layer.apply(params, state, X, key=None, training=True)
    np.testing.assert_allclose(outputs, (np.asarray(X) - MEAN) / np.sqrt(VARIANCE + 0.5), rtol=1e-6)
    np.testing.assert_allclose(new["moving_mean"], 0.01 * MEAN, rtol=1e-6)
    np.testing.assert_allclose(new["moving_variance"], 0.99 + 0.01 * VARIANCE, rtol=1e-6)
    np.testing.assert_array_equal(state["moving_mean"], [0, 0])  # the old state is left alone


def test_gamma_and_beta():
    params = {"gamma": jnp.asarray([2.0, -1.0]), "beta": jnp.asarray([0.5, 10.0])}
    layer = BatchNormalization(epsilon=0.0)
    outputs, _ = layer.apply(params, fresh(layer)[1], X, key=None, training=True)
    np.testing.assert_allclose(outputs.mean(0), [0.5, 10.0], rtol=1e-6)
    np.testing.assert_allclose(outputs.std(0), [2.0, 1.0], rtol=1e-6)


def test_inference_uses_the_moving_averages_and_keeps_them():
    layer = BatchNormalization(epsilon=0.0)
    state = {"moving_mean": jnp.asarray([1.0, 0.0]), "moving_variance": jnp.asarray([4.0, 0.25])}
    outputs, same = layer.apply(fresh(layer)[0], state, X[:1], key=None, training=False)
    np.testing.assert_allclose(outputs, [[0.0, -10.0]], rtol=1e-6)
    assert same is state


def test_moving_averages_after_n_equal_batches():
    """moving = momentum^n * start + (1 - momentum^n) * statistic."""
    layer = BatchNormalization(momentum=0.8)
    params, state = fresh(layer)
    for _ in range(7):
        _, state = layer.apply(params, state, X, key=None, training=True)
    np.testing.assert_allclose(state["moving_mean"], (1 - 0.8**7) * MEAN, rtol=1e-5)
    np.testing.assert_allclose(state["moving_variance"], 0.8**7 + (1 - 0.8**7) * VARIANCE, rtol=1e-5)


def test_a_shift_and_a_scale_of_the_inputs_have_no_gradient():
    layer = BatchNormalization(epsilon=0.0)
    params, state = fresh(layer)
    slopes = jnp.asarray(np.random.default_rng(1).normal(size=X.shape).astype(np.float32))

    def total(shift, scale):
        return jnp.sum(slopes * layer.apply(params, state, scale * X + shift, key=None, training=True)[0])

    gradients = jax.grad(total, argnums=(0, 1))(jnp.zeros(2), jnp.ones(2))
    np.testing.assert_allclose(gradients, np.zeros((2, 2)), atol=1e-5)
    through_x = jax.grad(
        lambda x: jnp.sum(slopes * layer.apply(params, state, x, key=None, training=True)[0])
    )(X)
    assert float(jnp.max(jnp.abs(through_x))) > 0.1


def test_the_moving_averages_have_no_gradient():
    layer = BatchNormalization()
    params, state = fresh(layer)

    def moved(x):
        return jnp.sum(layer.apply(params, state, x, key=None, training=True)[1]["moving_mean"])

    np.testing.assert_array_equal(jax.grad(moved)(X), np.zeros(X.shape))


def test_one_row_gives_beta():
    layer = BatchNormalization()
    params = {"gamma": jnp.ones(2), "beta": jnp.asarray([3.0, 4.0])}
    outputs, _ = layer.apply(params, fresh(layer)[1], X[:1], key=None, training=True)
    np.testing.assert_array_equal(outputs, [[3.0, 4.0]])


def test_a_far_mean_costs_no_digits():
    """The variance is of the deviations: mean(x^2) - mean^2 would be all rounding at 1e4."""
    layer = BatchNormalization(epsilon=0.0)
    params, state = fresh(layer)
    outputs, _ = layer.apply(params, state, X + 16384, key=None, training=True)
    np.testing.assert_allclose(outputs, (np.asarray(X) - MEAN) / np.sqrt(VARIANCE), rtol=1e-5)


def test_statistics_of_16_bit_inputs_are_of_32_bits():
    # 1001 rows of 1 and one of 513: in bfloat16 sums stop growing at 256.
    x = jnp.ones((1002, 1), jnp.bfloat16).at[0].set(513)
    layer = BatchNormalization(momentum=0.0)
    params, state = fresh(layer, (1,))
    outputs, new = layer.apply(params, state, x, key=None, training=True)
    assert outputs.dtype == jnp.bfloat16
    assert new["moving_mean"].dtype == jnp.float32
    wide = np.asarray(x, np.float64)
    np.testing.assert_allclose(new["moving_mean"], wide.mean(0), rtol=1e-6)
    np.testing.assert_allclose(new["moving_variance"], wide.var(0), rtol=1e-5)


def test_axes_but_the_last_are_averaged_over():
    x = np.random.default_rng(2).normal(size=(4, 5, 3)).astype(np.float32)
    layer = BatchNormalization(momentum=0.0)
    params, state = fresh(layer, (5, 3))
    _, new = layer.apply(params, state, jnp.asarray(x), key=None, training=True)
    np.testing.assert_allclose(new["moving_mean"], x.mean((0, 1)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(new["moving_variance"], x.var((0, 1)), rtol=1e-5)


def test_what_is_trained():
    names = {
        (True, True): {"gamma", "beta"},
        (True, False): {"gamma"},
        (False, True): {"beta"},
        (False, False): set(),
    }
    for (scale, center), expected in names.items():
        params, state = fresh(BatchNormalization(scale=scale, center=center))
        assert set(params) == expected
        assert set(state) == {"moving_mean", "moving_variance"}


def test_penalties():
    params = {"gamma": jnp.asarray([1.0, -3.0]), "beta": jnp.asarray([0.5, 0.5])}
    layer = BatchNormalization(beta_regularizer=regularizers.L1(2.0), gamma_regularizer=regularizers.L2(0.1))
    np.testing.assert_allclose(layer.penalties(params), [1.0, 2.0], rtol=1e-6)
    unused = BatchNormalization(center=False, scale=False, beta_regularizer="l2", gamma_regularizer="l2")
    assert unused.penalties({}) == []


def test_configuration_round_trip():
    layer = BatchNormalization(
        momentum=0.5,
        epsilon=0.01,
        center=False,
        gamma_initializer="zeros",
        gamma_regularizer="l2",
        name="norm",
    )
    copy = from_config(to_config(layer))
    assert to_config(copy) == to_config(layer)
    assert (copy.momentum, copy.epsilon, copy.center, copy.name) == (0.5, 0.01, False, "norm")
    assert jax.tree.structure(copy) == jax.tree.structure(layer)


def test_numbers_are_leaves():
    def structure(**settings):
        return jax.tree.structure(BatchNormalization(**settings))

    assert structure(momentum=1, epsilon=0) == structure()
    assert {type(leaf) for leaf in jax.tree.leaves(BatchNormalization(momentum=1))} == {float}
    assert structure(center=False) != structure()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"axis": 0}, r"BatchNormalization: axis 0 is the batch"),
        ({"axis": (1, 2)}, r"BatchNormalization: axis must be a whole number, got \(1, 2\)"),
        ({"momentum": 2}, r"BatchNormalization: momentum must be a finite number between 0 and 1, got 2"),
        ({"momentum": "0.9"}, r"momentum must be a number between 0 and 1, got str '0.9'"),
        ({"epsilon": -1e-3}, r"BatchNormalization: epsilon must be a finite number at least 0, got -0.001"),
        ({"epsilon": float("inf")}, r"epsilon must be a finite number at least 0, got inf"),
    ],
)
def test_messages(settings, message):
    with pytest.raises(UsageError, match=message):
        BatchNormalization(**settings)


def test_rows_without_the_axis_are_refused():
    message = r'layer "norm" \(BatchNormalization\): axis -1 does not fit inputs of shape \(None,\)'
    with pytest.raises(ShapeError, match=message):
        BatchNormalization(name="norm").output_shape(())
    with pytest.raises(
        ShapeError, match=r"^BatchNormalization: axis 3 does not fit inputs of shape \(None, 3, 4\)"
    ):
        BatchNormalization(axis=3).output_shape((3, 4))
    assert BatchNormalization().output_shape((3, 4)) == (3, 4)


def test_another_feature_axis_is_the_last_of_the_turned_array():
    x = np.random.default_rng(3).normal(size=(6, 3, 5)).astype(np.float32)
    layer, turned = BatchNormalization(axis=1), BatchNormalization()
    params = {"gamma": jnp.asarray([1.0, 2.0, 3.0]), "beta": jnp.asarray([0.0, 1.0, -1.0])}
    state = fresh(layer, (3, 5))[1]
    for training in (True, False):
        outputs, new = layer.apply(params, state, jnp.asarray(x), key=None, training=training)
        expected, moved = turned.apply(
            params, state, jnp.asarray(x.transpose(0, 2, 1)), key=None, training=training
        )
        np.testing.assert_allclose(outputs, np.asarray(expected).transpose(0, 2, 1), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(new["moving_variance"], moved["moving_variance"], rtol=1e-6)


def test_constraints():
    layer = BatchNormalization(gamma_constraint="non_neg")
    projected = layer.project(
        {"gamma": jnp.asarray([1.0, -1.0]), "beta": jnp.asarray([-1.0])}, jnp.float32(1.0)
    )
    np.testing.assert_array_equal(projected["gamma"], [1, 0])
    np.testing.assert_array_equal(projected["beta"], [-1])
