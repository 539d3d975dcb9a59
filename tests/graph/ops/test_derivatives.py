"""Derivatives at ties, kinks and edges, as TensorFlow 2.21.0 takes them (census D1-D3, D6-D11, D15, D16)."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph.core.graph import Graph
from fallline.graph.running.session import Session

INF, NAN = float("inf"), float("nan")

# (what, f(tf, x) or f(tf, x, y), at, derivatives of its sum)
LINES = {
    "D1 maximum": (lambda tf, x, y: tf.maximum(x, y), [[1.0], [1.0]], [[1.0], [0.0]]),
    "D1 minimum": (lambda tf, x, y: tf.minimum(y, x), [[1.0], [1.0]], [[0.0], [1.0]]),
    "D2 reduce_max": (lambda tf, x: tf.reduce_max(x), [[1.0, 3.0, 3.0]], [[0.0, 0.5, 0.5]]),
    "D2 reduce_min": (lambda tf, x: tf.reduce_min(x), [[3.0, 1.0, 1.0]], [[0.0, 0.5, 0.5]]),
    "D2 top_k": (lambda tf, x: tf.nn.top_k(x, 1).values, [[3.0, 3.0, 3.0]], [[1.0, 0.0, 0.0]]),
    "D3 clip_by_value": (
        lambda tf, x: tf.clip_by_value(x, 0.0, 1.0), [[-1.0, 0.0, 0.5, 1.0, 2.0]], [[0.0, 1.0, 1.0, 1.0, 0.0]],
    ),
    "D4 abs": (lambda tf, x: tf.abs(x), [[0.0, -2.0]], [[0.0, -1.0]]),
    "D4 sign": (lambda tf, x: tf.sign(x), [[0.0, -2.0]], [[0.0, 0.0]]),
    "D6 sqrt": (lambda tf, x: tf.sqrt(x), [[0.0]], [[INF]]),
    "D6 norm": (lambda tf, x: tf.norm(x), [[0.0, 0.0]], [[NAN, NAN]]),
    "D6 clip_by_norm": (lambda tf, x: tf.clip_by_norm(x, 1.0), [[0.0, 0.0]], [[1.0, 1.0]]),
    "D7 where": (lambda tf, x: tf.where(x > 0, tf.log(x), tf.zeros_like(x)), [[0.0, 2.0]], [[NAN, 0.5]]),
    "D8 reduce_prod": (lambda tf, x: tf.reduce_prod(x), [[0.0, 2.0, 3.0]], [[6.0, 0.0, 0.0]]),
    "D9 pow": (lambda tf, x, y: tf.pow(x, y), [[0.0, -1.0, 2.0], [2.0, 2.0, 2.0]], [[0.0, -2.0, 4.0], [0.0, 0.0, 2.7725887]]),
    "pow 0": (lambda tf, x, y: tf.pow(x, y), [[0.0, -1.0, 2.0], [0.0, 0.0, 0.0]], [[NAN, 0.0, 0.0], [0.0, 0.0, 0.6931472]]),
    "floormod": (lambda tf, x: tf.floormod(x, 2.0), [[0.0, -1.0, 2.0]], [[1.0, 1.0, 1.0]]),
    "second of a power": (lambda tf, x: tf.gradients(tf.pow(x, 3.0), x)[0], [[0.0, -1.0, 2.0]], [[0.0, -6.0, 12.0]]),
    "second of a product": (
        lambda tf, x: tf.gradients(tf.reduce_prod(x), x)[0], [[1.0, 2.0, 3.0]], [[5.0, 4.0, 3.0]],
    ),
    "D11 lists": (lambda tf, x: [x * x, 3.0 * x], [[2.0]], [[7.0]]),
}  # fmt: skip


@pytest.fixture(scope="module")
def values(tf):
    """All derivatives, of one run."""
    with Graph().as_default() as graph:
        fetches = {}
        for line, (function, at, _) in LINES.items():
            x = [tf.constant(each) for each in at]
            fetches[line] = tf.gradients(function(tf, *x), x)
        fetches["D1 float64"] = tf.gradients(
            tf.maximum(z := tf.constant(1.0, tf.float64), w := z + 0.0), [z, w]
        )
        fetches["D11 weighed"] = tf.gradients((u := tf.constant(2.0)) * u, u, grad_ys=tf.constant(10.0))
        with Session(graph=graph) as session:
            return session.run(fetches)


@pytest.mark.parametrize("line", LINES)
def test_derivative(values, line):
    np.testing.assert_allclose(values[line], LINES[line][2], rtol=1e-6)


def test_a_tie_of_float64_and_weighed_ys(values):
    assert values["D1 float64"][1] == 0.0
    assert values["D11 weighed"] == [40.0]


@pytest.mark.parametrize("name", ["round", "floor", "ceil", "rint"])
def test_no_gradient_passes_rounding(tf, graph, name):
    x = tf.constant(1.5)
    assert tf.gradients(getattr(tf, name)(x), x) == [None]


def test_no_gradient_passes_whole_numbers_and_places(tf, graph):
    x = tf.constant([1.5, 2.0])
    assert tf.gradients(tf.cast(tf.cast(x, tf.int32), tf.float32), x) == [None]
    assert tf.gradients(tf.to_float(tf.argmax(x)), x) == [None]
    assert tf.gradients(x // 2.0, x) == [None]
    assert tf.gradients(tf.stop_gradient(x), x) == [None]


def test_clipping_of_rows_takes_them_as_they_stand(tf, graph, run):
    """G5: values 2, 2 (row 0), 4 (row 1) have norm 4.8989797."""
    table = tf.Variable(tf.ones([3, 1]))
    weights = tf.constant([[2.0], [2.0], [4.0]])
    rows = tf.gradients(tf.reduce_sum(tf.gather(table, [0, 0, 1]) * weights), table)[0]
    clipped, norm = tf.clip_by_global_norm([rows], 1.0)
    with Session(graph=graph) as session:
        session.run(tf.global_variables_initializer())
        value, alone, total = session.run([clipped[0], tf.clip_by_norm(rows, 1.0), norm])
    np.testing.assert_allclose(total, 4.8989797, rtol=1e-6)
    np.testing.assert_allclose(value.values[:, 0], [0.4082483, 0.4082483, 0.8164966], rtol=1e-6)
    np.testing.assert_allclose(alone.values, value.values, rtol=1e-6)
