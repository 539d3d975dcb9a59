"""Bins and categories: boundaries, quantiles, encodings, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import DataError, NotReadyError, ShapeError, UsageError
from fallline.layers.category_encoding import CategoryEncoding
from fallline.layers.discretization import Discretization
from fallline.registry.configuration import from_config, to_config

BOUNDARIES = [0.0, 1.0, 2.5]
X = np.asarray([[-1.5, 1.0, 3.4, 0.5], [0.0, 2.5, 2.4, 0.99]], np.float32)
BINS = np.asarray([[0, 2, 3, 1], [1, 3, 2, 1]])


def test_bins():
    outputs = Discretization(BOUNDARIES)(X)
    np.testing.assert_array_equal(outputs, BINS)
    assert outputs.dtype == jnp.int32
    assert Discretization(BOUNDARIES).output_shape((4,)) == (4,)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16])
def test_encodings(dtype):
    x = jnp.asarray(X, dtype)
    ones = np.eye(4)[np.asarray(Discretization(BOUNDARIES)(x))]
    for mode, expected in {"one_hot": ones, "multi_hot": ones.max(1), "count": ones.sum(1)}.items():
        layer = Discretization(BOUNDARIES, output_mode=mode)
        outputs = layer(x)
        np.testing.assert_array_equal(outputs, expected)
        assert outputs.dtype == dtype
        assert layer.output_shape((4,)) == expected.shape[1:]


@pytest.mark.parametrize("rows", [4, 99, 150, 1000])
def test_adapted_bins_hold_about_as_many(rows):
    data = np.random.default_rng(0).exponential(size=(rows, 1))
    layer = Discretization(num_bins=4)
    layer.adapt(data)
    counts = np.bincount(np.asarray(layer(data.astype(np.float32))).ravel(), minlength=4)
    assert abs(counts - rows / 4).max() <= 0.02 * rows + 1


def test_a_small_epsilon_gives_the_exact_quantiles():
    data = np.random.default_rng(0).normal(size=1000)
    layer = Discretization(num_bins=10, epsilon=0.001)
    layer.adapt(data)
    exact = np.quantile(data, np.arange(1, 10) / 10, method="inverted_cdf")
    np.testing.assert_allclose(layer.bin_boundaries, exact, rtol=1e-12)


def test_what_was_learned_is_kept():
    layer = Discretization(num_bins=4)
    layer.adapt(np.arange(100.0))
    np.testing.assert_array_equal(layer.get_weights(), [layer.bin_boundaries])
    copy = from_config(to_config(layer))
    np.testing.assert_array_equal(copy(X), layer(X))
    layer(X)
    layer.adapt(np.arange(100.0) / 50)
    assert float(layer([[1.9]])[0, 0]) == 3


def test_before_adapt():
    layer = Discretization(num_bins=3, output_mode="one_hot")
    assert layer.output_shape((1,)) == (3,)
    with pytest.raises(NotReadyError, match=r"^Discretization: has no bins yet. Call adapt\(data\) before"):
        layer(X)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give bin_boundaries, or num_bins and call adapt"),
        ({"bin_boundaries": [1.0, 2.0], "num_bins": 2}, "2 bin_boundaries make more than num_bins=2 bins"),
        ({"bin_boundaries": [2.0, 1.0]}, "bin_boundaries must be numbers in rising order"),
        ({"bin_boundaries": []}, "bin_boundaries must be numbers in rising order"),
        ({"bin_boundaries": "ab"}, "bin_boundaries must be numbers in rising order"),
        ({"bin_boundaries": jnp.array([1.0, jnp.nan])}, "bin_boundaries must be numbers in rising order"),
        ({"num_bins": 0}, "num_bins must be a whole number of at least 1"),
        ({"num_bins": jnp.array(3.0)}, "num_bins must be a whole number of at least 1"),
        ({"num_bins": 3, "output_mode": np.array(["int", "count"])}, "unknown output_mode"),
        ({"num_bins": 3, "epsilon": 0.0}, "epsilon must be above 0 and below 1"),
        ({"num_bins": 3, "output_mode": "onehot"}, 'unknown output_mode "onehot". Did you mean "one_hot"'),
    ],
)
def test_messages(settings, message):
    with pytest.raises(UsageError, match=f"^Discretization: {message}"):
        Discretization(**settings)


def test_messages_of_adapt():
    with pytest.raises(UsageError, match="made with bin_boundaries, so there is nothing to adapt"):
        Discretization(BOUNDARIES).adapt(X)
    with pytest.raises(DataError, match="missing or infinite"):
        Discretization(num_bins=3).adapt([np.nan, 1.0])
    layer = Discretization(num_bins=4)
    layer.adapt(np.arange(100.0))
    with pytest.raises(ShapeError, match="built with 3 boundaries, but 1 come of these data"):
        layer.adapt([1.0, 2.0])


# Categories


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.float32])
def test_category_encodings(dtype):
    x = np.asarray([[0, 2, 2], [1, 0, 0]], dtype)
    ones = np.eye(3)[x.astype(int)]
    for mode, expected in {"one_hot": ones, "multi_hot": ones.max(1), "count": ones.sum(1)}.items():
        layer = CategoryEncoding(3, mode)
        np.testing.assert_array_equal(layer(x), expected)
        assert layer.output_shape((3,)) == expected.shape[1:]
        assert layer(x).dtype == jnp.float32


def test_a_single_number():
    np.testing.assert_array_equal(CategoryEncoding(3, "one_hot")([[1], [2]]), [[0, 1, 0], [0, 0, 1]])
    for mode in ("one_hot", "multi_hot", "count"):
        layer = CategoryEncoding(3, mode)
        np.testing.assert_array_equal(layer([1, 2]), [[0, 1, 0], [0, 0, 1]])
        assert layer.output_shape(()) == (3,)


def test_what_is_no_category_gives_zeros():
    np.testing.assert_array_equal(CategoryEncoding(2, "one_hot")([[-1], [2], [1]]), [[0, 0], [0, 0], [0, 1]])
    np.testing.assert_array_equal(CategoryEncoding(2)([[np.nan, 1.0]]), [[0, 1]])


def test_category_types():
    assert CategoryEncoding.takes_integers
    assert CategoryEncoding(3)(jnp.asarray([[1.0, 2.0]], jnp.bfloat16)).dtype == jnp.bfloat16
    copy = from_config(to_config(CategoryEncoding(5, "count", name="c")))
    assert (copy.num_tokens, copy.output_mode, copy.name) == (5, "count", "c")
    assert CategoryEncoding(3, "binary").output_mode == "multi_hot"
    assert jax.tree.leaves(CategoryEncoding(3)) == []


def test_older_keras_says_binary_for_multi_hot():
    # Two numbers in one bin: 1, where counting gives 2.
    np.testing.assert_array_equal(
        Discretization([1.0], output_mode="binary")(np.asarray([[0.0, 2.0, 3.0]])), [[1, 1]]
    )


def test_category_messages():
    with pytest.raises(UsageError, match="CategoryEncoding: num_tokens, the number of categories, is needed"):
        CategoryEncoding()
    with pytest.raises(
        UsageError, match="CategoryEncoding: num_tokens must be a whole number of at least 1, got 0"
    ):
        CategoryEncoding(0)
    with pytest.raises(UsageError, match='CategoryEncoding: unknown output_mode "int"'):
        CategoryEncoding(3, "int")


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
def test_rows_without_categories_hold_none(mode):
    np.testing.assert_array_equal(CategoryEncoding(3, mode)(np.zeros((2, 0), np.int32)), np.zeros((2, 3)))
