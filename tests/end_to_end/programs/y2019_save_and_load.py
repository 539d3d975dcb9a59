"""tf.keras: checkpoints while training, weights saved by hand, whole models saved and loaded."""

import os

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)
X = X[:1000] / 16.0
y = y[:1000]


def create_model():
    model = keras.Sequential(
        [
            keras.layers.Dense(32, activation="relu", input_shape=(64,)),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


model = create_model()
cp_callback = keras.callbacks.ModelCheckpoint(filepath="cp.weights.h5", save_weights_only=True, verbose=0)
model.fit(X[:800], y[:800], epochs=8, validation_data=(X[800:], y[800:]), callbacks=[cp_callback], verbose=0)
loss, acc = model.evaluate(X[800:], y[800:], verbose=0)
assert os.path.exists("cp.weights.h5")

untrained = create_model()
assert untrained.evaluate(X[800:], y[800:], verbose=0)[1] < 0.5
untrained.load_weights("cp.weights.h5")
np.testing.assert_allclose(untrained.evaluate(X[800:], y[800:], verbose=0), [loss, acc], rtol=1e-5)

model.save_weights("my.weights.h5")
again = create_model()
again.load_weights("my.weights.h5")
np.testing.assert_allclose(again.predict(X[800:]), model.predict(X[800:]), rtol=1e-5)

model.save("my_model.keras")
new_model = keras.models.load_model("my_model.keras")
new_model.summary()
np.testing.assert_allclose(new_model.evaluate(X[800:], y[800:], verbose=0), [loss, acc], rtol=1e-5)
assert acc > 0.7

outcome = {"loss": loss, "accuracy": acc}
