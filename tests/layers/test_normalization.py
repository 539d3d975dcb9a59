"""Inputs of mean 0 and variance 1: adapting, before and after building; what is kept; messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from fallline.errors import DataError, ShapeError, UsageError
from fallline.layers.base.adapting import rows_of
from fallline.layers.normalization import Normalization
from fallline.registry.configuration import from_config, to_config

X = np.asarray([[1.0, -5.0], [3.0, -2.0], [5.0, 1.0], [3.0, -2.0]], np.float32)
MEAN, VARIANCE = np.asarray([3.0, -2.0]), np.asarray([2.0, 4.5])
EXPECTED = (X - MEAN) / np.sqrt(VARIANCE)


def adapted(data=X, **settings):
    layer = Normalization(**settings)
    layer.adapt(data)
    return layer


def test_adapting():
    layer = adapted()
    np.testing.assert_allclose(layer(X), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(layer(X, training=True), EXPECTED, rtol=1e-6)
    np.testing.assert_array_equal(layer.mean, MEAN)
    np.testing.assert_array_equal(layer.variance, VARIANCE)
    np.testing.assert_allclose(adapted(invert=True)(EXPECTED), X, rtol=1e-6)


@pytest.mark.parametrize(
    "data",
    [
        X.tolist(),
        [X[:1], X[1:]],
        (X[:3], X[3:]),
        iter([X[:2], X[2:]]),
        [(X, None)],
        pd.DataFrame(X),
        jnp.asarray(X),
    ],
    ids=["list", "batches", "tuple", "generator", "pairs", "frame", "jax"],
)
def test_kinds_of_data(data):
    np.testing.assert_allclose(adapted(data)(X), EXPECTED, rtol=1e-6)


def test_after_building_what_uses_the_layer_sees_it():
    layer = Normalization()
    np.testing.assert_array_equal(layer(X), X)
    before = layer.held()
    layer.adapt(X)
    assert layer.held() is not before
    np.testing.assert_allclose(layer(X), EXPECTED, rtol=1e-6)
    layer.adapt(2 * X)
    np.testing.assert_allclose(layer(2 * X), EXPECTED, rtol=1e-6)


def test_sums_are_of_64_bits():
    data = 1e6 + X
    np.testing.assert_array_equal(adapted(data).variance, VARIANCE)


def test_a_configuration_carries_what_was_learned():
    layer = adapted(name="scaled")
    copy = from_config(to_config(layer))
    assert not copy.built
    np.testing.assert_allclose(copy(X), EXPECTED, rtol=1e-6)
    assert to_config(copy) == to_config(layer)
    fresh = from_config(to_config(Normalization(axis=[1, 2])))
    assert (fresh.mean, fresh.axis) == (None, (1, 2))


def test_a_fresh_network_begins_with_what_was_learned():
    _, state = adapted().init(jax.random.key(0), (2,))
    np.testing.assert_array_equal(state["mean"], MEAN)


def test_given_numbers():
    layer = Normalization(mean=[3.0, -2.0], variance=VARIANCE)
    np.testing.assert_allclose(layer(X), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(Normalization(mean=1, variance=4)(X), (X - 1) / 2, rtol=1e-6)
    np.testing.assert_allclose(Normalization(None, mean=1.0, variance=4.0)(X), (X - 1) / 2, rtol=1e-6)
    assert jax.tree.structure(layer) == jax.tree.structure(
        Normalization(mean=[0.0, 1.0], variance=[1.0, 1.0])
    )


def test_axes():
    x = np.random.default_rng(1).normal(3, 2, size=(50, 4, 3)).astype(np.float32)
    for axis, over in ((-1, (0, 1)), (1, (0, 2)), ((1, 2), (0,)), (None, (0, 1, 2)), ((), (0, 1, 2))):
        outputs = adapted(x, axis=axis)(x)
        np.testing.assert_allclose(np.mean(outputs, over), 0, atol=1e-5)
        np.testing.assert_allclose(np.var(outputs, over), 1, rtol=1e-4)


def test_one_column_without_an_axis():
    """As in Keras's regression tutorial: adapted to a vector, used on rows of one number."""
    layer = Normalization(axis=None, input_shape=[1])
    layer.adapt(X[:, 0])
    np.testing.assert_allclose(layer(X[:, :1]), EXPECTED[:, :1], rtol=1e-6)


def test_a_constant_column_gives_zeros():
    data = np.asarray([[1.0, 2.0], [1.0, 4.0]], np.float32)
    np.testing.assert_allclose(adapted(data)(data), [[0, -1], [0, 1]], rtol=1e-6)


def test_statistics_are_no_parameters():
    layer = adapted()
    assert layer.trainable_weights == []
    assert [array.shape for array in layer.get_weights()] == [(2,), (2,)]
    assert layer(jnp.asarray(X, jnp.bfloat16)).dtype == jnp.bfloat16


@pytest.mark.parametrize("axis", [np.int64(-1), np.array(-1), (np.int8(1),)])
def test_an_axis_may_be_a_whole_number_of_any_type(axis):
    np.testing.assert_allclose(adapted(axis=axis)(X), EXPECTED, rtol=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mean": 1.0}, "give mean and variance, or neither and call adapt"),
        (
            {"mean": [1.0, 2.0], "variance": 1.0},
            r"must have one shape, of at most 1 axes .* got \(2,\) and \(\)",
        ),
        ({"mean": [[1.0]], "variance": [[1.0]]}, "of at most 1 axes"),
        ({"axis": None, "mean": [1.0], "variance": [1.0]}, "of at most 0 axes"),
        ({"mean": "a", "variance": 1.0}, "mean must be finite numbers, got 'a'"),
        ({"mean": 0.0, "variance": -1.0}, "a variance is negative"),
        ({"axis": 0}, "axis 0 is the batch"),
        ({"axis": 1.5}, "axis must be a whole number or several, got 1.5"),
        ({"axis": jnp.array(1.0)}, "axis must be a whole number or several"),
        ({"mean": jnp.array(jnp.nan), "variance": 1.0}, "mean must be finite numbers"),
    ],
)
def test_messages(settings, message):
    with pytest.raises(UsageError, match=f"^Normalization: .*{message}"):
        Normalization(**settings)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([[1.0, np.nan]], "adapt got 1 missing or infinite values of 2. Fill them"),
        ([["a", "b"]], "adapt needs numbers, got list that cannot be read as such"),
        (np.empty((0, 3)), r"adapt needs at least one row, got an array of shape \(0, 3\)"),
        ([], "adapt needs at least one row"),
        (3.0, "adapt needs an array of rows, got the single number 3.0"),
        (None, "adapt needs an array of rows, got None"),
        ([[1j]], "adapt needs numbers, .* .they are complex numbers.. Make them real"),
        ([np.ones((2, 3)), np.ones((2, 4))], r"adapt got batches of different shapes: \(2, 3\), \(2, 4\)"),
        (np.asarray(["2020-01-01"], "datetime64[D]"), "adapt needs numbers"),
    ],
)
def test_data_that_cannot_be_learned_from(data, message):
    with pytest.raises(DataError, match=f'^layer "n" .Normalization.: {message}'):
        Normalization(name="n").adapt(data)


def test_whole_numbers_and_truth_values_are_numbers():
    np.testing.assert_array_equal(rows_of("x", [[True, False], [1, 2]]), [[1, 0], [1, 2]])
    np.testing.assert_array_equal(rows_of("x", np.asarray([[1], [2.5]], object)), [[1], [2.5]])


def test_rows_of_another_width():
    with pytest.raises(ShapeError, match=r"built for means of shape \(2,\), but data of shape \(4, 3\) have"):
        adapted().adapt(np.ones((4, 3)))
    with pytest.raises(
        ShapeError, match=r"has a mean of shape \(2,\), but inputs of rows \(3,\) need \(3,\)"
    ):
        Normalization(mean=[1.0, 2.0], variance=[1.0, 1.0])(np.ones((4, 3)))
