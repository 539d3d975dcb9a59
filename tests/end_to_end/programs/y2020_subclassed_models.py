"""Keras: models as classes with call: wide and deep with two inputs and outputs, an autoencoder of two parts."""

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_diabetes, load_digits

keras.utils.set_random_seed(2)
X, y = load_diabetes(return_X_y=True)
X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype("float32")
y = ((y - y.mean()) / y.std()).astype("float32").reshape(-1, 1)


class WideAndDeepModel(keras.Model):
    def __init__(self, units=30, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.norm_layer_wide = layers.Rescaling(0.5)
        self.hidden1 = layers.Dense(units, activation=activation)
        self.hidden2 = layers.Dense(units, activation=activation)
        self.main_output = layers.Dense(1)
        self.aux_output = layers.Dense(1)

    def call(self, inputs):
        input_wide, input_deep = inputs
        norm_wide = self.norm_layer_wide(input_wide)
        hidden1 = self.hidden1(input_deep)
        hidden2 = self.hidden2(hidden1)
        concat = ops.concatenate([norm_wide, hidden2], axis=-1)
        return self.main_output(concat), self.aux_output(hidden2)


model = WideAndDeepModel(30, name="my_cool_model")
model.compile(loss=["mse", "mse"], loss_weights=[0.9, 0.1], optimizer="adam")
history = model.fit((X[:350, :5], X[:350, 2:]), (y[:350], y[:350]), epochs=10, verbose=0)
main, aux = model.predict((X[350:, :5], X[350:, 2:]), verbose=0)
assert main.shape == aux.shape == (92, 1)


class Autoencoder(keras.Model):
    def __init__(self, latent):
        super().__init__()
        self.encoder = keras.Sequential([layers.Dense(latent, activation="relu")])
        self.decoder = keras.Sequential([layers.Dense(64, activation="sigmoid")])

    def call(self, x):
        return self.decoder(self.encoder(x))


digits = (load_digits().data / 16.0).astype("float32")
autoencoder = Autoencoder(16)
autoencoder.compile(optimizer="adam", loss="mse")
learned = autoencoder.fit(digits, digits, epochs=15, validation_split=0.1, verbose=0)
codes = np.asarray(autoencoder.encoder(digits[:5]))
assert codes.shape == (5, 16)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4, activation="relu")
        self.drop = layers.Dropout(0.5)
        self.out = layers.Dense(1)

    def call(self, inputs, training=None):
        return self.out(self.drop(self.dense(inputs), training=training))


classifier = Classifier()
classifier.compile("adam", "mse")
classifier.fit(X, y, epochs=1, verbose=0)
classifier.save_weights("classifier.weights.h5")

outcome = {
    "count": model.count_params(),
    "main": history.history["loss"][-1],
    "codes": learned.history["val_loss"][-1],
    "layers": [layer.name for layer in model.layers],
    "autoencoder": autoencoder.count_params(),
    "classifier": [tuple(weight.shape) for weight in classifier.get_weights()],
}
