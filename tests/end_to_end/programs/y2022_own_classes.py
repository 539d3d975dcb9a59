"""Keras 3: classes derived from layers, models with `build`, several heads, and Monte-Carlo dropout, as books have them."""

import copy
import pickle  # noqa: TID251

import keras
import numpy as np
from keras import Layer, layers, ops
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
X = (X / X.std(axis=0)).astype("float32")
y = ((y - y.mean()) / y.std()).astype("float32")


class MCDropout(layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


class GatedResidual(Layer):
    def __init__(self, units, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.elu = layers.Dense(units, activation="elu")
        self.dropout = layers.Dropout(rate)
        self.gate = layers.Dense(units, activation="sigmoid")
        self.project = layers.Dense(units)
        self.norm = layers.LayerNormalization()

    def call(self, inputs):
        x = self.dropout(self.elu(inputs))
        return self.norm(self.project(inputs) + x * self.gate(inputs))


class Average(Layer):
    def call(self, inputs):
        left, right = inputs
        return 0.5 * (left + right)


class Mixture(Layer):
    def __init__(self, units):
        super().__init__()
        self.towers = [layers.Dense(units), layers.Dense(units, activation="tanh")]
        self.average = Average()

    def call(self, inputs):
        return self.average((self.towers[0](inputs), self.towers[1](inputs)))


class ReconstructingRegressor(keras.Model):
    def __init__(self, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [layers.Dense(30, activation="selu") for _ in range(2)]
        self.heads = [layers.Dense(output_dim)]
        self.mixture = Mixture(12)

    def build(self, batch_input_shape):
        self.reconstruct = layers.Dense(batch_input_shape[-1])
        super().build(batch_input_shape)

    def call(self, inputs):
        z = inputs
        for layer in self.hidden:
            z = layer(z)
        return [self.heads[0](z), self.reconstruct(self.mixture(z))]


model = ReconstructingRegressor(1)
model.compile(loss=["mse", "mse"], loss_weights=[1.0, 0.1], optimizer="nadam")
history = model.fit(X, [y, X], epochs=15, verbose=0)
predicted, reconstructed = model.predict(X, verbose=0)
assert model.name == "reconstructing_regressor"
assert [weight.shape for weight in model.get_weights()][:4] == [(10, 30), (30,), (30, 30), (30,)]

# The weights of a model given to another of the same class.
twin = ReconstructingRegressor(1)
twin(X[:1])
twin.set_weights(model.get_weights())
np.testing.assert_allclose(twin.predict(X, verbose=0)[0], predicted, rtol=1e-4, atol=1e-5)

inputs = keras.Input((10,))
x = GatedResidual(16)(inputs)
x = MCDropout(0.5)(x)
network = keras.Model(inputs, layers.Dense(1, kernel_constraint="non_neg")(x))
network.compile("adam", "mse")
network.fit(X, y, epochs=15, validation_split=0.2, verbose=0)
samples = np.stack([network.predict(X[:50], verbose=0) for _ in range(20)])
assert samples.std(axis=0).min() > 0
assert np.asarray(network.layers[-1].kernel).min() >= 0

# All outputs of a functional model, its input included.
autoencoder = keras.Sequential([keras.Input((10,)), layers.Dense(3, name="code"), layers.Dense(10)])
features = keras.Model(autoencoder.inputs, [layer.output for layer in autoencoder.layers])
autoencoder.compile("adam", "mse")
autoencoder.fit(X, X, epochs=2, verbose=0)
code, back = features.predict(X, verbose=0)
np.testing.assert_allclose(back, autoencoder.predict(X, verbose=0), rtol=1e-4, atol=1e-5)

for other in (pickle.loads(pickle.dumps(autoencoder)), copy.deepcopy(autoencoder)):
    np.testing.assert_allclose(other.predict(X, verbose=0), back, rtol=1e-4, atol=1e-5)


# The size of a batch, asked for within a model.
class Regrouped(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = layers.Dense(1)

    def call(self, inputs):
        batch = ops.shape(inputs)[0]
        groups = ops.reshape(inputs, (batch, 2, 5))
        return self.out(ops.max(groups, axis=1))


regrouped = Regrouped()
regrouped.compile("adam", "mse")
regrouped.fit(X, y, epochs=1, verbose=0)

outcome = {
    "shapes": [tuple(weight.shape) for weight in model.get_weights()],
    "network": [tuple(weight.shape) for weight in network.get_weights()],
    "parameters": network.count_params(),
    "names": [layer.name for layer in autoencoder.layers][:1],
    "code": code.shape,
    "loss": history.history["loss"][-1],
    "error": float(np.mean((predicted[:, 0] - y) ** 2)),
    "spread": float(samples.std(axis=0).mean()),
    "regrouped": regrouped.predict(X, verbose=0).shape,
}
