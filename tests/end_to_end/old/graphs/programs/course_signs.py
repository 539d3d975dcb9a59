import math
import numpy as np
import h5py
import matplotlib.pyplot as plt
import tensorflow as tf
from tensorflow.python.framework import ops
from tf_utils import load_signs, shuffled_batches, columns_one_hot, predict

np.random.seed(1)

def affine_demo():
    np.random.seed(1)
    X = tf.constant(np.random.randn(3,1), name = "X")
    W = tf.constant(np.random.randn(4,3), name = "W")
    b = tf.constant(np.random.randn(4,1), name = "b")
    Y = tf.add(tf.matmul(W, X), b)
    sess = tf.Session()
    result = sess.run(Y)
    sess.close()
    return result
print( "result = " + str(affine_demo()))

def squash(z):
    x = tf.placeholder(tf.float32, name = 'x')
    sigmoid = tf.sigmoid(x)
    with tf.Session() as sess:
        result = sess.run(sigmoid, feed_dict = {x: z})
    return result
print ("squash(0) -> " + str(squash(0)))
print ("squash(3.5) -> " + str(squash(3.5)))

def encode(labels, C):
    C = tf.constant(C, name='C')
    out = tf.one_hot(indices=labels, depth=C, axis=0)
    sess = tf.Session()
    one_hot = sess.run(out)
    sess.close()
    return one_hot
print(encode(np.array([1,2,3,0,2,1]), C=4))

def make_inputs(n_x, n_y):
    X = tf.placeholder(tf.float32, [n_x, None], name="X")
    Y = tf.placeholder(tf.float32, [n_y, None], name="Y")
    return X, Y

def fresh_parameters():
    tf.set_random_seed(1)
    W1 = tf.get_variable("W1", [10, 36], initializer = tf.contrib.layers.xavier_initializer(seed = 1))
    b1 = tf.get_variable("b1", [10, 1], initializer = tf.zeros_initializer())
    W2 = tf.get_variable("W2", [6, 10], initializer = tf.contrib.layers.xavier_initializer(seed = 1))
    b2 = tf.get_variable("b2", [6, 1], initializer = tf.zeros_initializer())
    W3 = tf.get_variable("W3", [3, 6], initializer = tf.contrib.layers.xavier_initializer(seed = 1))
    b3 = tf.get_variable("b3", [3, 1], initializer = tf.zeros_initializer())
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}

tf.reset_default_graph()
with tf.Session() as sess:
    parameters = fresh_parameters()
    print("W1 = " + str(parameters["W1"].get_shape()))
    print("b1 = " + parameters["b1"].name)

def network(X, parameters):
    Z1 = tf.add(tf.matmul(parameters['W1'], X), parameters['b1'])
    A1 = tf.nn.relu(Z1)
    Z2 = tf.add(tf.matmul(parameters['W2'], A1), parameters['b2'])
    A2 = tf.nn.relu(Z2)
    Z3 = tf.add(tf.matmul(parameters['W3'], A2), parameters['b3'])
    return Z3

def cross_entropy_cost(Z3, Y):
    logits = tf.transpose(Z3)
    labels = tf.transpose(Y)
    cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits = logits, labels = labels))
    return cost

def model(X_train, Y_train, X_test, Y_test, learning_rate = 0.003,
          num_epochs = 12, minibatch_size = 32, print_cost = True):
    ops.reset_default_graph()   # else the names of the last call are taken
    tf.set_random_seed(1)
    seed = 3
    (n_x, m) = X_train.shape
    n_y = Y_train.shape[0]
    costs = []
    X, Y = make_inputs(n_x, n_y)
    parameters = fresh_parameters()
    Z3 = network(X, parameters)
    cost = cross_entropy_cost(Z3, Y)
    optimizer = tf.train.AdamOptimizer(learning_rate = learning_rate).minimize(cost)
    init = tf.global_variables_initializer()
    with tf.Session() as sess:
        sess.run(init)
        for epoch in range(num_epochs):
            epoch_cost = 0.
            n_batches = int(m / minibatch_size)
            seed = seed + 1
            minibatches = shuffled_batches(X_train, Y_train, minibatch_size, seed)
            for minibatch in minibatches:
                (bx, by) = minibatch
                _ , minibatch_cost = sess.run([optimizer, cost], feed_dict={X: bx, Y: by})
                epoch_cost += minibatch_cost / n_batches
            if print_cost == True and epoch % 4 == 0:
                print ("Cost after epoch %i: %f" % (epoch, epoch_cost))
            if print_cost == True and epoch % 2 == 0:
                costs.append(epoch_cost)
        plt.plot(np.squeeze(costs))
        plt.ylabel('cost')
        plt.xlabel('iterations (every second)')
        plt.title("Learning rate =" + str(learning_rate))
        plt.show()
        parameters = sess.run(parameters)
        print ("finished training")
        correct_prediction = tf.equal(tf.argmax(Z3), tf.argmax(Y))
        accuracy = tf.reduce_mean(tf.cast(correct_prediction, "float"))
        print ("Train Accuracy:", accuracy.eval({X: X_train, Y: Y_train}))
        print ("Test Accuracy:", accuracy.eval({X: X_test, Y: Y_test}))
        return parameters

X_tr, Y_tr, X_te, Y_te, classes = load_signs()
X_train = X_tr.T / 255.
X_test = X_te.T / 255.
Y_train = columns_one_hot(Y_tr, 3)
Y_test = columns_one_hot(Y_te, 3)
parameters = model(X_train, Y_train, X_test, Y_test)
print(predict(X_test[:, :1].astype("float32"), parameters))
