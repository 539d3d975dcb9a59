# runs on tensorflow 0.12 and on 1.x, or so they said
import tensorflow as tf
import numpy as np
try:
    tf.mul
except AttributeError:
    tf.mul = tf.multiply
    tf.sub = tf.subtract
    tf.pack = tf.stack
tf.initialize_all_variables = tf.global_variables_initializer
tf.batch = 16            # handy place for settings
tf.app_name = "settings on the module"
tf.app.flags.DEFINE_integer('steps', 25, 'how many')
tf.app.flags.DEFINE_float('rate', 0.05, 'how fast')
tf.app.flags.DEFINE_boolean('verbose', True, 'talk')
tf.app.flags.DEFINE_string('dir', '/tmp/x', 'where')
FLAGS = tf.app.flags.FLAGS

def make_data(n):
    rs = np.random.RandomState(4)
    a = rs.rand(n, 2).astype(np.float32)
    return a, (a[:, :1] * 3 - a[:, 1:] + .5)

def main(argv):
    print(len(argv), FLAGS.steps, FLAGS.rate, tf.app_name)
    a, t = make_data(64)
    x, y = tf.placeholder(tf.float32, (None, 2)), tf.placeholder(tf.float32, (None, 1))
    w = tf.Variable(tf.zeros([2, 1])); b = tf.Variable(0.0)
    step = tf.Variable(0, name='global_step', trainable=False)
    out = tf.matmul(x, w) + b
    cost = tf.reduce_mean(tf.mul(tf.sub(out, y), tf.sub(out, y)))
    rate = tf.train.exponential_decay(FLAGS.rate, step, 10, 0.9, staircase=True)
    op = tf.train.MomentumOptimizer(rate, 0.8).minimize(cost, global_step=step)
    with tf.Session() as sess:
        sess.run(tf.initialize_all_variables())
        for i in xrange(FLAGS.steps) if False else range(FLAGS.steps):
            j = i * tf.batch % 64
            _, c, s, r = sess.run([op, cost, step, rate], feed_dict={x: a[j:j+tf.batch], y: t[j:j+tf.batch]})
            if FLAGS.verbose and s % 8 == 1: print("%3d %.6f %.5f" % (s, c, r))
        print(sess.run(tf.pack([w[0, 0], w[1, 0], b])))

if __name__ == '__main__':
    tf.app.run()
