"""What every augmentation keeps to: off at inference, nothing at strength 0, numbers are leaves, messages."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import ShapeError, UsageError
from fallline.layers import augmentation
from fallline.layers.base.layer import layers
from fallline.registry.configuration import from_config, to_config

RNG = np.random.default_rng(19980101)
BATCH, HEIGHT, WIDTH = 16, 9, 12
IMAGES = RNG.uniform(0, 1, size=(BATCH, HEIGHT, WIDTH, 3)).astype(np.float32)
# What an addition of zero, a clip or a blend with the weight 0 would change.
IMAGES[:, 0, 0] = -0.0
IMAGES[:, 4, 4] = 7.5
KEY = jax.random.key(11)

UNIT = {"value_range": (0.0, 1.0)}
# Class -> its arguments at work, the same at strength 0 (None: it has none).
CASES = {
    "RandomTranslation": (
        {"height_factor": 0.2, "width_factor": 0.3},
        {"height_factor": 0, "width_factor": 0},
    ),
    "RandomRotation": ({"factor": 0.1}, {"factor": 0}),
    "RandomZoom": ({"height_factor": 0.3, "width_factor": 0.2}, {"height_factor": 0, "width_factor": 0}),
    "RandomFlip": ({}, None),
    "RandomCrop": ({"height": 7, "width": 8}, None),
    "RandomContrast": ({"factor": 0.4, **UNIT}, {"factor": 0, **UNIT}),
    "RandomBrightness": ({"factor": 0.4, **UNIT}, {"factor": 0, **UNIT}),
    "RandomErasing": (
        {"factor": 0.8, "scale": (0.1, 0.4), **UNIT},
        {"factor": 0, "scale": (0.1, 0.4), **UNIT},
    ),
    "RandomElasticTransform": ({"scale": 1.0, **UNIT}, {"scale": 0, **UNIT}),
    "FeatureNoise": ({"stddev": 0.3}, {"stddev": 0}),
    "FeatureSwap": ({"rate": 0.3}, {"rate": 0}),
}
OF_IMAGES = [name for name in CASES if not name.startswith("Feature")]


@jax.jit  # noqa: TID251 - one layer alone, without the engine
def trained(layer, x, key):
    return layer.apply({}, {}, x, key=key, training=True)


def made(kind, **changes):
    return getattr(augmentation, kind)(**{**CASES[kind][0], **changes})


def changed(layer, x=IMAGES, key=KEY):
    outputs, state = trained(layer, jnp.asarray(x), key)
    assert state == {}
    return np.asarray(outputs)


def bits(array):
    return np.ascontiguousarray(array).view(np.uint32)


def test_every_augmentation_is_in_the_table():
    classes = {name for name, kind in layers.classes().items() if issubclass(kind, augmentation.Augmentation)}
    assert classes == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_inference_gives_the_inputs(name):
    layer = made(name)
    x = jnp.asarray(IMAGES)
    outputs, _ = layer.apply({}, {}, x, key=None, training=False)
    if name == "RandomCrop":
        np.testing.assert_array_equal(outputs, IMAGES[:, 1:8, 2:10])
    else:
        assert outputs is x
    assert layer.draws
    assert not layer.sampled


@pytest.mark.parametrize("name", CASES)
def test_training_changes_each_row_by_its_own_draw(name):
    same = np.broadcast_to(IMAGES[:1], IMAGES.shape)
    # A swap between equal rows is none.
    x = IMAGES if name == "FeatureSwap" else same
    outputs = changed(made(name), x)
    assert outputs.shape[1:] == made(name).output_shape(IMAGES.shape[1:])
    if name != "RandomCrop":
        assert not np.array_equal(outputs, x)
    different = {outputs[k].tobytes() for k in range(BATCH)}
    assert len(different) >= 4
    np.testing.assert_array_equal(outputs, changed(made(name), x))
    assert not np.array_equal(outputs, changed(made(name), x, jax.random.key(12)))
    assert not np.array_equal(outputs, changed(made(name, seed=3), x))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[1] is not None])
def test_strength_zero_gives_the_inputs_to_the_bit(name):
    layer = getattr(augmentation, name)(**CASES[name][1])
    assert not np.array_equal(changed(made(name)), IMAGES)
    programs = trained._cache_size()
    np.testing.assert_array_equal(bits(changed(layer)), bits(IMAGES))
    # The same program with another number.
    assert trained._cache_size() == programs
    assert all(isinstance(leaf, float) for leaf in jax.tree.leaves(layer))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[1] is not None])
def test_stacked_members_are_their_solo_runs(name):
    solo = [made(name), getattr(augmentation, name)(**CASES[name][1])]
    stacked = jax.tree.map(lambda *leaves: jnp.asarray(leaves), *solo)
    both, _ = jax.vmap(trained, in_axes=(0, None, None))(stacked, jnp.asarray(IMAGES), KEY)
    np.testing.assert_allclose(both, [changed(layer) for layer in solo], rtol=1e-5, atol=2e-5)


@pytest.mark.parametrize("name", OF_IMAGES)
def test_images_without_a_channel_axis(name):
    layer, grey = made(name), IMAGES[..., 0]
    outputs = changed(layer, grey)
    # Two programs: a mean may be summed in another order.
    np.testing.assert_allclose(outputs, changed(layer, grey[..., None])[..., 0], rtol=1e-6, atol=1e-6)
    assert outputs.shape[1:] == layer.output_shape(grey.shape[1:])


@pytest.mark.parametrize("name", CASES)
def test_the_type_of_the_inputs_is_kept(name):
    narrow = changed(made(name), IMAGES.astype(jnp.bfloat16))
    assert narrow.dtype == jnp.bfloat16
    if name != "RandomErasing":
        np.testing.assert_allclose(narrow.astype(np.float32), changed(made(name)), rtol=0.02, atol=0.02)
    with jax.enable_x64(True):
        assert changed(made(name), IMAGES.astype(np.float64)).dtype == np.float64


@pytest.mark.parametrize("name", OF_IMAGES)
def test_channels_move_together(name):
    if name == "RandomErasing":
        pytest.skip("its noise differs from channel to channel")
    grey = np.repeat(IMAGES[..., :1], 3, axis=3)
    outputs = changed(made(name), grey)
    np.testing.assert_array_equal(outputs, np.repeat(outputs[..., :1], 3, axis=3))


@pytest.mark.parametrize("name", OF_IMAGES)
@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((784,), r"Put Reshape\(\(28, 28\)\) before it\."),
        ((20,), r"Put Reshape\(\(height, width\)\)"),
        ((2, 3, 4, 5), "by a Reshape layer"),
    ],
)
def test_rows_must_be_images(name, shape, remedy):
    with pytest.raises(ShapeError, match=rf"{name}.*: rows must be images .*{remedy}"):
        made(name).output_shape(shape)


@pytest.mark.parametrize("name", CASES)
def test_configuration_round_trip(name):
    layer = made(name, seed=5, name="changed")
    copy = from_config(to_config(layer))
    assert jax.tree.structure(copy) == jax.tree.structure(layer)
    for field in dataclasses.fields(layer):
        assert getattr(copy, field.name) == getattr(layer, field.name)
    np.testing.assert_array_equal(changed(copy), changed(layer))


@pytest.mark.parametrize("name", CASES)
def test_a_configuration_with_a_data_format(name):
    config = made(name).get_config()
    type(made(name)).from_config(config | {"data_format": "channels_last"})
    with pytest.raises(UsageError, match=rf'{name}: .*"channels_first" is not supported'):
        type(made(name)).from_config(config | {"data_format": "channels_first"})


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [-1, 1.5, True, "a"])
def test_the_seed_must_be_a_whole_number(name, seed):
    with pytest.raises(UsageError, match=f"^{name}: seed must be a whole number"):
        made(name, seed=seed)
