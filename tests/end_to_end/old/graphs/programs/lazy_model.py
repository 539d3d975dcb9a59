import functools
import tensorflow as tf
import numpy as np
from tensorflow.examples.tutorials.mnist import input_data

def lazy_property(function):
    attribute = '_cache_' + function.__name__
    @property
    @functools.wraps(function)
    def wrapper(self):
        if not hasattr(self, attribute):
            with tf.variable_scope(function.__name__):
                setattr(self, attribute, function(self))
        return getattr(self, attribute)
    return wrapper

class Model:
    def __init__(self, image, label, keep):
        self.image = image
        self.label = label
        self.keep = keep
        self.prediction
        self.optimize
        self.error

    @lazy_property
    def prediction(self):
        size = int(self.image.get_shape()[1])
        x = tf.contrib.layers.fully_connected(self.image, 20, scope='one')
        x = tf.nn.dropout(x, self.keep)
        x = tf.contrib.layers.fully_connected(x, 20, activation_fn=tf.nn.tanh, scope='two')
        assert size == 784
        return tf.contrib.layers.fully_connected(x, 10, activation_fn=tf.nn.softmax, scope='out')

    @lazy_property
    def optimize(self):
        logprob = tf.log(self.prediction + 1e-12)
        cross_entropy = -tf.reduce_sum(self.label * logprob)
        optimizer = tf.train.RMSPropOptimizer(0.003)
        return optimizer.minimize(cross_entropy)

    @lazy_property
    def error(self):
        mistakes = tf.not_equal(tf.argmax(self.label, 1), tf.argmax(self.prediction, 1))
        return tf.reduce_mean(tf.cast(mistakes, tf.float32))

def main():
    mnist = input_data.read_data_sets('./MNIST_data/', one_hot=True)
    image = tf.placeholder(tf.float32, [None, 784])
    label = tf.placeholder(tf.float32, [None, 10])
    keep = tf.placeholder_with_default(1.0, shape=())
    model = Model(image, label, keep)
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for _ in range(2):
        images, labels = mnist.test.images, mnist.test.labels
        error = sess.run(model.error, {image: images, label: labels})
        print('Test error {:6.2f}%'.format(100 * error))
        for _ in range(10):
            images, labels = mnist.train.next_batch(40)
            sess.run(model.optimize, {image: images, label: labels, keep: 0.9})
    print(sorted(v.name for v in tf.trainable_variables()))

if __name__ == '__main__':
    main()
