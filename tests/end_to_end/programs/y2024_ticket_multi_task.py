"""Keras 3: several inputs and outputs by name, losses and weights and metrics in dictionaries."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_wine

keras.utils.set_random_seed(812)
data = load_wine()
X = ((data.data - data.data.mean(0)) / data.data.std(0)).astype("float32")
order = np.random.default_rng(1).permutation(len(X))
X, target = X[order], data.target[order]
proline = X[:, -1:]

chemistry = keras.Input(shape=(6,), name="chemistry")
colour = keras.Input(shape=(6,), name="colour")
x = layers.concatenate(
    [layers.Dense(16, activation="relu")(chemistry), layers.Dense(16, activation="relu")(colour)]
)
x = layers.Dense(32, activation="relu")(x)
cultivar = layers.Dense(3, name="cultivar")(x)
proline_pred = layers.Dense(1, name="proline")(x)
model = keras.Model(inputs=[chemistry, colour], outputs={"cultivar": cultivar, "proline": proline_pred})
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-2),
    loss={"cultivar": keras.losses.SparseCategoricalCrossentropy(from_logits=True), "proline": "mse"},
    loss_weights={"cultivar": 1.0, "proline": 0.2},
    metrics={"cultivar": ["accuracy"], "proline": ["mae"]},
)
history = model.fit(
    {"chemistry": X[:, :6], "colour": X[:, 6:12]},
    {"cultivar": target, "proline": proline},
    epochs=20,
    batch_size=32,
    validation_split=0.2,
    verbose=0,
)
results = model.evaluate(
    {"chemistry": X[:, :6], "colour": X[:, 6:12]},
    {"cultivar": target, "proline": proline},
    return_dict=True,
    verbose=0,
)
predictions = model.predict({"chemistry": X[:4, :6], "colour": X[:4, 6:12]}, verbose=0)
assert sorted(predictions) == ["cultivar", "proline"]
assert predictions["cultivar"].shape == (4, 3)
assert results["cultivar_accuracy"] > 0.9

outcome = {
    "keys": sorted(history.history),
    "results": sorted(results),
    "accuracy": results["cultivar_accuracy"],
}
