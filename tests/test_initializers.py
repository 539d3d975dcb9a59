"""Initializers: moments, limits, fans, seeds, names and configurations."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import config, initializers, layers
from fallline._tree import tree
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.registry.configuration import from_config, to_config

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
    "sigmoid_uniform": 16 * 2 / 650,
    "relu_normal": 2 * 2 / 650,
    "relu_uniform": 2 * 2 / 650,
    "orthogonal": 1 / 400,
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
        ("tanh_uniform", math.sqrt(6 / 650)),
        ("sigmoid_uniform", 4 * math.sqrt(6 / 650)),
        ("relu_uniform", math.sqrt(2) * math.sqrt(6 / 650)),
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


def test_fans_of_axes_given_by_hand():
    # A query kernel (features, heads, width): one unit joins 8 features to 2 * 5 outputs.
    assert initializers.compute_fans((8, 2, 5), input_axes=[0], output_axes=[1, 2]) == (8, 10)
    assert initializers.compute_fans((8, 2, 5), input_axes=[0]) == initializers.compute_fans((8, 2, 5))
    with pytest.raises(ShapeError, match=r"shape \(8, 2\) has not all of the input axes \(0,\) and output"):
        initializers.compute_fans((8, 2), (0,), (2,))
    drawn = initializers.HeUniform(seed=1, input_axes=[0], output_axes=[1, 2]).sample(
        KEY, (8, 50, 50), "float32"
    )
    limit = math.sqrt(6 / 8)
    assert 0.999 * limit < float(jnp.abs(drawn).max()) <= limit * (1 + 1e-6)
    with pytest.raises(UsageError, match="HeUniform: give input_axes and output_axes together"):
        initializers.HeUniform(input_axes=(0,))


def test_constants():
    np.testing.assert_array_equal(initializers.Zeros().sample(KEY, (2, 3), "float32"), np.zeros((2, 3)))
    np.testing.assert_array_equal(initializers.Ones().sample(KEY, (2, 3), "float32"), np.ones((2, 3)))
    np.testing.assert_array_equal(initializers.Constant(0.5).sample(KEY, (2,), "float32"), [0.5, 0.5])
    np.testing.assert_array_equal(
        initializers.Identity(2.0).sample(KEY, (2, 3), "float32"), [[2, 0, 0], [0, 2, 0]]
    )
    with pytest.raises(
        ShapeError, match=r"Identity: only a matrix can be the identity; the parameter is \(3,\)"
    ):
        initializers.Identity()((3,))


def test_a_constant_may_be_an_array():
    book = [[0.15, 0.25], [0.20, 0.30]]
    for given in (book, np.asarray(book), jnp.asarray(book, jnp.float32)):
        drawn = initializers.Constant(given).sample(KEY, (2, 2), "float32")
        np.testing.assert_array_equal(drawn, np.asarray(book, np.float32))
    row = initializers.Constant([1, 2])
    np.testing.assert_array_equal(row.sample(KEY, (3, 2), "float32"), [[1, 2]] * 3)
    assert len(jax.tree.leaves(row)) == 1
    np.testing.assert_array_equal(from_config(to_config(row))((2,)), [1, 2])
    with pytest.raises(ShapeError, match=r"Constant: the value has shape \(2,\), the parameter \(2, 3\)"):
        row.sample(KEY, (2, 3), "float32")
    with pytest.raises(ShapeError, match=r"Constant: the value has shape \(2,\), the parameter \(1,\)"):
        row.sample(KEY, (1,), "float32")
    with pytest.raises(UsageError, match="Constant: value must be a number or an array of numbers"):
        initializers.Constant([[1, 2], [3]])
    with pytest.raises(UsageError, match="the array holds NaN"):
        initializers.Constant([1.0, math.nan])


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 4), (2, 2, 9)], ids=str)
def test_orthogonal_kernels_have_orthonormal_rows_or_columns(shape):
    kernel = np.asarray(initializers.Orthogonal(gain=2.0).sample(KEY, shape, "float32")).reshape(
        -1, shape[-1]
    )
    short = kernel if kernel.shape[0] <= kernel.shape[1] else kernel.T
    np.testing.assert_allclose(short @ short.T, 4 * np.eye(len(short)), atol=3e-6)


def test_orthogonal_draws_have_no_preferred_sign():
    # Without the signs of R's diagonal, LAPACK's first column points the same way in most draws.
    def corner(key):
        return initializers.Orthogonal().sample(key, (3, 3), "float32")[0, 0]

    corners = np.asarray(jax.vmap(corner)(jax.random.split(KEY, 2000)))
    # Uniform on the sphere in three dimensions: a coordinate is U(-1, 1), mean 0, variance 1/3.
    assert abs(corners.mean()) < 5 * math.sqrt(1 / 3 / 2000)
    assert corners.var() == pytest.approx(1 / 3, rel=5 * math.sqrt(0.8 / 2000))


def test_orthogonal_needs_two_axes():
    with pytest.raises(ShapeError, match=r"Orthogonal: the parameter must have at least two axes"):
        initializers.Orthogonal()((3,))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("name", [*VARIANCES, "zeros", "ones", "constant", "identity"])
def test_shape_and_type_are_those_asked_for(name, dtype):
    values = initializers.get(name).sample(KEY, (3, 4), dtype)
    assert values.shape == (3, 4)
    assert values.dtype == jnp.dtype(dtype)


@pytest.mark.parametrize("name", [*VARIANCES, "zeros", "ones", "constant", "identity"])
def test_double_precision(name):
    with jax.enable_x64(True):
        values = initializers.get(name).sample(KEY, (3, 4), "float64")
        assert values.dtype == jnp.float64
        if name in VARIANCES:
            assert not np.array_equal(values, np.asarray(values, np.float32))


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


def test_called_without_a_seed_it_follows_the_random_seed():
    initializer = initializers.HeNormal()
    config.set_random_seed(7)
    first, second = initializer((3, 4)), initializer((3, 4))
    config.set_random_seed(7)
    np.testing.assert_array_equal(initializer((3, 4)), first)
    np.testing.assert_array_equal(initializer((3, 4)), second)


def test_called_without_a_type_it_follows_the_policy():
    assert initializers.Ones()((2,)).dtype == jnp.float32
    assert initializers.Ones()((2,), dtype="bfloat16").dtype == jnp.bfloat16
    with jax.enable_x64(True):
        config.set_dtype_policy("float64")
        try:
            assert initializers.Ones()((2,)).dtype == jnp.float64
        finally:
            config.set_dtype_policy("float32")


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
        initializers.LecunNormal(seed=3, input_axes=(0,), output_axes=(1,)),
        initializers.SigmoidUniform(seed=3),
        initializers.ReluNormal(seed=3),
        initializers.ReluUniform(seed=3),
        initializers.Orthogonal(2.0, seed=3),
        initializers.Identity(2.0),
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


def test_a_class_as_in_keras():
    class Stairs(initializers.Initializer):
        def __init__(self, height):
            self.height = height

        def __call__(self, shape, dtype=None):
            return self.height * np.arange(math.prod(shape)).reshape(shape)

    stairs = initializers.get(Stairs(2.0))
    np.testing.assert_array_equal(stairs.sample(KEY, (2, 2), "float32"), [[0, 2], [4, 6]])
    assert jax.tree.leaves(stairs) == []


def test_a_class_with_numbers_as_leaves():
    @tree
    class Laplace(initializers.Initializer):
        scale: float = 0.1

        def sample(self, key, shape, dtype):
            return jax.random.laplace(key, shape, dtype) * jnp.asarray(self.scale, dtype)

    laplace = initializers.get(Laplace(2.0))
    assert jax.tree.leaves(laplace) == [2.0]
    np.testing.assert_array_equal(
        laplace.sample(KEY, (3,), "float32"), 2 * jax.random.laplace(KEY, (3,), "float32")
    )
    assert not np.array_equal(laplace((3,)), laplace((3,)))


def test_a_class_with_nothing_says_what_it_needs():
    class Empty(initializers.Initializer):
        pass

    with pytest.raises(
        NotImplementedError, match=r"Empty needs sample\(self, key, shape, dtype\) or __call__"
    ):
        Empty()((3,))


@pytest.mark.parametrize(
    ("old", "now"),
    {
        "he_init": initializers.HeNormal,
        "xavier": initializers.GlorotUniform,
        "Xavier": initializers.GlorotUniform,
        "xavier_uniform": initializers.GlorotUniform,
        "xavier_normal": initializers.GlorotNormal,
        "glorot": initializers.GlorotUniform,
        "tanh_uniform": initializers.GlorotUniform,
        "TanhUniform": initializers.GlorotUniform,
        "Constant": initializers.Constant,
        "constant": initializers.Constant,
        "normal": initializers.RandomNormal,
        "uniform": initializers.RandomUniform,
        "zero": initializers.Zeros,
        "one": initializers.Ones,
        "eye": initializers.Identity,
        "IdentityInitializer": initializers.Identity,
        "OrthogonalInitializer": initializers.Orthogonal,
    }.items(),
)
def test_older_names_resolve(old, now):
    assert type(initializers.get(old)) is now


def test_older_arguments_work_with_a_warning():
    with pytest.warns(FutureWarning, match=r"write VarianceScaling\(scale=2.0, mode='FAN_AVG'\)"):
        old = initializers.VarianceScaling(factor=2.0, mode="FAN_AVG")
    now = initializers.VarianceScaling(2.0, "fan_avg")
    assert jax.tree.leaves(old) == jax.tree.leaves(now)
    assert jax.tree.structure(old) == jax.tree.structure(now)


def test_wrong_arguments_are_refused():
    with pytest.raises(UnknownNameError, match='Did you mean "glorot_uniform"'):
        initializers.get("glorot_unifrom")
    with pytest.raises(UsageError, match="VarianceScaling: scale must be a finite number above 0, got 0"):
        initializers.VarianceScaling(0.0)
    with pytest.raises(UsageError, match='mode must be "fan_in", "fan_out" or "fan_avg", got .fan_sum.'):
        initializers.VarianceScaling(mode="fan_sum")
    with pytest.raises(UsageError, match="distribution must be .*, got .cauchy."):
        initializers.VarianceScaling(distribution="cauchy")
    with pytest.raises(UsageError, match="RandomNormal: stddev must be a finite number at least 0, got -1"):
        initializers.RandomNormal(stddev=-1)
    with pytest.raises(UsageError, match=r"RandomUniform: minval 1 is above maxval 0\.05"):
        initializers.RandomUniform(1.0)
    with pytest.raises(
        UsageError, match=r"HeNormal: the seed must be a whole number from 0 to 2147483647, got 1\.5"
    ):
        initializers.HeNormal(seed=1.5)


def test_none_is_glorots_uniform_rule():
    """As Keras's layers draw then, biases too."""
    assert type(initializers.get(None)) is initializers.GlorotUniform
    layer = layers.Dense(50, kernel_initializer=None, bias_initializer=None)
    layer.build((None, 100))
    for weights, limit in ((layer.kernel, math.sqrt(6 / 150)), (layer.bias, math.sqrt(6 / 100))):
        assert 0.9 * limit < np.abs(weights).max() <= limit


def test_older_names_are_attributes_too():
    for old in ("he_init", "xavier", "xavier_uniform", "xavier_normal", "glorot", "eye"):
        assert getattr(initializers, old) is type(initializers.get(old))


def test_what_is_called_with_no_shape_or_type_is_refused():
    for shape in (3, "ab", None, {2}):
        with pytest.raises(UsageError, match=r"HeNormal: the shape must be a tuple such as \(3,\), got"):
            initializers.HeNormal()(shape)
    with pytest.raises(
        UsageError, match="HeNormal: each size of the shape must be a whole number of at least 0"
    ):
        initializers.HeNormal()((-3, 2))
    with pytest.raises(UsageError, match="Zeros: unknown number type 'flot'"):
        initializers.Zeros()((2,), dtype="flot")
    for dtype in (None, "float", float, "float32"):
        assert initializers.Zeros()((2,), dtype).dtype == np.float32
