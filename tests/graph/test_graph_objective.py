"""A graph as an objective: the same numbers as a loop around `sess.run`, in the compiled run."""

import numpy as np
import pytest

import fallline as fl
import fallline.graph as tf

RNG = np.random.RandomState(0)
X = RNG.randn(60, 3).astype("float32")
Y = (X @ np.array([[1.0], [-2.0], [0.5]]) + 0.25).astype("float32")
W = RNG.randn(3, 1).astype("float32")


@pytest.fixture
def line():
    x, y = tf.placeholder(tf.float32, [None, 3], "x"), tf.placeholder(tf.float32, [None, 1], "y")
    w, b = tf.Variable(W, name="w"), tf.Variable(tf.zeros([1]), name="b")
    output = tf.matmul(x, w) + b
    return x, y, output, tf.reduce_mean(tf.square(output - y)), (w, b)


def loop(step, x, y, epochs=3):
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for _ in range(epochs):
        for first in range(0, 60, 20):
            sess.run(step, {x: X[first : first + 20], y: Y[first : first + 20]})
    return sess


def test_it_trains_as_the_session_does(line):
    x, y, output, cost, (w, b) = line
    sess = loop(tf.train.GradientDescentOptimizer(0.1).minimize(cost), x, y)
    mae = tf.reduce_mean(tf.abs(output - y))
    objective = tf.objective(cost, x, y, outputs=output, metrics={"mae": mae})
    trained = fl.train(
        objective,
        data=(X, Y),
        optimizer=fl.optimizers.SGD(0.1),
        epochs=3,
        batch_size=20,
        shuffle=False,
        verbose=0,
    )
    np.testing.assert_allclose(trained.params["w"], sess.run(w), rtol=1e-5)
    np.testing.assert_allclose(trained.params["b"], sess.run(b), rtol=1e-5)
    expected = dict(zip(("loss", "mae"), sess.run([cost, mae], {x: X, y: Y}), strict=True))
    assert trained.evaluate(X, Y) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(trained.predict(X[:5]), sess.run(output, {x: X[:5]}), rtol=1e-5)


def test_the_session_takes_the_trained_values_and_gives_them(line):
    x, y, _, cost, (w, b) = line
    trained = fl.train(
        tf.objective(cost, x, y), data=(X, Y), optimizer="adam", epochs=2, validation_split=0.2, verbose=0
    )
    assert "val_loss" in trained.history.history
    sess = tf.Session()
    tf.objective(cost, x, y).load(trained, sess)
    np.testing.assert_allclose(sess.run([w, b])[0], trained.params["w"])
    again = tf.objective(cost, x, y, session=sess)
    start = again.init(
        fl.engine.root_key(0) if hasattr(fl.engine, "root_key") else __import__("jax").random.key(0)
    )
    np.testing.assert_allclose(start.params["w"], trained.params["w"])
    with pytest.raises(ValueError, match="made without outputs"):
        trained.predict(X)


def test_what_is_fed_beside_the_rows(line):
    x, y, output, _, _ = line
    scale = tf.placeholder(tf.float32, [], "scale")
    cost = tf.reduce_mean(tf.square(output * scale - y))
    with pytest.raises(ValueError, match=r"nothing feeds scale\. .*feeds=\{scale: \(0\.5, 1\.0\)\}"):
        tf.objective(cost, x, y)
    objective = tf.objective(cost, x, y, outputs=output * scale, feeds={scale: (0.0, 1.0)})
    trained = fl.train(objective, data=(X, Y), optimizer=fl.optimizers.SGD(0.1), epochs=1, verbose=0)
    # In training the output is 0: no gradient reaches the weights, and the cost is the mean square of the targets.
    np.testing.assert_allclose(trained.params["w"], W)
    assert trained.history.history["loss"][0] == pytest.approx(float((Y**2).mean()), rel=1e-5)
    assert trained.evaluate(X, Y)["loss"] == pytest.approx(float(((X @ W - Y) ** 2).mean()), rel=1e-5)


def test_updates_run_with_each_step(line):
    x, y, _, cost, _ = line
    mean = tf.Variable(tf.zeros([3]), trainable=False, name="average")
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign(mean, 0.5 * mean + 0.5 * tf.reduce_mean(x, 0)))
    shifted = cost + 0.0 * tf.reduce_sum(mean)
    trained = fl.train(
        tf.objective(shifted, x, y), data=(X, Y), epochs=2, batch_size=60, shuffle=False, verbose=0
    )
    np.testing.assert_allclose(trained._variables.state["average"], 0.75 * X.mean(0), rtol=1e-4)


def test_several_inputs_go_by_name():
    left, right = (
        tf.placeholder(tf.float32, [None, 2], "left"),
        tf.placeholder(tf.float32, [None, 1], "right"),
    )
    y = tf.placeholder(tf.float32, [None, 1], "y")
    output = tf.matmul(left, tf.Variable(W[:2])) + right * tf.Variable(1.0)
    objective = tf.objective(tf.reduce_mean(tf.square(output - y)), [left, right], y, outputs=output)
    rows = {"left": X[:, :2], "right": X[:, 2:]}
    trained = fl.train(objective, data=(rows, Y), optimizer=fl.optimizers.Adam(0.1), epochs=30, verbose=0)
    assert trained.evaluate(rows, Y)["loss"] < 0.2
    assert trained.predict(rows).shape == (60, 1)


def test_what_is_no_objective(line):
    x, y, output, cost, _ = line
    with pytest.raises(TypeError, match="must be a scalar of floats"):
        tf.objective(output, x, y)
    with pytest.raises(TypeError, match="cost must be a tensor"):
        tf.objective(3.0, x, y)
    with pytest.raises(ValueError, match="depends on no trainable variable"):
        tf.objective(tf.reduce_mean(x), x)
    wide = tf.Variable(np.zeros((3, 1)))
    with pytest.raises(ValueError, match="float64"):
        tf.objective(tf.reduce_mean(tf.matmul(tf.cast(x, tf.float64), wide)), x)
    with pytest.raises(ValueError, match="has its own loss"):
        fl.train(tf.objective(cost, x, y), "mse", data=(X, Y))
    with pytest.raises(ValueError, match="data is missing"):
        fl.train(tf.objective(cost, x, y))


def test_places_of_64_bits_are_of_32_in_the_compiled_run():
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int64, [None])
    logits = tf.matmul(x, tf.Variable(RNG.randn(3, 4).astype("float32")))
    cost = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
    right = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
    objective = tf.objective(cost, x, y, outputs=tf.argmax(logits, 1), metrics={"accuracy": right})
    classes = RNG.randint(0, 4, 60)
    trained = fl.train(objective, data=(X, classes), epochs=1, verbose=0)
    found = trained.predict(X)
    assert trained.evaluate(X, classes)["accuracy"] == pytest.approx((found == classes).mean())
    # A class that there is not makes the cost NaN, which ends the run and says so.
    with pytest.warns(fl.errors.TrainingWarning, match="stopped being finite"):
        fl.train(objective, data=(X, classes + 4), epochs=1, verbose=0)
