"""Conditions, groups, checks, and what Python does within a run (measured with TensorFlow 2.21.0)."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fallline.graph as tf
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.errors import InvalidArgumentError


@pytest.fixture
def switch():
    return tf.placeholder(tf.bool, [], "switch")


def test_a_condition_chooses_in_the_form_of_its_functions(switch):
    x = tf.placeholder(tf.float32, [None])
    forms = [
        (lambda: x * 2.0, lambda: x + 1.0),
        (lambda: [x, 1.0], lambda: [-x, 2.0]),
        (lambda: (x, {"a": 1}), lambda: (-x, {"a": 2})),
        (lambda: [x], lambda: [-x]),
    ]
    found = [tf.cond(switch, one, other) for one, other in forms]
    assert [each.name for each in found[1]] == ["cond_1/Merge:0", "cond_1/Merge_1:0"]
    assert isinstance(found[3], tf.Tensor)
    assert isinstance(tf.cond(switch, *forms[3], strict=True), list)
    with tf.Session() as session:
        yes = session.run(found, {x: [1.0, 2.0], switch: True})
        no = session.run(found, {x: [1.0, 2.0], switch: False})
    assert (yes[0].tolist(), no[0].tolist()) == ([2.0, 4.0], [2.0, 3.0])
    assert (yes[1][0].tolist(), yes[1][1], no[1][1]) == ([1.0, 2.0], 1.0, 2.0)
    assert (yes[2][1], no[2][1]) == ({"a": 1}, {"a": 2})
    assert no[3].tolist() == [-1.0, -2.0]


def test_only_the_branch_that_is_taken_acts(switch):
    v = tf.Variable(1.0)
    before = v.assign_add(1.0)
    with tf.control_dependencies([before]):
        value = tf.cond(switch, lambda: v.assign_add(10.0), lambda: tf.identity(v) + 0.0)
    acts = tf.cond(switch, lambda: tf.group(v.assign(0.0)), tf.no_op)
    assert acts.dtype is tf.bool
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert [session.run(value, {switch: True}), session.run(v)] == [12.0, 12.0]
        assert [session.run(value, {switch: False}), session.run(v)] == [13.0, 13.0]
        assert not session.run(acts, {switch: False})
        assert session.run(v) == 13.0
        assert session.run(acts, {switch: True})
        assert session.run(v) == 0.0


def test_a_write_in_a_branch_follows_those_made_before(switch):
    v = tf.Variable(1.0)
    first = v.assign_add(1.0)
    second = tf.cond(switch, lambda: v.assign(v._ref * 10.0), lambda: v.assign_add(100.0))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([first, second.op], {switch: False})
        assert session.run(v) == 102.0


def test_dropout_within_a_branch_draws_as_tensorflow(switch):
    """Draws within a branch go on only where it is taken; the graph's seed is 1."""
    tf.set_random_seed(1)
    x = tf.ones([6])
    dropped = tf.cond(switch, lambda: tf.nn.dropout(x, 0.5), lambda: x)
    gradient = tf.gradients(dropped, x)[0]
    with tf.Session() as session:
        assert session.run(dropped, {switch: True}).tolist() == [2, 0, 2, 0, 0, 2]
        assert session.run(dropped, {switch: False}).tolist() == [1] * 6
        value, slope = session.run([dropped, gradient], {switch: True})
        assert value.tolist() == slope.tolist() == [0, 0, 0, 2, 0, 2]


def test_gradients_pass_the_branch_that_is_taken(switch):
    x, w = tf.constant(3.0), tf.Variable(2.0)
    y = tf.cond(switch, lambda: x * x * w, lambda: tf.cond(x > 0.0, lambda: 2.0 * x, lambda: x))
    gradients = tf.gradients(y, [x, w])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(gradients, {switch: True}) == [12.0, 9.0]
        assert session.run(gradients, {switch: False}) == [2.0, 0.0]


def test_shapes_that_both_branches_have(switch):
    x = tf.placeholder(tf.float32, [None, 3])
    y = tf.cond(switch, lambda: x, lambda: tf.zeros([2, 3]))
    assert y.get_shape().as_list() == [None, 3]
    assert tf.cond(switch, lambda: x, lambda: tf.zeros([2])).get_shape().ndims is None
    with tf.Session() as session:
        assert session.run(y, {x: np.ones((2, 3)), switch: False}).sum() == 0
        with pytest.raises(GraphShapeError, match=r"the shape \(4, 3\), where it is false \(2, 3\)"):
            session.run(y, {x: np.ones((4, 3)), switch: True})


def test_training_and_layers_within_a_branch(switch):
    x = tf.placeholder(tf.float32, [None, 3])
    hidden = tf.layers.dense(x, 2, tf.nn.relu, kernel_initializer=tf.ones_initializer())
    out = tf.cond(
        switch, lambda: tf.layers.dense(hidden, 1, name="out"), lambda: tf.zeros([tf.shape(hidden)[0], 1])
    )
    loss = tf.reduce_sum(tf.square(out - 1.0))
    step = tf.cond(switch, lambda: tf.train.AdamOptimizer(0.1).minimize(loss), tf.no_op)
    kernel = tf.get_default_graph().get_tensor_by_name("dense/kernel:0")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        feed = {x: np.ones((4, 3))}
        session.run(step, {**feed, switch: False})
        np.testing.assert_array_equal(session.run(kernel), np.ones((3, 2)))
        session.run(step, {**feed, switch: True})
        np.testing.assert_allclose(np.abs(session.run(kernel) - 1.0), np.full((3, 2), 0.1), rtol=1e-4)


def test_a_check_within_a_branch_acts_where_it_is_taken(switch):
    places = tf.placeholder(tf.int32, [None])
    rows = tf.cond(switch, lambda: tf.gather(tf.constant([1.0, 2.0]), places), lambda: tf.to_float(places))
    with tf.Session() as session:
        assert session.run(rows, {places: [7], switch: False}).tolist() == [7.0]
        assert session.run(rows, {places: [1], switch: True}).tolist() == [2.0]
        with pytest.raises(InvalidArgumentError, match=r"GatherV2 within a branch"):
            session.run(rows, {places: [7], switch: True})


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((True, lambda: 1.0, lambda: 2.0), GraphTypeError, "'pred' must not be a Python bool"),
        ((None, lambda: 1.0, lambda: 3), GraphError, "float32 .* from 'true_fn' and int32"),
        ((None, lambda: [1.0, 2.0], lambda: 3.0), GraphError, "same nested structure"),
        ((None, lambda: None, lambda: None), GraphError, "'true_fn' must have a return value"),
        ((None, 1.0, lambda: 3.0), GraphTypeError, "'true_fn' must be callable"),
        ((1, lambda: 1.0, lambda: 3.0), GraphTypeError, "one truth value"),
    ],
)
def test_conditions_that_are_none(switch, arguments, error, says):
    condition, *functions = arguments
    with pytest.raises(error, match=says):
        tf.cond(switch if condition is None else condition, *functions)


def test_the_first_case_that_holds():
    x = tf.placeholder(tf.float32, [])
    y = tf.case([(x < 0.0, lambda: -x), (x > 10.0, lambda: tf.constant(10.0))], default=lambda: x)
    with tf.Session() as session:
        assert [session.run(y, {x: each}) for each in (-2.0, 20.0, 3.0)] == [2.0, 10.0, 3.0]


def test_groups_and_tuples():
    v, w = tf.Variable(1.0), tf.Variable(1.0)
    both = tf.group(v.assign_add(1.0), [w.assign(5.0)], name="both")
    assert (both.name, both.type, tf.group().name) == ("both", "NoOp", "group_deps")
    one, none, two = tf.tuple([v.assign_add(1.0), None, tf.constant(2.0)])
    assert (one.name, none, two.name) == ("tuple/control_dependency:0", None, "tuple/control_dependency_1:0")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(both) is None
        assert session.run([v, w]) == [2.0, 5.0]
        session.run(two)
        assert session.run(v) == 3.0
    with pytest.raises(GraphTypeError, match=r"tf\.group: expected operations"):
        tf.group(None)
    with pytest.raises(GraphError, match="at least one tensor"):
        tf.tuple([None])


def test_printing_goes_to_the_error_stream_once_also_beside_a_gradient(capfd):
    x = tf.constant([1.0, 2.5, 3.0, 4.0, 5.0])
    matrix = tf.constant([[1, 2], [3, 4]])
    y = tf.Print(x, [x, tf.constant(3), matrix, tf.constant(True)], "msg: ", summarize=2)
    z = tf.print("hello", x, {"a": x[0]}, matrix)
    few = tf.Print(x, [x], first_n=1)
    with tf.Session() as session:
        session.run([tf.gradients(y * y, x)[0], y])
        jax.effects_barrier()
        assert capfd.readouterr().err == "msg: [1 2.5...][3][1 2...][1]\n"
        assert session.run(z) is None
        jax.effects_barrier()
        assert capfd.readouterr().err == "hello [1 2.5 3 4 5] {'a': 1} [[1 2]\n [3 4]]\n"
        for _ in range(3):
            session.run(few)
        jax.effects_barrier()
        assert capfd.readouterr().err == "[1 2.5 3...]\n"


def test_an_assertion_stops_the_run():
    x = tf.placeholder(tf.float32, [None])
    check = tf.Assert(tf.reduce_all(x > 0.0), [x, "are to be positive"])
    with tf.control_dependencies([check]):
        y = tf.identity(x)
    with tf.Session() as session:
        assert session.run(y, {x: [1.0]}).tolist() == [1.0]
        with pytest.raises(
            InvalidArgumentError, match=r"assertion failed: \[1 -2 3\.\.\.\] \[are to be positive\]"
        ):
            session.run(y, {x: [1.0, -2.0, 3.0, 4.0]})
    with pytest.raises(GraphTypeError, match="truth value"):
        tf.Assert(x, [])


def test_a_function_of_python_within_a_run():
    x = tf.placeholder(tf.float32, [None])
    one = tf.py_func(np.sin, [x], tf.float32)
    first, second = tf.py_func(lambda a, b: (a + b, a.sum() > 0), [x, 1.0], [tf.float32, tf.bool])
    total = tf.reduce_sum(one) + 1.0
    assert one.name == "PyFunc:0"
    assert tf.gradients(total, x) == [None]
    with tf.Session() as session:
        for values in ([0.5], [0.5, 1.0]):
            found = session.run([total, first, second], {x: values})
            np.testing.assert_allclose(found[0], np.sin(values).sum() + 1, rtol=1e-6)
            assert found[1].tolist() == [each + 1 for each in values]
            assert found[2]


def test_a_mistake_in_a_function_of_python_is_told_as_it_is():
    def root(a):
        if a.min() < 0:
            raise ValueError("a root of less than 0")
        return np.sqrt(a)

    x = tf.placeholder(tf.float32, [None])
    w = tf.Variable(1.0)
    with tf.control_dependencies([w.assign_add(1.0)]):
        y = tf.py_func(root, [x], tf.float32)
    some = tf.py_func(lambda a: a[a > 0], [x], tf.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(y, {x: [4.0]}).tolist() == [2.0]
        with pytest.raises(
            InvalidArgumentError, match=r"ValueError: a root of less than 0 \[node 'PyFunc'\]"
        ):
            session.run(y, {x: [-4.0]})
        assert session.run(w) == 2.0
        with pytest.raises(
            InvalidArgumentError, match=r"gave the shapes \[\(1,\)\], and for zeros \[\(0,\)\]"
        ):
            session.run(some, {x: [1.0, -1.0]})
        with pytest.raises(GraphError, match="expected 1 results of .*, got 2"):
            session.run(tf.py_func(lambda a: (a, a), [x], tf.float32), {x: [1.0]})


@pytest.mark.parametrize("name", ["while_loop", "scan"])
def test_loops_say_that_they_are_out_of_scope(name):
    with pytest.raises(GraphError, match=rf"tf\.{name} is out of scope"):
        getattr(tf, name)(lambda x: x, tf.zeros([3]))
