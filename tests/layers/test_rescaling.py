"""Inputs on another scale."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import ShapeError, UsageError
from fallline.layers import Rescaling
from fallline.registry.configuration import from_config, to_config


def test_bytes_become_floats():
    outputs = Rescaling(1 / 255, offset=-0.5)(np.asarray([[0, 51, 255]], np.uint8))
    assert outputs.dtype == jnp.float32
    np.testing.assert_allclose(outputs, [[-0.5, -0.3, 0.5]], rtol=1e-6)


def test_the_type_of_floats_is_kept():
    outputs, _ = Rescaling(2.0, 1.0).apply({}, {}, jnp.asarray([3.0], jnp.bfloat16), key=None, training=True)
    assert outputs.dtype == jnp.bfloat16
    assert float(outputs[0]) == 7.0


def test_each_channel_has_its_own_factor():
    """As Keras takes them: along the last axis."""
    images = np.full((2, 3, 3, 2), 4.0, np.float32)
    outputs = Rescaling([0.5, 0.25], offset=np.array([1, 2]))(images)
    np.testing.assert_array_equal(outputs[..., 0], np.full((2, 3, 3), 3.0))
    np.testing.assert_array_equal(outputs[..., 1], np.full((2, 3, 3), 3.0))


def test_lists_survive_configuration_and_file(tmp_path):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    layer = Rescaling(np.array([1.0, 2.0, 3.0]), [1, 0, 1])
    np.testing.assert_array_equal(from_config(json.loads(json.dumps(to_config(layer))))(x), layer(x))
    model = fl.Sequential([fl.Input((3,)), layer, fl.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.fallline")
    again = fl.models.load_model(tmp_path / "m.fallline")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


@pytest.mark.parametrize("given", [[], ["a"], [[1], [1, 2]], [True], "2", [1, np.inf]])
def test_what_is_no_list_of_numbers_is_refused(given):
    with pytest.raises(UsageError, match="Rescaling: scale must be"):
        Rescaling(given)


@pytest.mark.parametrize("given", [[1.0, 2.0], [[[1.0, 2.0, 3.0]]]])
def test_factors_that_do_not_fit_the_rows_are_refused(given):
    with pytest.raises(ShapeError, match=r"Rescaling: scale has the shape .* does not fit rows \(3,\)"):
        Rescaling(given)(np.ones((2, 3)))


def test_configuration_round_trip():
    layer = Rescaling(0.5, -1.0, name="pixels")
    copy = from_config(to_config(layer))
    assert (copy.scale, copy.offset, copy.name) == (0.5, -1.0, "pixels")
    assert jax.tree.structure(copy) == jax.tree.structure(Rescaling(3.0, name="pixels"))
