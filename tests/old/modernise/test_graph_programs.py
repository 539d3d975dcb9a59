"""A graph program and what `fallline modernise` makes of it give the same numbers."""

from __future__ import annotations

import re
import runpy

import numpy as np
import pytest

from fallline.old.modernise import modernise, write_beside
from fallline.old.program import read_program
from fallline.old.running import run_program

ROWS = """
import tensorflow as tf
import numpy as np
rng = np.random.RandomState(3)
rows = rng.rand(40, 4).astype("float32")
classes = np.eye(3, dtype="float32")[np.argmax(rows[:, :3], axis=1)]
"""

SOFTMAX = f"""# A softmax regression, all rows at once.
{ROWS}
# Parameters
rate = 0.5
epochs = 12
x = tf.placeholder(tf.float32, [None, 4])
y_ = tf.placeholder(tf.float32, [None, 3])
W = tf.Variable(tf.zeros([4, 3]))
b = tf.Variable(tf.zeros([3]))
y = tf.nn.softmax(tf.matmul(x, W) + b)
cost = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y), reduction_indices=[1]))
step = tf.train.GradientDescentOptimizer(rate).minimize(cost)
right = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(epochs):
        _, c = sess.run([step, cost], feed_dict={{x: rows, y_: classes}})
        print("epoch", i, "cost", c)
    print("done")
    # What came of it.
    print("end", sess.run(cost, feed_dict={{x: rows, y_: classes}}), accuracy.eval({{x: rows, y_: classes}}))
    print("end", sess.run(W).ravel(), sess.run(b))
"""

HIDDEN = f"""
{ROWS}
batch_size = 8
def weight(shape):
    return tf.Variable(tf.constant(0.3, shape=shape))
X = tf.placeholder("float", shape=[None, 4])
Y = tf.placeholder("float", shape=[None, 3])
weights = {{'h': weight([4, 6]), 'out': tf.Variable(tf.zeros([6, 3]))}}
biases = {{'h': tf.Variable(tf.zeros([6])), 'out': tf.Variable(tf.zeros([3]))}}
def perceptron(x):
    h = tf.nn.tanh(tf.add(tf.matmul(x, weights['h']), biases['h']))
    return tf.matmul(h, weights['out']) + biases['out']
logits = perceptron(X)
loss_op = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=Y))
optimizer = tf.train.AdamOptimizer(learning_rate=0.05)
train_op = optimizer.minimize(loss_op)
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for epoch in range(6):
    avg = 0.0
    for i in range(int(len(rows) / batch_size)):
        batch_x = rows[i * batch_size:(i + 1) * batch_size]
        batch_y = classes[i * batch_size:(i + 1) * batch_size]
        _, c = sess.run([train_op, loss_op], feed_dict={{X: batch_x, Y: batch_y}})
        avg += c
print("end", sess.run(loss_op, feed_dict={{X: rows, Y: classes}}))
print("end", sess.run(tf.argmax(logits, 1), feed_dict={{X: rows}})[:9])
sess.close()
"""

LINE = """
import tensorflow as tf
import numpy
train_X = numpy.asarray([3.3, 4.4, 5.5, 6.71, 6.93, 4.168])
train_Y = numpy.asarray([1.7, 2.76, 2.09, 3.19, 1.694, 1.573])
n_samples = train_X.shape[0]
X = tf.placeholder("float")
Y = tf.placeholder("float")
W = tf.Variable(0.3, name="weight")
b = tf.Variable(-0.2, name="bias")
pred = tf.add(tf.multiply(X, W), b)
cost = tf.reduce_sum(tf.pow(pred - Y, 2)) / (2 * n_samples)
optimizer = tf.train.GradientDescentOptimizer(0.01).minimize(cost)
with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    for epoch in range(20):
        for (x, y) in zip(train_X, train_Y):
            sess.run(optimizer, feed_dict={X: x, Y: y})
    print("end", sess.run(cost, feed_dict={X: train_X, Y: train_Y}), sess.run(W), sess.run(b))
    print("end", sess.run(W) * train_X + sess.run(b))
"""

LOGISTIC = f"""
{ROWS}
y_data = (rows[:, :1] > 0.5).astype("float32")
X = tf.placeholder(tf.float32, shape=[None, 4])
Y = tf.placeholder(tf.float32, shape=[None, 1])
W = tf.Variable(tf.zeros([4, 1]), name='weight')
b = tf.Variable(tf.zeros([1]), name='bias')
hypothesis = tf.sigmoid(tf.matmul(X, W) + b)
cost = -tf.reduce_mean(Y * tf.log(hypothesis) + (1 - Y) * tf.log(1 - hypothesis))
train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(cost)
predicted = tf.cast(hypothesis > 0.5, dtype=tf.float32)
accuracy = tf.reduce_mean(tf.cast(tf.equal(predicted, Y), dtype=tf.float32))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(31):
        sess.run(train, feed_dict={{X: rows, Y: y_data}})
        if step % 10 == 0:
            print(step, sess.run(cost, feed_dict={{X: rows, Y: y_data}}))
    h, a = sess.run([hypothesis, accuracy], feed_dict={{X: rows, Y: y_data}})
    print("end", h.ravel()[:5], a)
"""

PROGRAMS = {"softmax": SOFTMAX, "hidden": HIDDEN, "line": LINE, "logistic": LOGISTIC}


@pytest.fixture
def modern(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(text):
        (tmp_path / "old.py").write_text(text.lstrip("\n"), "utf-8")
        return modernise(read_program(tmp_path / "old.py"))

    return make


def ends(text: str) -> np.ndarray:
    lines = [line for line in text[text.index("end") :].splitlines() if not line.startswith("epoch")]
    return np.array([float(each) for each in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", " ".join(lines))])


@pytest.mark.filterwarnings("ignore:.*of before TensorFlow 1.0")
@pytest.mark.parametrize("name", PROGRAMS)
def test_both_give_the_same_numbers(name, modern, tmp_path, capsys):
    found = modern(PROGRAMS[name])
    assert found.left == ()
    assert "tf." not in found.text
    assert run_program(tmp_path / "old.py") == 0, capsys.readouterr().err
    old = capsys.readouterr().out
    runpy.run_path(str(write_beside(read_program(tmp_path / "old.py"), found.text)), run_name="__main__")
    new = capsys.readouterr().out
    assert ends(old).size > 2
    np.testing.assert_allclose(ends(new), ends(old), rtol=2e-4, atol=2e-6)


def test_comments_stay_with_their_statements(modern):
    lines = modern(SOFTMAX).text.splitlines()
    assert lines[0] == "# A softmax regression, all rows at once."
    assert lines[lines.index("# Parameters") + 1] == "rate = 0.5"
    assert lines[lines.index("# What came of it.") + 1].startswith("print('end', model.evaluate(")


def test_a_list_of_the_losses_is_the_history(modern):
    text = SOFTMAX.replace('print("epoch", i, "cost", c)', "costs.append(c)").replace(
        "# Parameters", "costs = []"
    )
    found = modern(text.replace('print("done")', "print(costs)"))
    assert found.left == ()
    assert 'verbose=0)\ncosts = history.history["loss"]\n\nprint(costs)\n' in found.text


def test_a_program_within_main_and_feeds_with_a_name(modern):
    head, body = SOFTMAX.split("with tf.Session", 1)
    body = "".join(f"    {line}\n" for line in ("with tf.Session" + body).splitlines())
    body = body.replace("feed_dict={x: rows, y_: classes}", "feed_dict=all_rows")
    text = f"{head}all_rows = {{x: rows, y_: classes}}\ndef main():\n{body}\nif __name__ == '__main__':\n    main()\n"
    assert modern(text).left == ()
    lines = modern(SOFTMAX).text.splitlines()
    assert [line for line in modern(text).text.splitlines() if line.strip()] == [
        line for line in lines if line.strip()
    ]


MNIST = """
from tensorflow.examples.tutorials.mnist import input_data
import tensorflow as tf
mnist = input_data.read_data_sets("data", one_hot=True)
x = tf.placeholder(tf.float32, [None, 784])
keep = tf.placeholder(tf.float32)
W1 = tf.get_variable("W1", shape=[784, 32], initializer=tf.contrib.layers.xavier_initializer())
b1 = tf.Variable(tf.random_normal([32], stddev=0.1, seed=3))
h = tf.nn.dropout(tf.nn.relu(tf.matmul(x, W1) + b1), keep_prob=keep)
logits = tf.layers.dense(h, 10)
y = tf.placeholder(tf.float32, [None, 10])
cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
train = tf.train.AdamOptimizer(1e-3).minimize(cost)
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32))
sess = tf.InteractiveSession()
tf.global_variables_initializer().run()
for i in range(1000):
    batch = mnist.train.next_batch(50)
    if i % 100 == 0:
        print(accuracy.eval(feed_dict={x: batch[0], y: batch[1], keep: 1.0}))
    train.run(feed_dict={x: batch[0], y: batch[1], keep: 0.7})
print(accuracy.eval(feed_dict={x: mnist.test.images, y: mnist.test.labels, keep: 1.0}))
"""


def test_batches_of_mnist_dropout_and_layers_that_are_made(modern):
    found = modern(MNIST)
    assert found.left == ()
    assert found.text == (
        "from fallline.graph.examples.tutorials.mnist import input_data\n"
        "import fallline as fl\n"
        'mnist = input_data.read_data_sets("data", one_hot=True)\n'
        "\n"
        "model = fl.Sequential([\n"
        "    fl.Input((784,)),\n"
        '    fl.layers.Dense(32, activation="relu", kernel_initializer="glorot_uniform", '
        "bias_initializer=fl.initializers.RandomNormal(stddev=0.1, seed=3)),\n"
        "    fl.layers.Dropout(1 - 0.7),\n"
        "    fl.layers.Dense(10),\n"
        "])\n"
        "model.compile(optimizer=fl.optimizers.Adam(learning_rate=0.001, epsilon=1e-08), "
        'loss=fl.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])\n'
        "history = model.fit(mnist.train.images, mnist.train.labels, batch_size=50, epochs=1, steps_per_epoch=1000)\n"
        "\n"
        "print(model.evaluate(mnist.test.images, mnist.test.labels, verbose=0, return_dict=True)['accuracy'])\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("GradientDescentOptimizer", "FtrlOptimizer", "tf.train.FtrlOptimizer"),
        ("tf.nn.softmax(tf.matmul(x, W) + b)", "tf.nn.softmax(tf.cumsum(tf.matmul(x, W) + b))", "tf.cumsum"),
        ("tf.zeros([4, 3])", "tf.eye(4)", "shape"),
        ('    print("done")', '    tf.train.Saver().save(sess, "m")', "Saver"),
        ('        print("epoch", i, "cost", c)', "        if c < 0.1: break", "EarlyStopping"),
        ('        print("epoch", i, "cost", c)', "        if i % 2: costs.append(c)", "history.history"),
        ("tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y), reduction_indices=[1]))", "tf.reduce_max(y)", "loss"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_made(modern, old, new, why):
    assert old in SOFTMAX
    found = modern(SOFTMAX.replace(old, new))
    (left,) = found.left
    assert why in left.why
    assert not found.in_parts
