"""Augmentation against SciPy, Keras 3 and NumPy: the geometry at fixed draws, distributions, mixed losses."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import losses
from fallline._random import named_key, uniform
from fallline.layers import augmentation
from fallline.layers.mixing import CutMix, MixUp, symmetric_beta

ndimage = pytest.importorskip("scipy.ndimage")
stats = pytest.importorskip("scipy.stats")

RNG = np.random.default_rng(2003)
BATCH, HEIGHT, WIDTH, CHANNELS = 5, 11, 14, 2
IMAGES = RNG.uniform(0, 1, size=(BATCH, HEIGHT, WIDTH, CHANNELS)).astype(np.float32)
KEY = jax.random.key(17)
# SciPy's names for what Keras calls constant and wrap; its own modes of these names treat the edges otherwise.
SCIPY_MODES = {"constant": "grid-constant", "nearest": "nearest", "reflect": "reflect", "wrap": "grid-wrap"}
ORDERS = {"bilinear": 1, "nearest": 0}
MIDDLE = np.array([(HEIGHT - 1) / 2, (WIDTH - 1) / 2])


@jax.jit  # noqa: TID251 - one layer alone, without the engine
def trained(layer, x, key):
    return layer.apply({}, {}, x, key=key, training=True)[0]


def changed(layer, x=IMAGES):
    return np.asarray(trained(layer, jnp.asarray(x), KEY))


def by_scipy(matrix, offset, fill_mode, interpolation, images=IMAGES):
    """The images under one map or one map for each, channel by channel."""
    outputs = np.empty(images.shape)
    for row, image in enumerate(images.astype(np.float64)):
        for channel in range(images.shape[3]):
            outputs[row, ..., channel] = ndimage.affine_transform(
                image[..., channel],
                matrix[row] if np.ndim(matrix) == 3 else matrix,
                offset[row] if np.ndim(offset) == 2 else offset,
                order=ORDERS[interpolation],
                mode=SCIPY_MODES[fill_mode],
                cval=0.3,
            )
    return outputs


@pytest.fixture
def in_keras(keras):
    def run(name, *args, **options):
        layer = getattr(keras.layers, name)(*args, **options)
        with jax.numpy_dtype_promotion("standard"):
            return np.asarray(layer(IMAGES, training=True))

    return run


@pytest.mark.parametrize("fill_mode", SCIPY_MODES)
@pytest.mark.parametrize("interpolation", ORDERS)
def test_affine_maps(fill_mode, interpolation):
    matrices = np.eye(2) + RNG.uniform(-0.6, 0.6, size=(BATCH, 2, 2))
    offsets = RNG.uniform(-25, 25, size=(BATCH, 2))
    maps = np.concatenate([matrices, offsets[:, :, None]], axis=2).astype(np.float32)
    ours = augmentation.affine(
        jnp.asarray(IMAGES),
        jnp.asarray(maps),
        fill_mode=fill_mode,
        interpolation=interpolation,
        fill_value=0.3,
    )
    expected = by_scipy(maps[:, :, :2], maps[:, :, 2], fill_mode, interpolation)
    np.testing.assert_allclose(ours, expected, atol=2e-5)


@pytest.mark.parametrize("fill_mode", SCIPY_MODES)
@pytest.mark.parametrize("interpolation", ORDERS)
def test_displacements(fill_mode, interpolation):
    moves = RNG.normal(0, 3, size=(2, BATCH, HEIGHT, WIDTH)).astype(np.float32)
    ours = augmentation.displaced(
        jnp.asarray(IMAGES), *jnp.asarray(moves), fill_mode=fill_mode, interpolation=interpolation
    )
    grid = np.mgrid[:HEIGHT, :WIDTH]
    for row in range(BATCH):
        expected = ndimage.map_coordinates(
            IMAGES[row, ..., 0].astype(np.float64),
            grid + moves[:, row],
            order=ORDERS[interpolation],
            mode=SCIPY_MODES[fill_mode],
        )
        np.testing.assert_allclose(ours[row, ..., 0], expected, atol=2e-5)


@pytest.mark.references("layers.RandomTranslation")
@pytest.mark.parametrize("fill_mode", SCIPY_MODES)
def test_translation(in_keras, fill_mode):
    factors = (0.23, 0.23), (-0.31, -0.31)
    options = {"fill_mode": fill_mode, "fill_value": 0.3}
    ours = changed(augmentation.RandomTranslation(*factors, **options))
    np.testing.assert_allclose(ours, in_keras("RandomTranslation", *factors, **options), atol=1e-5)
    shift = (0, 0.23 * HEIGHT, -0.31 * WIDTH, 0)
    expected = ndimage.shift(IMAGES.astype(np.float64), shift, order=1, mode=SCIPY_MODES[fill_mode], cval=0.3)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


@pytest.mark.references("layers.RandomRotation")
@pytest.mark.parametrize("fill_mode", SCIPY_MODES)
def test_rotation(in_keras, fill_mode):
    options = {"fill_mode": fill_mode, "fill_value": 0.3}
    ours = changed(augmentation.RandomRotation((0.07, 0.07), **options))
    np.testing.assert_allclose(ours, in_keras("RandomRotation", (0.07, 0.07), **options), atol=2e-5)
    # SciPy too turns a picture whose rows run down counter-clockwise, about the same middle.
    expected = ndimage.rotate(
        IMAGES.astype(np.float64),
        0.07 * 360,
        axes=(1, 2),
        reshape=False,
        order=1,
        mode=SCIPY_MODES[fill_mode],
        cval=0.3,
    )
    np.testing.assert_allclose(ours, expected, atol=2e-5)


@pytest.mark.references("layers.RandomZoom")
@pytest.mark.parametrize("factors", [((0.4, 0.4), (-0.3, -0.3)), ((-0.2, -0.2), None)])
@pytest.mark.parametrize("fill_mode", SCIPY_MODES)
def test_zoom(in_keras, fill_mode, factors):
    options = {"fill_mode": fill_mode, "fill_value": 0.3}
    ours = changed(augmentation.RandomZoom(*factors, **options))
    np.testing.assert_allclose(ours, in_keras("RandomZoom", *factors, **options), atol=2e-5)
    scale = 1 + np.array([factors[0][0], (factors[1] or factors[0])[0]])
    expected = by_scipy(np.diag(scale), MIDDLE - scale * MIDDLE, fill_mode, "bilinear")
    np.testing.assert_allclose(ours, expected, atol=2e-5)


@pytest.mark.references("layers.RandomFlip")
@pytest.mark.parametrize(("mode", "axes"), [("horizontal", [(), (2,)]), ("vertical", [(), (1,)])])
def test_flips(keras, mode, axes):
    images = np.repeat(IMAGES[:1], 400, axis=0)
    layer = keras.layers.RandomFlip(mode, seed=1)
    with jax.numpy_dtype_promotion("standard"):
        theirs = np.asarray(layer(images, training=True))
    ours = changed(augmentation.RandomFlip(mode), images)
    expected = {np.flip(IMAGES[:1], axis).tobytes() for axis in axes}
    for outputs in (ours, theirs):
        assert {image[None].tobytes() for image in outputs} == expected
        moved = np.any(outputs != images, axis=(1, 2, 3)).sum()
        assert stats.binomtest(int(moved), len(images), 0.5).pvalue > 1e-4


@pytest.mark.references("layers.RandomCrop")
def test_crops():
    images = np.repeat(IMAGES[:1], 600, axis=0)
    windows = np.lib.stride_tricks.sliding_window_view(IMAGES[0], (9, 12), axis=(0, 1))
    known = {
        np.moveaxis(windows[row, column], 0, -1).tobytes(): (row, column)
        for row in range(3)
        for column in range(3)
    }
    places = [known[part.tobytes()] for part in changed(augmentation.RandomCrop(9, 12), images)]
    counts = np.zeros((3, 3))
    np.add.at(counts, tuple(np.array(places).T), 1)
    assert stats.chisquare(counts.ravel()).pvalue > 1e-4


@pytest.mark.references("layers.RandomContrast")
@pytest.mark.parametrize("amount", [0.4, -0.7])
def test_contrast(in_keras, amount):
    # (-a, a) leaves one contrast to draw, 1 + a. Keras sorts its pair, which would swap a negative one.
    ours = changed(augmentation.RandomContrast((-amount, amount), (0.1, 0.9)))
    values = IMAGES.astype(np.float64)
    mean = values.mean(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(ours, np.clip((values - mean) * (1 + amount) + mean, 0.1, 0.9), atol=1e-6)
    if amount > 0:
        theirs = in_keras("RandomContrast", (-amount, amount), (0.1, 0.9))
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.references("layers.RandomBrightness")
@pytest.mark.parametrize("amount", [0.4, -0.7])
def test_brightness(in_keras, amount):
    ours = changed(augmentation.RandomBrightness((amount, amount), (0.1, 0.9)))
    theirs = in_keras("RandomBrightness", (amount, amount), (0.1, 0.9))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.references("layers.RandomErasing")
@pytest.mark.parametrize("scale", [(0.1, 0.1), (0.02, 0.6)])
def test_erasing(keras, scale):
    images = np.full((3000, HEIGHT, WIDTH, 1), 5.0, np.float32)
    options = {"factor": (0.8, 0.8), "scale": scale, "fill_value": 1}
    layer = keras.layers.RandomErasing(**options, seed=3)
    with jax.numpy_dtype_promotion("standard"):
        theirs = np.asarray(layer(images, training=True))[..., 0] == 1
    ours = changed(augmentation.RandomErasing(**options), images)[..., 0] == 1
    # How often each pixel is erased, and how areas spread.
    noise = 6 * np.sqrt(2 * 0.25 / len(images))
    np.testing.assert_allclose(ours.mean(axis=0), theirs.mean(axis=0), atol=noise)
    areas = [erased.sum(axis=(1, 2)) for erased in (ours, theirs)]
    assert stats.ks_2samp(*areas).pvalue > 1e-4


@pytest.mark.references("layers.RandomElasticTransform")
def test_elastic():
    sigma, scale = 0.15, 0.9
    ours = changed(
        augmentation.RandomElasticTransform(
            1.0, (scale, scale), fill_mode="constant", fill_value=0.3, sigma=sigma, value_range=(0, 1)
        )
    )
    # The layer's own noise, smoothed and applied by SciPy.
    noise = uniform(named_key(KEY, "fields"), (2, BATCH, HEIGHT, WIDTH))
    noise = (2 * np.asarray(noise, np.float64) - 1) * np.sqrt(3)
    radius = sigma * min(HEIGHT, WIDTH)

    def smoothed(field):
        return ndimage.gaussian_filter(field, radius, mode="constant", truncate=12)

    # The variance that smoothing leaves at each pixel: the sum of its squared weights, impulse by impulse.
    impulses = np.eye(HEIGHT * WIDTH).reshape(-1, HEIGHT, WIDTH)
    left = np.sqrt(sum(np.square(smoothed(impulse)) for impulse in impulses))
    grid = np.mgrid[:HEIGHT, :WIDTH]
    for row in range(BATCH):
        moves = [scale * 0.05 * WIDTH * smoothed(noise[axis, row]) / left for axis in (0, 1)]
        for channel in range(CHANNELS):
            image = IMAGES[row, ..., channel].astype(np.float64)
            expected = ndimage.map_coordinates(image, grid + moves, order=1, mode="grid-constant", cval=0.3)
            np.testing.assert_allclose(ours[row, ..., channel], expected, atol=5e-5)


@pytest.mark.references("layers.FeatureNoise")
def test_feature_noise():
    x = np.full((4000, 2), 3.0, np.float32)
    outputs = changed(augmentation.FeatureNoise((0.5, 2.0)), x).astype(np.float64)
    for column, stddev in enumerate((0.5, 2.0)):
        assert stats.kstest(outputs[:, column], stats.norm(3, stddev).cdf).pvalue > 1e-4
    assert stats.pearsonr(*outputs.T).pvalue > 1e-4


@pytest.mark.references("layers.FeatureSwap")
def test_feature_swap():
    rows, features, rate = 40, 500, 0.15
    x = (np.arange(rows)[:, None] + 1000 * np.arange(features)).astype(np.float32)
    outputs = changed(augmentation.FeatureSwap(rate), x)
    # Each column keeps to its own values, as a permutation of it would.
    assert all(np.isin(outputs[:, column], x[:, column]).all() for column in range(features))
    swapped = outputs != x
    assert stats.binomtest(int(swapped.sum()), x.size, rate).pvalue > 1e-4
    per_row = swapped.sum(axis=1)
    assert stats.chisquare(per_row).pvalue > 1e-4
    distance = ((outputs - x) % 1000 % rows)[swapped].astype(int)
    assert stats.chisquare(np.bincount(distance, minlength=rows)[1:]).pvalue > 1e-4


@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5, 1.0, 3.0, 50.0])
def test_shares_have_the_beta_distribution(alpha):
    count = 50000
    shares = np.asarray(symmetric_beta(KEY, alpha, (count,)))
    # At points instead of everywhere: near 1 the steps of float32 are coarser than the distribution.
    points = stats.beta(alpha, alpha).ppf(np.linspace(0.05, 0.95, 19))
    points = points[(points > 1e-6) & (points < 1 - 1e-6)]
    expected = stats.beta(alpha, alpha).cdf(points)
    found = (shares[:, None] <= points).mean(axis=0)
    np.testing.assert_allclose(found, expected, atol=5 * np.sqrt(0.25 / count))
    assert len(points) >= 5


@pytest.mark.references("mixing.MixUp")
def test_mixup(keras):
    outputs, partner, share = (np.asarray(part) for part in MixUp(0.4).mix(KEY, jnp.asarray(IMAGES)))
    weight = share.astype(np.float64)[:, None, None, None]
    np.testing.assert_allclose(outputs, weight * IMAGES + (1 - weight) * IMAGES[partner], atol=1e-6)
    # Shares of the losses are the loss, or its gradient, at mixed targets.
    classes = 4
    targets = np.eye(classes, dtype=np.float32)[RNG.integers(0, classes, BATCH)]
    mixed_targets = share[:, None] * targets + (1 - share[:, None]) * targets[partner]
    logits = jnp.asarray(RNG.normal(size=(BATCH, classes)).astype(np.float32))

    def shared(loss, logits):
        own = loss(jnp.asarray(targets), logits, jnp.asarray(share))
        return own + loss(jnp.asarray(targets[partner]), logits, jnp.asarray(1 - share))

    with jax.numpy_dtype_promotion("standard"):
        expected = keras.losses.CategoricalCrossentropy(from_logits=True)(mixed_targets, logits)
        slope = jax.grad(lambda logits: keras.losses.MeanSquaredError()(mixed_targets, logits))(logits)
    entropy = losses.CategoricalCrossentropy(from_logits=True)
    np.testing.assert_allclose(shared(entropy, logits), expected, rtol=1e-5)
    ours = jax.grad(lambda logits: shared(losses.MeanSquaredError(), logits))(logits)
    np.testing.assert_allclose(ours, slope, rtol=1e-5, atol=1e-7)


@pytest.mark.references("mixing.CutMix")
@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_cutmix(alpha):
    count, height, width = 4000, 12, 9
    images = np.arange(count, dtype=np.float32)[:, None, None] + np.zeros((1, height, width), np.float32)
    outputs, partner, share = (np.asarray(part) for part in CutMix(alpha).mix(KEY, jnp.asarray(images)))
    own = outputs == images
    np.testing.assert_array_equal(outputs, np.where(own, images, images[partner]))
    np.testing.assert_allclose(share, own.mean(axis=(1, 2)), atol=1e-6)
    # The paper's algorithm by hand: how areas spread and how often each pixel is replaced.
    ratio = np.sqrt(1 - RNG.beta(alpha, alpha, size=count))
    covered = []
    for size in (height, width):
        length = (ratio * size).astype(int)
        start = RNG.integers(0, size, count) - length // 2
        index = np.arange(size)
        covered.append((index >= start[:, None]) & (index < (start + length)[:, None]))
    expected = covered[0][:, :, None] & covered[1][:, None, :]
    assert stats.ks_2samp(own.sum(axis=(1, 2)), (~expected).sum(axis=(1, 2))).pvalue > 1e-4
    noise = 6 * np.sqrt(2 * 0.25 / count)
    np.testing.assert_allclose(1 - own.mean(axis=0), expected.mean(axis=0), atol=noise)
