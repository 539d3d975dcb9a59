import numpy as np
import tensorflow as tf
# Import MINST data
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets("MNIST_data", one_hot=True)

Xtr, Ytr = mnist.train.next_batch(400) #candidates
Xte, Yte = mnist.test.next_batch(12) #to be told

xtr = tf.placeholder("float", [None, 784])
xte = tf.placeholder("float", [784])

# L1 Distance
distance = tf.reduce_sum(tf.abs(tf.add(xtr, tf.negative(xte))), reduction_indices=1)
pred = tf.arg_min(distance, 0)
# three nearest, L2
dist2 = tf.sqrt(tf.reduce_sum(tf.square(xtr - xte), axis=1))
values, indices = tf.nn.top_k(-dist2, k=3)

accuracy = 0.
init = tf.global_variables_initializer()

with tf.Session() as sess:
    sess.run(init)
    for i in range(len(Xte)):
        nn_index = sess.run(pred, feed_dict={xtr: Xtr, xte: Xte[i, :]})
        print("Test", i, "Prediction:", np.argmax(Ytr[nn_index]), \
            "True Class:", np.argmax(Yte[i]))
        if np.argmax(Ytr[nn_index]) == np.argmax(Yte[i]):
            accuracy += 1./len(Xte)
    print("Done!")
    print("Accuracy:", accuracy)
    v, ind = sess.run([values, indices], {xtr: Xtr, xte: Xte[0]})
    votes = np.bincount(Ytr[ind].argmax(1), minlength=10)
    print(-v, votes)
