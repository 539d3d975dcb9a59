from __future__ import absolute_import, division, print_function
import numpy as np
import tensorflow as tf

print("Eager:", tf.executing_eagerly())

# hidden truth
TRUE_W, TRUE_B = 2.5, -0.75
NUM = 200

rs = np.random.RandomState(3)
inputs = rs.normal(size=[NUM]).astype(np.float32)
noise = rs.normal(size=[NUM]).astype(np.float32) * 0.2
outputs = inputs * TRUE_W + TRUE_B + noise


class LineModel(object):
    def __init__(self):
        self.W = tf.Variable(5.0)
        self.b = tf.Variable(0.0)

    def __call__(self, x):
        return self.W * x + self.b


def loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred))


def train(model, inputs, outputs, learning_rate):
    with tf.GradientTape() as t:
        current_loss = loss(outputs, model(inputs))
    dW, db = t.gradient(current_loss, [model.W, model.b])
    model.W.assign_sub(learning_rate * dW)
    model.b.assign_sub(learning_rate * db)


model = LineModel()
print("at first: %1.4f" % loss(outputs, model(inputs)).numpy())
Ws, bs = [], []
for epoch in range(12):
    Ws.append(model.W.numpy())
    bs.append(model.b.numpy())
    current_loss = loss(outputs, model(inputs))
    train(model, inputs, outputs, learning_rate=0.1)
    print("Epoch %2d: W=%1.3f b=%1.3f, loss=%2.4f" % (epoch, Ws[-1], bs[-1], current_loss))
print(model.W)
print(type(Ws[0]).__name__, len(bs))
