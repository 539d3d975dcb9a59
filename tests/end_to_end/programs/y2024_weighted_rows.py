"""Keras 3: sample weights in fit, validation and evaluate; weighted metrics; initial_epoch; seeds."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
weights = np.where(y == 0, 2.0, 1.0)


def run():
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((30,)),
            layers.Dense(8, activation="tanh"),
            layers.Dropout(0.1),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"])
    history = model.fit(
        X[:400],
        y[:400],
        sample_weight=weights[:400],
        epochs=6,
        validation_data=(X[400:], y[400:], weights[400:]),
        verbose=0,
    )
    more = model.fit(X[:400], y[:400], sample_weight=weights[:400], initial_epoch=6, epochs=9, verbose=0)
    assert more.epoch == [6, 7, 8]
    return model, history


model, history = run()
again, _ = run()
for first, second in zip(model.get_weights(), again.get_weights()):
    np.testing.assert_array_equal(first, second)
results = model.evaluate(X[400:], y[400:], sample_weight=weights[400:], return_dict=True, verbose=0)
p = model.predict(X[400:], verbose=0)[:, 0]
by_hand = np.mean(weights[400:] * -np.log(np.where(y[400:] == 1, p, 1 - p)))
np.testing.assert_allclose(results["loss"], by_hand, rtol=1e-3)

outcome = {"keys": sorted(history.history), "results": sorted(results), "loss": results["loss"]}
