"""Inputs on another scale."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from fallline._registry import from_config, to_config
from fallline.layers import Rescaling


def test_bytes_become_floats():
    outputs = Rescaling(1 / 255, offset=-0.5)(np.asarray([[0, 51, 255]], np.uint8))
    assert outputs.dtype == jnp.float32
    np.testing.assert_allclose(outputs, [[-0.5, -0.3, 0.5]], rtol=1e-6)


def test_the_type_of_floats_is_kept():
    outputs, _ = Rescaling(2.0, 1.0).apply({}, {}, jnp.asarray([3.0], jnp.bfloat16), key=None, training=True)
    assert outputs.dtype == jnp.bfloat16
    assert float(outputs[0]) == 7.0


def test_configuration_round_trip():
    layer = Rescaling(0.5, -1.0, name="pixels")
    copy = from_config(to_config(layer))
    assert (copy.scale, copy.offset, copy.name) == (0.5, -1.0, "pixels")
    assert jax.tree.structure(copy) == jax.tree.structure(Rescaling(3.0, name="pixels"))
