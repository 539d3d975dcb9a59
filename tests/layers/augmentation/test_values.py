"""What changes pixel values and features: contrast, brightness, erasing, noise, swaps; messages."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import ShapeError, UsageError
from fallline.layers.augmentation import (
    Cutout,
    FeatureNoise,
    FeatureSwap,
    RandomBrightness,
    RandomContrast,
    RandomErasing,
)
from fallline.layers.base.layer import layers

KEY = jax.random.key(5)
BATCH = 4000
IMAGES = np.random.default_rng(2).uniform(0.4, 0.6, size=(BATCH, 6, 8, 2)).astype(np.float32)
UNIT = (0.0, 1.0)


@jax.jit  # noqa: TID251 - one layer alone, without the engine
def trained(layer, x, key):
    return layer.apply({}, {}, x, key=key, training=True)


def changed(layer, x=IMAGES):
    return np.asarray(trained(layer, jnp.asarray(x), KEY)[0])


def test_contrasts_are_drawn_from_both_sides():
    outputs = changed(RandomContrast((0.2, 0.6), UNIT))
    ratios = outputs.std(axis=(1, 2)) / IMAGES.std(axis=(1, 2))
    assert 0.79 < ratios.min() < 0.81
    assert 1.59 < ratios.max() < 1.61
    np.testing.assert_allclose(ratios.mean(), 1.2, atol=0.01)
    np.testing.assert_allclose(ratios[:, 0], ratios[:, 1], rtol=1e-4)
    np.testing.assert_allclose(outputs.mean(axis=(1, 2)), IMAGES.mean(axis=(1, 2)), rtol=1e-5)
    one = changed(RandomContrast(0.5, UNIT)).std(axis=(1, 2)) / IMAGES.std(axis=(1, 2))
    assert 0.49 < one.min() < 0.51
    assert 1.49 < one.max() < 1.51


def test_brightness_is_drawn_in_units_of_the_range():
    outputs = changed(RandomBrightness((-0.01, 0.03), (-9.0, 1.0)))
    change = (outputs - IMAGES)[:, 0, 0, 0]
    np.testing.assert_allclose(
        outputs - IMAGES, np.broadcast_to(change[:, None, None, None], IMAGES.shape), atol=1e-6
    )
    assert -0.1 <= change.min() < -0.098
    assert 0.298 < change.max() <= 0.3
    np.testing.assert_allclose(change.mean(), 0.1, atol=0.01)


@pytest.mark.parametrize("make", [lambda: RandomBrightness(1.0, UNIT), lambda: RandomContrast(1.0, UNIT)])
def test_values_stay_in_their_range(make):
    outputs = changed(make(), np.random.default_rng(0).uniform(0, 1, IMAGES.shape).astype(np.float32))
    assert outputs.min() == 0
    assert outputs.max() == 1


def test_rectangles_have_the_size_that_the_scale_gives():
    outputs = changed(RandomErasing(0.7, (0.25, 0.25), fill_value=0, value_range=UNIT))
    erased = outputs == 0
    np.testing.assert_array_equal(outputs[~erased], IMAGES[~erased])
    np.testing.assert_array_equal(erased[..., 0], erased[..., 1])
    hit = erased.any(axis=(1, 2, 3))
    assert abs(hit.mean() - 0.7) < 0.04
    rows, columns = erased[hit].any(axis=(2, 3)), erased[hit].any(axis=(1, 3))
    # Half of 6 and half of 8 pixels, one fewer or more where the rectangle begins between pixels.
    assert set(rows.sum(axis=1)) == {3}
    assert set(columns.sum(axis=1)) == {4}
    np.testing.assert_array_equal(erased[hit][..., 0], rows[:, :, None] & columns[:, None, :])


def test_what_fills_the_rectangles():
    colours = changed(RandomErasing(1.0, (1.0, 1.0), fill_value=(0.25, 7.0), value_range=UNIT))
    np.testing.assert_array_equal(colours, np.broadcast_to([0.25, 1.0], IMAGES.shape))
    noise = changed(RandomErasing(1.0, (1.0, 1.0), value_range=(-50.0, 10.0)))
    # Values above the range are cut off, so that only those below 10 are normal; the rest, P(z > 1), is 10.
    assert abs((noise == 10).mean() - 0.1587) < 0.005
    np.testing.assert_allclose(np.median(noise), 0, atol=0.15)
    np.testing.assert_allclose(np.quantile(noise, 0.02275), -20, atol=0.4)
    different = changed(RandomErasing(1.0, (1.0, 1.0)), IMAGES[:50])
    assert different.min() == 0
    assert different.max() == 255


def test_cutout_is_the_other_name():
    assert Cutout is RandomErasing
    assert isinstance(layers.get("cutout"), RandomErasing)


def test_fill_values_must_fit():
    with pytest.raises(ShapeError, match=r"fill_value has 2 numbers, the images 3 channels"):
        RandomErasing(fill_value=(0, 1)).output_shape((8, 8, 3))
    with pytest.raises(ShapeError, match=r"fill_value has 2 numbers, the images 1 channels"):
        RandomErasing(fill_value=(0, 1)).output_shape((8, 8))
    with pytest.raises(UsageError, match=r"^RandomErasing: fill_value must be a number"):
        RandomErasing(fill_value="black")


def test_noise_in_units_of_the_features():
    x = np.zeros((BATCH, 3), np.float32)
    noise = changed(FeatureNoise((0.5, 0.0, 20.0)), x)
    np.testing.assert_allclose(noise.std(axis=0), [0.5, 0, 20], rtol=0.05)
    np.testing.assert_allclose(noise.mean(axis=0) / [0.5, 1, 20], 0, atol=0.08)
    assert abs(np.corrcoef(noise[:, [0, 2]].T)[0, 1]) < 0.06
    np.testing.assert_allclose(changed(FeatureNoise(2.0), x).std(), 2, rtol=0.05)


def test_swaps_take_values_of_the_same_column():
    rows = np.arange(200)
    x = (rows[:, None] + 1000 * np.arange(30)).astype(np.float32)
    outputs = changed(FeatureSwap(0.4), x)
    np.testing.assert_array_equal(outputs // 1000, np.broadcast_to(np.arange(30), x.shape))
    swapped = outputs != x
    # No row is its own partner, so that the share of the changed is the rate itself.
    assert abs(swapped.mean() - 0.4) < 5 * np.sqrt(0.24 / x.size)
    every = changed(FeatureSwap(1.0), x)
    assert np.all(every != x)
    distance = (every % 1000 - rows[:, None]) % 200
    np.testing.assert_allclose(distance.mean(), 100, atol=5 * 200 / np.sqrt(12 * x.size))
    # Independent from feature to feature: a row is put together from many.
    assert all(len(np.unique(row)) > 20 for row in every % 1000)


def test_a_batch_of_one_row_has_nothing_to_swap():
    x = np.ones((1, 4), np.float32)
    np.testing.assert_array_equal(changed(FeatureSwap(1.0), x), x)


def test_messages_for_features():
    with pytest.raises(UsageError, match=r"^FeatureNoise: stddev must be .* at least 0"):
        FeatureNoise(-1)
    with pytest.raises(UsageError, match=r"^FeatureNoise: stddev must be .* at least 0"):
        FeatureNoise((0.1, -1))
    with pytest.raises(ShapeError, match=r"stddev has 2 numbers, the rows are \(3,\)"):
        FeatureNoise((0.1, 0.2)).output_shape((3,))
    with pytest.raises(UsageError, match=r"^FeatureSwap: rate must be .* between 0 and 1"):
        FeatureSwap(1.1)
