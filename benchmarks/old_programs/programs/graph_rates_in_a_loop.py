# a graph and a session for every learning rate, with a summary for the board
import numpy as np
import tensorflow as tf
rs = np.random.RandomState(0)
xs = rs.uniform(-2, 2, (500, 3)).astype('float32')
ys = (np.sin(xs[:, :1]) + xs[:, 1:2] * xs[:, 2:]).astype('float32')
for rate in [0.001, 0.003, 0.01, 0.03]:
    tf.reset_default_graph()
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [None, 3], name='x')
    y = tf.placeholder(tf.float32, [None, 1], name='y')
    h = tf.layers.dense(x, 32, activation=tf.nn.relu, name='h1')
    h = tf.layers.dense(h, 32, activation=tf.nn.relu, name='h2')
    out = tf.layers.dense(h, 1, name='out')
    loss = tf.reduce_mean(tf.square(out - y))
    tf.summary.scalar('loss', loss)
    merged = tf.summary.merge_all()
    step = tf.train.AdamOptimizer(rate).minimize(loss)
    sess = tf.Session()
    writer = tf.summary.FileWriter('logs/rate_%g' % rate, sess.graph)
    sess.run(tf.global_variables_initializer())
    for epoch in range(40):
        for i in range(0, 500, 50):
            sess.run(step, {x: xs[i:i + 50], y: ys[i:i + 50]})
        summary, l = sess.run([merged, loss], {x: xs, y: ys})
        writer.add_summary(summary, epoch)
    print(rate, l)
