import numpy as np
import math
import tensorflow as tf


def load_signs(seed=2):
    np.random.seed(seed)
    X = np.random.rand(120, 36) * 255
    Y = (X[:, :12].sum(axis=1) > X[:, 12:24].sum(axis=1)).astype(int) + (X[:, 24:].mean(axis=1) > 127)
    return X[:90], Y[:90].reshape(1, 90), X[90:], Y[90:].reshape(1, 30), np.array([0, 1, 2])


def shuffled_batches(X, Y, size=64, seed=0):
    m = X.shape[1]
    batches = []
    np.random.seed(seed)
    perm = list(np.random.permutation(m))
    Xs = X[:, perm]
    Ys = Y[:, perm].reshape((Y.shape[0], m))
    whole = math.floor(m / size)
    for k in range(0, whole):
        batches.append((Xs[:, k * size:(k + 1) * size],
                             Ys[:, k * size:(k + 1) * size]))
    if m % size != 0:
        batches.append((Xs[:, whole * size: m],
                             Ys[:, whole * size: m]))
    return batches


def columns_one_hot(Y, C):
    return np.eye(C)[Y.reshape(-1)].T


def predict(X, parameters):
    W1, b1 = tf.convert_to_tensor(parameters["W1"]), tf.convert_to_tensor(parameters["b1"])
    W2, b2 = tf.convert_to_tensor(parameters["W2"]), tf.convert_to_tensor(parameters["b2"])
    W3, b3 = tf.convert_to_tensor(parameters["W3"]), tf.convert_to_tensor(parameters["b3"])
    params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}
    x = tf.placeholder("float", [36, 1])
    z3 = layers_of(x, params)
    p = tf.argmax(z3)
    sess = tf.Session()
    prediction = sess.run(p, feed_dict={x: X})
    return prediction


def layers_of(X, parameters):
    A1 = tf.nn.relu(tf.add(tf.matmul(parameters['W1'], X), parameters['b1']))
    A2 = tf.nn.relu(tf.add(tf.matmul(parameters['W2'], A1), parameters['b2']))
    return tf.add(tf.matmul(parameters['W3'], A2), parameters['b3'])
