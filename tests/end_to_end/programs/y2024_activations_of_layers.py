"""Keras 3: a model of all intermediate outputs, and a layer tried alone."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype("float32")

layer = layers.Dense(3, activation="relu")
assert layer.weights == []
out = layer(np.ones((2, 4), "float32"))
assert out.shape == (2, 3)
assert [tuple(w.shape) for w in layer.weights] == [(4, 3), (3,)]

model = keras.Sequential()
model.add(keras.Input(shape=(64,)))
model.add(layers.Dense(32, activation="relu", name="first"))
model.add(layers.Dense(16, activation="relu", name="second"))
model.add(layers.Dense(10, activation="softmax", name="probabilities"))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X[:1400], y[:1400], epochs=8, verbose=0)

extractor = keras.Model(inputs=model.inputs, outputs=[layer.output for layer in model.layers])
features = extractor.predict(X[:10], verbose=0)
assert [feature.shape for feature in features] == [(10, 32), (10, 16), (10, 10)]
kernel, bias = model.get_layer(name="first").get_weights()
np.testing.assert_allclose(features[0], np.maximum(X[:10] @ kernel + bias, 0), rtol=1e-4, atol=1e-5)
by_name = keras.Model(model.inputs, model.get_layer("second").output)
np.testing.assert_allclose(by_name.predict(X[:10], verbose=0), features[1], rtol=1e-5, atol=1e-6)
np.testing.assert_allclose(model(X[:10]), features[2], rtol=1e-5, atol=1e-6)

outcome = {
    "shapes": [list(feature.shape) for feature in features],
    "names": [layer.name for layer in model.layers],
}
