"""Tapes: gradients of everything that is computed, by one program for each structure."""

from __future__ import annotations

import numpy as np
import pytest

import fallline.old.tensorflow.second as tf
from fallline.compilation.program import compilation_report
from fallline.old import keras


def programs():
    return len(compilation_report().programs)


def test_a_loop_compiles_in_its_first_step_alone():
    rng = np.random.default_rng(0)
    model = keras.Sequential(
        [keras.layers.Dense(4, activation=tf.nn.relu, input_shape=(3,)), keras.layers.Dense(2)]
    )
    loss_of, optimizer = keras.losses.SparseCategoricalCrossentropy(from_logits=True), keras.optimizers.Adam()
    compiled = []
    for _ in range(4):
        x, y = tf.constant(rng.normal(size=(5, 3)), tf.float32), rng.integers(0, 2, 5)
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
            loss += 0.01 * tf.add_n([tf.nn.l2_loss(each) for each in model.trainable_variables])
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        compiled.append(programs())
    assert compiled[0] == compiled[-1]


def test_a_step_is_that_of_fit():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")
    by_hand = keras.Sequential([keras.layers.Dense(4, "tanh", input_shape=(3,)), keras.layers.Dense(1)])
    fitted = keras.models.clone_model(by_hand)
    fitted.set_weights(by_hand.get_weights())
    fitted.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    fitted.fit(x, y, batch_size=8, epochs=3, verbose=0)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(by_hand(x) - y))
        optimizer.apply_gradients(
            zip(tape.gradient(loss, by_hand.trainable_weights), by_hand.trainable_weights, strict=True)
        )
    for one, other in zip(by_hand.get_weights(), fitted.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, 1e-5, 1e-6)


def test_penalties_of_layers_have_gradients():
    layer = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.l2(0.5), kernel_initializer="ones")
    layer(np.ones((1, 2), "float32"))
    with tf.GradientTape() as tape:
        loss = tf.add_n(layer.losses)
    (gradient,) = tape.gradient(loss, [layer.kernel])
    np.testing.assert_allclose(gradient, [[1.0], [1.0]])


def test_arithmetic_with_weights_has_gradients():
    layer = keras.layers.Dense(1, kernel_initializer="ones")
    layer(np.ones((1, 2), "float32"))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer.kernel**3 + 2 * layer.kernel)
    np.testing.assert_allclose(tape.gradient(loss, layer.kernel), [[5.0], [5.0]])


def test_functions_of_fallline_have_gradients():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        total = keras.backend.sum(keras.backend.square(x))
        loss = keras.losses.mean_squared_error([0.0, 0.0], x)
    np.testing.assert_allclose(tape.gradient(total, x), [2.0, 4.0])
    np.testing.assert_allclose(tape.gradient(loss, x), [1.0, 2.0])


def test_moving_averages_move_once_a_call():
    layer = keras.layers.BatchNormalization(momentum=0.5)
    x = tf.constant([[0.0], [2.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(layer(x, training=True) * x)
    gamma, beta = tape.gradient(y, layer.trainable_variables)
    np.testing.assert_allclose(layer.moving_mean, [0.5])
    np.testing.assert_allclose(gamma, [2.0], rtol=2e-3)
    np.testing.assert_allclose(beta, [2.0])


def test_what_is_assigned_between_counts_for_what_follows():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        x.assign(5.0)
        y += x * 3.0
    assert float(tape.gradient(y, x)) == 7.0


def test_of_rows_that_are_chosen():
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    before = None
    for rows in ([0, 2], [1, 1], [2, 0]):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table, np.array(rows)) ** 2)
        gradient = np.asarray(tape.gradient(loss, table))
        expected = np.zeros((3, 2))
        np.add.at(expected, rows, 2 * np.asarray(table)[rows])
        np.testing.assert_allclose(gradient, expected)
        before = before or programs()
    assert programs() == before


def test_random_numbers_are_those_that_were_drawn():
    tf.random.set_seed(3)
    x = tf.Variable(tf.ones([1000]))
    with tf.GradientTape() as tape:
        kept = tf.nn.dropout(x, 0.5)
    np.testing.assert_array_equal(tape.gradient(kept, x), np.asarray(kept))


def test_third_derivatives():
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as middle:
            middle.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = x**4
            first = inner.gradient(y, x)
        second = middle.gradient(first, x)
    assert [float(first), float(second), float(outer.gradient(second, x))] == [32.0, 48.0, 48.0]


def test_nothing_is_recorded_where_recording_stops():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            y *= x
    assert tape.gradient(y, x) is None


def test_a_gradient_to_what_is_no_float_is_none():
    x = tf.Variable(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x) is None


def test_a_written_gradient_is_refused_where_it_would_count():
    @tf.custom_gradient
    def twice(x):
        return 2 * x, lambda upstream: 3 * upstream

    x = tf.Variable(1.0)
    assert float(twice(x)) == 2.0
    with tf.GradientTape() as tape:
        y = twice(x)
    with pytest.raises(NotImplementedError, match="custom_gradient"):
        tape.gradient(y, x)


def test_jacobian_of_rows():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**2
    np.testing.assert_allclose(tape.batch_jacobian(y, x), [np.diag([2.0, 4.0]), np.diag([6.0, 8.0])])
