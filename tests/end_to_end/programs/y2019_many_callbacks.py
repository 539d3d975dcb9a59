"""tf.keras: a list of callbacks: best checkpoint, plateau, scheduler, log file, NaN watch, early stop."""

import csv

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)
X = X / 16.0
X_train, X_valid, X_test = X[:1000], X[1000:1400], X[1400:]
y_train, y_valid, y_test = y[:1000], y[1000:1400], y[1400:]

keras.backend.clear_session()
model = keras.models.Sequential(
    [
        keras.layers.Dense(30, activation="relu", input_shape=X_train.shape[1:]),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    loss="sparse_categorical_crossentropy",
    optimizer=keras.optimizers.SGD(learning_rate=0.1),
    metrics=["accuracy"],
)
history = model.fit(
    X_train,
    y_train,
    epochs=20,
    validation_data=(X_valid, y_valid),
    callbacks=[
        keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True),
        keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=5, min_lr=1e-5),
        keras.callbacks.CSVLogger("training.log"),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"])),
    ],
    verbose=0,
)
best = keras.models.load_model("best.keras")
np.testing.assert_allclose(best.predict(X_test), model.predict(X_test), rtol=1e-4, atol=1e-6)
with open("training.log") as file:
    rows = list(csv.DictReader(file))
assert len(rows) == len(history.epoch)
accuracy = model.evaluate(X_test, y_test, verbose=0)[1]
assert accuracy > 0.8

outcome = {
    "keys": sorted(history.history),
    "log": sorted(rows[0]),
    "accuracy": accuracy,
    "val loss": min(history.history["val_loss"]),
}
