"""Rows in another shape or order."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import ShapeError, UsageError
from fallline.layers.reshape import Permute, RepeatVector, Reshape
from fallline.registry.configuration import from_config, to_config

X = np.arange(48.0, dtype=np.float32).reshape(2, 4, 6)


@pytest.mark.parametrize(
    ("target", "shape"),
    [((24,), (24,)), ((3, -1), (3, 8)), ([None, 2], (12, 2)), ((-1,), (24,)), ((2, 3, 4),) * 2],
)
def test_reshape(target, shape):
    outputs = Reshape(target)(X)
    np.testing.assert_array_equal(outputs, X.reshape(2, *shape))
    assert Reshape(target).output_shape((4, 6)) == shape


def test_permute():
    np.testing.assert_array_equal(Permute((2, 1))(X), X.transpose(0, 2, 1))
    assert Permute((3, 1, 2)).output_shape((4, 5, 6)) == (6, 4, 5)


def test_repeat_vector():
    outputs = RepeatVector(3)(X[:, 0])
    assert outputs.shape == (2, 3, 6)
    for copy in range(3):
        np.testing.assert_array_equal(outputs[:, copy], X[:, 0])


@pytest.mark.parametrize("layer", [Reshape((3, -1), name="a"), Permute((2, 1)), RepeatVector(3)])
def test_configuration_round_trip(layer):
    assert to_config(from_config(to_config(layer))) == to_config(layer)
    assert layer.apply({}, {}, jnp.asarray(X[:, 0] if isinstance(layer, RepeatVector) else X),
                       key=None, training=True)[1] == {}  # fmt: skip


@pytest.mark.parametrize("target", [(-1, -1), (0, 2), 3, "ab", (2.5,), (True,), None])
def test_what_is_no_target_shape(target):
    with pytest.raises(UsageError, match="^Reshape: target_shape must be a tuple of positive whole numbers"):
        Reshape(target)


@pytest.mark.parametrize("dims", [(0, 1), (1, 1), (2,), 2, "21", (1, 2.0)])
def test_what_is_no_order(dims):
    with pytest.raises(UsageError, match=r"^Permute: dims must hold 1, 2, \.\.\. once each"):
        Permute(dims)


def test_rows_that_do_not_fit():
    with pytest.raises(
        ShapeError, match=r"^Reshape: rows of shape \(4, 6\) have 24 elements, which do not fill \(5,"
    ):
        Reshape((5, 5))(X)
    with pytest.raises(ShapeError, match=r"24 elements, which do not fill \(7, -1\)"):
        Reshape((7, -1))(X)
    with pytest.raises(
        ShapeError, match=r'layer "p" \(Permute\): dims \(1, 2, 3\) order 3 axes, but rows are of'
    ):
        Permute((1, 2, 3), name="p")(X)
    with pytest.raises(
        ShapeError, match=r"RepeatVector: repeats vectors, got rows of shape \(4, 6\)\. Flatten"
    ):
        RepeatVector(2)(X)
    with pytest.raises(UsageError, match=r"RepeatVector: n must be a whole number of at least 1, got 0"):
        RepeatVector(0)
