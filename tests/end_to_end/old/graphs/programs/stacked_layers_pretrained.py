# Stacked autoencoder: each layer alone first, then the whole with labels
import numpy as np
import tensorflow as tf
import matplotlib.pyplot as plt
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets('MNIST_data', one_hot=True)

class Layer(object):
    def __init__(self, x, n_in, n_out, name, act=tf.nn.sigmoid):
        with tf.name_scope(name):
            self.W = tf.Variable(tf.truncated_normal([n_in, n_out], stddev=0.1), name='W')
            self.b = tf.Variable(tf.zeros([n_out]), name='b')
            self.h = act(tf.matmul(x, self.W) + self.b)
            self.b_back = tf.Variable(tf.zeros([n_in]), name='b_back')
            self.back = tf.matmul(self.h, self.W, transpose_b=True) + self.b_back   # tied
            self.loss = tf.reduce_mean(tf.square(x - self.back))
            self.train = tf.train.AdamOptimizer(0.01).minimize(self.loss, var_list=[self.W, self.b, self.b_back])

x = tf.placeholder(tf.float32, [None, 784], name='x')
y = tf.placeholder(tf.float32, [None, 10], name='y')
sizes = [784, 32, 16]
layers, inp = [], x
for k in range(2):
    l = Layer(inp, sizes[k], sizes[k+1], 'ae%d' % k)
    layers.append(l)
    inp = l.h
W_o = tf.Variable(tf.zeros([16, 10]))
b_o = tf.Variable(tf.zeros([10]))
logits = tf.matmul(inp, W_o) + b_o
xent = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
head_only = tf.train.GradientDescentOptimizer(0.5).minimize(xent, var_list=[W_o, b_o])
fine = tf.train.AdamOptimizer(1e-3).minimize(xent)
acc = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32))

sess = tf.Session()
sess.run(tf.global_variables_initializer())
print(len(tf.trainable_variables()), len(tf.global_variables()))
for k, l in enumerate(layers):
    before = sess.run(layers[1-k].W)
    for i in range(15):
        bx, _ = mnist.train.next_batch(64)
        _, lo = sess.run((l.train, l.loss), {x: bx})
    print('layer', k, 'loss', lo, 'other layer untouched:', np.allclose(before, sess.run(layers[1-k].W)))
for op, name in ((head_only, 'head'), (fine, 'fine')):
    for i in range(15):
        bx, by = mnist.train.next_batch(64)
        _, c = sess.run([op, xent], feed_dict={x: bx, y: by})
    print(name, c, sess.run(acc, {x: mnist.test.images, y: mnist.test.labels}))
plt.imshow(sess.run(layers[0].W)[:, 0].reshape(28, 28), cmap='gray'); plt.show()
