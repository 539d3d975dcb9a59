"""Initializers: moments, limits, fans, seeds, names and configurations."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import initializers
from fallline._registry import from_config, to_config
from fallline.errors import UnknownNameError, UsageError

KEY = jax.random.key(20)
SHAPE = (400, 250)
COUNT = 400 * 250

# Variance that each gives a (400, 250) kernel, from its paper's formula.
VARIANCES = {
    "glorot_uniform": 2 / 650,
    "glorot_normal": 2 / 650,
    "he_uniform": 2 / 400,
    "he_normal": 2 / 400,
    "lecun_uniform": 1 / 400,
    "lecun_normal": 1 / 400,
    "variance_scaling": 1 / 400,
    "random_normal": 0.05**2,
    "random_uniform": 0.1**2 / 12,
    # 1 - 2 * 2 phi(2) / (2 Phi(2) - 1) = 0.77374 of the untruncated variance.
    "truncated_normal": 0.7737413 * 0.05**2,
}


@pytest.mark.parametrize("name", VARIANCES)
def test_mean_and_variance(name):
    values = np.asarray(initializers.get(name).sample(KEY, SHAPE, "float32"), np.float64)
    variance = VARIANCES[name]
    # Five standard errors of the mean, and of the variance: its relative standard error is sqrt((k - 1) / n)
    # with kurtosis k <= 3 for these distributions.
    assert abs(values.mean()) < 5 * math.sqrt(variance / COUNT)
    assert values.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / COUNT))


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("glorot_uniform", math.sqrt(6 / 650)),
        ("he_uniform", math.sqrt(6 / 400)),
        ("lecun_uniform", math.sqrt(3 / 400)),
        ("random_uniform", 0.05),
        ("truncated_normal", 0.1),
        ("he_normal", 2 * math.sqrt(2 / 400 / 0.7737413)),
    ],
)
def test_no_value_passes_the_limit_and_some_come_near(name, limit):
    largest = float(jnp.abs(initializers.get(name).sample(KEY, SHAPE, "float32")).max())
    assert 0.999 * limit < largest <= limit * (1 + 1e-6)


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((3, 5), (3, 5)), ((9, 3, 5), (27, 45)), ((2, 3, 4, 5), (24, 30))],
)
def test_fans(shape, fans):
    assert initializers.compute_fans(shape) == fans


def test_constants():
    np.testing.assert_array_equal(initializers.Zeros().sample(KEY, (2, 3), "float32"), np.zeros((2, 3)))
    np.testing.assert_array_equal(initializers.Ones().sample(KEY, (2, 3), "float32"), np.ones((2, 3)))
    np.testing.assert_array_equal(initializers.Constant(0.5).sample(KEY, (2,), "float32"), [0.5, 0.5])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("name", [*VARIANCES, "zeros", "ones", "constant"])
def test_shape_and_type_are_those_asked_for(name, dtype):
    values = initializers.get(name).sample(KEY, (3, 4), dtype)
    assert values.shape == (3, 4)
    assert values.dtype == jnp.dtype(dtype)


def test_without_a_seed_the_key_decides():
    draw = initializers.GlorotUniform().sample
    np.testing.assert_array_equal(draw(KEY, (3, 4), "float32"), draw(KEY, (3, 4), "float32"))
    assert not np.array_equal(draw(KEY, (3, 4), "float32"), draw(jax.random.key(21), (3, 4), "float32"))


def test_its_own_seed_comes_before_the_key():
    seeded = initializers.GlorotUniform(seed=5)
    own = jax.random.key(5)
    expected = initializers.GlorotUniform().sample(own, (3, 4), "float32")
    np.testing.assert_array_equal(seeded.sample(KEY, (3, 4), "float32"), expected)
    np.testing.assert_array_equal(seeded((3, 4)), expected)
    assert not np.array_equal(initializers.GlorotUniform(seed=6)((3, 4)), expected)


def test_called_without_a_seed_it_is_fresh_each_time():
    initializer = initializers.HeNormal()
    assert not np.array_equal(initializer((3, 4)), initializer((3, 4)))


def test_numbers_are_leaves():
    assert jax.tree.leaves(initializers.RandomNormal(0.1, 0.2, seed=3)) == [0.1, 0.2]
    assert jax.tree.leaves(initializers.VarianceScaling(2.0)) == [2.0]
    members = initializers.RandomNormal(stddev=jnp.asarray([0.0, 2.0], jnp.float32))
    axes = jax.tree.map(lambda leaf: 0 if jnp.ndim(leaf) else None, members)
    drawn = jax.vmap(lambda i: i.sample(KEY, (5,), "float32"), in_axes=(axes,))(members)
    np.testing.assert_allclose(drawn[0], np.zeros(5))
    np.testing.assert_allclose(drawn[1], 2 * jax.random.normal(KEY, (5,)), rtol=1e-6)


@pytest.mark.parametrize(
    "initializer",
    [
        initializers.Zeros(),
        initializers.Ones(),
        initializers.Constant(0.3),
        initializers.RandomNormal(0.1, 0.2, seed=3),
        initializers.TruncatedNormal(0.1, 0.2, seed=3),
        initializers.RandomUniform(0.1, 0.2, seed=3),
        initializers.VarianceScaling(2.0, "fan_avg", "uniform", seed=3),
        initializers.GlorotUniform(seed=3),
        initializers.GlorotNormal(seed=3),
        initializers.HeUniform(seed=3),
        initializers.HeNormal(seed=3),
        initializers.LecunUniform(seed=3),
        initializers.LecunNormal(seed=3),
    ],
    ids=lambda initializer: type(initializer).__name__,
)
def test_a_configuration_makes_an_equal_initializer(initializer):
    copy = from_config(to_config(initializer))
    assert jax.tree.structure(copy) == jax.tree.structure(initializer)
    np.testing.assert_array_equal(copy((3, 4)), initializer((3, 4)))


def test_a_function_is_called_with_shape_and_type():
    eye = initializers.get(lambda shape, dtype: jnp.eye(*shape, dtype=dtype))
    np.testing.assert_array_equal(eye.sample(KEY, (2, 3), "float32"), np.eye(2, 3))
    with pytest.raises(UsageError, match=r"asked for \(2, 3\), got \(3,\)"):
        initializers.get(lambda shape, dtype: jnp.zeros(3, dtype)).sample(KEY, (2, 3), "float32")


def test_wrong_arguments_are_refused():
    with pytest.raises(UnknownNameError, match='Did you mean "glorot_uniform"'):
        initializers.get("glorot_unifrom")
    with pytest.raises(UsageError, match="scale must be > 0, got 0"):
        initializers.VarianceScaling(0.0)
    with pytest.raises(UsageError, match="mode must be"):
        initializers.VarianceScaling(mode="fan_sum")
    with pytest.raises(UsageError, match="distribution must be"):
        initializers.VarianceScaling(distribution="cauchy")
