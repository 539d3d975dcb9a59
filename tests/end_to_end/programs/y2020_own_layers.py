"""Keras: layers of one's own with build, call and get_config, one within another, saved under their names."""

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_diabetes

keras.utils.set_random_seed(1)
X, y = load_diabetes(return_X_y=True)
X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype("float32")
y = ((y - y.mean()) / y.std()).astype("float32").reshape(-1, 1)


@keras.saving.register_keras_serializable(package="book")
class MyDense(layers.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, batch_input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(batch_input_shape[-1], self.units),
            initializer="glorot_normal",
            regularizer=keras.regularizers.L2(1e-4),
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        super().build(batch_input_shape)

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, self.kernel) + self.bias)

    def compute_output_shape(self, batch_input_shape):
        return (*batch_input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class MyGaussianNoise(layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.dropout = layers.Dropout(rate)

    def call(self, inputs, training=None):
        return self.dropout(inputs, training=training)


class ResidualBlock(layers.Layer):
    def __init__(self, n_layers, n_neurons, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [layers.Dense(n_neurons, activation="elu") for _ in range(n_layers)]

    def call(self, inputs):
        outputs = inputs
        for layer in self.hidden:
            outputs = layer(outputs)
        return inputs + outputs


class RunningTotal(layers.Layer):
    def __init__(self, size):
        super().__init__()
        self.total = self.add_weight(shape=(size,), initializer="zeros", trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return inputs


total = RunningTotal(10)
total(X[:3])
total(X[3:6])
np.testing.assert_allclose(np.asarray(total.total), X[:6].sum(axis=0), rtol=1e-4, atol=1e-6)
assert (len(total.trainable_weights), len(total.non_trainable_weights)) == (0, 1)

linear = MyDense(4)
assert linear(X[:2]).shape == (2, 4)
assert [tuple(weight.shape) for weight in linear.weights] == [(10, 4), (4,)]

model = keras.Sequential(
    [keras.Input((10,)), MyDense(30), MyGaussianNoise(0.1), ResidualBlock(2, 30), MyDense(1)]
)
model.compile(loss="mse", optimizer="nadam")
history = model.fit(X[:350], y[:350], epochs=15, validation_data=(X[350:], y[350:]), verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]

small = keras.Sequential([keras.Input((10,)), MyDense(5), layers.Dense(1)])
small.compile(loss="mse", optimizer="adam")
small.fit(X, y, epochs=1, verbose=0)
small.save("own.keras")
loaded = keras.models.load_model("own.keras")
np.testing.assert_allclose(loaded.predict(X, verbose=0), small.predict(X, verbose=0), rtol=1e-5)
assert loaded.layers[0].units == 5

outcome = {
    "shapes": [tuple(weight.shape) for weight in model.get_weights()],
    "count": model.count_params(),
    "trained": len(model.trainable_weights),
    "loss": history.history["val_loss"][-1],
}
