"""Keras 3: residual blocks written as functions, with normalisation and dropout, AdamW and a warm-up."""

import keras
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
X, y = load_digits(return_X_y=True)
X = X / 16.0


def residual_block(x, units, rate):
    shortcut = x
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.Dense(units * 2, activation=keras.activations.gelu)(x)
    x = layers.Dropout(rate)(x)
    x = layers.Dense(units)(x)
    x = layers.BatchNormalization()(x)
    return layers.Add()([x, shortcut])


inputs = keras.Input(shape=(64,))
x = layers.Dense(32)(inputs)
for _ in range(2):
    x = residual_block(x, 32, 0.1)
x = layers.Activation("relu")(x)
outputs = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs, name="resmlp")
schedule = keras.optimizers.schedules.CosineDecay(
    1e-4, decay_steps=400, warmup_target=5e-3, warmup_steps=50, alpha=0.01
)
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=schedule, weight_decay=1e-4, global_clipnorm=1.0),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy(), keras.metrics.SparseTopKCategoricalAccuracy(k=3)],
)
history = model.fit(X[:1400], y[:1400], batch_size=32, epochs=8, validation_split=0.1, verbose=0)
results = model.evaluate(X[1400:], y[1400:], verbose=0, return_dict=True)
assert results["sparse_categorical_accuracy"] > 0.8
assert results["sparse_top_k_categorical_accuracy"] > results["sparse_categorical_accuracy"]

outcome = {
    "keys": sorted(history.history),
    "params": model.count_params(),
    "layers": [layer.name for layer in model.layers],
    "accuracy": results["sparse_categorical_accuracy"],
}
