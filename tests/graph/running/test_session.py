"""Sessions: what a run takes and gives. Numbers and messages are those of TensorFlow 2.21.0 (`compat.v1`)."""

from collections import namedtuple

import numpy as np
import pytest

import fallline as fl
import fallline.graph as tf


@pytest.fixture
def line():
    x = tf.placeholder(tf.float32, [None], name="x")
    w = tf.Variable(2.0, name="w")
    y = tf.multiply(x, w, name="y")
    z = tf.add(y, 1.0, name="z")
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    return sess, x, w, y, z


def test_fetches_keep_their_form(line):
    sess, x, w, y, z = line
    Pair = namedtuple("Pair", "left right")
    feed = {x: [1.0, 2.0]}
    assert sess.run(z, feed).tolist() == [3.0, 5.0]
    assert sess.run([], feed) == []
    nested = sess.run({"a": [y, (z,)], "b": Pair(w, tf.no_op())}, feed)
    assert nested["a"][0].tolist() == [2.0, 4.0]
    assert nested["a"][1][0].tolist() == [3.0, 5.0]
    assert isinstance(nested["b"], Pair)
    assert nested["b"].left == 2.0
    assert nested["b"].right is None
    assert sess.run("y:0", {"x:0": [3.0]}).tolist() == [6.0]
    assert sess.run("y", {"x:0": [3.0]}) is None


def test_scalars_come_back_as_numbers_of_numpy_and_fed_ones_as_arrays():
    x = tf.placeholder(tf.float32, [])
    y = x * 2.0
    with tf.Session() as sess:
        found, fed = sess.run([y, x], {x: 3.0})
    assert type(found) is np.float32
    assert isinstance(fed, np.ndarray)
    assert fed.shape == ()


@pytest.mark.parametrize("fetch", [None, 3, 2.5, np.zeros(2)])
def test_values_are_no_fetches(line, fetch):
    with pytest.raises(TypeError, match="Fetch argument"):
        line[0].run(fetch)


@pytest.mark.parametrize("fetch", ["nothing:0", "nothing", "y:5"])
def test_unknown_names_are_no_fetches(line, fetch):
    with pytest.raises(ValueError, match="cannot be interpreted as a Tensor"):
        line[0].run(fetch)


def test_any_tensor_can_be_fed(line):
    sess, x, w, y, z = line
    k = tf.constant(1.0, name="k")
    total = y + k
    assert sess.run(total, {x: [1.0], k: 100.0}).tolist() == [102.0]
    assert sess.run(z, {y: [10.0, 20.0]}).tolist() == [11.0, 21.0]
    assert sess.run(z, {w: 5.0, x: [1.0]}).tolist() == [6.0]
    assert sess.run(w) == 2.0
    assert sess.run(z, {x: [1.0], tf.placeholder(tf.float32): 3.0}).tolist() == [3.0]  # what is not needed


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("int32", 2.7, 2),
        ("int32", -2.7, -2),
        ("int32", [2.7, 1.2], [2, 1]),
        ("int32", np.float32(2.7), 2),
        ("int32", np.int64(2**40), 0),
        ("int32", float("nan"), -2147483648),
        ("float32", True, 1.0),
        ("float32", "1.5", 1.5),
        ("float32", 1e300, float("inf")),
        ("bool", 2.5, True),
    ],
)
def test_feeds_are_converted_as_numpy_converts(kind, value, expected):
    x = tf.placeholder(kind)
    y = tf.identity(x)
    assert tf.Session().run(y, {x: value}).tolist() == expected


@pytest.mark.parametrize(("kind", "value"), [("int32", 2**40), ("int8", 300), ("uint8", -1), ("int32", None)])
def test_numbers_that_a_type_does_not_hold_are_refused(kind, value):
    x = tf.placeholder(kind)
    with pytest.raises(TypeError, match=r"not compatible with Tensor type|Cannot feed"):
        tf.Session().run(x + 1, {x: value})


def test_wrong_feeds(line):
    sess, x, _, y, z = line
    with pytest.raises(
        ValueError, match=r"Cannot feed value of shape \(1, 1\) for Tensor x:0, which has shape \(\?,\)"
    ):
        sess.run(z, {x: [[1.0]]})
    with pytest.raises(TypeError, match="The value of a feed cannot be a tf.Tensor object"):
        sess.run(z, {x: y})
    with pytest.raises(TypeError, match="Cannot interpret feed_dict key as Tensor"):
        sess.run(z, {3: [1.0]})
    with pytest.raises(TypeError, match="expected a dictionary"):
        sess.run(z, [1.0])
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match=r"You must feed a value for placeholder tensor 'x' with dtype float and shape \[\?\]",
    ):
        sess.run(z)


def test_uninitialised_variables_are_all_named():
    a, b, c = (tf.Variable(1.0, name=name) for name in "abc")
    total = a + b
    sess = tf.Session()
    with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value a, b"):
        sess.run(total)
    sess.run(tf.global_variables_initializer())
    assert sess.run(total) == 2.0
    assert tf.Session().graph is sess.graph
    with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value c"):
        tf.Session().run(c)


def test_an_initial_value_may_read_another_variable():
    a = tf.Variable(2.0)
    b = tf.Variable(a * 2.0)
    c = tf.Variable(a.initialized_value() * 3.0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([a, b, c]) == [2.0, 4.0, 6.0]


def test_assignments_give_the_new_value():
    v = tf.Variable(1.0)
    set_, add, sub = tf.assign(v, 5.0), v.assign_add(1.0), v.assign_sub(2.0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert [sess.run(each) for each in (set_, add, sub)] == [5.0, 6.0, 4.0]
        with pytest.raises(ValueError, match="Dimension mismatch"):
            v.assign([1.0, 2.0])
        assert sess.run(tf.assign(v, [1.0, 2.0], validate_shape=False)).tolist() == [1.0, 2.0]


def test_control_dependencies_act_on_what_is_made_inside():
    v = tf.Variable(1.0)
    add = tf.assign_add(v, 1.0)
    outside = v * 1.0
    with tf.control_dependencies([add]):
        inside, returned = v * 1.0, outside
        read = v.read_value() * 10.0
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(inside) == 2.0
        assert sess.run(returned) == 2.0  # nothing was added for it
        assert sess.run(v) == 2.0
        assert sess.run(read) == 30.0


def test_writes_follow_each_other_and_a_fetched_variable_is_that_of_the_end():
    v = tf.Variable(1.0)
    before = v * 1.0
    first, second = v.assign_add(1.0), tf.assign(v, v * 10.0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([v, first, tf.identity(v), before]) == [2.0, 2.0, 2.0, 1.0]
        # The product sees the value from before the run, as no dependency says otherwise.
        assert sess.run([first, second, v]) == [20.0, 20.0, 20.0]


def test_a_fetched_value_stays_while_training_goes_on():
    v = tf.Variable(np.zeros(1000, "float32"))
    add = v.assign_add(np.ones(1000, "float32"))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        kept = [sess.run([add, v])[1] for _ in range(5)]
        kept.append(sess.run(v))
        sess.run(add)
    assert [each[0] for each in kept] == [1.0, 2.0, 3.0, 4.0, 5.0, 5.0]
    assert all(each.min() == each.max() for each in kept)


def test_sessions_hold_values_of_their_own_and_end():
    v = tf.Variable(1.0)
    add, start = v.assign_add(1.0), tf.global_variables_initializer()
    one, two = tf.Session(), tf.Session()
    one.run(start), two.run(start)
    one.run(add)
    assert one.run(v) == 2.0
    assert two.run(v) == 1.0
    one.close()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        one.run(v)


def test_without_a_session():
    v = tf.Variable(1.0)
    with pytest.raises(ValueError, match="No default session is registered"):
        v.eval()
    with pytest.raises(ValueError, match="No default session is registered"):
        v.initializer.run()
    with tf.Session():
        v.initializer.run()
        assert v.eval() == 1.0
        assert (v + 1.0).eval() == 2.0
    with pytest.raises(ValueError, match="No default session"):
        v.eval()


def test_a_session_of_another_graph():
    x = tf.constant(1.0)
    with tf.Graph().as_default() as other:
        tf.constant(2.0)
    with tf.Session(graph=other) as sess, pytest.raises(ValueError, match="is not an element of this graph"):
        sess.run(x)
    with tf.Session(graph=other), pytest.raises(ValueError, match="its graph is another"):
        x.eval()
    with tf.Session(graph=tf.Graph()) as empty, pytest.raises(RuntimeError, match="graph is empty"):
        empty.run("x:0")
    with pytest.raises(ValueError, match="remote worker"):
        tf.Session("grpc://somewhere:2222")


def test_an_interactive_session_is_the_default_until_it_is_closed():
    sess = tf.InteractiveSession()
    x = tf.constant(3.0)
    assert x.eval() == 3.0
    assert tf.get_default_session() is sess
    sess.close()
    assert tf.get_default_session() is None


def test_new_operations_between_runs_compile_nothing_again():
    x = tf.placeholder(tf.float32, [None])
    w = tf.Variable(1.0)
    step = w.assign_add(tf.reduce_sum(x))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step, {x: [1.0]})
        before = len(fl.compilation_report().programs)
        for _ in range(3):
            sess.run(step, {x: [1.0]})
            tf.constant(1.0)
        assert len(fl.compilation_report().programs) == before
        sess.run(step, {x: [1.0, 2.0]})
        assert len(fl.compilation_report().programs) == before + 1
    assert w.name == "Variable:0"


def test_graphs_of_one_form_share_their_programs():
    def built():
        x = tf.placeholder(tf.float32, [None, 3])
        return x, tf.reduce_sum(tf.matmul(x, tf.constant(np.ones((3, 2), "float32"))) * 3.0)

    found = []
    for _ in range(2):
        with tf.Graph().as_default():
            x, y = built()
            with tf.Session() as sess:
                sess.run(y, {x: np.ones((4, 3))})
        found.append(len(fl.compilation_report().programs))
    assert found[0] == found[1]


def test_64_bit_types_are_computed_as_such():
    x = tf.placeholder(tf.float64, [2])
    y = tf.reduce_sum(x * (1.0 + 1e-12)) - 2.0
    n = tf.constant(2**40, tf.int64) + 1
    with tf.Session() as sess:
        assert abs(sess.run(y, {x: [1.0, 1.0]}) - 2e-12) < 1e-15
        assert sess.run(n) == 2**40 + 1


def test_a_variable_of_any_shape_may_change_it():
    with tf.Graph().as_default() as graph:
        v = tf.Variable(np.zeros(2, np.float32), validate_shape=False)
        doubled = v * 2.0
        longer = tf.assign(v, np.ones(3, np.float32), validate_shape=False)
        with tf.Session(graph=graph) as session:
            session.run(v.initializer)
            assert session.run(doubled).shape == (2,)
            session.run(longer)
            np.testing.assert_array_equal(session.run(doubled), [2, 2, 2])
            v.load(np.zeros(1, np.float32), session)
            np.testing.assert_array_equal(session.run(doubled), [0])


def test_many_shapes_give_the_same_numbers():
    x = tf.placeholder(tf.float32, [None, 2])
    w = tf.Variable([[1.0], [2.0]])
    cost = tf.reduce_sum(tf.square(tf.matmul(x, w)))
    step = tf.train.GradientDescentOptimizer(0.001).minimize(cost)
    rows = np.random.RandomState(0).randn(9, 2).astype("float32")
    weights = np.array([[1.0], [2.0]])
    before = len(fl.compilation_report().programs)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for length in range(1, 10):
            sess.run(step, {x: rows[:length]})
            weights -= 0.001 * 2 * rows[:length].T @ (rows[:length] @ weights)
        np.testing.assert_allclose(sess.run(w), weights, rtol=1e-5)
    names = [program.name for program in fl.compilation_report().programs[before:]]
    assert names.count("graph run") == 5  # of four lengths, and of the weights alone
    assert names.count("graph run of one of many shapes, in place") == 5


def test_another_learning_rate_is_the_same_program():
    found = []
    for rate in (0.1, 0.01):
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.placeholder(tf.float32, [3])
            w = tf.Variable([1.0, 2.0, 3.0])
            step = tf.train.AdamOptimizer(rate).minimize(tf.reduce_sum(tf.square(w - x)))
            session.run(tf.global_variables_initializer())
            session.run(step, {x: [0.0, 0.0, 0.0]})
            found.append(len(fl.compilation_report().programs))
            # Adam's first step is the rate, whatever the gradient.
            np.testing.assert_allclose(session.run(w), np.array([1, 2, 3]) - rate, rtol=1e-5)
            found.append(len(fl.compilation_report().programs))
    assert found[1] == found[2] == found[3]


def test_what_a_run_gives_can_be_written_into():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None])
        w = tf.Variable([1.0, 2.0])
        session.run(tf.global_variables_initializer())
        doubled, weights = session.run([x * 2, w], {x: [1.0, 3.0]})
        doubled[0] = weights[0] = 7
        np.testing.assert_array_equal(doubled, [7, 6])
        np.testing.assert_array_equal(session.run(w), [1, 2])
