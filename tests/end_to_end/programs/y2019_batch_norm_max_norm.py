"""tf.keras: batch normalisation before the activation, max-norm, partial(), Monte-Carlo dropout."""

from functools import partial

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)
X = X / 16.0
X_train, X_test, y_train, y_test = X[:1400], X[1400:], y[:1400], y[1400:]

MaxNormDense = partial(
    keras.layers.Dense,
    activation="selu",
    kernel_initializer="lecun_normal",
    kernel_constraint=keras.constraints.max_norm(1.0),
)
model = keras.models.Sequential(
    [
        keras.layers.Flatten(input_shape=[64]),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(60, use_bias=False),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Activation("relu"),
        MaxNormDense(40),
        keras.layers.Dropout(rate=0.2),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
assert [(w.shape) for w in model.layers[1].get_weights()] == [(64,)] * 4
model.compile(
    loss="sparse_categorical_crossentropy",
    optimizer=keras.optimizers.Adam(learning_rate=0.005, clipnorm=1.0),
    metrics=["accuracy"],
)
model.fit(X_train, y_train, epochs=8, batch_size=32, validation_data=(X_test, y_test), verbose=0)
assert np.linalg.norm(model.layers[5].get_weights()[0], axis=0).max() < 1 + 1e-5

y_probas = np.stack([np.asarray(model(X_test, training=True)) for _ in range(20)])
y_proba = y_probas.mean(axis=0)
assert y_probas.shape == (20, 397, 10)
assert y_probas.std(axis=0).max() > 0
assert np.mean(np.argmax(y_proba, axis=1) == y_test) > 0.8
accuracy = model.evaluate(X_test, y_test, verbose=0)[1]

outcome = {"accuracy": accuracy, "params": model.count_params()}
