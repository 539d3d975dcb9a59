"""Initialisers. Texts of errors, limits and repeated values are those of TensorFlow 2.21.0's compat.v1."""

import numpy as np
import pytest

from fallline.graph import initializers
from fallline.graph.core import dtypes
from fallline.graph.core.graph import Graph
from fallline.graph.running.session import Session


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


def value(tensor):
    with Session() as session:
        return session.run(tensor)


def test_fixed_ones():
    given = [
        initializers.zeros()([2]),
        initializers.ones()([2], dtypes.int32),
        initializers.ones(dtypes.float64)([2]),
        initializers.constant([1, 2])([5]),  # V16: the last value is repeated
        initializers.constant(3)([]),
        initializers.constant(np.array([[1.0, 2.0]]), verify_shape=True)([1, 2]),
        initializers.identity(2.0)([2, 3]),
    ]
    expected = [[0, 0], [1, 1], [1, 1], [1, 2, 2, 2, 2], 3, [[1, 2]], [[2, 0, 0], [0, 2, 0]]]
    for one, other in zip(value(given), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    kinds = [each.dtype.name for each in given]
    assert kinds == ["float32", "int32", "float64", *["float32"] * 4]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: initializers.constant([1, 2, 3])([2]), ValueError, "Too many elements provided"),
        (lambda: initializers.constant([1, 2, 3], verify_shape=True)([2]), TypeError, "Expected Tensor's shape: (2,), got (3,)."),
        (lambda: initializers.constant(object()), TypeError, "Invalid type for initial value"),
        (lambda: initializers.orthogonal()([3]), ValueError, "must be at least two-dimensional. Received shape=[3]"),
        (lambda: initializers.identity()([3]), ValueError, "must be at least two-dimensional. Received shape=[3]"),
        (lambda: initializers.identity()([3, 3, 3]), ValueError, "can only be used for 2D matrices"),
        (lambda: initializers.variance_scaling(0.0), ValueError, "`scale` must be a positive float"),
        (lambda: initializers.variance_scaling(mode="in"), ValueError, "`mode` should be one of"),
        (lambda: initializers.variance_scaling(distribution="cauchy"), ValueError, "`distribution` should be one of"),
        (lambda: initializers.zeros()([None, 2]), ValueError, "the shape must be fully known, got (?, 2)"),
    ],
)  # fmt: skip
def test_what_is_refused(make, error, says):
    with pytest.raises(error) as caught:
        make()
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([], (1, 1)), ([7], (7, 7)), ([100, 200], (100, 200)), ([10, 20, 30], (200, 300))],
)
def test_how_many_a_weight_connects(sizes, expected):
    assert initializers.fans(sizes) == expected


def test_arguments_as_a_dictionary():
    for given in (
        initializers.random_normal(1.0, 2.0, seed=3),
        initializers.glorot_uniform(seed=4),
        initializers.variance_scaling(2.0, "fan_out"),
        initializers.he_normal(5),
    ):
        config = given.get_config()
        assert config["dtype"] == "float32"
        assert type(given).from_config(config).get_config() == config
