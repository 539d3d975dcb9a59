"""A whole program: a looked-up table, a constraint, a schedule, clipped gradients, a step, averages, a checkpoint midway.

The numbers are those that the same lines give with TensorFlow 2.21.0 (`import tensorflow.compat.v1 as tf`, on the CPU).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fallline.graph as tf

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(32, 4).astype(np.float32)
Y = (RANDOM.rand(32) > 0.5).astype(np.int64)
IDS = RANDOM.randint(0, 5, 32)
W1, W2, TABLE = [(RANDOM.randn(*shape) * 0.3).astype(np.float32) for shape in ((4, 6), (6, 2), (5, 4))]

LOSS_NORM_RATE = [
    (0.5335335, 0.9599711, 0.05), (0.9257646, 0.6187867, 0.04204482), (0.8399175, 0.6600455, 0.03535534),
    (0.8925122, 0.5798698, 0.02973018), (0.9668378, 0.7197446, 0.025), (0.8098052, 0.7749983, 0.02102241),
    (0.8455292, 0.6497586, 0.01767767), (0.7830206, 0.4193628, 0.01486509),
]  # fmt: skip
NAMES = [
    "net/table", "net/w1", "net/b1", "net/w2", "global_step", "beta1_power", "beta2_power",
    "net/table/Adam", "net/table/Adam_1", "net/w1/Adam", "net/w1/Adam_1", "net/b1/Adam", "net/b1/Adam_1",
    "net/w2/Adam", "net/w2/Adam_1",
    *(f"net/{name}/ExponentialMovingAverage" for name in ("table", "w1", "b1", "w2")),
]  # fmt: skip
LAST = [-0.10787662863731384, 0.027894452214241028]
AVERAGE = [-0.11992829293012619, 0.039946116507053375]


def within(v: Any) -> Any:
    return tf.clip_by_norm(v, 0.9, axes=[0])


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("program")
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 4], name="x")
        y = tf.placeholder(tf.int64, [None], name="y")
        ids = tf.placeholder(tf.int32, [None], name="ids")
        with tf.variable_scope("net"):
            table = tf.get_variable("table", initializer=tf.constant(TABLE))
            w1 = tf.get_variable("w1", initializer=tf.constant(W1), constraint=within)
            b1 = tf.Variable(tf.zeros([6]), name="b1")
            w2 = tf.Variable(tf.constant(W2), name="w2")
        hidden = tf.nn.tanh(tf.matmul(x + tf.nn.embedding_lookup(table, ids), w1) + b1)
        logits = tf.matmul(hidden, w2)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
        step = tf.train.get_or_create_global_step()
        rate = tf.train.exponential_decay(0.05, step, 4, 0.5)
        optimizer = tf.train.AdamOptimizer(rate)
        gradients, variables = zip(*optimizer.compute_gradients(loss), strict=True)
        gradients, norm = tf.clip_by_global_norm(gradients, 0.3)
        train = optimizer.apply_gradients(zip(gradients, variables, strict=True), global_step=step)
        ema = tf.train.ExponentialMovingAverage(0.9, num_updates=step)
        with tf.control_dependencies([train]):
            op = ema.apply()
        saver = tf.train.Saver()

        def run(sess: Any, batches: range) -> list[Any]:
            found = []
            for each in batches:
                rows = slice(4 * each, 4 * each + 4)
                feed = {x: X[rows], y: Y[rows], ids: IDS[rows]}
                found.append(sess.run([loss, norm, rate, op], feed)[:3])
                if each == 3:
                    saver.save(sess, f"{folder}/model", global_step=step)
            return found

        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            told = run(sess, range(8))
            last, average = sess.run([w2, ema.average(w2)])
            names = [each.op.name for each in tf.global_variables()]
        with tf.Session() as again:
            saver.restore(again, tf.train.latest_checkpoint(str(folder)))
            continued = run(again, range(4, 8))
            at_end = again.run(w2)
    return {
        "told": told, "last": last, "average": average, "names": names, "continued": continued, "at_end": at_end,
        "operations": [(each.name, each.type) for each in (train, op)],
    }  # fmt: skip


def test_losses_norms_and_rates(program: dict[str, Any]) -> None:
    np.testing.assert_allclose(program["told"], LOSS_NORM_RATE, rtol=2e-6)


def test_weights_and_averages(program: dict[str, Any]) -> None:
    np.testing.assert_allclose(program["last"][5], LAST, atol=5e-7)
    np.testing.assert_allclose(program["average"][5], AVERAGE, atol=5e-7)


def test_names(program: dict[str, Any]) -> None:
    assert program["names"] == NAMES
    assert program["operations"] == [("Adam", "AssignAdd"), ("ExponentialMovingAverage", "NoOp")]


def test_it_goes_on_from_its_checkpoint(program: dict[str, Any]) -> None:
    np.testing.assert_array_equal(program["continued"], program["told"][4:])
    np.testing.assert_array_equal(program["at_end"], program["last"])
