"""tf.keras: models of several sizes, l2 and dropout, an inverse-time schedule, early stopping."""

from sklearn.datasets import load_breast_cancer
from tensorflow.keras import callbacks, layers, losses, metrics, models, optimizers, regularizers

X, y = load_breast_cancer(return_X_y=True)
X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype("float32")
y = y.reshape(-1, 1)
FEATURES = 30
BATCH_SIZE = 50
STEPS_PER_EPOCH = 400 // BATCH_SIZE

lr_schedule = optimizers.schedules.InverseTimeDecay(
    0.005, decay_steps=STEPS_PER_EPOCH * 1000, decay_rate=1, staircase=False
)


def get_optimizer():
    return optimizers.Adam(lr_schedule)


def get_callbacks():
    return [callbacks.EarlyStopping(monitor="val_binary_crossentropy", patience=20)]


def compile_and_fit(model, max_epochs=25):
    model.compile(
        optimizer=get_optimizer(),
        loss=losses.BinaryCrossentropy(from_logits=True),
        metrics=[metrics.BinaryCrossentropy(from_logits=True, name="binary_crossentropy"), "accuracy"],
    )
    return model.fit(
        X[:400],
        y[:400],
        batch_size=BATCH_SIZE,
        epochs=max_epochs,
        validation_data=(X[400:], y[400:]),
        callbacks=get_callbacks(),
        verbose=0,
    )


size_histories = {}
size_histories["Tiny"] = compile_and_fit(
    models.Sequential([layers.Dense(16, activation="elu", input_shape=(FEATURES,)), layers.Dense(1)])
)
combined_model = models.Sequential(
    [
        layers.Dense(
            64, kernel_regularizer=regularizers.l2(0.0001), activation="elu", input_shape=(FEATURES,)
        ),
        layers.Dropout(0.5),
        layers.Dense(64, kernel_regularizer=regularizers.l2(0.0001), activation="elu"),
        layers.Dropout(0.5),
        layers.Dense(1),
    ]
)
size_histories["combined"] = compile_and_fit(combined_model)

for name in size_histories:
    curves = size_histories[name].history
    assert set(curves) == {
        "accuracy", "binary_crossentropy", "loss", "val_accuracy", "val_binary_crossentropy", "val_loss",
    }  # fmt: skip
    assert curves["val_accuracy"][-1] > 0.9
final = size_histories["combined"].history
assert final["loss"][-1] > final["binary_crossentropy"][-1]  # the penalty

outcome = {
    "keys": sorted(final),
    "val loss": final["val_loss"][-1],
    "val accuracy": final["val_accuracy"][-1],
}
