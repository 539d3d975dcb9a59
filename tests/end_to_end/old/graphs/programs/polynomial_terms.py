import tensorflow as tf
import numpy as np
import matplotlib.pyplot as plt
import pylab

learning_rate = 0.01
training_epochs = 15
reg_lambda = 0.001

trX = np.linspace(-1, 1, 51)
degree = 5
true_w = [1, 2, -3, 4, 0.5]
trY = 0
for i in range(degree):
    trY += true_w[i] * np.power(trX, i)
trY += np.random.randn(*trX.shape) * 0.3

X = tf.placeholder(tf.float32)
Y = tf.placeholder(tf.float32)

def curve(X, w):
    terms = []
    for i in range(degree):
        term = tf.multiply(w[i], tf.pow(X, i))
        terms.append(term)
    return tf.add_n(terms)

w = tf.Variable([0.] * degree, name="parameters")
y_model = curve(X, w)

cost = tf.div(tf.add(tf.reduce_sum(tf.square(Y-y_model)), tf.multiply(reg_lambda, tf.reduce_sum(tf.square(w)))), 2)
train_op = tf.train.GradientDescentOptimizer(learning_rate).minimize(cost)

sess = tf.Session()
init = tf.global_variables_initializer()
sess.run(init)
for epoch in range(training_epochs):
    for (x, y) in zip(trX, trY):
        sess.run(train_op, feed_dict={X: x, Y: y})
w_val = sess.run(w)
print(w_val)
final_cost = sess.run(cost, feed_dict={X: trX, Y: trY})
print('final cost = {}'.format(final_cost))
sess.close()

plt.scatter(trX, trY)
trY2 = 0
for i in range(degree):
    trY2 += w_val[i] * np.power(trX, i)
pylab.plot(trX, trY2, 'r')
plt.show()
