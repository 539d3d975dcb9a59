import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Linear(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super(Linear, self).__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            name="w", shape=(input_shape[-1], self.units), initializer="ones", trainable=True
        )
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) / tf.cast(tf.shape(inputs)[-1], tf.float32) + self.b


class Net(keras.Model):
    def __init__(self):
        super(Net, self).__init__()
        self.hidden = Linear(8)
        self.out = layers.Dense(1, kernel_initializer="ones")

    def call(self, x):
        x = tf.nn.tanh(self.hidden(x))
        return self.out(x)


def rough_huber(y_true, y_pred):
    error = y_true - y_pred
    small = tf.abs(error) <= 1.0
    return tf.where(small, tf.square(error) / 2, tf.abs(error) - 0.5)


rs = np.random.RandomState(1)
X = rs.rand(128, 5).astype("float32")
Y = (X.sum(1, keepdims=True) * 2 - 1).astype("float32")

layer = Linear(3)
print(layer(tf.ones([2, 4])).numpy())
print([w.name.split("/")[-1] for w in layer.weights], len(layer.trainable_weights))

net = Net()
net.compile(optimizer=tf.keras.optimizers.SGD(learning_rate=0.05), loss=rough_huber, metrics=["mae"])
history = net.fit(X, Y, epochs=5, batch_size=32, shuffle=False, verbose=0)
print(np.round(history.history["loss"], 4), np.round(history.history["mae"], 4))
print(np.round(net.predict(X[:3], verbose=0), 3).tolist())

inputs = keras.Input(shape=(5,))
h = layers.Lambda(lambda t: tf.math.sqrt(t + 1.0))(inputs)
h = tf.concat([h, inputs], axis=1)
outputs = layers.Dense(1, kernel_initializer="ones")(tf.square(h))
model = keras.Model(inputs, outputs)
model.compile("sgd", loss=lambda a, b: tf.reduce_mean(tf.math.squared_difference(a, b), axis=-1))
print(round(float(model.evaluate(X, Y, verbose=0)), 3), model(X[:2]).numpy().round(3).tolist())
