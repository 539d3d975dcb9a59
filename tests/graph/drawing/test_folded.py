"""The picture of a graph: which blocks it has, and where they stand."""

import fallline.graph as tf
from fallline.graph.drawing.folded import folded
from fallline.graph.drawing.picture import placed


def whole_program():
    """A network with a scope for each part, as programs have them; x, y."""
    x, y = tf.placeholder(tf.float32, [None, 4], "x"), tf.placeholder(tf.int64, [None], "y")
    with tf.name_scope("hidden"):
        weights = tf.Variable(tf.truncated_normal([4, 8], stddev=0.1), name="weights")
        hidden = tf.nn.relu(tf.matmul(x, weights) + tf.Variable(tf.zeros([8]), name="biases"))
    logits = tf.layers.dense(tf.nn.dropout(hidden, 0.5), 3, name="logits")
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    with tf.name_scope("accuracy"):
        tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
    count = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.1, count, 100, 0.9)
    tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=count)


def test_layers_are_what_holds_weights_or_a_layers_name():
    whole_program()
    blocks, arrows = folded(tf.get_default_graph())
    assert [block.name for block in blocks if block.kind == "layer"] == ["hidden", "dropout", "logits"]
    lines = {block.name: block.lines for block in blocks}
    assert lines["hidden"] == ["weights (4, 8)", "biases (8,)", "MatMul → Add → Relu"]  # not how they begin
    assert lines["accuracy"] == ["ArgMax → Equal → Mean"]
    assert lines["ExponentialDecay"] == []  # the heading says it
    assert ("ExponentialDecay", "optimizer") in {(arrow.source, arrow.target) for arrow in arrows}
    assert "2 inputs, 3 layers, 1 variable, 1 loss, GradientDescent" in tf.get_default_graph().show().title


def test_no_arrow_crosses_a_box():
    whole_program()
    boxes, stretches = placed(*folded(tf.get_default_graph()))
    standing = [box for box in boxes.values() if box.block.kind != "lane"]
    assert len(boxes) > len(standing)
    for arrow in stretches:
        end, start = boxes[arrow.target], boxes[arrow.source]
        between = [box for box in standing if start.x + start.width < box.x < end.x]
        assert not between, f"{arrow} passes {between}"
    for lane in (box for box in boxes.values() if box.block.kind == "lane"):
        y = lane.y + lane.height / 2
        assert not [box for box in standing if box.x == lane.x and box.y <= y <= box.y + box.height]
