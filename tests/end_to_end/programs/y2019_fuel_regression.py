"""tf.keras: Normalization that adapts, a linear model, then a deep one; a callback that prints dots."""

import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers

X, y = load_diabetes(return_X_y=True, scaled=False)
y = y / 100
train_features, test_features, train_labels, test_labels = X[:350], X[350:], y[:350], y[350:]

normalizer = layers.Normalization(axis=-1)
normalizer.adapt(np.array(train_features))
np.testing.assert_allclose(np.array(normalizer.mean).ravel(), train_features.mean(axis=0), rtol=1e-4)

linear_model = keras.Sequential([normalizer, layers.Dense(units=1)])
assert linear_model.predict(train_features[:10]).shape == (10, 1)
assert linear_model.layers[1].kernel.shape == (10, 1)
linear_model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.1), loss="mean_absolute_error")
linear_model.fit(train_features, train_labels, epochs=30, verbose=0, validation_split=0.2)


class PrintDot(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        if epoch % 100 == 0:
            print("")
        print(".", end="")


def build_and_compile_model(norm):
    model = keras.Sequential(
        [norm, layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu"), layers.Dense(1)]
    )
    model.compile(loss="mean_absolute_error", optimizer=keras.optimizers.Adam(0.001), metrics=["mae", "mse"])
    return model


dnn_model = build_and_compile_model(normalizer)
history = dnn_model.fit(
    train_features, train_labels, validation_split=0.2, verbose=0, epochs=40, callbacks=[PrintDot()]
)
assert history.epoch == list(range(40))
test_results = {}
test_results["linear_model"] = linear_model.evaluate(test_features, test_labels, verbose=0)
test_results["dnn_model"], mae, mse = dnn_model.evaluate(test_features, test_labels, verbose=0)
assert test_results["linear_model"] < 0.65
assert test_results["dnn_model"] < 0.65
test_predictions = dnn_model.predict(test_features).flatten()
error = test_predictions - test_labels
np.testing.assert_allclose(np.abs(error).mean(), mae, rtol=1e-4)

outcome = {"keys": sorted(history.history), "linear": test_results["linear_model"], "deep": mae, "mse": mse}
