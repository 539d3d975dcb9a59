"""`ops` where JAX's functions of the same names do otherwise than Keras's."""

from __future__ import annotations

import numpy as np
import pytest

from fallline import ops


def test_normalize_along_two_axes_takes_all_numbers_as_one_vector():
    # The singular values of [[3, 0], [0, 4]] are 3 and 4; its numbers have the length 5.
    x = np.array([[3.0, 0.0], [0.0, 4.0]], np.float32)
    np.testing.assert_allclose(ops.normalize(x, axis=(0, 1)), x / 5)
    np.testing.assert_allclose(ops.normalize(x, axis=(-1, 0), order=1), x / 7)
    np.testing.assert_allclose(ops.normalize(x, axis=[0, 1], order=np.inf), x / 4)
    np.testing.assert_allclose(ops.normalize(x, axis=0), [[1.0, 0.0], [0.0, 1.0]])


def test_whole_numbers_are_rounded_as_floats():
    for name in ("ceil", "floor"):
        assert getattr(ops, name)(np.array([1, 2])).dtype == np.float32
        assert getattr(ops, name)(np.array([1.5], np.float16)).dtype == np.float16


def test_clip_asks_for_both_limits():
    np.testing.assert_array_equal(ops.clip([1.0, 5.0], x_min=2.0, x_max=None), [2.0, 5.0])
    with pytest.raises(TypeError, match="'x_min' and 'x_max'"):
        ops.clip([1.0])


def test_parts_of_results_are_no_public_names():
    assert not [name for name in ops.__all__ if name.startswith("part_of_")]
