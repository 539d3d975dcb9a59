"""Rosenblatt's perceptron and Widrow's adaline, without any optimizer"""
import tensorflow as tf
import numpy as np
import matplotlib.pyplot as plt

T, F = 1., -1.
bias = 1.
train_in = [[T, T, bias], [T, F, bias], [F, T, bias], [F, F, bias]]
train_out = [[T], [F], [F], [F]]     # AND

w = tf.Variable(tf.random_normal([3, 1]))

def step(x):
    # step(x) = { 1 if x > 0; -1 otherwise }
    is_greater = tf.greater(x, 0)
    as_float = tf.to_float(is_greater)
    doubled = tf.multiply(as_float, 2)
    return tf.subtract(doubled, 1)

output = step(tf.matmul(train_in, w))
error = tf.subtract(train_out, output)
mse = tf.reduce_mean(tf.square(error))

delta = tf.matmul(train_in, error, transpose_a=True)
train = tf.assign(w, tf.add(w, delta))

sess = tf.Session()
sess.run(tf.initialize_all_variables())
err, target = 1, 0
epoch, max_epochs = 0, 10
while err > target and epoch < max_epochs:
    epoch += 1
    err, _ = sess.run([mse, train])
    print('epoch:', epoch, 'mse:', err)
print(sess.run(w))

# adaline on two flowers
rs = np.random.RandomState(3)
X = np.r_[rs.randn(20, 2) * .4 + [1.4, 0.2], rs.randn(20, 2) * .4 + [4.2, 1.3]]
d = np.r_[-np.ones(20), np.ones(20)]
X_std = (X - X.mean(axis=0)) / X.std(axis=0)
class Adaline(object):
    def __init__(self, eta=0.01, n_iter=15):
        self.eta, self.n_iter = eta, n_iter
    def fit(self, X, y):
        self.X = tf.placeholder(tf.float32, [None, X.shape[1]])
        self.y = tf.placeholder(tf.float32)
        self.w = tf.Variable(tf.zeros([X.shape[1], 1]))
        self.b = tf.Variable(0.)
        out = tf.reshape(tf.matmul(self.X, self.w), [-1]) + self.b
        errors = self.y - out
        grad = tf.matmul(tf.transpose(self.X), tf.expand_dims(errors, 1))
        up = tf.group(self.w.assign_add(self.eta*grad), self.b.assign_add(self.eta*tf.reduce_sum(errors)))
        cost = tf.reduce_sum(errors**2) / 2.0
        self.cost_ = []
        self.sess = tf.Session()
        self.sess.run(tf.variables_initializer([self.w, self.b]))
        for _ in range(self.n_iter):
            c, _ = self.sess.run([cost, up], {self.X: X, self.y: y})
            self.cost_.append(c)
        return self
ada = Adaline().fit(X_std, d)
print(ada.cost_)
plt.plot(range(1, len(ada.cost_) + 1), np.log10(ada.cost_), marker='o')
plt.show()
