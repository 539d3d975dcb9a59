import numpy as np
import tensorflow as tf
from tensorflow import keras


class Affine(keras.layers.Layer):
    def __init__(self, units=4, input_dim=3):
        super(Affine, self).__init__()
        w_init = tf.random_normal_initializer()
        self.w = tf.Variable(initial_value=w_init(shape=(input_dim, units), dtype="float32"), trainable=True)
        b_init = tf.zeros_initializer()
        self.b = tf.Variable(initial_value=b_init(shape=(units,), dtype="float32"), trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


class RunningTotal(keras.layers.Layer):
    def __init__(self, dim):
        super(RunningTotal, self).__init__()
        self.total = tf.Variable(initial_value=tf.zeros((dim,)), trainable=False)

    def call(self, inputs):
        self.total.assign_add(tf.reduce_sum(inputs, axis=0))
        return inputs + self.total


rs = np.random.RandomState(4)
layer = Affine()
print(layer(tf.ones((2, 3))).shape, len(layer.weights), len(layer.trainable_weights))
total = RunningTotal(2)
print(total(tf.ones((2, 2))).numpy(), total(tf.ones((2, 2))).numpy())
print("non-trainable weights:", len(total.non_trainable_weights), "trainable:", total.trainable_weights)

model = keras.Sequential([Affine(4, 3), keras.layers.Activation("tanh"), Affine(1, 4)])
model.build((None, 3))
model.set_weights([rs.randn(*w.shape).astype("float32") * 0.5 for w in model.get_weights()])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
X = rs.rand(32, 3).astype("float32")
history = model.fit(X, X.sum(1), epochs=4, batch_size=8, shuffle=False, verbose=0)
print(np.round(history.history["loss"], 4))


class LinearModel(tf.keras.Model):
    def __init__(self):
        super(LinearModel, self).__init__()
        self.W = tf.Variable(5.0, name="weight")
        self.B = tf.Variable(10.0, name="bias")

    def call(self, inputs):
        return inputs * self.W + self.B


def loss(model, inputs, targets):
    error = model(inputs) - targets
    return tf.reduce_mean(tf.square(error))


def grad(model, inputs, targets):
    with tf.GradientTape() as tape:
        loss_value = loss(model, inputs, targets)
    return tape.gradient(loss_value, [model.W, model.B])


inputs = rs.randn(200).astype("float32")
outputs = inputs * 3 + 2 + rs.randn(200).astype("float32")
line = LinearModel()
optimizer = tf.keras.optimizers.SGD(learning_rate=0.05)
print("Initial loss: {:.3f}".format(loss(line, inputs, outputs)))
for i in range(60):
    grads = grad(line, inputs, outputs)
    optimizer.apply_gradients(zip(grads, [line.W, line.B]))
    if i % 20 == 0:
        print("Loss at step {:03d}: {:.3f}".format(i, loss(line, inputs, outputs)))
print("W = {:.3f}, B = {:.3f}".format(line.W.numpy(), line.B.numpy()))
print([v.name for v in line.trainable_variables], len(line.weights))
