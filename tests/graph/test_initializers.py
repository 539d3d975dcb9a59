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


# With graph seed 3: each draw without a seed of its own depends on how many came before it.
DRAWN = [
    (lambda i: i.random_uniform(), [2, 3], [0.12736404, 0.8146913, 0.8978379, 0.7980949, 0.33070767, 0.38498652]),  # V17
    (lambda i: i.random_normal(1.0, 2.0), [2, 3], [0.95292825, -0.41608739, 2.5813406, 2.1220174, -1.9409957, -2.220048]),
    (lambda i: i.truncated_normal(), [2, 3], [0.44994467, 0.34680668, -1.3753312, 1.3206542, -0.76539224, 1.1316446]),
    (lambda i: i.uniform_unit_scaling(), [2, 3], [-0.6780522, 0.4116106, 0.5137123, 0.48514748, 0.5467721, -0.7792253]),  # V19
    (lambda i: i.variance_scaling(), [2, 3], [0.23281918, -0.21981975, -0.240084, 0.10538264, 0.14575915, 0.5702192]),  # V18
    (
        lambda i: i.variance_scaling(2.0, "fan_out", "uniform"),
        [2, 3], [-0.28943527, 0.96892917, -1.4014319, 0.28906572, 0.8563498, 0.8225106],
    ),
    (
        lambda i: i.variance_scaling(1.0, "fan_avg", "untruncated_normal"),
        [2, 3], [0.13126898, 0.3408311, -0.9490683, 0.87017655, 0.17689036, 0.13257922],
    ),
    (lambda i: i.glorot_uniform(), [2, 3], [0.5039518, 0.21067119, -0.26564032, -1.010426, 0.5003669, -0.3817475]),
    (lambda i: i.glorot_normal(), [2, 3], [0.12443041, 1.019984, 0.02124479, -0.626985, 0.0646378, 0.87924457]),
    (lambda i: i.he_normal(5), [2, 3], [-1.2900254, 0.8481796, -2.2374635, -0.7289447, 0.18398823, 0.40844035]),
    (lambda i: i.lecun_uniform(), [2, 3], [0.7606213, -1.0207465, -0.45379525, -0.30573857, -0.47744918, 0.17505455]),
    (lambda i: i.orthogonal(2.0), [2, 3], [0.0559299, -1.8591616, 0.7351119, -1.9766539, 0.05875087, 0.29897732]),
    (lambda i: i.orthogonal(seed=4), [3, 2], [0.5759953, 0.2846256, -0.5939685, -0.49833554, -0.56163204, 0.8189323]),
    (lambda i: i.glorot_uniform(), [4], None),
    (lambda i: i.glorot_uniform(), [4], [0.18795866, 0.51205212, -0.26414299, 0.5276367]),  # V1
    (lambda i: i.glorot_uniform(), [], -0.8642571),  # V1
    (lambda i: i.he_uniform(), [2, 2], [1.5086085, 0.0767890, 0.80211914, -1.2516236]),
]  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    with Graph().as_default() as graph, Session() as session:
        graph.seed = 3
        return session.run([make(initializers)(sizes) for make, sizes, _ in DRAWN])


@pytest.mark.parametrize("number", range(len(DRAWN)))
def test_draws_are_tensorflows(drawn, number):
    expected = DRAWN[number][2]
    if expected is not None:
        np.testing.assert_allclose(np.ravel(drawn[number]), np.ravel(expected), rtol=1e-5, atol=1e-6)


def test_spreads():  # V18, V19
    with Session() as session:
        found = session.run(
            [
                initializers.variance_scaling(seed=1)([300, 400]),
                initializers.variance_scaling(distribution="untruncated_normal", seed=1)([300, 400]),
                initializers.uniform_unit_scaling(seed=1)([300, 400]),
                initializers.random_uniform(-1, 5, seed=1)([300], dtypes.int32),
            ]
        )
    for each in found[:3]:
        assert abs(each.std() - 0.0577) < 0.0005
    largest = [float(np.abs(each).max()) for each in found[:3]]
    assert largest[0] < 0.1313 < 0.2 < largest[1]
    assert 0.0999 < largest[2] <= 0.1
    assert (found[3].min(), found[3].max()) == (-1, 4)
