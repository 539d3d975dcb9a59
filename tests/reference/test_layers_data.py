"""Layers that prepare or reshape inputs against Keras 3, scikit-learn and NumPy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.layers.category_encoding import CategoryEncoding
from fallline.layers.discretization import Discretization
from fallline.layers.embedding import Embedding
from fallline.layers.lambda_layer import Lambda
from fallline.layers.normalization import Normalization
from fallline.layers.reshape import Permute, RepeatVector, Reshape

RNG = np.random.default_rng(1729)
SEQUENCES = (3 * RNG.normal(size=(20, 4, 3)) + 1).astype(np.float32)
ROWS = SEQUENCES[:, 0]


def in_keras(layer, x, **options):
    with jax.numpy_dtype_promotion("standard"):
        return np.asarray(layer(x, **options))


@pytest.mark.references("layers.Reshape", "layers.Permute", "layers.RepeatVector")
@pytest.mark.parametrize(
    ("layer", "arguments", "x"),
    [
        (Reshape, ((12,),), SEQUENCES),
        (Reshape, ((2, -1),), SEQUENCES),
        (Reshape, ((-1, 1),), ROWS),
        (Permute, ((2, 1),), SEQUENCES),
        (Permute, ((1,),), ROWS),
        (RepeatVector, (5,), ROWS),
    ],
)
def test_shapes(keras, layer, arguments, x):
    ours, other = layer(*arguments), getattr(keras.layers, layer.__name__)(*arguments)
    expected = in_keras(other, x)
    np.testing.assert_array_equal(ours(x), expected)
    assert ours.compute_output_shape((None, *x.shape[1:])) == other.compute_output_shape((None, *x.shape[1:]))


@pytest.mark.references("layers.Embedding")
def test_embedding(keras):
    x = RNG.integers(0, 7, size=(6, 4))
    vectors, slopes = (RNG.normal(size=size).astype(np.float32) for size in ((7, 3), (6, 4, 3)))
    layer, other = Embedding(7, 3), keras.layers.Embedding(7, 3)
    layer.build((None, 4))
    layer.set_weights([vectors])
    with jax.numpy_dtype_promotion("standard"):
        other.build((None, 4))
        fresh = np.asarray(other.embeddings.value)
        other.set_weights([vectors])

        def their_total(vectors):
            return jnp.sum(other.stateless_call([vectors], [], x)[0] * slopes)

        expected = jax.grad(their_total)(jnp.asarray(vectors))

    def total(vectors):
        outputs, _ = layer.apply({"embeddings": vectors}, {}, jnp.asarray(x), key=None, training=True)
        return jnp.sum(outputs * slopes)

    np.testing.assert_array_equal(layer(x), in_keras(other, x))
    np.testing.assert_allclose(jax.grad(total)(jnp.asarray(vectors)), expected, rtol=1e-6)
    # Floats are cut to whole numbers, and what is above the range gives NaN.
    np.testing.assert_array_equal(layer([[1.0, 2.7]]), in_keras(other, np.asarray([[1.0, 2.7]], np.float32)))
    np.testing.assert_array_equal(layer([[7, 0]]), in_keras(other, np.asarray([[7, 0]])))
    # The same uniform distribution to begin with.
    ours = Embedding(7, 3).init(jax.random.key(1), (4,))[0]["embeddings"]
    for values in (fresh, ours):
        assert 0.03 < np.max(np.abs(values)) <= 0.05


@pytest.mark.references("layers.Normalization")
@pytest.mark.parametrize("axis", [-1, 1, (1, 2), None])
@pytest.mark.parametrize("invert", [False, True])
def test_normalization(keras, axis, invert):
    layer, other = Normalization(axis, invert=invert), keras.layers.Normalization(axis, invert=invert)
    layer.adapt(SEQUENCES)
    with jax.numpy_dtype_promotion("standard"):
        other.adapt(SEQUENCES)
        mean, variance = np.asarray(other.adapt_mean), np.asarray(other.adapt_variance)
    np.testing.assert_allclose(layer.mean, mean, rtol=1e-5)
    np.testing.assert_allclose(layer.variance, variance, rtol=1e-5)
    np.testing.assert_allclose(layer(SEQUENCES), in_keras(other, SEQUENCES), rtol=1e-5, atol=1e-5)


@pytest.mark.references("layers.Normalization")
def test_normalization_by_given_numbers_and_by_batches(keras):
    for settings in ({"mean": [1.0, 2.0, 3.0], "variance": [4.0, 5.0, 6.0]}, {"mean": 1.0, "variance": 0.0}):
        outputs = Normalization(**settings)(ROWS)
        np.testing.assert_allclose(outputs, in_keras(keras.layers.Normalization(**settings), ROWS), rtol=1e-5)
    layer, other = Normalization(), keras.layers.Normalization()
    batches = [ROWS[:3], ROWS[3:11], ROWS[11:]]
    layer.adapt(batches)
    with jax.numpy_dtype_promotion("standard"):
        other.adapt(batches)
    np.testing.assert_allclose(layer(ROWS), in_keras(other, ROWS), rtol=1e-4, atol=1e-5)


@pytest.mark.references("layers.Normalization")
def test_normalization_is_scikit_learns_scaler():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    layer = Normalization()
    layer.adapt(ROWS)
    np.testing.assert_allclose(
        layer(ROWS), preprocessing.StandardScaler().fit_transform(ROWS), rtol=1e-4, atol=1e-5
    )


@pytest.mark.references("layers.Discretization")
@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("x", [ROWS, ROWS[:, :1]], ids=["three", "one"])
def test_discretization(keras, mode, x):
    boundaries = [-1.0, 0.5, 2.0]
    layer, other = (
        Discretization(boundaries, output_mode=mode),
        keras.layers.Discretization(boundaries, output_mode=mode),
    )
    outputs, expected = layer(x), in_keras(other, x)
    np.testing.assert_array_equal(outputs, expected)
    assert layer.compute_output_shape((None, *x.shape[1:])) == (None, *expected.shape[1:])
    np.testing.assert_array_equal(Discretization(boundaries)(x), np.digitize(x, boundaries))


@pytest.mark.references("layers.Discretization")
@pytest.mark.parametrize("rows", [7, 60, 100, 250, 1234])
@pytest.mark.parametrize(("bins", "epsilon"), [(2, 0.01), (5, 0.01), (20, 0.01), (10, 0.1)])
def test_the_quantiles_of_discretization(keras, rows, bins, epsilon):
    data = np.random.default_rng(rows).exponential(size=(rows, 1)).astype(np.float32)
    layer = Discretization(num_bins=bins, epsilon=epsilon)
    other = keras.layers.Discretization(num_bins=bins, epsilon=epsilon)
    layer.adapt(data)
    other.adapt(data)
    np.testing.assert_allclose(layer.bin_boundaries, other.bin_boundaries, rtol=1e-4, atol=1e-5)


@pytest.mark.references("layers.CategoryEncoding")
@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("width", [1, 3])
def test_category_encoding(keras, mode, width):
    x = RNG.integers(0, 5, size=(8, width))
    layer, other = CategoryEncoding(5, mode), keras.layers.CategoryEncoding(5, mode)
    expected = in_keras(other, x)
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, width)) == (None, *expected.shape[1:])
    with jax.numpy_dtype_promotion("standard"):
        assert layer.compute_output_shape((None, 4, width)) == tuple(
            other.compute_output_shape((None, 4, width))
        )


@pytest.mark.references("layers.CategoryEncoding")
def test_one_hot_is_scikit_learns():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x = RNG.integers(0, 5, size=(40, 1))
    encoder = preprocessing.OneHotEncoder(categories=[range(5)], sparse_output=False, handle_unknown="ignore")
    expected = encoder.fit(x).transform([*x, [9]])
    np.testing.assert_array_equal(CategoryEncoding(5, "one_hot")(np.concatenate([x, [[9]]])), expected)


@pytest.mark.references("layers.Lambda")
def test_lambda(keras):
    function = lambda x: x[:, ::-1] ** 2  # noqa: E731 - a lambda is what the layer is for
    other = keras.layers.Lambda(function)
    np.testing.assert_allclose(Lambda(function)(SEQUENCES), in_keras(other, SEQUENCES), rtol=1e-6)
    assert Lambda(function).compute_output_shape((None, 4, 3)) == other.compute_output_shape((None, 4, 3))
    given = {"output_shape": (3, 4)}
    assert Lambda(function, **given).compute_output_shape((None, 5)) == keras.layers.Lambda(
        function, **given
    ).compute_output_shape((None, 5))
    scaled = Lambda(lambda x, by: x * by, arguments={"by": 2.0})
    theirs = keras.layers.Lambda(lambda x, by: x * by, arguments={"by": 2.0})
    np.testing.assert_array_equal(scaled(ROWS), in_keras(theirs, ROWS))
