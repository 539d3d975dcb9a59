""" Auto Encoder: squeeze a digit through a narrow middle and draw it again """
from __future__ import division, print_function, absolute_import
import tensorflow as tf
import numpy as np
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets("MNIST_data/")

learning_rate = 0.01
training_epochs = 2
batch_size = 250
display_step = 1
examples_to_show = 4
n_hidden_1, n_hidden_2, n_input = 32, 8, 784

X = tf.placeholder("float", [None, n_input])
weights = {
    'encoder_h1': tf.Variable(tf.random_normal([n_input, n_hidden_1], 0, .1)),
    'encoder_h2': tf.Variable(tf.random_normal([n_hidden_1, n_hidden_2], 0, .1)),
    'decoder_h1': tf.Variable(tf.random_normal([n_hidden_2, n_hidden_1], 0, .1)),
    'decoder_h2': tf.Variable(tf.random_normal([n_hidden_1, n_input], 0, .1)),
}
biases = {k: tf.Variable(tf.zeros([n])) for k, n in
          [('encoder_b1', n_hidden_1), ('encoder_b2', n_hidden_2), ('decoder_b1', n_hidden_1), ('decoder_b2', n_input)]}

def layer(v, part, i):
    return tf.nn.sigmoid(tf.add(tf.matmul(v, weights['%s_h%d' % (part, i)]), biases['%s_b%d' % (part, i)]))
encoder_op = layer(layer(X, 'encoder', 1), 'encoder', 2)
decoder_op = layer(layer(encoder_op, 'decoder', 1), 'decoder', 2)

y_pred = decoder_op
y_true = X
cost = tf.reduce_mean(tf.pow(y_true - y_pred, 2))
optimizer = tf.train.RMSPropOptimizer(learning_rate).minimize(cost)

init = tf.initialize_all_variables()
sess = tf.InteractiveSession()
sess.run(init)
total_batch = int(mnist.train.num_examples/batch_size)
for epoch in range(training_epochs):
    for i in range(total_batch):
        batch_xs, _ = mnist.train.next_batch(batch_size)
        _, c = sess.run([optimizer, cost], feed_dict={X: batch_xs})
    if epoch % display_step == 0:
        print("Epoch:", '%04d' % (epoch+1), "cost=", "{:.9f}".format(c))
print("Optimization Finished!")

encode_decode = sess.run(y_pred, feed_dict={X: mnist.test.images[:examples_to_show]})
f, a = plt.subplots(2, 4, figsize=(4, 2))
for i in range(examples_to_show):
    a[0][i].imshow(np.reshape(mnist.test.images[i], (28, 28)))
    a[1][i].imshow(np.reshape(encode_decode[i], (28, 28)))
f.show()
plt.draw()
plt.close()
print(encode_decode.mean(axis=1))
code = encoder_op.eval({X: mnist.test.images[:2]})
print(code.shape, code)
