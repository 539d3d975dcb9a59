"""`tf.contrib.layers`. No installable TensorFlow has it: values by NumPy, names by its documentation and source."""

import re

import numpy as np
import pytest

import fallline.graph as tf
from fallline.graph import contrib
from fallline.graph.contrib.layers.python.layers import batch_norm as by_path

layers, framework = contrib.layers, contrib.framework


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def names_of(variables):
    return [each.name for each in variables]


def placeholder(*sizes, dtype=tf.float32):
    return tf.placeholder(dtype, list(sizes))


def run(fetches, feeds=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


# --- fully connected --------------------------------------------------------------------------------------


def test_names_and_collections_of_a_connected_layer():
    h = layers.fully_connected(
        placeholder(None, 3), 4, weights_regularizer=layers.l2_regularizer(0.1), outputs_collections="o"
    )
    second = layers.fully_connected(
        h, 2, activation_fn=None, biases_initializer=None, variables_collections={"weights": ["w"]}
    )
    assert (h.name, second.name) == ("fully_connected/Relu:0", "fully_connected_1/MatMul:0")
    assert names_of(tf.global_variables()) == [
        "fully_connected/weights:0", "fully_connected/biases:0", "fully_connected_1/weights:0",
    ]  # fmt: skip
    assert tf.model_variables() == tf.trainable_variables() == tf.global_variables()
    assert tf.get_collection("o") == [h]
    assert names_of(tf.get_collection("w")) == ["fully_connected_1/weights:0"]
    (loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert loss.name == "fully_connected/kernel/Regularizer/l2_regularizer:0"


def test_values_of_a_connected_layer():
    x = placeholder(None, 2)
    y = layers.fully_connected(
        x,
        2,
        weights_initializer=tf.constant_initializer([[1, -1], [1, -1]]),
        biases_initializer=tf.ones_initializer(),
    )
    deep = layers.linear(placeholder(None, 2, 2), 1, weights_initializer=tf.ones_initializer())
    assert deep.shape.as_list() == [None, 2, 1]
    np.testing.assert_array_equal(run(y, {x: [[1, 2]]}), [[4, 0]])
    limit = np.sqrt(6 / 300)
    layers.fully_connected(placeholder(None, 100), 200, scope="wide")
    weights = run(tf.trainable_variables("wide"))
    assert 0.99 * limit < np.abs(weights[0]).max() <= limit
    assert not weights[1].any()


def test_reuse_of_a_connected_layer():
    x = placeholder(None, 3)
    first = layers.fully_connected(x, 2, scope="s")
    with pytest.raises(ValueError, match="Variable s/weights already exists, disallowed"):
        layers.fully_connected(x, 2, scope="s")
    again = layers.fully_connected(x, 2, scope="s", reuse=True)
    assert len(tf.global_variables()) == 2
    assert np.array_equal(*run([first, again], {x: np.ones((2, 3))}))
    with pytest.raises(ValueError, match="num_outputs type should be one of"):
        layers.fully_connected(x, "2")
    assert layers.fully_connected(x, np.int64(2), scope="s", reuse=True).shape.as_list() == [None, 2]
    fixed = layers.fully_connected(x, 2, trainable=False, scope="fixed")
    assert fixed.name == "fixed/Relu:0"
    assert len(tf.trainable_variables()) == 2


def test_normalised_layers_have_no_biases():
    x, training = placeholder(None, 3), placeholder(dtype=tf.bool)
    with framework.arg_scope(
        [layers.fully_connected],
        normalizer_fn=layers.batch_norm,
        normalizer_params={"is_training": training, "scale": True},
        activation_fn=tf.nn.elu,
    ):
        h = layers.fully_connected(x, 2, scope="h")
        out = layers.fully_connected(h, 1, scope="out", activation_fn=None, normalizer_fn=None)
    assert (h.name, out.name) == ("h/Elu:0", "out/BiasAdd:0")
    assert names_of(tf.global_variables()) == [
        "h/weights:0", "h/BatchNorm/beta:0", "h/BatchNorm/gamma:0", "h/BatchNorm/moving_mean:0",
        "h/BatchNorm/moving_variance:0", "out/weights:0", "out/biases:0",
    ]  # fmt: skip
    assert len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) == 2


def test_stacks_of_layers():
    x = placeholder(None, 3)
    y = layers.stack(x, layers.fully_connected, [4, 5])
    z = layers.repeat(x, 2, layers.fully_connected, 6, activation_fn=None, scope="fc")
    layers.stack(x, layers.relu, [[7]])
    assert (y.shape.as_list(), z.shape.as_list()) == ([None, 5], [None, 6])
    assert [name for name in names_of(tf.global_variables()) if "weights" in name] == [
        "Stack/fully_connected_1/weights:0", "Stack/fully_connected_2/weights:0", "fc/fc_1/weights:0",
        "fc/fc_2/weights:0", "Stack_1/fully_connected_1/weights:0",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="stack_args need to be a list or tuple"):
        layers.stack(x, layers.fully_connected, 4)


def test_dropout_flatten_and_one_hot():
    x, training = placeholder(None, 1000), placeholder(dtype=tf.bool)
    kept = layers.dropout(x, 0.9, is_training=training)
    always, by_tensor = layers.dropout(x), layers.dropout(x, tf.constant(0.5))
    flat, hot = layers.flatten(placeholder(None, 2, 3)), layers.one_hot_encoding([0, 2], 3)
    assert (kept.name, flat.shape.as_list(), hot.dtype) == ("Dropout/cond/Merge:0", [None, 6], tf.float32)
    ones = np.ones((1, 1000), np.float32)
    with tf.Session() as session:
        found = session.run([kept, always, by_tensor, hot], {x: ones, training: True})
        assert 0.05 < np.mean(found[0] == 0) < 0.15
        assert found[0].max() == np.float32(1 / 0.9)
        assert set(np.unique(found[1])) == set(np.unique(found[2])) == {0.0, 2.0}
        np.testing.assert_array_equal(found[3], [[1, 0, 0], [0, 0, 1]])
        np.testing.assert_array_equal(session.run(kept, {x: ones, training: False}), ones)
    with pytest.raises(ValueError, match="Inputs must have a least 2 dimensions"):
        layers.flatten(placeholder(None))


# --- batch normalisation ----------------------------------------------------------------------------------


def test_batch_norm_in_training():
    x = placeholder(None, 1)
    y = layers.batch_norm(x)
    plain = layers.batch_norm(x, decay=0.9, fused=False, center=False, scope="plain")
    assert by_path is layers.batch_norm
    assert names_of(tf.global_variables()) == [
        "BatchNorm/beta:0", "BatchNorm/moving_mean:0", "BatchNorm/moving_variance:0", "plain/moving_mean:0",
        "plain/moving_variance:0",
    ]  # fmt: skip
    assert names_of(tf.trainable_variables()) == ["BatchNorm/beta:0"]
    rows = {x: [[1.0], [3.0]]}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(np.ravel(session.run(y, rows)), [-0.9995004, 0.9995004], rtol=1e-6)
        session.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS), rows)
        found = np.ravel(session.run(tf.global_variables()[1:]))
    # The fused kernel hands on the variance times n / (n - 1): 0.999 + 0.001 * 2; the other way 0.9 + 0.1 * 1.
    np.testing.assert_allclose(found, [0.002, 1.001, 0.2, 1.0], rtol=1e-5)
    assert plain.name == "plain/batchnorm/add_1:0"


def test_the_order_of_gamma_and_beta():
    layers.batch_norm(placeholder(None, 2), scale=True, scope="a")
    layers.batch_norm(placeholder(None, 1, 1, 2), scale=True, scope="b")
    layers.batch_norm(placeholder(None, 1, 1, 2), scale=True, updates_collections=None, scope="c")
    layers.batch_norm(placeholder(None, 2), scale=True, fused=False, scope="d")
    assert names_of(tf.trainable_variables()) == [
        "a/beta:0", "a/gamma:0", "b/gamma:0", "b/beta:0", "c/beta:0", "c/gamma:0", "d/gamma:0", "d/beta:0",
    ]  # fmt: skip


def test_updates_of_batch_norm():
    x, training = placeholder(None, 1), placeholder(dtype=tf.bool)
    layers.batch_norm(x, is_training=False, scope="none")
    assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []
    y = layers.batch_norm(
        x, is_training=training, updates_collections=None, decay=0.5, activation_fn=tf.nn.relu, scope="b"
    )
    layers.batch_norm(x, updates_collections="mine", scope="other")
    assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []
    assert len(tf.get_collection("mine")) == 2
    moving = tf.global_variables("b/moving")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        rows = [[1.0], [3.0]]
        np.testing.assert_allclose(
            np.ravel(session.run(y, {x: rows, training: False})), np.array([1, 3]) / np.sqrt(1.001), rtol=1e-6
        )
        assert [each.item() for each in session.run(moving)] == [0.0, 1.0]
        np.testing.assert_allclose(
            np.ravel(session.run(y, {x: rows, training: True})), [0, 0.9995004], rtol=1e-6
        )
        assert [each.item() for each in session.run(moving)] == [1.0, 1.5]


def test_what_batch_norm_does_not_take():
    with pytest.raises(ValueError, match="need two axes and a known last one"):
        layers.batch_norm(placeholder(None, None))
    with pytest.raises(ValueError, match="renorm is not offered"):
        layers.batch_norm(placeholder(None, 2), renorm=True)


# --- regularisers and initialisers --------------------------------------------------------------------------


def test_regularizers():
    w = tf.constant([[1.0, -2.0], [3.0, 0.0]])
    l1, l2 = layers.l1_regularizer(0.5), layers.l2_regularizer(0.1)
    losses = [
        l1(w), l2(w), layers.l1_l2_regularizer(0.5, 0.1)(w), layers.sum_regularizer([l1, None, l2])(w),
        layers.apply_regularization(l1, [w, w * 2.0]),
    ]  # fmt: skip
    np.testing.assert_allclose(run(losses), [3.0, 0.7, 3.7, 3.7, 9.0], rtol=1e-6)
    assert names_of(losses[:3]) == ["l1_regularizer:0", "l2_regularizer:0", "l1_l2_regularizer:0"]
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == [losses[4]]
    assert layers.l1_regularizer(0.0)(w) is None
    assert layers.l2_regularizer(0.0)(w) is None
    assert layers.sum_regularizer([None]) is None
    np.testing.assert_allclose(run(layers.l1_l2_regularizer(0.0, 0.1)(w)), 0.7, rtol=1e-6)
    x = tf.constant([[3.0, -4.0]])
    slopes = run(tf.gradients(layers.l1_l2_regularizer(0.5, 0.1)(x), x)[0])
    np.testing.assert_allclose(slopes, [[0.8, -0.9]], rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: layers.l1_regularizer(1), "scale cannot be an integer: 1"),
        (lambda: layers.l2_regularizer(-1.0), "Setting a scale less than 0 on a regularizer: -1"),
        (lambda: layers.l1_l2_regularizer(1, 1.0), "scale_l1 cannot be an integer"),
        (lambda: layers.apply_regularization(layers.l1_regularizer(0.1)), "No weights to regularize."),
        (lambda: layers.apply_regularization(abs, [tf.constant([1.0])]), "must return a scalar Tensor instead of a Tensor with rank 1"),
        (lambda: layers.variance_scaling_initializer(mode="FAN"), "Unknown mode FAN"),
        (lambda: layers.conv2d(0, 1, 3), "tf.contrib.layers.conv2d is out of scope"),
    ],
)  # fmt: skip
def test_what_is_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()


def test_near_names():
    with pytest.raises(
        AttributeError, match=r"Did you mean tf\.contrib\.layers\.variance_scaling_initializer\?"
    ):
        _ = layers.variance_scalling_initializer
    with pytest.raises(AttributeError, match=r"Did you mean tf\.contrib\.layers\?"):
        _ = contrib.layer


def test_initializers():
    given = [
        layers.xavier_initializer(seed=1), layers.xavier_initializer(uniform=False, seed=1),
        layers.variance_scaling_initializer(seed=1), layers.variance_scaling_initializer(1.0, "FAN_OUT", True, seed=1),
    ]  # fmt: skip
    found = run([each([300, 400]) for each in given])
    # truncated normal draws have 0.8796 of the deviation, of which sqrt(1.3) = 1.140 makes up 1.003
    spreads = [np.sqrt(2 / 700), 1.003 * np.sqrt(2 / 700), 1.003 * np.sqrt(2 / 300), np.sqrt(1 / 400)]
    np.testing.assert_allclose([each.std() for each in found], spreads, rtol=0.01)
    assert np.abs(found[0]).max() <= np.sqrt(6 / 700)
    assert np.abs(found[2]).max() <= 2 * np.sqrt(1.3 * 2 / 300) * 1.0001
    assert run(given[0]([])).shape == ()
    with pytest.raises(TypeError, match="non-floating point type"):
        layers.xavier_initializer(dtype=tf.int32)


# --- optimize_loss ----------------------------------------------------------------------------------------


def test_a_training_step_in_one_call():
    w = tf.Variable([3.0, 4.0])
    step = framework.get_or_create_global_step()
    extra = tf.Variable(0.0, trainable=False)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(extra, 1.0))
    clipped = layers.optimize_loss(
        tf.reduce_sum(tf.square(w)) / 2.0, step, 1.0, "SGD", clip_gradients=1.0,
        learning_rate_decay_fn=lambda rate, at: tf.train.exponential_decay(rate, at, 1, 0.5),
    )  # fmt: skip
    scaled = layers.optimize_loss(
        tf.reduce_sum(w), None, 0.5, tf.train.GradientDescentOptimizer, gradient_multipliers={"Variable": 2.0}, variables=[w]
    )  # fmt: skip
    assert clipped.name == "OptimizeLoss/Identity_1:0"
    assert "OptimizeLoss/learning_rate:0" in names_of(tf.global_variables())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(clipped) == 12.5
        np.testing.assert_allclose(session.run(w), [2.4, 3.2], rtol=1e-6)
        session.run(clipped)
        np.testing.assert_allclose(session.run(w), [2.1, 2.8], rtol=1e-6)
        assert session.run([step, extra]) == [2, 2.0]
        session.run(scaled)
        np.testing.assert_allclose(session.run(w), [1.1, 1.8], rtol=1e-6)
    with pytest.raises(ValueError, match="Optimizer name should be one of"):
        layers.optimize_loss(tf.reduce_sum(w), step, 0.1, "Best")
    with pytest.raises(ValueError, match="expected a scalar loss"):
        layers.optimize_loss(w, step, 0.1, "SGD")
    with pytest.raises(ValueError, match="Invalid learning_rate"):
        layers.optimize_loss(tf.reduce_sum(w), step, -0.1, "SGD")
