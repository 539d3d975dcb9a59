"""Keras 3: smoothed one-hot targets with top-k accuracy; then several labels a row with sigmoid outputs."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(1)
X, y = load_digits(return_X_y=True)
X = X / 16.0
Y = keras.utils.to_categorical(y, num_classes=10)
assert Y.shape == (1797, 10)

model = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.Adam(0.005),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    metrics=[
        "accuracy",
        keras.metrics.TopKCategoricalAccuracy(k=2, name="top2"),
        keras.metrics.F1Score(average="macro"),
    ],
)
history = model.fit(
    X[:1400], Y[:1400], epochs=10, batch_size=64, validation_data=(X[1400:], Y[1400:]), verbose=0
)
assert history.history["val_accuracy"][-1] > 0.8
assert history.history["val_top2"][-1] >= history.history["val_accuracy"][-1]
assert (
    np.median(model.predict(X[1400:], verbose=0).max(axis=1)) < 0.97
)  # 1 - 0.1 + 0.1 / 10 = 0.91 is asked for

labels = np.stack([y % 2 == 0, y > 4, y % 3 == 0], axis=1).astype("float32")
tagger = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(3, activation="sigmoid")])
tagger.compile(
    loss="binary_crossentropy",
    optimizer="adam",
    metrics=[
        "binary_accuracy",
        keras.metrics.AUC(multi_label=True, num_labels=3),
        keras.metrics.Precision(),
        keras.metrics.Recall(),
    ],
)
tags = tagger.fit(X[:1400], labels[:1400], epochs=10, verbose=0)
assert tags.history["binary_accuracy"][-1] > 0.8

outcome = {
    "keys": sorted(history.history),
    "tags": sorted(tags.history),
    "accuracy": history.history["val_accuracy"][-1],
    "loss": history.history["val_loss"][-1],
    "auc": tags.history["auc"][-1],
}
