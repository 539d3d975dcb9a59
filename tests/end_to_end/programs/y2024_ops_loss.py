"""Keras 3: a loss written with keras.ops."""

import keras
from keras import layers, ops
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = ((y - y.mean()) / y.std()).reshape(-1, 1)


def huber_fn(y_true, y_pred):
    error = y_true - y_pred
    is_small_error = ops.abs(error) < 1
    squared_loss = ops.square(error) / 2
    linear_loss = ops.abs(error) - 0.5
    return ops.where(is_small_error, squared_loss, linear_loss)


def r_square(y_true, y_pred):
    y_true = ops.cast(y_true, "float32")
    residual = ops.sum(ops.square(y_true - y_pred))
    total = ops.sum(ops.square(y_true - ops.mean(y_true)))
    return 1 - residual / (total + keras.backend.epsilon())


model = keras.Sequential(
    [
        layers.Dense(16, activation=lambda x: ops.maximum(0.1 * x, x)),
        layers.Lambda(lambda x: ops.concatenate([x, ops.tanh(x)], axis=-1)),
        layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss=huber_fn, metrics=[r_square])
history = model.fit(X, y, epochs=20, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]

outcome = {"keys": sorted(history.history), "loss": history.history["loss"][-1]}
