# written for tensorflow 0.11
import tensorflow as tf
import numpy as np
import shutil, os.path

def init_weights(shape, name):
    return tf.Variable(tf.random_normal(shape, stddev=0.3), name=name)

X = tf.placeholder("float", [None, 4], name="X")
Y = tf.placeholder("float", [None, 3], name="Y")
w_h = init_weights([4, 6], "w_h")
w_o = init_weights([12, 3], "w_o")
tf.histogram_summary("w_h_summ", w_h)
tf.histogram_summary("w_o_summ", w_o)

with tf.name_scope("model"):
    h = tf.nn.relu(tf.matmul(X, w_h))
    both = tf.concat(1, [h, tf.neg(h)])
    py_x = tf.matmul(both, w_o)

with tf.name_scope("cost"):
    cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(py_x, Y))
    penalty = tf.mul(0.01, tf.nn.l2_loss(w_o))
    total = tf.add(cost, penalty)
    train_op = tf.train.RMSPropOptimizer(0.01, 0.9).minimize(total)
    tf.scalar_summary("cost", cost)

with tf.name_scope("accuracy"):
    correct_pred = tf.equal(tf.arg_max(Y, 1), tf.arg_max(py_x, 1))
    acc_op = tf.reduce_mean(tf.cast(correct_pred, "float"))
    tf.scalar_summary("accuracy", acc_op)

sq = tf.sub(tf.pack([1.0, 2.0, 3.0]), tf.constant([0.5, 0.5, 0.5]))

rng = np.random.RandomState(1)
data = rng.randn(90, 4).astype("float32")
lab = np.eye(3)[(data[:, 0] > 0).astype(int) + (data[:, 1] > 0)]

with tf.Session() as sess:
    writer = tf.train.SummaryWriter("./logs/nn_logs", sess.graph)
    merged = tf.merge_all_summaries()
    tf.initialize_all_variables().run()
    for i in range(12):
        for start, end in zip(range(0, len(data), 30), range(30, len(data)+1, 30)):
            sess.run(train_op, feed_dict={X: data[start:end], Y: lab[start:end]})
        summary, acc = sess.run([merged, acc_op], feed_dict={X: data, Y: lab})
        writer.add_summary(summary, i)
        print(i, acc)
    print(sess.run(sq), sess.run(total, {X: data, Y: lab}))
    print([v.name for v in tf.all_variables()][:2])
