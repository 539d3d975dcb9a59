import numpy as np
import tensorflow as tf
tf.set_random_seed(5)
np.random.seed(5)

def dense(x, n_out, name):
    w = tf.get_variable(name + '_w', [int(x.shape[1]), n_out], initializer=tf.random_normal_initializer(stddev=0.2))
    b = tf.get_variable(name + '_b', [n_out], initializer=tf.constant_initializer(0.0))
    return tf.matmul(x, w) + b

def generator(z):
    return dense(tf.nn.softplus(dense(z, 16, 'g0')), 2, 'g1')

def discriminator(x):
    return dense(tf.tanh(dense(tf.tanh(dense(x, 32, 'd0')), 32, 'd1')), 1, 'd2')

z = tf.placeholder(tf.float32, [None, 4])
x = tf.placeholder(tf.float32, [None, 2])
with tf.variable_scope('G'):
    fake = generator(z)
with tf.variable_scope('D') as scope:
    real_logit = discriminator(x)
    scope.reuse_variables()
    fake_logit = discriminator(fake)
ce = tf.nn.sigmoid_cross_entropy_with_logits
loss_d = tf.reduce_mean(ce(logits=real_logit, labels=tf.ones_like(real_logit)) + ce(logits=fake_logit, labels=tf.zeros_like(fake_logit)))
loss_g = tf.reduce_mean(ce(logits=fake_logit, labels=tf.ones_like(fake_logit)))
d_vars = [v for v in tf.trainable_variables() if v.name.startswith('D/')]
g_vars = [v for v in tf.trainable_variables() if v.name.startswith('G/')]
opt_d = tf.train.AdamOptimizer(0.001).minimize(loss_d, var_list=d_vars)
opt_g = tf.train.AdamOptimizer(0.001).minimize(loss_g, var_list=g_vars)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(2001):
        a = np.random.uniform(0, 2 * np.pi, 64)
        points = np.c_[np.cos(a), np.sin(a)] + np.random.normal(0, .05, (64, 2))
        ld, _ = sess.run([loss_d, opt_d], {x: points, z: np.random.uniform(-1, 1, (64, 4))})
        lg, _ = sess.run([loss_g, opt_g], {z: np.random.uniform(-1, 1, (64, 4))})
        if step % 500 == 0:
            print('{}: {:.3f}\t{:.3f}'.format(step, ld, lg))
