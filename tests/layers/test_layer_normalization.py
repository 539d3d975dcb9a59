"""Normalisation of each row: by layer, by group, by the root mean square, to length 1."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import ShapeError, UsageError
from fallline.layers.group_normalization import GroupNormalization
from fallline.layers.layer_normalization import LayerNormalization
from fallline.layers.rms_normalization import RMSNormalization
from fallline.layers.unit_normalization import UnitNormalization
from fallline.registry.configuration import from_config, to_config

KINDS = [LayerNormalization, RMSNormalization, UnitNormalization, lambda **k: GroupNormalization(1, **k)]
# Mean 3, mean squared deviation 2; mean square 11, length sqrt(44).
ROW = np.asarray([[1.0, 3.0, 5.0, 3.0]], np.float32)


def test_by_hand():
    expected = {
        LayerNormalization(epsilon=0.5): (ROW - 3) / np.sqrt(2.5),
        GroupNormalization(1, epsilon=0.5): (ROW - 3) / np.sqrt(2.5),
        GroupNormalization(2, epsilon=0.0): [[-1, 1, 1, -1]],
        RMSNormalization(epsilon=5.0): ROW / 4,
        UnitNormalization(): ROW / np.sqrt(44),
    }
    for layer, outputs in expected.items():
        np.testing.assert_allclose(layer(ROW), outputs, rtol=1e-6)
        np.testing.assert_allclose(layer(ROW, training=True), outputs, rtol=1e-6)


def test_scale_and_shift():
    layer = LayerNormalization(epsilon=0.0)
    layer.build((None, 4))
    assert [array.shape for array in layer.get_weights()] == [(4,), (4,)]
    layer.set_weights([[1.0, 2.0, 3.0, 4.0], [0.0, 10.0, 20.0, 30.0]])
    np.testing.assert_allclose(layer(ROW), [[-np.sqrt(2), 10, 20 + 3 * np.sqrt(2), 30]], rtol=1e-6)
    assert not LayerNormalization(center=False, scale=False).init(jax.random.key(0), (4,))[0]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_do_not_see_each_other(kind):
    x = np.random.default_rng(1).normal(size=(5, 3, 4)).astype(np.float32)
    layer = kind()
    np.testing.assert_allclose(layer(x)[2:3], layer(x[2:3]), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_constant_rows_stay_finite(kind):
    layer = kind()
    for value in (0.0, 7.0):
        assert np.isfinite(layer(np.full((2, 4), value, np.float32))).all()

    def total(x):
        return jnp.sum(layer.apply(*layer.held(), x, key=None, training=True)[0])

    assert np.isfinite(jax.grad(total)(jnp.zeros((2, 4)))).all()


@pytest.mark.parametrize("kind", KINDS)
def test_16_bits_in_16_bits_out(kind):
    x = (100 + np.random.default_rng(2).normal(size=(5, 64))).astype(np.float32)
    narrow = jnp.asarray(x, jnp.bfloat16)
    layer = kind()
    exact = np.asarray(layer(narrow.astype(jnp.float32)))
    outputs = layer(narrow)
    assert outputs.dtype == jnp.bfloat16
    # Rounded once, at the end: 8 bits.
    np.testing.assert_allclose(np.asarray(outputs, np.float32), exact, rtol=2**-8, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_configuration_round_trip(kind):
    layer = kind(axis=1, name="even")
    copy = from_config(to_config(layer))
    assert to_config(copy) == to_config(layer)
    assert jax.tree.structure(copy) == jax.tree.structure(layer)


def test_numbers_are_leaves():
    for kind in (LayerNormalization, RMSNormalization, GroupNormalization):
        assert jax.tree.structure(kind(epsilon=0.1)) == jax.tree.structure(kind(epsilon=0.2))
    assert jax.tree.structure(LayerNormalization([1, 2])) != jax.tree.structure(LayerNormalization())


@pytest.mark.parametrize("kind", KINDS)
def test_messages(kind):
    with pytest.raises(
        UsageError, match=r"Normalization: axis 0 is the batch, and a row's output must not depend"
    ):
        kind(axis=0)
    with pytest.raises(UsageError, match="Normalization: axis must be a whole number"):
        kind(axis="last")
    with pytest.raises(ShapeError, match=r"Normalization: axis 2 does not fit inputs of shape \(None, 4\)"):
        kind(axis=2)(ROW)
    with pytest.raises(
        ShapeError, match=r"axis -1 does not fit inputs of shape \(None,\). Reshape the inputs to"
    ):
        kind()(ROW[0])


def test_axes_that_count_twice_or_the_batch():
    for axis in ([1, -1], [-2]):
        with pytest.raises(ShapeError, match=r"The batch is axis 0; each axis counts once"):
            LayerNormalization(axis=axis)(ROW)


def test_groups():
    with pytest.raises(ShapeError, match="GroupNormalization: 4 features do not divide into 3 groups"):
        GroupNormalization(3)(ROW)
    with pytest.raises(ShapeError, match="4 features do not divide into 32 groups"):
        GroupNormalization()(ROW)
    with pytest.raises(
        UsageError, match="GroupNormalization: groups must be a whole number of at least 1, got 0"
    ):
        GroupNormalization(0)
    assert GroupNormalization(-1).output_shape((3, 5)) == (3, 5)
