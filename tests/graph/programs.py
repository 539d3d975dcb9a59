"""Whole programs in TensorFlow 1's style, each a function of the library that it runs on: TensorFlow's, or `fallline.graph`.

All begin from the same weights and take the same batches, so that both must give the same numbers. What TensorFlow 2.21.0
gives (`tensorflow.compat.v1`) lies in programs.npz; `record_programs.py` writes it.
"""

import os

import numpy as np

RNG = np.random.RandomState(0)
ROWS, FEATURES, CLASSES = 48, 5, 3
X = RNG.randn(ROWS, FEATURES).astype("float32")
LABELS = (np.abs(X @ RNG.randn(FEATURES, CLASSES)).argmax(1)).astype("int32")
ONE_HOT = np.eye(CLASSES, dtype="float32")[LABELS]
Y = (X[:, :1] * 1.5 - X[:, 1:2] + 0.3).astype("float32")
SIGNS = (X[:, :1] + 0.5 * X[:, 2:3] > 0).astype("float32")
W1 = (RNG.randn(FEATURES, 7) * 0.5).astype("float32")
B1 = (RNG.randn(7) * 0.1).astype("float32")
W2 = (RNG.randn(7, CLASSES) * 0.5).astype("float32")
B2 = (RNG.randn(CLASSES) * 0.1).astype("float32")
BATCHES = [slice(start, start + 16) for start in range(0, ROWS, 16)] * 4


def perceptron_by_hand(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, 1])
    w, b = tf.Variable(W1[:, :1], name="w"), tf.Variable(0.0, name="b")
    output = tf.sigmoid(tf.matmul(x, w) + b)
    cost = -tf.reduce_mean(y * tf.log(output) + (1 - y) * tf.log(1 - output))
    dw, db = tf.gradients(cost, [w, b])
    step = tf.group(tf.assign(w, w - 0.5 * dw), b.assign_sub(0.5 * db))
    costs = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in BATCHES:
            _, c = sess.run([step, cost], feed_dict={x: X[rows], y: SIGNS[rows]})
            costs.append(c)
        return {
            "costs": costs,
            "w": sess.run(w),
            "b": b.eval(),
            "right": ((output.eval({x: X}) > 0.5) == SIGNS).mean(),
        }


def perceptron_rule(tf):
    x, y = tf.placeholder("float", [None, FEATURES]), tf.placeholder("float", [None, 1])
    w = tf.Variable(tf.zeros([FEATURES, 1]))
    b = tf.Variable(tf.zeros([1]))
    said = tf.cast(tf.greater(tf.matmul(x, w) + b, 0.0), tf.float32)
    error = y - said
    change_w = tf.assign_add(w, tf.matmul(x, error, transpose_a=True) * 0.1)
    change_b = tf.assign_add(b, tf.reduce_sum(error, 0) * 0.1)
    step = tf.group(change_w, change_b, name="step")
    wrong = tf.reduce_sum(tf.abs(error))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        seen = []
        for rows in BATCHES:
            before = sess.run(wrong, {x: X[rows], y: SIGNS[rows]})
            sess.run("step", {x: X[rows], y: SIGNS[rows]})
            seen.append(before)
        return {"wrong": seen, "w": w.eval(), "b": b.eval()}


def linear_regression(tf):
    x = tf.placeholder(tf.float32, shape=(None, FEATURES), name="x")
    y = tf.placeholder(tf.float32, shape=(None, 1), name="y")
    w = tf.Variable(np.zeros((FEATURES, 1), "float32"), name="weight")
    b = tf.Variable(0.0, name="bias")
    cost = tf.reduce_sum(tf.pow(tf.matmul(x, w) + b - y, 2)) / (2 * 16)
    optimizer = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in BATCHES:
            sess.run(optimizer, feed_dict={"x:0": X[rows], "y:0": Y[rows]})
        return {"cost": sess.run(cost, feed_dict={x: X, y: Y}), "w": sess.run(w), "b": sess.run("bias:0")}


def softmax_regression(tf):
    sess = tf.InteractiveSession()
    x, y = tf.placeholder("float", shape=[None, FEATURES]), tf.placeholder("float", shape=[None, CLASSES])
    w, b = tf.Variable(tf.zeros([FEATURES, CLASSES])), tf.Variable(tf.zeros([CLASSES]))
    said = tf.nn.softmax(tf.matmul(x, w) + b)
    cross_entropy = -tf.reduce_sum(y * tf.log(said))
    step = tf.train.GradientDescentOptimizer(0.01).minimize(cross_entropy)
    sess.run(tf.global_variables_initializer())
    for rows in BATCHES:
        step.run(feed_dict={x: X[rows], y: ONE_HOT[rows]})
    right = tf.equal(tf.argmax(said, 1), tf.argmax(y, 1))
    accuracy = tf.reduce_mean(tf.cast(right, "float"))
    found = {
        "accuracy": accuracy.eval(feed_dict={x: X, y: ONE_HOT}),
        "w": w.eval(),
        "said": said.eval({x: X[:4]}),
    }
    sess.close()
    return found


def _two_layers(tf, x):
    w1, b1, w2, b2 = (tf.Variable(value) for value in (W1, B1, W2, B2))
    return tf.matmul(tf.nn.relu(tf.matmul(x, w1) + b1), w2) + b2, (w1, b1, w2, b2)


def _trained(tf, optimizer, passes=1):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, CLASSES])
    logits, weights = _two_layers(tf, x)
    cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y))
    step = optimizer.minimize(cost)
    costs = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(passes):
            for rows in BATCHES:
                costs.append(sess.run([step, cost], {x: X[rows], y: ONE_HOT[rows]})[1])
        return {"costs": costs, **{f"w{place}": value for place, value in enumerate(sess.run(list(weights)))}}


def raw_variables_gradient_descent(tf):
    return _trained(tf, tf.train.GradientDescentOptimizer(0.5))


def momentum(tf):
    return _trained(tf, tf.train.MomentumOptimizer(0.1, 0.9))


def nesterov(tf):
    return _trained(tf, tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True))


def adagrad(tf):
    return _trained(tf, tf.train.AdagradOptimizer(0.2))


def adadelta(tf):
    return _trained(tf, tf.train.AdadeltaOptimizer(1.0, 0.9, 1e-4))


def rmsprop(tf):
    return _trained(tf, tf.train.RMSPropOptimizer(0.01, momentum=0.5))


def rmsprop_centered(tf):
    return _trained(tf, tf.train.RMSPropOptimizer(0.01, centered=True))


def adam(tf):
    return _trained(tf, tf.train.AdamOptimizer(0.02))


def ftrl(tf):
    return _trained(
        tf, tf.train.FtrlOptimizer(0.3, l1_regularization_strength=0.01, l2_regularization_strength=0.01)
    )


def proximal_gradient_descent(tf):
    return _trained(tf, tf.train.ProximalGradientDescentOptimizer(0.3, l1_regularization_strength=0.01))


def proximal_adagrad(tf):
    return _trained(tf, tf.train.ProximalAdagradOptimizer(0.3, l2_regularization_strength=0.01))


def layers_dense(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES], "x"), tf.placeholder(tf.int32, [None], "y")
    hidden = tf.layers.dense(x, 7, tf.nn.relu, kernel_initializer=tf.constant_initializer(W1), name="hidden")
    logits = tf.layers.dense(hidden, CLASSES, kernel_initializer=tf.constant_initializer(W2), name="logits")
    cost = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
    global_step = tf.train.get_or_create_global_step()
    step = tf.train.AdamOptimizer(0.02).minimize(cost, global_step=global_step)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in BATCHES:
            sess.run(step, {x: X[rows], y: LABELS[rows]})
        kernel = tf.get_default_graph().get_tensor_by_name("hidden/kernel:0")
        return {
            "cost": sess.run(cost, {x: X, y: LABELS}),
            "kernel": sess.run(kernel),
            "steps": sess.run(global_step),
            "names": "|".join(v.name for v in tf.global_variables()),
            "trained": "|".join(v.name for v in tf.trainable_variables()),
        }


def stacked_autoencoder_with_tied_weights(tf):
    x = tf.placeholder(tf.float32, [None, FEATURES])
    w1, w2 = tf.Variable(W1, name="w1"), tf.Variable(W2, name="w2")
    b1, b2 = tf.Variable(tf.zeros(7), name="b1"), tf.Variable(tf.zeros(CLASSES), name="b2")
    b3, b4 = tf.Variable(tf.zeros(7), name="b3"), tf.Variable(tf.zeros(FEATURES), name="b4")
    h1 = tf.nn.elu(tf.matmul(x, w1) + b1)
    h2 = tf.nn.elu(tf.matmul(h1, w2) + b2)
    h3 = tf.nn.elu(tf.matmul(h2, tf.transpose(w2)) + b3)
    output = tf.matmul(h3, tf.transpose(w1)) + b4
    optimizer = tf.train.AdamOptimizer(0.01)
    with tf.name_scope("phase1"):
        out1 = tf.matmul(h1, tf.transpose(w1)) + b4
        cost1 = tf.reduce_mean(tf.square(out1 - x)) + 0.001 * tf.nn.l2_loss(w1)
        phase1 = optimizer.minimize(cost1, var_list=[w1, b1, b4])
    with tf.name_scope("phase2"):
        cost2 = tf.reduce_mean(tf.square(h3 - h1)) + 0.001 * tf.nn.l2_loss(w2)
        phase2 = optimizer.minimize(cost2, var_list=[w2, b2, b3])
    whole = tf.reduce_mean(tf.square(output - x))
    with tf.Session() as sess:
        tf.global_variables_initializer().run()
        for phase in (phase1, phase2):
            for rows in BATCHES:
                sess.run(phase, {x: X[rows]})
        return {"costs": sess.run([cost1, cost2, whole], {x: X}), "w1": w1.eval(), "w2": w2.eval()}


def l1_by_hand_and_by_collection(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, 1])

    def penalty(weights):
        return 0.05 * tf.reduce_sum(tf.abs(weights))

    with tf.variable_scope("net", regularizer=None):
        w = tf.get_variable("w", initializer=W1[:, :1], regularizer=penalty)
        b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
    error = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
    by_hand = error + 0.05 * tf.reduce_sum(tf.abs(w))
    collected = error + tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(collected)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        pairs = []
        for rows in BATCHES:
            sess.run(step, {x: X[rows], y: Y[rows]})
            pairs.append(sess.run([by_hand, collected], {x: X[rows], y: Y[rows]}))
        return {"pairs": pairs, "w": sess.run(w), "names": w.name + b.name}


def max_norm_after_each_step(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, CLASSES])
    logits, (w1, b1, w2, b2) = _two_layers(tf, x)
    cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y))
    step = tf.train.MomentumOptimizer(0.5, 0.9).minimize(cost)
    clip = tf.assign(w1, tf.clip_by_norm(w1, clip_norm=0.8, axes=1))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in BATCHES:
            sess.run(step, {x: X[rows], y: ONE_HOT[rows]})
            clip.eval()
        return {
            "w1": w1.eval(),
            "w2": w2.eval(),
            "cost": cost.eval({x: X, y: ONE_HOT}),
            "b": sess.run([b1, b2])[1],
        }


def batch_normalization_with_training_placeholder(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, CLASSES])
    training = tf.placeholder_with_default(False, shape=(), name="training")
    hidden = tf.layers.dense(x, 7, kernel_initializer=tf.constant_initializer(W1), name="hidden")
    normal = tf.nn.relu(tf.layers.batch_normalization(hidden, training=training, momentum=0.9))
    dropped = tf.layers.dropout(normal, 0.0, training=training)
    logits = tf.layers.dense(dropped, CLASSES, kernel_initializer=tf.constant_initializer(W2), name="out")
    cost = tf.losses.softmax_cross_entropy(y, logits)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates):
        step = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in BATCHES:
            sess.run(step, {x: X[rows], y: ONE_HOT[rows], training: True})
        moving = [v for v in tf.global_variables() if "moving" in v.name]
        return {
            "cost": sess.run(cost, {x: X, y: ONE_HOT}),
            "training": sess.run(cost, {x: X, y: ONE_HOT, training: True}),
            "mean": sess.run(moving[0]),
            "variance": sess.run(moving[1]),
            "updates": len(updates),
            "names": "|".join(v.name for v in tf.global_variables()),
        }


def clipped_gradients(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, CLASSES])
    logits, weights = _two_layers(tf, x)
    cost = 10 * tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y))
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    pairs = optimizer.compute_gradients(cost)
    capped = [(tf.clip_by_value(gradient, -0.1, 0.1), variable) for gradient, variable in pairs]
    by_value = optimizer.apply_gradients(capped)
    gradients, norm = tf.clip_by_global_norm([gradient for gradient, _ in pairs], 1.0)
    by_norm = optimizer.apply_gradients(zip(gradients, [variable for _, variable in pairs]))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        norms = []
        for place, rows in enumerate(BATCHES):
            feed = {x: X[rows], y: ONE_HOT[rows]}
            norms.append(sess.run([norm, by_norm if place % 2 else by_value], feed)[0])
        return {"norms": norms, "w1": sess.run(weights[0]), "w2": sess.run(weights[2])}


def freezing_by_var_list(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.int64, [None])
    with tf.name_scope("dnn"):
        hidden = tf.layers.dense(
            x, 7, tf.nn.relu, name="hidden1", kernel_initializer=tf.constant_initializer(W1)
        )
        stopped = tf.stop_gradient(hidden)
        logits = tf.layers.dense(
            stopped, CLASSES, name="outputs", kernel_initializer=tf.constant_initializer(W2)
        )
    cost = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    chosen = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="outputs")
    step = tf.train.GradientDescentOptimizer(0.2).minimize(cost, var_list=chosen)
    top = tf.reduce_mean(tf.cast(tf.nn.in_top_k(logits, y, 1), tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in BATCHES:
            sess.run(step, {x: X[rows], y: LABELS[rows]})
        frozen = sess.run("hidden1/kernel:0")
        return {
            "cost": cost.eval({x: X, y: LABELS}),
            "top": top.eval({x: X, y: LABELS}),
            "frozen": frozen,
            "name": hidden.name,
        }


def learning_rate_schedules(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, 1])
    w = tf.Variable(W1[:, :1])
    cost = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))
    global_step = tf.Variable(0, trainable=False, name="global_step")
    rate = tf.train.exponential_decay(0.2, global_step, 3, 0.5, staircase=True)
    step = tf.train.GradientDescentOptimizer(rate).minimize(cost, global_step=global_step)
    others = [
        tf.train.polynomial_decay(0.1, global_step, 10, 0.01, power=2.0),
        tf.train.inverse_time_decay(0.1, global_step, 5, 0.5),
        tf.train.natural_exp_decay(0.1, global_step, 5, 0.5),
        tf.train.piecewise_constant(global_step, [2, 6], [1.0, 0.5, 0.1]),
        tf.train.cosine_decay(0.1, global_step, 10),
    ]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        seen = []
        for rows in BATCHES:
            seen.append([*sess.run([rate, *others]), sess.run([cost, step], {x: X[rows], y: Y[rows]})[0]])
        return {"seen": seen, "step": sess.run(global_step), "w": sess.run(w)}


def early_stopping_by_hand(tf, folder):
    x, y = tf.placeholder(tf.float32, [None, FEATURES], "x"), tf.placeholder(tf.float32, [None, CLASSES], "y")
    logits, weights = _two_layers(tf, x)
    cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y), name="cost")
    step = tf.train.MomentumOptimizer(0.9, 0.9).minimize(cost)
    saver = tf.train.Saver(max_to_keep=2)
    path = os.path.join(folder, "best")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        best, when, tried = np.inf, None, []
        for place, rows in enumerate(BATCHES):
            sess.run(step, {x: X[rows], y: ONE_HOT[rows]})
            now = sess.run(cost, {x: X[40:], y: ONE_HOT[40:]})
            tried.append(now)
            if now < best:
                best, when = now, place
                saver.save(sess, path, global_step=place)
        kept = len(saver.last_checkpoints)
    with tf.Session() as sess:
        saver.restore(sess, tf.train.latest_checkpoint(folder))
        again = sess.run("cost:0", {"x:0": X[40:], "y:0": ONE_HOT[40:]})
        return {
            "tried": tried,
            "best": best,
            "when": when,
            "again": again,
            "w": sess.run(weights[0]),
            "kept": kept,
        }


def moving_averages_of_weights(tf):
    x, y = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, 1])
    w = tf.Variable(W1[:, :1], name="w")
    cost = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))
    train = tf.train.GradientDescentOptimizer(0.2).minimize(cost)
    average = tf.train.ExponentialMovingAverage(0.8)
    with tf.control_dependencies([train]):
        step = average.apply([w])
    shadow = average.average(w)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rows in BATCHES:
            sess.run(step, {x: X[rows], y: Y[rows]})
        return {
            "w": sess.run(w),
            "shadow": sess.run(shadow),
            "name": shadow.name,
            "under": average.average_name(w),
        }


def adversaries(tf):
    z = tf.placeholder(tf.float32, [None, 2])
    real = tf.placeholder(tf.float32, [None, FEATURES])
    g_w = tf.Variable(W1[:2, :5], name="g_w")
    d_w = tf.Variable(W1[:, :1], name="d_w")
    d_b = tf.Variable(tf.zeros([1]), name="d_b")
    fake = tf.matmul(z, g_w)

    def judge(rows):
        return tf.matmul(rows, d_w) + d_b

    d_real, d_fake = judge(real), judge(fake)

    def cross_entropy(logits, labels):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels))

    d_loss = cross_entropy(d_real, tf.ones_like(d_real)) + cross_entropy(d_fake, tf.zeros_like(d_fake))
    g_loss = cross_entropy(d_fake, tf.ones_like(d_fake))
    d_step = tf.train.AdamOptimizer(0.05).minimize(d_loss, var_list=[d_w, d_b])
    g_step = tf.train.AdamOptimizer(0.05).minimize(g_loss, var_list=[g_w])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = []
        for rows in BATCHES:
            noise = X[rows, :2]
            _, d = sess.run([d_step, d_loss], feed_dict={z: noise, real: X[rows]})
            _, g = sess.run([g_step, g_loss], feed_dict={z: noise})
            losses.append([d, g])
        return {"losses": losses, "g_w": g_w.eval(), "d_w": d_w.eval()}


def reused_scopes(tf):
    def tower(x, reuse):
        with tf.variable_scope("tower", reuse=reuse):
            w = tf.get_variable("w", [FEATURES, 2], initializer=tf.constant_initializer(W1[:, :2]))
            with tf.variable_scope("deeper"):
                b = tf.get_variable("b", initializer=tf.constant([0.1, 0.2]))
            return tf.tanh(tf.matmul(x, w) + b, name="out")

    one, other = tf.placeholder(tf.float32, [None, FEATURES]), tf.placeholder(tf.float32, [None, FEATURES])
    left, right = tower(one, None), tower(other, True)
    distance = tf.reduce_sum(tf.squared_difference(left, right), 1)
    cost = tf.reduce_mean(tf.maximum(0.0, 1.0 - distance))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(5):
            sess.run(step, {one: X[:20], other: X[20:40]})
        return {
            "distance": sess.run(distance, {one: X[:20], other: X[20:40]}),
            "names": "|".join([left.name, right.name, *(v.name for v in tf.trainable_variables())]),
        }


def running_metrics(tf):
    x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int64, [None])
    accuracy, update = tf.metrics.accuracy(labels=y, predictions=tf.cast(tf.greater(x, 0.0), tf.int64))
    mean, update_mean = tf.metrics.mean(x)
    auc, update_auc = tf.metrics.auc(y, tf.sigmoid(x))
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        before = sess.run([accuracy, mean])
        for rows in BATCHES[:3]:
            sess.run([update, update_mean, update_auc], {x: X[rows, 0], y: SIGNS[rows, 0].astype("int64")})
        return {
            "before": before,
            "after": sess.run([accuracy, mean, auc]),
            "name": accuracy.name + update.name,
        }


def conditions(tf):
    flag, x = tf.placeholder(tf.bool), tf.placeholder(tf.float32, [2])
    count = tf.Variable(0.0)
    chosen = tf.cond(flag, lambda: x * 2.0, lambda: x + count)
    counted = tf.cond(flag, lambda: tf.assign_add(count, 1.0), lambda: tf.identity(count))
    slope = tf.gradients(tf.cond(flag, lambda: tf.square(x), lambda: 3.0 * x), x)[0]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        seen = [
            sess.run([chosen, counted, slope], {flag: way, x: [1.0, 2.0]})
            for way in (True, False, True, False)
        ]
        return {f"{place}{name}": v for place, each in enumerate(seen) for name, v in zip("abc", each)} | {
            "count": count.eval()
        }


def order_of_updates(tf):
    x = tf.placeholder(tf.float32)
    w = tf.Variable(np.ones((300, 300), "float32"))
    cost = tf.reduce_sum(w * x)
    step = tf.train.GradientDescentOptimizer(1.0).minimize(cost)
    with tf.control_dependencies([step]):
        after = w.read_value() * 2.0
    found = {}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found["cost"], _ = sess.run([cost, step], {x: 0.5})
        found["weight"] = sess.run([step, w], {x: 0.25})[1][0, 0]
        found["after"] = sess.run(after, {x: 0.125})[0, 0]
        found["value"] = sess.run(w)[0, 0]
        return found


def graphs_and_sessions(tf):
    first, second = tf.Graph(), tf.Graph()
    with first.as_default():
        v = tf.Variable(1.0, name="v")
        grow = v.assign_add(1.0)
        start = tf.global_variables_initializer()
    with second.as_default():
        tf.constant(5.0, name="c")
    with tf.Session(graph=first) as one, tf.Session(graph=first) as two:
        one.run(start)
        two.run(start)
        one.run(grow)
        ones = [one.run(grow), one.run("v:0"), two.run("v:0")]
    with tf.Session(graph=second) as sess:
        return {
            "ones": ones,
            "c": sess.run("c:0"),
            "names": "|".join(op.name for op in first.get_operations()),
        }


PROGRAMS = [
    perceptron_by_hand, perceptron_rule, linear_regression, softmax_regression, raw_variables_gradient_descent, momentum,
    nesterov, adagrad, adadelta, rmsprop, rmsprop_centered, adam, ftrl, proximal_gradient_descent, proximal_adagrad,
    layers_dense, stacked_autoencoder_with_tied_weights, l1_by_hand_and_by_collection, max_norm_after_each_step,
    batch_normalization_with_training_placeholder, clipped_gradients, freezing_by_var_list, learning_rate_schedules,
    early_stopping_by_hand, moving_averages_of_weights, adversaries, reused_scopes, running_metrics, conditions,
    order_of_updates, graphs_and_sessions,
]  # fmt: skip


def run(tf, program, folder):
    """What a program gives, as arrays by name, on a fresh graph."""
    tf.reset_default_graph()
    found = program(tf, folder) if program.__code__.co_argcount == 2 else program(tf)
    return {name: np.asarray(value) for name, value in found.items()}
