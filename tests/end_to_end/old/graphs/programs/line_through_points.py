import tensorflow as tf
import numpy
import matplotlib.pyplot as plt
rng = numpy.random

# hyper parameters
learning_rate = 0.01
training_epochs = 60
display_step = 20

# rooms against price
train_X = numpy.asarray([2.1,3.6,4.4,5.9,6.3,7.7,4.9,8.8,9.1,2.9,5.3,1.4])
train_Y = numpy.asarray([1.2,1.9,2.2,2.5,2.9,3.3,2.3,3.8,3.9,1.6,2.4,0.9])
n_samples = train_X.shape[0]

X = tf.placeholder("float")
Y = tf.placeholder("float")

W = tf.Variable(rng.randn(), name="weight")
b = tf.Variable(rng.randn(), name="bias")

activation = tf.add(tf.multiply(X, W), b)
cost = tf.reduce_sum(tf.pow(activation-Y, 2))/(2*n_samples)
optimizer = tf.train.GradientDescentOptimizer(learning_rate).minimize(cost)

init = tf.global_variables_initializer()
with tf.Session() as sess:
    sess.run(init)
    for epoch in range(training_epochs):
        for (x, y) in zip(train_X, train_Y):
            sess.run(optimizer, feed_dict={X: x, Y: y})
        if (epoch+1) % display_step == 0:
            c = sess.run(cost, feed_dict={X: train_X, Y:train_Y})
            print("Epoch:", '%04d' % (epoch+1), "cost=", "{:.9f}".format(c), \
                "W=", sess.run(W), "b=", sess.run(b))

    print("Optimization Finished!")
    training_cost = sess.run(cost, feed_dict={X: train_X, Y: train_Y})
    print("Training cost=", training_cost, "W=", sess.run(W), "b=", sess.run(b), '\n')

    plt.plot(train_X, train_Y, 'ro', label='Original data')
    plt.plot(train_X, sess.run(W) * train_X + sess.run(b), label='Fitted line')
    plt.legend()
    plt.show()

    test_X = numpy.asarray([6.8, 4.7, 8.9])
    test_Y = numpy.asarray([2.9, 2.2, 3.7])
    testing_cost = sess.run(
        tf.reduce_sum(tf.pow(activation - Y, 2)) / (2 * test_X.shape[0]),
        feed_dict={X: test_X, Y: test_Y})
    print("Testing cost=", testing_cost)
    print("Absolute mean square loss difference:", abs(training_cost - testing_cost))
