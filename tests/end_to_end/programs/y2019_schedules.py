"""tf.keras: power, exponential and piecewise schedules: as a function of the epoch, and of the step."""

from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)
X = X / 16.0
n_epochs = 10


def exponential_decay(lr0, s):
    def exponential_decay_fn(epoch):
        return lr0 * 0.1 ** (epoch / s)

    return exponential_decay_fn


def piecewise_constant_fn(epoch, lr):
    if epoch < 5:
        return 0.01
    return 0.005 if epoch < 8 else lr * 0.5


def fit(optimizer, callbacks=None):
    model = keras.models.Sequential(
        [
            keras.layers.Dense(40, activation="relu", kernel_initializer="he_normal", input_shape=(64,)),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    history = model.fit(
        X[:1400],
        y[:1400],
        epochs=n_epochs,
        validation_data=(X[1400:], y[1400:]),
        callbacks=callbacks,
        verbose=0,
    )
    assert history.history["val_accuracy"][-1] > 0.8
    return history.history


first = fit("nadam", [keras.callbacks.LearningRateScheduler(exponential_decay(lr0=0.01, s=20))])
second = fit(keras.optimizers.Adam(), [keras.callbacks.LearningRateScheduler(piecewise_constant_fn)])
steps = n_epochs * len(X[:1400]) // 32
third = fit(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.2, steps, 0.1), momentum=0.9))
boundaries = keras.optimizers.schedules.PiecewiseConstantDecay([200, 300], [0.01, 0.005, 0.001])
fourth = fit(keras.optimizers.RMSprop(learning_rate=boundaries))

outcome = {
    "keys": sorted(first),
    "rates": [round(float(rate), 6) for rate in second["learning_rate"]],
    "last rate": float(first["learning_rate"][-1]),
    "without": [sorted(third), sorted(fourth)],
}
