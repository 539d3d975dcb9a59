"""Keras 2: a book's workflow: hold out a part, watch both curves, then retrain for fewer epochs."""

import numpy as np
from keras import layers, losses, metrics, models, optimizers, regularizers
from sklearn.datasets import load_breast_cancer

data, labels = load_breast_cancer(return_X_y=True)
data -= data.mean(axis=0)
data /= data.std(axis=0)
y = np.asarray(labels).astype("float32")
x_val, partial_x_train = data[:150], data[150:450]
y_val, partial_y_train = y[:150], y[150:450]

model = models.Sequential()
model.add(
    layers.Dense(
        16, kernel_regularizer=regularizers.l1_l2(l1=0.001, l2=0.001), activation="relu", input_shape=(30,)
    )
)
model.add(layers.Dropout(0.5))
model.add(layers.Dense(16, activation="relu"))
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(
    optimizer=optimizers.RMSprop(learning_rate=0.001),
    loss=losses.binary_crossentropy,
    metrics=[metrics.binary_accuracy],
)
history = model.fit(
    partial_x_train, partial_y_train, epochs=20, batch_size=32, validation_data=(x_val, y_val), verbose=0
)
history_dict = history.history
loss_values, val_loss_values = history_dict["loss"], history_dict["val_loss"]
epochs = range(1, len(loss_values) + 1)

assert list(epochs) == list(range(1, 21))
assert sorted(history_dict) == ["binary_accuracy", "loss", "val_binary_accuracy", "val_loss"]
assert val_loss_values[-1] < val_loss_values[0]
results = model.evaluate(data[450:], y[450:], verbose=0)
assert results[1] > 0.9
probabilities = model.predict(data[450:])
assert probabilities.shape == (119, 1)

outcome = {"keys": sorted(history_dict), "loss": results[0], "accuracy": results[1]}
