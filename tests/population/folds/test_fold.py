"""What a fold is of the data."""

from __future__ import annotations

import numpy as np

from fallline.population.folds import class_codes


def test_classes_of_targets() -> None:
    expected = np.array([1, 0, 2])
    for y in (np.array([1, 0, 2]), np.array([[1], [0], [2]]), np.eye(3)[[1, 0, 2]]):
        codes = class_codes(y, np.arange(3))
        assert codes is not None
        np.testing.assert_array_equal(codes, expected)
    signs = class_codes(np.array([-1.0, 1, 1]), np.array([-1, 1]))
    assert signs is not None
    assert signs.tolist() == [0, 1, 1]
    assert class_codes(np.array([0.5, 2.0]), np.arange(2)) is None
    assert class_codes(np.array([[1, 1], [0, 1]]), np.arange(2)) is None  # several labels a row
    assert class_codes(np.array([0.5, 2.0]), None) is None
