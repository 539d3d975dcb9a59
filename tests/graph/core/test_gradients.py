"""Gradients as nodes. Numbers are those of TensorFlow 2.21.0 (`compat.v1`)."""

import numpy as np
import pytest

import fallline.graph as tf


def values(fetches, feed=None):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(fetches, feed)


def test_sums_over_elements_and_lists():
    x = tf.placeholder(tf.float32)
    assert values(tf.gradients([x * x, 3.0 * x], x), {x: 2.0}) == [7.0]
    assert values(tf.gradients(x * x, x, grad_ys=10.0), {x: 2.0}) == [40.0]
    v = tf.Variable([1.0, 2.0])
    assert values(tf.gradients(v * v, [v]))[0].tolist() == [2.0, 4.0]


def test_unconnected_and_undifferentiable_ones_are_none():
    x, other = tf.placeholder(tf.float32, [2]), tf.Variable(1.0)
    assert tf.gradients(tf.reduce_sum(x), [other]) == [None]
    for y in (tf.round(x), tf.floor(x), tf.cast(tf.cast(x, tf.int32), tf.float32)):
        assert tf.gradients(y, [x]) == [None]
    (zeros,) = tf.gradients(tf.round(x), [x], unconnected_gradients="zero")
    assert values(zeros, {x: [1.0, 2.0]}).tolist() == [0.0, 0.0]
    with pytest.raises(TypeError, match="only floats have gradients"):
        tf.gradients(tf.constant(1), x)


def test_of_gradients():
    x = tf.placeholder(tf.float32)
    y = x**3.0
    first = tf.gradients(y, x)[0]
    second = tf.gradients(first, x)[0]
    third = tf.gradients(second, x)[0]
    assert values([first, second, third], {x: 2.0}) == [12.0, 12.0, 6.0]


def test_a_penalty_on_the_gradient_trains_a_variable():
    x, w = tf.placeholder(tf.float32, [3]), tf.Variable([1.0, 2.0, 3.0])
    slope = tf.gradients(tf.reduce_sum(tf.sigmoid(w * x)), x)[0]
    (of_weights,) = tf.gradients(tf.reduce_sum(tf.square(slope)), w)
    rows = np.array([0.5, -1.0, 0.25], "float32")

    def penalty(weights):
        s = 1 / (1 + np.exp(-weights * rows))
        return ((weights * s * (1 - s)) ** 2).sum()

    step = 1e-5
    base = np.array([1.0, 2.0, 3.0])
    expected = [(penalty(base + step * e) - penalty(base - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(values(of_weights, {x: rows}), expected, rtol=1e-4)


def test_of_tensors_on_the_way_and_of_some_that_depend_on_others():
    w = tf.Variable(3.0)
    h = tf.square(w)
    y = h * 3.0 + h * w
    # dy/dh = 3 + w; dy/dw = 2 w (3 + w) + h, the way through h included.
    assert values(tf.gradients(y, [h, w])) == [6.0, 45.0]
    assert values(tf.gradients(y, [h])) == [6.0]


def test_stopped_ones():
    x = tf.placeholder(tf.float32)
    y = x * tf.stop_gradient(x)
    assert values(tf.gradients(y, x), {x: 3.0}) == [3.0]
    assert tf.gradients(tf.stop_gradient(x), x) == [None]


def test_the_values_that_they_see_are_those_of_the_loss():
    w = tf.Variable(2.0)
    with tf.control_dependencies([w.assign(5.0)]):
        loss = tf.square(w.read_value())
    (slope,) = tf.gradients(loss, w)
    assert values([loss, slope]) == [25.0, 10.0]


def test_a_fed_tensor_on_the_way_is_refused():
    w = tf.Variable(2.0)
    h = w * 3.0
    (slope,) = tf.gradients(tf.square(h), w)
    with pytest.raises(ValueError, match="gradients pass through it"):
        values(slope, {h: 1.0})
    assert values(slope) == 36.0


@pytest.mark.parametrize(
    "step",
    [
        lambda w, slope: w - 0.1 * slope,
        lambda w, slope: w - slope * 0.1,
        lambda w, slope: w + tf.multiply(slope, -0.1),
        lambda w, slope: w - slope / 10.0,
        lambda w, slope: w + 0.1 * -slope,
    ],
)
def test_a_list_of_one_gradient_is_taken_for_it(step):
    w = tf.Variable([3.0, 1.0])
    slope = tf.gradients(tf.square(w), w)
    with pytest.warns(tf.OldNameWarning, match=r"tf\.gradients\(ys?, xs?\)\[0\]"):
        update = w.assign(step(w, slope))
    np.testing.assert_allclose(values(update), [2.4, 0.8], rtol=1e-6)
    assert values(slope)[0].tolist() == [6.0, 2.0]
