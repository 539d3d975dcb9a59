"""A learned vector for each category."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.layers.embedding import Embedding
from fallline.registry.configuration import from_config, to_config

VECTORS = np.arange(8.0, dtype=np.float32).reshape(4, 2)


def looked_up(x, dtype=None):
    params = {"embeddings": jnp.asarray(VECTORS, dtype)}
    return Embedding(4, 2).apply(params, {}, jnp.asarray(x), key=None, training=True)[0]


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.int8, np.float32])
def test_each_category_gives_its_vector(dtype):
    x = np.asarray([[0, 3], [1, 1]], dtype)
    np.testing.assert_array_equal(looked_up(x), VECTORS[x.astype(int)])
    assert Embedding(4, 2).output_shape((5,)) == (5, 2)
    assert Embedding(4, 2).output_shape(()) == (2,)


def test_the_numbers_of_categories_stay_whole():
    """In bfloat16, which has 8 bits, 257 would be 256."""
    vectors = jnp.arange(300, dtype=jnp.bfloat16)[:, None]
    outputs, _ = Embedding(300, 1).apply(
        {"embeddings": vectors}, {}, jnp.asarray([255, 257]), key=None, training=True
    )
    np.testing.assert_array_equal(outputs, vectors[np.asarray([255, 257])])
    assert Embedding.takes_integers


@pytest.mark.parametrize("x", [[4], [-1], [-4], [1000], [np.nan], [np.inf], [-np.inf], [1e20]])
def test_what_is_no_category_gives_nan(x):
    assert np.isnan(looked_up(x)).all()


def test_the_type_is_that_of_the_vectors():
    assert looked_up([1], jnp.bfloat16).dtype == jnp.bfloat16


def test_only_the_vectors_that_were_used_have_a_gradient():
    layer = Embedding(4, 2)

    def total(vectors):
        return jnp.sum(
            layer.apply({"embeddings": vectors}, {}, jnp.asarray([2, 2, 0]), key=None, training=True)[0]
        )

    np.testing.assert_array_equal(jax.grad(total)(jnp.asarray(VECTORS)), [[1, 1], [0, 0], [2, 2], [0, 0]])


def test_alone():
    layer = Embedding(5, 3, embeddings_regularizer="l2", embeddings_constraint="non_neg")
    outputs = layer([[0, 4]])
    assert outputs.shape == (1, 2, 3)
    np.testing.assert_array_equal(outputs[0, 1], layer.embeddings[4])
    assert float(jnp.max(jnp.abs(layer.embeddings))) <= 0.05
    assert len(layer.penalties({"embeddings": layer.embeddings})) == 1
    assert float(layer.project({"embeddings": layer.embeddings}, jnp.float32(1.0))["embeddings"].min()) == 0


def test_configuration_round_trip():
    layer = Embedding(7, 2, "zeros", embeddings_regularizer="l2", name="words")
    copy = from_config(to_config(layer))
    assert to_config(copy) == to_config(layer)
    assert jax.tree.structure(copy) == jax.tree.structure(layer)


def test_messages():
    with pytest.raises(UsageError, match="Embedding: input_dim must be a whole number of at least 1, got 0"):
        Embedding(0, 2)
    with pytest.raises(
        UsageError, match="Embedding: output_dim must be a whole number of at least 1, got 2.5"
    ):
        Embedding(3, 2.5)
    with pytest.raises(UsageError, match="Embedding: mask_zero hides padding from recurrent layers"):
        Embedding(3, 2, mask_zero=True)
    with pytest.raises(UsageError, match=r"weights= is not taken; build the layer and give them"):
        Embedding(3, 2, weights=[VECTORS])


def test_older_keras():
    with pytest.warns(
        FutureWarning, match=r"write Embedding\(input_dim=3, output_dim=2, input_shape=\(10,\)\)"
    ):
        assert Embedding(3, 2, input_length=10).input_shape == (10,)
