"""Mixing pairs of rows: shares, partners, several inputs, types, messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import DataError, ShapeError, UsageError
from fallline.layers.mixing import CutMix, MixUp, mixings, symmetric_beta
from fallline.registry.configuration import from_config, to_config

RNG = np.random.default_rng(2018)
IMAGES = RNG.normal(size=(64, 10, 12, 2)).astype(np.float32)
KEY = jax.random.key(1)
KINDS = (MixUp, CutMix)


@jax.jit  # noqa: TID251 - the mixing alone, without the engine
def mix(mixing, key, x):
    return mixing.mix(key, x)


def mixed(mixing, x=IMAGES, key=KEY):
    return jax.tree.map(np.asarray, mix(mixing, key, jax.tree.map(jnp.asarray, x)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_partner_is_another_row(kind):
    keys = jax.random.split(KEY, 60)
    _, partners, shares = jax.vmap(mix, in_axes=(None, 0, None))(kind(), keys, jnp.asarray(IMAGES[:5]))
    np.testing.assert_array_equal(np.sort(partners, axis=1), np.broadcast_to(np.arange(5), (60, 5)))
    assert np.all(partners != np.arange(5))
    assert set(np.asarray(partners)[:, 0].tolist()) == {1, 2, 3, 4}
    assert shares.dtype == np.float32
    assert np.all((shares >= 0) & (shares <= 1))


@pytest.mark.parametrize("kind", KINDS)
def test_alpha_zero_mixes_nothing(kind):
    x = IMAGES.copy()
    x[:, 0, 0] = -0.0
    x[3] = np.inf
    outputs, _, share = mixed(kind(0), x)
    np.testing.assert_array_equal(outputs.view(np.uint32), x.view(np.uint32))
    np.testing.assert_array_equal(share, 1)
    assert jax.tree.structure(kind(0)) == jax.tree.structure(kind(0.7))
    assert jax.tree.leaves(kind(0)) == [0.0]


@pytest.mark.parametrize("kind", KINDS)
def test_one_row_is_mixed_with_itself(kind):
    outputs, partner, _ = mixed(kind(1.0), IMAGES[:1])
    np.testing.assert_allclose(outputs, IMAGES[:1], rtol=1e-6)
    assert partner.tolist() == [0]


@pytest.mark.parametrize("kind", KINDS)
def test_several_inputs_are_mixed_alike(kind):
    other = IMAGES[..., 0] + 5
    (first, second), partner, share = mixed(kind(1.0), (IMAGES, other))
    single, its_partner, its_share = mixed(kind(1.0), IMAGES)
    np.testing.assert_array_equal(first, single)
    np.testing.assert_array_equal(partner, its_partner)
    np.testing.assert_array_equal(share, its_share)
    np.testing.assert_allclose(second, first[..., 0] + 5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_type_of_the_inputs_is_kept(kind):
    narrow, _, share = mixed(kind(), IMAGES.astype(jnp.bfloat16))
    assert narrow.dtype == jnp.bfloat16
    assert share.dtype == np.float32
    np.testing.assert_allclose(narrow.astype(np.float32), mixed(kind())[0], rtol=0.02, atol=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_stacked_members_are_their_solo_runs(kind):
    alphas = jnp.asarray([0.2, 0.0, 3.0])
    stacked = jax.vmap(lambda alpha: mix(kind(alpha), KEY, jnp.asarray(IMAGES)))(alphas)
    for member, alpha in enumerate((0.2, 0.0, 3.0)):
        for one, other in zip(stacked, mixed(kind(alpha)), strict=True):
            np.testing.assert_allclose(one[member], other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_configurations(kind):
    assert isinstance(mixings.get(kind.__name__), kind)
    assert from_config(to_config(kind(0.7))).alpha == 0.7
    with pytest.raises(UsageError, match=rf"^{kind.__name__}: alpha must be .* at least 0"):
        kind(-0.1)


def test_the_default_amounts():
    assert MixUp().alpha == 0.2
    assert CutMix().alpha == 1.0


def test_rectangles_are_whole_and_counted():
    outputs, partner, share = mixed(CutMix(1.0))
    taken = np.all(outputs == IMAGES[partner], axis=3)
    kept = np.all(outputs == IMAGES, axis=3)
    np.testing.assert_array_equal(taken, ~kept)
    np.testing.assert_array_equal(taken, taken.any(axis=2)[:, :, None] & taken.any(axis=1)[:, None, :])
    np.testing.assert_allclose(share, kept.mean(axis=(1, 2)), rtol=1e-6)
    # In one piece: at most one beginning along each axis.
    for axis in (1, 2):
        edge = np.diff(taken.any(axis=3 - axis).astype(int), axis=1, prepend=0)
        assert np.all((edge == 1).sum(axis=1) <= 1)


def test_whole_numbers():
    pixels = RNG.integers(0, 256, size=(8, 4, 4)).astype(np.uint8)
    outputs, partner, share = mixed(MixUp(1.0), pixels)
    assert outputs.dtype == np.float32
    weight = share[:, None, None]
    np.testing.assert_allclose(
        outputs, weight * pixels + (1 - weight) * pixels[partner], rtol=1e-4, atol=1e-3
    )
    assert mixed(CutMix(), pixels)[0].dtype == np.uint8
    with pytest.raises(DataError, match=r"^MixUp: an input holds whole numbers \(int32\)"):
        mixed(MixUp(), pixels.astype(np.int32))


@pytest.mark.parametrize("x", [IMAGES[:, 0, 0], (IMAGES, IMAGES[:, :5]), (IMAGES, IMAGES[:, 0, :, 0])])
def test_rectangles_need_images(x):
    with pytest.raises(ShapeError, match=r"^CutMix: inputs must be images .* of one size, got"):
        mixed(CutMix(), x)


@pytest.mark.parametrize("alpha", [1e-4, 0.05, 1.0, 1e4])
def test_shares_are_finite_whatever_alpha(alpha):
    shares = np.asarray(symmetric_beta(KEY, alpha, (10000,)))
    assert np.all((shares >= 0) & (shares <= 1))
    np.testing.assert_allclose(shares.var(), 1 / (4 * (2 * alpha + 1)), rtol=0.06)
