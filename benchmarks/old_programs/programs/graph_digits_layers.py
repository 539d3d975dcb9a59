from __future__ import print_function
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
tf.set_random_seed(1)

learning_rate = 0.001
training_epochs = 3
batch_size = 100
n_hidden_1, n_hidden_2, n_input, n_classes = 256, 256, 784, 10
x = tf.placeholder("float", [None, n_input])
y = tf.placeholder("float", [None, n_classes])
weights = {
    'h1': tf.Variable(tf.random_normal([n_input, n_hidden_1], stddev=.05)),
    'h2': tf.Variable(tf.random_normal([n_hidden_1, n_hidden_2], stddev=.05)),
    'out': tf.Variable(tf.random_normal([n_hidden_2, n_classes], stddev=.05))}
biases = {
    'b1': tf.Variable(tf.zeros([n_hidden_1])),
    'b2': tf.Variable(tf.zeros([n_hidden_2])),
    'out': tf.Variable(tf.zeros([n_classes]))}

def net(x):
    a = tf.nn.relu(tf.add(tf.matmul(x, weights['h1']), biases['b1']))
    a = tf.nn.relu(tf.add(tf.matmul(a, weights['h2']), biases['b2']))
    return tf.matmul(a, weights['out']) + biases['out']

pred = net(x)
cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=pred, labels=y))
optimizer = tf.train.AdamOptimizer(learning_rate=learning_rate).minimize(cost)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(training_epochs):
        avg_cost = 0.
        total_batch = int(mnist.train.num_examples / batch_size)
        for i in range(total_batch):
            batch_x, batch_y = mnist.train.next_batch(batch_size)
            _, c = sess.run([optimizer, cost], feed_dict={x: batch_x, y: batch_y})
            avg_cost += c / total_batch
        print("Epoch:", '%04d' % (epoch + 1), "cost=", "{:.9f}".format(avg_cost))
    correct = tf.equal(tf.argmax(pred, 1), tf.argmax(y, 1))
    print("Accuracy:", tf.reduce_mean(tf.cast(correct, "float")).eval({x: mnist.test.images, y: mnist.test.labels}))
