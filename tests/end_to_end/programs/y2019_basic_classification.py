"""tf.keras: small images flattened, then a model that appends a softmax to a trained one."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

digits = load_digits()
train_images, test_images = digits.images[:1400] / 16.0, digits.images[1400:] / 16.0
train_labels, test_labels = digits.target[:1400], digits.target[1400:]

model = keras.Sequential(
    [
        keras.layers.Flatten(input_shape=(8, 8)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10),
    ]
)
model.compile(
    optimizer="adam",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_images, train_labels, epochs=10, verbose=0)
test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=2)
assert test_acc > 0.85

probability_model = keras.Sequential([model, keras.layers.Softmax()])
predictions = probability_model.predict(test_images)
assert predictions.shape == (397, 10)
np.testing.assert_allclose(predictions.sum(axis=1), 1, rtol=1e-5)
assert np.mean(np.argmax(predictions, axis=1) == test_labels) > 0.85

img = np.expand_dims(test_images[1], 0)
predictions_single = probability_model.predict(img)
assert predictions_single.shape == (1, 10)

outcome = {"keys": sorted(history.history), "loss": test_loss, "accuracy": test_acc}
