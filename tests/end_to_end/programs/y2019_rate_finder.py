"""tf.keras: the learning rate raised after every batch by a callback, to find where the loss turns."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)
X = X / 16.0


class ExponentialLearningRate(keras.callbacks.Callback):
    def __init__(self, factor):
        self.factor = factor
        self.rates = []
        self.losses = []

    def on_batch_end(self, batch, logs):
        self.rates.append(float(self.model.optimizer.learning_rate))
        self.losses.append(logs["loss"])
        self.model.optimizer.learning_rate = self.model.optimizer.learning_rate * self.factor


model = keras.Sequential(
    [keras.layers.Dense(30, activation="relu"), keras.layers.Dense(10, activation="softmax")]
)
model.compile("sgd", "sparse_categorical_crossentropy")
model.optimizer.learning_rate = 1e-3
expon_lr = ExponentialLearningRate(factor=1.1)
model.fit(X, y, epochs=1, callbacks=[expon_lr], verbose=0)
assert len(expon_lr.rates) == int(np.ceil(len(X) / 32))
assert expon_lr.rates[-1] > 100 * expon_lr.rates[0]

outcome = {"rates": [round(rate, 5) for rate in expon_lr.rates[:10]]}
