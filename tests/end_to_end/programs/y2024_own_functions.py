"""Keras 3: loss, metric, activation, initialiser, regulariser as plain functions; a Lambda layer."""

import jax.numpy as jnp
import keras
from keras import layers
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (y - y.mean()) / y.std()


def huber_fn(y_true, y_pred):
    error = y_true - y_pred
    is_small_error = jnp.abs(error) < 1
    return jnp.where(is_small_error, jnp.square(error) / 2, jnp.abs(error) - 0.5)


def create_huber(threshold=1.0):
    def huber(y_true, y_pred):
        error = jnp.abs(y_true - y_pred)
        return jnp.mean(
            jnp.where(error < threshold, error**2 / 2, threshold * error - threshold**2 / 2), axis=-1
        )

    return huber


def mean_pred(y_true, y_pred):
    return jnp.mean(y_pred)


def my_softplus(z):
    return jnp.log(jnp.exp(z) + 1.0)


def my_l1_regularizer(weights):
    return jnp.sum(jnp.abs(0.001 * weights))


def my_positive_weights(weights):
    return jnp.maximum(weights * 1.0, 0.0)


model = keras.Sequential(
    [
        keras.Input(shape=(10,)),
        layers.Lambda(lambda x: x / 2.0),
        layers.Dense(
            30, activation="relu", kernel_initializer="he_normal", kernel_regularizer=my_l1_regularizer
        ),
        layers.Dense(30, activation=my_softplus, kernel_constraint=my_positive_weights),
        layers.Dense(1),
    ]
)
model.compile(loss=create_huber(2.0), optimizer="nadam", metrics=["mae", mean_pred, huber_fn])
history = model.fit(
    X[:350], y[:350].reshape(-1, 1), epochs=20, validation_data=(X[350:], y[350:].reshape(-1, 1)), verbose=0
)
assert model.layers[2].get_weights()[0].min() >= 0
assert history.history["loss"][-1] < history.history["loss"][0]
assert set(history.history) == {
    "loss", "mae", "mean_pred", "huber_fn", "val_loss", "val_mae", "val_mean_pred", "val_huber_fn",
}  # fmt: skip

outcome = {
    "keys": sorted(history.history),
    "loss": history.history["val_loss"][-1],
    "mae": history.history["val_mae"][-1],
}
