"""tf.keras: a loop of train_on_batch with shuffles of one's own, test_on_batch, predict_on_batch."""

import numpy as np
from sklearn.datasets import load_wine
from tensorflow import keras

X, y = load_wine(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
rng = np.random.default_rng(0)
order = rng.permutation(len(X))
X, y = X[order], y[order]
X_train, X_test, y_train, y_test = X[:128], X[128:], y[:128], y[128:]

model = keras.Sequential(
    [
        keras.Input(shape=(13,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
batch_size = 32
for epoch in range(25):
    idx = rng.permutation(len(X_train))
    for start in range(0, len(idx), batch_size):
        batch = idx[start : start + batch_size]
        logs = model.train_on_batch(X_train[batch], y_train[batch], return_dict=True)
assert sorted(logs) == ["accuracy", "loss"]
loss, accuracy = model.test_on_batch(X_test, y_test)
assert accuracy > 0.8
assert model.predict_on_batch(X_test).shape == (50, 3)

outcome = {"keys": sorted(logs), "accuracy": float(accuracy), "loss": float(loss)}
