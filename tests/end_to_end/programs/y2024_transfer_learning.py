"""Keras 3: reuse of trained layers: cloned, frozen, then fine-tuned with a small rate."""

import keras
import numpy as np
from sklearn.datasets import load_digits

keras.utils.set_random_seed(42)
X, y = load_digits(return_X_y=True)
X = X / 16.0
is_a = y < 8
X_A, y_A = X[is_a], y[is_a]
X_B, y_B = X[~is_a], (y[~is_a] == 9).astype("float32")

model_A = keras.Sequential(
    [
        keras.layers.Input(shape=(64,)),
        keras.layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(32, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(8, activation="softmax"),
    ]
)
model_A.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model_A.fit(X_A, y_A, epochs=8, verbose=0)
model_A.save("my_model_A.keras")

model_A = keras.models.load_model("my_model_A.keras")
model_A_clone = keras.models.clone_model(model_A)
model_A_clone.set_weights(model_A.get_weights())
model_B_on_A = keras.Sequential(model_A_clone.layers[:-1])
model_B_on_A.add(keras.layers.Dense(1, activation="sigmoid"))
for layer in model_B_on_A.layers[:-1]:
    layer.trainable = False
model_B_on_A.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(0.1), metrics=["accuracy"])
before = [w.copy() for w in model_A.get_weights()]
model_B_on_A.fit(X_B[:60], y_B[:60], epochs=10, verbose=0, validation_data=(X_B[60:], y_B[60:]))
assert len(model_B_on_A.trainable_weights) == 2
after = model_B_on_A.get_weights()
for old, new in zip(before[:4], after[:4]):
    np.testing.assert_array_equal(old, new)
assert np.abs(after[5]).max() > 0  # the bias, which began as 0

for layer in model_B_on_A.layers[:-1]:
    layer.trainable = True
model_B_on_A.compile(
    loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=0.05), metrics=["accuracy"]
)
model_B_on_A.fit(X_B[:60], y_B[:60], epochs=10, verbose=0)
assert np.abs(model_B_on_A.get_weights()[0] - before[0]).max() > 0
np.testing.assert_array_equal(model_A.get_weights()[0], before[0])
accuracy = model_B_on_A.evaluate(X_B[60:], y_B[60:], verbose=0)[1]
assert accuracy > 0.8

base = keras.Model(model_A.inputs, model_A.layers[-2].output)
base.trainable = False
inputs = keras.Input((64,))
x = base(inputs, training=False)
outputs = keras.layers.Dense(1, activation="sigmoid")(x)
functional = keras.Model(inputs, outputs)
functional.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
assert [len(functional.trainable_weights), len(functional.non_trainable_weights)] == [2, 4]
functional.fit(X_B[:60], y_B[:60], epochs=5, verbose=0)
np.testing.assert_array_equal(base.get_weights()[0], before[0])

outcome = {"accuracy": accuracy, "weights": len(functional.weights)}
