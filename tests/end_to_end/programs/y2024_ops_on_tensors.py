"""Keras 3: ops and activation functions called on symbolic tensors, in a functional model that is saved."""

import keras
import numpy as np
from keras import activations, layers, ops

keras.utils.set_random_seed(4)
rng = np.random.default_rng(0)
A, B = rng.normal(size=(600, 6)).astype("float32"), rng.normal(size=(600, 6)).astype("float32")
target = np.abs(A - B).sum(axis=1, keepdims=True).astype("float32")

a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
difference = ops.abs(a - b)
joined = ops.concatenate(
    [
        difference,
        ops.square(difference),
        ops.sum(a * b, axis=-1, keepdims=True),
        ops.maximum(a, b),
        activations.relu(layers.Dense(4)(a)),
        a**2,
        1.0 / (2.0 + ops.tanh(b)),
    ],
    axis=-1,
)
x = layers.Dense(32, activation="relu")(joined)
model = keras.Model([a, b], layers.Dense(1)(x))
model.compile("adam", "mse", metrics=["mae"])
history = model.fit([A, B], target, epochs=10, validation_split=0.2, verbose=0)
assert history.history["val_loss"][-1] < 0.3 * target.var()
model.save("ops.keras")
loaded = keras.models.load_model("ops.keras")
np.testing.assert_allclose(
    loaded.predict([A, B], verbose=0), model.predict([A, B], verbose=0), rtol=1e-4, atol=1e-5
)

outcome = {"count": model.count_params(), "inputs": joined.shape, "keys": sorted(history.history)}
