"""Sizes that are tensors: known while a program is traced, so that shapes can be made of them."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.errors import InvalidArgumentError
from fallline.graph.running.session import Session


def test_shapes_computed_from_the_shape_of_what_is_fed(tf, graph):
    x = tf.placeholder(tf.float32, [None, 3])
    rows = tf.shape(x)[0]
    half = rows // 2
    fetches = {
        "zeros": tf.zeros([rows, 4]),
        "zeros_like shape": tf.zeros(tf.shape(x)),
        "ones": tf.ones(tf.stack([rows * 2, 1])),
        "fill": tf.fill([rows + 1], 7.0),
        "reshape": tf.reshape(x, [tf.size(x)]),
        "reshape rest": tf.reshape(x, [-1, rows]),
        "product": tf.reshape(x, tf.expand_dims(tf.reduce_prod(tf.shape(x)), 0)),
        "range": tf.range(rows),
        "tile": tf.tile([[1]], [rows, 2]),
        "slice": tf.slice(x, [0, 0], [half, 2]),
        "part": x[:half, 1:],
        "joined": tf.zeros(tf.concat([tf.shape(x)[:1], [5]], 0)),
        "gathered": tf.zeros([tf.gather(tf.shape(x), 1)]),
        "float": tf.zeros([tf.to_int32(tf.to_float(rows) * 0.5)]),
        "larger": tf.zeros([tf.maximum(rows, 5)]),
        "eye": tf.eye(rows),
        "mask": tf.sequence_mask([1, 2], rows),
        "pad": tf.pad(x, [[0, rows], [0, 0]]),
        "one_hot": tf.one_hot([0, 1], rows),
        "top_k": tf.nn.top_k(x, rows // 3)[0],
    }
    static = {
        "zeros": [None, 4],
        "zeros_like shape": [None, 3],
        "joined": [None, 5],
        "slice": [None, 2],
        "ones": [None, 1],
    }
    for name, sizes in static.items():
        assert fetches[name].get_shape().as_list() == sizes
    with Session(graph=graph) as session:
        for count in (4, 6):
            found = session.run(fetches, {x: np.arange(count * 3).reshape(count, 3)})
            expected = {
                "zeros": (count, 4), "zeros_like shape": (count, 3), "ones": (count * 2, 1), "fill": (count + 1,),
                "reshape": (count * 3,), "reshape rest": (3, count), "product": (count * 3,), "range": (count,), "tile": (count, 2),
                "slice": (count // 2, 2), "part": (count // 2, 2), "joined": (count, 5), "gathered": (3,), "float": (count // 2,),
                "larger": (max(count, 5),), "eye": (count, count), "mask": (2, count), "pad": (2 * count, 3),
                "one_hot": (2, count), "top_k": (count, count // 3),
            }  # fmt: skip
            assert {name: value.shape for name, value in found.items()} == expected
            assert found["range"].tolist() == list(range(count))
            np.testing.assert_array_equal(
                found["part"], np.arange(count * 3).reshape(count, 3)[: count // 2, 1:]
            )


def test_gradients_pass_reshapes_by_shapes(tf, graph, run):
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.reduce_sum(tf.square(tf.reshape(x, [tf.shape(x)[0] * 2])) / tf.to_float(tf.shape(x)[0]))
    assert run(tf.gradients(y, x), {x: [[1.0, 2.0], [3.0, 4.0]]})[0].tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_shape_of_fed_values_is_refused(tf, graph, run):
    size = tf.placeholder(tf.int32, [])
    with pytest.raises(GraphError, match=r"must be known when the run is compiled.*tf.shape"):
        run(tf.zeros([size, 2]), {size: 3})


def test_a_slice_may_begin_at_a_fed_place(tf, graph, run):
    start = tf.placeholder(tf.int32, [])
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    assert [each.tolist() for each in run([tf.slice(x, [start], [2]), x[start]], {start: 1})] == [
        [2.0, 3.0],
        2.0,
    ]


def test_parts(tf, graph, run):
    array = np.arange(24).reshape(2, 3, 4)
    x = tf.constant(array)
    keys = [
        np.s_[0], np.s_[-1, 1], np.s_[:, 1:], np.s_[..., 0], np.s_[1, ..., ::2], np.s_[:, None], np.s_[:, ::-1, 1:3], np.s_[..., -1:],
    ]  # fmt: skip
    tensors = [x[key] for key in keys]
    for key, tensor, value in zip(keys, tensors, run(tensors), strict=True):
        assert tensor.get_shape().as_list() == list(array[key].shape)
        np.testing.assert_array_equal(value, array[key])


def test_parts_that_are_refused(tf, graph):
    x = tf.placeholder(tf.float32, [None, 3])
    with pytest.raises(GraphShapeError, match=r"slice index 3 of dimension 1 out of bounds.*strided_slice"):
        x[0, 3]
    with pytest.raises(GraphShapeError, match="has only 2 dims"):
        x[0, 0, 0]
    with pytest.raises(GraphTypeError, match=r"tf\.gather"):
        x[[0, 1]]
    with pytest.raises(GraphTypeError, match="mask"):
        x[x > 0]


def test_variables_have_parts_too(tf, graph):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with Session(graph=graph) as session:
        session.run(tf.global_variables_initializer())
        assert session.run([v[1], v[:, 0], v[0, 1] * 2])[1].tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("made", "error", "says"),
    [
        (lambda tf, x: tf.reshape(x, [7]), GraphShapeError, r"6 elements to shape \(7,\) for 'Reshape'"),
        (lambda tf, x: tf.concat([x, tf.zeros([2, 2])], 0), GraphShapeError, r"axis 0 must be equal.*'concat'.*\(2, 3\)"),
        (lambda tf, x: tf.stack([x, tf.zeros([2])]), GraphShapeError, "incompatible for 'stack'"),
        (lambda tf, x: tf.split(x, 2, axis=1), GraphShapeError, "3, must be evenly divisible by 2"),
        (lambda tf, x: tf.squeeze(x, 0), GraphShapeError, "expected a dimension of 1, got 2"),
        (lambda tf, x: tf.expand_dims(x, 4), GraphShapeError, "dim 4 not in the interval"),
        (lambda tf, x: tf.transpose(x, [0, 0]), GraphShapeError, "perm"),
        (lambda tf, x: tf.slice(x, [0, 2], [1, 2]), GraphShapeError, "from 2, 2 places of 3 in axis 1 for 'Slice'"),
        (lambda tf, x: tf.where(x > 0, x, 0.0), GraphShapeError, r"R?.*incompatible for 'Select'"),
        (lambda tf, x: tf.where(x > 0), GraphError, "XLA needs shapes"),
        (lambda tf, x: tf.boolean_mask(x, x[:, 0] > 0), GraphError, "depends on values"),
        (lambda tf, x: tf.nn.top_k(x, 4), GraphShapeError, "last dimension >= k = 4 but is 3"),
        (lambda tf, x: tf.one_hot(x, 3), GraphTypeError, "whole numbers"),
        (lambda tf, x: tf.gather(x, x), GraphTypeError, "whole numbers"),
        (lambda tf, x: tf.zeros([None, 2]), GraphTypeError, r"tf\.shape\(x\)\[0\]"),
        (lambda tf, x: tf.zeros([-1, 2]), GraphShapeError, "not be negative"),
        (lambda tf, x: tf.add(x, tf.zeros([2])), GraphShapeError, r"are 3 and 2 for 'Add' \(op: 'Add'\)"),
        (lambda tf, x: x + tf.constant(1), GraphTypeError, r"'add' .* one type, got .*float32.*int32"),
        (lambda tf, x: tf.equal(tf.argmax(x, 1), tf.constant([0, 1])), GraphTypeError, "int64.*int32"),
        (lambda tf, x: tf.constant(1) * 2.0, GraphTypeError, "Expected int32"),
        (lambda tf, x: tf.sqrt(tf.constant(4)), GraphTypeError, "'Sqrt' .* takes floats"),
        (lambda tf, x: tf.logical_and(x, x), GraphTypeError, "takes truth values"),
        (lambda tf, x: tf.matmul(x, x), GraphShapeError, r"are 3 and 2 for 'MatMul'.*\(2, 3\)"),
        (lambda tf, x: tf.matrix_inverse(x), GraphShapeError, "are 2 and 3"),
        (lambda tf, x: tf.add_n([x, tf.zeros([3, 2])]), GraphShapeError, "incompatible for 'AddN'"),
        (lambda tf, x: tf.pad(x, [[1, 1]]), GraphShapeError, "paddings"),
        (lambda tf, x: tf.range(0, 5, 0), GraphError, "delta"),
        (lambda tf, x: tf.constant([1, 2, 3], shape=[2]), GraphShapeError, "Too many elements"),
        (lambda tf, x: tf.placeholder_with_default(x, [3, 3]), GraphShapeError, "default"),
        (lambda tf, x: tf.unstack(tf.placeholder(tf.float32, [None, 2])), GraphError, "Cannot infer argument `num`"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_when_it_is_built(tf, graph, made, error, says):
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with pytest.raises(error, match=says):
        made(tf, x)


def test_types_that_numpy_would_promote(tf, graph, run):
    """R15: a float tensor takes a whole number, and float64 arrays become its type."""
    x = tf.constant([1.0])
    found = run([x * 2, x * np.array([0.5]), 2 - x, tf.constant(7) / 2])
    assert [each.dtype.name for each in found] == ["float32", "float32", "float32", "float64"]


def test_an_index_beyond_the_table_stops_the_run(tf, graph, run):
    """R19."""
    places = tf.placeholder(tf.int32, [None])
    rows = tf.gather(tf.constant([1.0, 2.0]), places)
    assert run(rows, {places: [1, 0]}).tolist() == [2.0, 1.0]
    for wrong in (5, -1):
        with pytest.raises(InvalidArgumentError, match=rf"indices\[0\] = {wrong} is not in \[0, 2\)"):
            run(rows, {places: [wrong]})


def test_a_singular_matrix_stops_the_run(tf, graph, run):
    x = tf.placeholder(tf.float32, [2, 2])
    with pytest.raises(InvalidArgumentError, match="not invertible"):
        run(tf.matrix_inverse(x), {x: [[1.0, 1.0], [1.0, 1.0]]})


def test_gradients_pass_a_placeholder_with_default(tf, graph, run):
    """R21."""
    x = tf.placeholder_with_default([3.0], [None])
    gradient = tf.gradients(x * x, x)
    assert run(gradient)[0].tolist() == [6.0]
    assert run(gradient, {x: [1.0, 2.0]})[0].tolist() == [2.0, 4.0]
    with pytest.raises(GraphShapeError):
        run(gradient, {x: [[1.0]]})
