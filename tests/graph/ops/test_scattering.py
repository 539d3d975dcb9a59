"""Rows written by number, counts of pairs, a function of each row; the values are those of TensorFlow 2.21.0 and NumPy."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

import fallline.graph as tf
from fallline.graph.core.failures import GraphError, GraphTypeError


@pytest.fixture
def session():
    with tf.Session() as opened:
        yield opened


def test_rows_are_written_by_their_numbers(session):
    v = tf.Variable(np.zeros((4, 2), np.float32))
    rows = [[1.0, 2.0], [3.0, 4.0]]
    session.run(tf.global_variables_initializer())
    np.testing.assert_array_equal(
        session.run(tf.scatter_update(v, [3, 0], rows)), [[3, 4], [0, 0], [0, 0], [1, 2]]
    )
    np.testing.assert_array_equal(
        session.run(tf.scatter_add(v, [0, 0], rows)), [[7, 10], [0, 0], [0, 0], [1, 2]]
    )
    np.testing.assert_array_equal(
        session.run(tf.scatter_sub(v, [0, 3], rows)), [[6, 8], [0, 0], [0, 0], [-2, -2]]
    )
    assert session.run(v)[0, 0] == 6
    with pytest.raises(GraphTypeError, match="indices are whole numbers"):
        tf.scatter_add(v, [0.5], rows[:1])


@pytest.mark.parametrize("classes", [3, None])
def test_classes_are_counted_against_each_other(session, classes):
    true, told = np.array([0, 1, 2, 2, 1]), np.array([0, 2, 2, 2, 1])
    labels = tf.placeholder(tf.int64, [None])
    found = tf.confusion_matrix(labels, tf.constant(told), classes)
    np.testing.assert_array_equal(session.run(found, {labels: true}), confusion_matrix(true, told))
    weighted = tf.math.confusion_matrix(labels, told, classes, dtype=tf.float32, weights=[1, 2, 3, 4, 5])
    assert session.run(weighted, {labels: true})[2, 2] == 7.0
    with pytest.raises(GraphTypeError, match="argmax"):
        tf.confusion_matrix([0.1], [1])


def test_a_function_of_each_row_is_stacked(session):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    y = tf.map_fn(lambda row: tf.reduce_sum(row * row), x, dtype=tf.float32)
    np.testing.assert_array_equal(session.run(y), [5, 25, 61])
    (slope,) = tf.gradients(y, x)
    np.testing.assert_array_equal(session.run(slope), 2 * session.run(x))
    with pytest.raises(GraphError, match="the number of rows must be known"):
        tf.map_fn(tf.abs, tf.placeholder(tf.float32, [None, 2]))


def test_a_session_makes_functions(session):
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    assert session.make_callable(x - y, [x, y])(5.0, 3.0) == 2.0


def test_names_that_stand_in_other_places():
    assert tf.linalg.inv is tf.matrix_inverse
    assert tf.linalg.matmul is tf.matmul
    with pytest.raises(AttributeError, match=r"tf\.linalg has no expm"):
        _ = tf.linalg.expm
    profiler = tf.profiler.Profiler(tf.get_default_graph())
    profiler.add_step(1, tf.RunMetadata())
    profiler.profile_operations(options=tf.profiler.ProfileOptionBuilder.time_and_memory())
    assert tf.contrib.slim.fully_connected is tf.contrib.layers.fully_connected
    assert tf.contrib.slim.arg_scope is tf.contrib.framework.arg_scope
    assert tf.python.pywrap_tensorflow.NewCheckpointReader is tf.train.NewCheckpointReader


def test_a_graph_as_data_is_written_as_text(session, tmp_path):
    tf.constant(1.0, name="one")
    path = tf.io.write_graph(session.graph_def, str(tmp_path), "g.pbtxt", as_text=False)
    assert "one = Const()" in (tmp_path / "g.pbtxt").read_text()
    assert path == str(tmp_path / "g.pbtxt")
