"""What moves pixels: the distribution of shifts, angles, zooms, mirror images and places; messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import ShapeError, UsageError
from fallline.layers.augmentation import (
    RandomCrop,
    RandomElasticTransform,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)

BATCH, SIZE = 4000, 21
KEY = jax.random.key(3)
# Images whose values are their own coordinates tell where each output pixel comes from.
ROW, COLUMN = np.meshgrid(np.arange(SIZE), np.arange(SIZE), indexing="ij")
PLACES = np.broadcast_to(np.stack([ROW, COLUMN], -1), (BATCH, SIZE, SIZE, 2)).astype(np.float32)
MIDDLE = SIZE // 2


@jax.jit  # noqa: TID251 - one layer alone, without the engine
def trained(layer, x, key):
    return layer.apply({}, {}, x, key=key, training=True)


def changed(layer, x=PLACES):
    return np.asarray(trained(layer, jnp.asarray(x), KEY)[0])


def assert_uniform(values, low, high):
    spread = high - low
    assert low - 1e-4 <= values.min() < low + 0.02 * spread
    assert high - 0.02 * spread < values.max() <= high + 1e-4
    np.testing.assert_allclose(values.mean(), (low + high) / 2, atol=5 * spread / np.sqrt(12 * len(values)))
    np.testing.assert_allclose(values.std(), spread / np.sqrt(12), rtol=0.05)


def test_shifts_are_uniform_and_independent():
    origin = changed(RandomTranslation((-0.1, 0.3), 0.2))[:, MIDDLE, MIDDLE]
    down, right = MIDDLE - origin[:, 0], MIDDLE - origin[:, 1]
    assert_uniform(down, -0.1 * SIZE, 0.3 * SIZE)
    assert_uniform(right, -0.2 * SIZE, 0.2 * SIZE)
    assert abs(np.corrcoef(down, right)[0, 1]) < 0.06


# With both flags of the cheap compiling (each alone is right) XLA of jaxlib 0.10.2 reads some pixels of row 10 at row 0.
@pytest.mark.shipped
def test_angles_are_uniform():
    outputs = changed(RandomRotation((-0.05, 0.1)))
    step = outputs[:, MIDDLE, MIDDLE + 1] - outputs[:, MIDDLE, MIDDLE]
    # One column to the right in the output is (-sin t, cos t) in rows and columns turned by t: counter-clockwise,
    # a pixel right of the middle shows what was further down.
    turns = np.arctan2(step[:, 0], step[:, 1]) / (2 * np.pi)
    assert_uniform(turns, -0.05, 0.1)
    np.testing.assert_allclose(outputs[:, MIDDLE, MIDDLE], MIDDLE, atol=1e-4)


@pytest.mark.parametrize("width_factor", [None, 0.3])
def test_zooms_are_uniform(width_factor):
    outputs = changed(RandomZoom((-0.4, 0.0), width_factor))
    tall = (outputs[:, MIDDLE + 1, MIDDLE] - outputs[:, MIDDLE, MIDDLE])[:, 0]
    wide = (outputs[:, MIDDLE, MIDDLE + 1] - outputs[:, MIDDLE, MIDDLE])[:, 1]
    assert_uniform(tall, 0.6, 1.0)
    if width_factor is None:
        np.testing.assert_allclose(wide, tall, atol=1e-4)
    else:
        assert_uniform(wide, 0.7, 1.3)
        assert abs(np.corrcoef(tall, wide)[0, 1]) < 0.06


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("horizontal", {(0, 0): 0.5, (0, 1): 0.5}),
        ("vertical", {(0, 0): 0.5, (1, 0): 0.5}),
        ("horizontal_and_vertical", {(0, 0): 0.25, (0, 1): 0.25, (1, 0): 0.25, (1, 1): 0.25}),
    ],
)
def test_mirror_images_are_equally_likely(mode, expected):
    outputs = changed(RandomFlip(mode))
    flipped = (outputs[:, 0, 0] > 0).astype(int)
    found, counts = np.unique(flipped, axis=0, return_counts=True)
    shares = {tuple(map(int, pair)): count / BATCH for pair, count in zip(found, counts, strict=True)}
    assert shares.keys() == expected.keys()
    for pair, share in expected.items():
        assert abs(shares[pair] - share) < 0.04
        rows = np.all(flipped == pair, axis=1)
        whole = np.flip(PLACES[0], [axis for axis in (0, 1) if pair[axis]])
        np.testing.assert_array_equal(outputs[rows], np.broadcast_to(whole, outputs[rows].shape))


def test_parts_lie_anywhere():
    outputs = changed(RandomCrop(17, 20))
    rows, columns = outputs[:, 0, 0, 0].astype(int), outputs[:, 0, 0, 1].astype(int)
    np.testing.assert_allclose(np.bincount(rows, minlength=5) / BATCH, 0.2, atol=0.03)
    np.testing.assert_allclose(np.bincount(columns, minlength=2) / BATCH, 0.5, atol=0.04)
    for k in range(0, BATCH, 500):
        part = PLACES[0, rows[k] : rows[k] + 17, columns[k] : columns[k] + 20]
        np.testing.assert_array_equal(outputs[k], part)


def test_displacements_have_the_reach_that_the_scale_gives():
    wide = {"value_range": (-100, 100), "fill_mode": "nearest"}
    moved = changed(RandomElasticTransform(scale=(0.8, 0.8), **wide))[:, MIDDLE, MIDDLE] - MIDDLE
    expected = 0.8 * 0.05 * SIZE
    np.testing.assert_allclose(moved.std(axis=0), expected, rtol=0.05)
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=5 * expected / np.sqrt(BATCH))
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.06
    smooth = changed(RandomElasticTransform(scale=(0.8, 0.8), sigma=0.3, **wide))
    rough = changed(RandomElasticTransform(scale=(0.8, 0.8), sigma=0.05, **wide))

    def roughness(outputs):
        return np.diff(outputs[:, 5:-5, 5:-5, 0] - ROW[5:-5, 5:-5], axis=2).std()

    assert roughness(smooth) < 0.3 * roughness(rough)


def test_a_share_of_the_images_is_bent():
    outputs = changed(RandomElasticTransform(factor=0.3, value_range=(0, SIZE)))
    untouched = np.all(outputs == PLACES, axis=(1, 2, 3)).mean()
    assert abs(untouched - 0.7) < 0.04
    between = changed(RandomElasticTransform(factor=(0.2, 0.6), value_range=(0, SIZE)))
    assert abs(np.all(between == PLACES, axis=(1, 2, 3)).mean() - 0.6) < 0.04


def test_gradients_reach_the_inputs():
    layer = RandomTranslation((1 / SIZE, 1 / SIZE), (0.0, 0.0), "constant")
    x = jnp.ones((2, SIZE, SIZE))
    slope = jax.grad(lambda x: trained(layer, x, KEY)[0].sum())(x)
    # Shifted down by one, the last row leaves the image.
    np.testing.assert_allclose(slope, np.broadcast_to(ROW < SIZE - 1, x.shape), atol=1e-5)


@pytest.mark.parametrize(
    "make",
    [
        lambda **names: RandomTranslation(0.1, 0.1, **names),
        lambda **names: RandomRotation(0.1, **names),
        lambda **names: RandomZoom(0.1, **names),
        lambda **names: RandomElasticTransform(**names),
    ],
)
def test_names_of_the_resampling(make):
    with pytest.raises(UsageError, match=r'unknown fill_mode "reflct"\. Did you mean "reflect"\?'):
        make(fill_mode="reflct")
    with pytest.raises(UsageError, match=r'unknown interpolation "biliner"\. Did you mean "bilinear"\?'):
        make(interpolation="biliner")

    with pytest.raises(UsageError, match="unknown fill_mode"):
        make(fill_mode=["reflect"])


@pytest.mark.parametrize(
    "layer",
    [
        RandomTranslation(0.1, 0.1),
        RandomRotation(0.1),
        RandomZoom(0.1),
        RandomElasticTransform(),
        RandomCrop(2, 2),
        RandomFlip(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_no_images_stay_none(layer):
    outputs = layer(np.zeros((0, 4, 4)), training=True)
    assert outputs.shape == (0, *layer.output_shape((4, 4)))


def test_other_messages():
    with pytest.raises(UsageError, match=r'^RandomFlip: unknown mode "vertica"\. Did you mean "vertical"\?'):
        RandomFlip("vertica")
    with pytest.raises(UsageError, match="^RandomFlip: unknown mode"):
        RandomFlip(["vertical"])
    with pytest.raises(UsageError, match=r"^RandomCrop: height must be a whole number of at least 1, got 0"):
        RandomCrop(0, 3)
    with pytest.raises(ShapeError, match=r"cannot cut 24x30 pixels out of images of 28x28"):
        RandomCrop(24, 30).output_shape((28, 28, 1))
    with pytest.raises(UsageError, match=r"^RandomElasticTransform: sigma must be .* above 0"):
        RandomElasticTransform(sigma=0)
