"""Rows as vectors."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from fallline.layers import Flatten
from fallline.registry.configuration import from_config, to_config


@pytest.mark.parametrize(("shape", "size"), [((2, 3), 6), ((4, 2, 3), 24), ((5,), 5), ((), 1)])
def test_shape_and_order(shape, size):
    x = np.arange(7 * size).reshape(7, *shape)
    outputs, state = Flatten().apply({}, {}, jnp.asarray(x), key=None, training=True)
    np.testing.assert_array_equal(outputs, np.arange(7 * size).reshape(7, size))
    assert Flatten().output_shape(shape) == (size,)
    assert state == {}


def test_configuration_round_trip():
    copy = from_config(to_config(Flatten(name="pixels")))
    assert isinstance(copy, Flatten)
    assert copy.name == "pixels"
