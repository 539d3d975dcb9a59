"""Summaries: tags, values, and files that both loaders of TensorBoard read. Names and errors: TensorFlow 2.21.0."""

import numpy as np
import pytest

import fallline.graph as tf


def read(folder):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = accumulator.EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0})
    found.Reload()
    return found


def test_a_training_loop_leaves_its_values_for_tensorboard(tmp_path):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    with tf.name_scope("layer"):
        w = tf.Variable(np.ones((2, 1), "float32"), name="w")
        tf.summary.histogram("weights", w)
    cost = tf.reduce_mean(tf.square(tf.matmul(x, w)))
    named = tf.summary.scalar("the cost", cost)
    tf.summary.image("rows", tf.reshape(x, [-1, 1, 2, 1]), max_outputs=1)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
    merged = tf.summary.merge_all()
    assert named.name == "the_cost:0"
    assert merged.dtype == tf.string
    writer = tf.summary.FileWriter(tmp_path / "logs", tf.get_default_graph())
    costs = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for number in range(3):
            summary, value, _ = sess.run([merged, cost, step], {x: [[1.0, 2.0], [0.5, 0.0]]})
            assert isinstance(summary, bytes)
            writer.add_summary(summary, number)
            costs.append(value)
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="by_hand", simple_value=2.5)]), 7)
    writer.close()
    found = read(tmp_path / "logs")
    assert [(event.step, event.value) for event in found.Scalars("the_cost")] == list(enumerate(costs))
    assert [(event.step, event.value) for event in found.Scalars("by_hand")] == [(7, 2.5)]
    assert found.Histograms("layer/weights")[0].histogram_value.sum == 2.0
    assert len(found.Images("rows/image")) == 3
    nodes = {node.name: node for node in found.Graph().node}
    assert nodes["x"].op == "Placeholder"
    assert list(nodes["MatMul"].input) == ["x", "layer/w/read"]


def test_tags_are_names_of_nodes():
    one, two = tf.summary.scalar("loss", tf.constant(1.0)), tf.summary.scalar("loss", tf.constant(2.0))
    assert (one.name, two.name) == ("loss:0", "loss_1:0")
    with tf.name_scope("train"):
        assert tf.summary.scalar("loss", tf.constant(1.0)).name == "train/loss:0"
    with tf.Session() as sess:
        assert b"loss_1" in sess.run(two)


def test_without_summaries_there_is_nothing_to_merge():
    assert tf.summary.merge_all() is None
    with pytest.raises(TypeError, match="expected summaries"):
        tf.summary.merge([tf.constant(1.0)])


def test_values_that_are_none(tmp_path):
    x = tf.placeholder(tf.float32)
    scalar, histogram = tf.summary.scalar("s", x), tf.summary.histogram("h", x)
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match="a scalar is one number"):
            sess.run(scalar, {x: [1.0, 2.0]})
        with pytest.raises(tf.errors.InvalidArgumentError, match="finite"):
            sess.run(histogram, {x: [1.0, float("nan")]})
    writer = tf.summary.FileWriter(tmp_path)
    with pytest.raises(TypeError, match="expected what a run gives"):
        writer.add_summary(scalar, 1)
    with pytest.raises(TypeError, match="expected a graph"):
        writer.add_graph("graph")


def test_spellings_of_before_1_0(tmp_path):
    with pytest.warns(tf.OldNameWarning, match=r"now: tf\.summary\.scalar"):
        tf.scalar_summary("loss", tf.constant(1.0))
    with pytest.warns(tf.OldNameWarning, match=r"now: tf\.summary\.merge_all"):
        assert tf.merge_all_summaries() is not None
    with pytest.warns(tf.OldNameWarning, match=r"now: tf\.summary\.FileWriter"):
        tf.train.SummaryWriter(str(tmp_path), tf.get_default_graph()).close()
    with pytest.warns(tf.OldNameWarning, match=r"now: tf\.global_variables_initializer"):
        tf.initialize_all_variables()
