"""Histograms, against what TensorFlow 2.21.0 gives, without its empty buckets at both ends."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fallline.errors import DataError
from fallline.events import histogram_of

TENSORFLOW = {
    "zeros": ([0, 0, 0], (0, 0, 0, 0), [0, 1e-12, 1.7976931348623157e308], [0, 3, 0]),
    "one": ([5], (5, 5, 5, 25), [4.636194617418625, 5.099814079160488, 1.7976931348623157e308], [0, 1, 0]),
    "some": (
        [1, 2, 2, 3],
        (1, 3, 8, 18),
        [0.917246389039776, 1.0089710279437536, 1.9661990955585713, 2.1628190051144287, 2.8787120958073054,
         3.1665833053880363, 1.7976931348623157e308],
        [0, 1, 0, 2, 0, 1, 0],
    ),
    "wide": (
        np.float32([-1, 1e-12, 0, 1e21, -1e25]),
        (-9.999999562023526e24, 1.0000000200408773e21, -9.998999562003485e24, 9.999999224047077e49),
        [-1.7976931348623157e308, -9.920775621859783e19, -1.0089710279437536, -0.917246389039776, 0, 1e-12,
         9.920775621859783e19, 1.7976931348623157e308],
        [0, 1, 0, 1, 0, 2, 0, 1],
    ),
    "on limits": (
        np.float64([1.1e-12, 1e-12, -1e-12, 1e-13]),
        (-1e-12, 1.1e-12, 1.2e-12, 3.22e-24),
        [-1e-12, 0, 1e-12, 1.1000000000000002e-12, 1.7976931348623157e308],
        [0, 1, 1, 2, 0],
    ),
}  # fmt: skip
"""Values -> min, max, sum and sum of squares; limits; counts, as TensorFlow's summary has them."""


@pytest.mark.parametrize("name", TENSORFLOW)
def test_the_buckets_of_tensorflow_without_the_empty_ends(name):
    values, numbers, limits, counts = TENSORFLOW[name]
    found = histogram_of(np.asarray(values))
    assert (found.least, found.greatest) == numbers[:2]
    np.testing.assert_allclose((found.total, found.squares), numbers[2:], rtol=1e-15)
    filled = np.flatnonzero(counts)
    inner = slice(filled[0], filled[-1] + 1)
    assert list(found.counts) == counts[inner]
    # The last bits of limits that come from hundreds of products are the compiler's.
    np.testing.assert_allclose(found.limits, limits[inner], rtol=1e-13)


def test_every_value_is_counted_in_its_bucket():
    values = np.random.default_rng(0).normal(size=(100, 7))
    found = histogram_of(values)
    edges = np.array([-np.inf, *found.limits])
    counted = [np.sum((values >= low) & (values < high)) for low, high in itertools.pairwise(edges)]
    assert list(found.counts) == counted
    assert sum(found.counts) == 700
    assert found.counts[0] > 0 < found.counts[-1]


def test_no_values_and_values_that_are_none():
    assert histogram_of(np.zeros((0, 3))) is None
    with pytest.raises(DataError, match="of 3 values, of which 2 are not finite"):
        histogram_of([1, np.nan, -np.inf])
