"""tf.keras: a deep self-normalising network: selu, lecun_normal, AlphaDropout; the other activations."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras

X, y = load_digits(return_X_y=True)
X = X.astype("float32")
pixel_means = X[:1400].mean(axis=0, keepdims=True)
pixel_stds = X[:1400].std(axis=0, keepdims=True) + 1e-1
X_scaled = (X - pixel_means) / pixel_stds
X_train, X_test, y_train, y_test = X_scaled[:1400], X_scaled[1400:], y[:1400], y[1400:]

model = keras.models.Sequential()
model.add(keras.layers.Flatten(input_shape=[64]))
for _ in range(6):
    model.add(keras.layers.Dense(40, activation="selu", kernel_initializer="lecun_normal"))
model.add(keras.layers.AlphaDropout(rate=0.1))
model.add(keras.layers.Dense(10, activation="softmax"))
optimizer = keras.optimizers.SGD(learning_rate=0.02, momentum=0.9, nesterov=True)
model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
model.fit(X_train, y_train, epochs=8, verbose=0)
accuracy = model.evaluate(X_test, y_test, verbose=0)[1]
assert accuracy > 0.8

other = keras.models.Sequential(
    [
        keras.layers.InputLayer(input_shape=[64]),
        keras.layers.GaussianNoise(0.1),
        keras.layers.Dense(30, kernel_initializer="he_normal"),
        keras.layers.LeakyReLU(),
        keras.layers.Dense(30, kernel_initializer="he_normal"),
        keras.layers.PReLU(),
        keras.layers.Dense(30, kernel_initializer="he_uniform"),
        keras.layers.ELU(alpha=1.0),
        keras.layers.Dense(
            30,
            kernel_initializer=keras.initializers.VarianceScaling(
                scale=2.0, mode="fan_avg", distribution="uniform"
            ),
            activation=keras.activations.swish,
        ),
        keras.layers.Dense(10, activation=keras.activations.softmax),
    ]
)
other.compile(loss="sparse_categorical_crossentropy", optimizer="nadam", metrics=["accuracy"])
other.fit(X_train, y_train, epochs=8, verbose=0)
other_accuracy = other.evaluate(X_test, y_test, verbose=0)[1]
assert other_accuracy > 0.8
assert np.argmax(other.predict(X_test[:3]), axis=-1).shape == (3,)

outcome = {"selu": accuracy, "others": other_accuracy, "params": other.count_params()}
