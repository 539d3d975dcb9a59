"""A network with all layers and a training placeholder, from the seed of the graph on, beside TensorFlow 2.21.0."""

import numpy as np

import fallline.graph as tf


def test_forty_steps_as_in_tensorflow():
    tf.set_random_seed(42)
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(64, 5)).astype(np.float32)
    classes = (rows[:, 0] > 0).astype(np.int64) + (rows[:, 1] > 1)
    x = tf.placeholder(tf.float32, (None, 5), name="X")
    y = tf.placeholder(tf.int64, (None,), name="y")
    training = tf.placeholder_with_default(False, shape=(), name="training")
    with tf.name_scope("dnn"):
        hidden = tf.layers.dense(
            x, 8, name="h1", kernel_regularizer=lambda w: 0.01 * tf.reduce_sum(tf.abs(w))
        )
        normal = tf.layers.batch_normalization(hidden, training=training, momentum=0.9)
        dropped = tf.layers.dropout(tf.nn.elu(normal), 0.3, training=training)
        second = tf.layers.dense(
            dropped,
            6,
            name="h2",
            activation=tf.nn.relu,
            kernel_initializer=tf.variance_scaling_initializer(2.0),
        )
        logits = tf.layers.dense(second, 3, name="out")
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    regularization = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    loss = tf.add_n([tf.reduce_mean(entropy), *regularization], name="loss")
    weighted = tf.losses.sparse_softmax_cross_entropy(y, logits, weights=tf.cast(y, tf.float32) + 0.5)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.MomentumOptimizer(0.05, 0.9, use_nesterov=True).minimize(loss)
    _, seen = tf.metrics.accuracy(y, tf.argmax(logits, 1))
    losses, evaluations = [], []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        for number in range(40):
            half = slice(number % 2 * 32, number % 2 * 32 + 32)
            losses.append(session.run([step, loss], {x: rows[half], y: classes[half], training: True})[1])
            if number % 10 == 9:
                evaluations.append(session.run([loss, weighted, seen], {x: rows, y: classes}))
    np.testing.assert_allclose(losses[::13], LOSSES, rtol=2e-5)
    np.testing.assert_allclose(evaluations, EVALUATIONS, rtol=2e-5)


LOSSES = [1.3262689113616943, 0.8149985074996948, 0.5787860155105591, 0.4745500385761261]
EVALUATIONS = [
    [0.8244580626487732, 0.9289011359214783, 0.734375],
    [0.6091942191123962, 0.757461667060852, 0.796875],
    [0.5053810477256775, 0.6988063454627991, 0.8177083134651184],
    [0.4407022297382355, 0.6108118295669556, 0.828125],
]
