import numpy as np
import tensorflow as tf
from tensorflow import keras
import matplotlib as mpl
import matplotlib.pyplot as plt
import os, sys
assert sys.version_info >= (3, 5)
np.random.seed(42)
tf.random.set_seed(42)

def save_fig(fig_id, tight_layout=True, fig_extension="png", resolution=100):
    os.makedirs("images", exist_ok=True)
    path = os.path.join("images", fig_id + "." + fig_extension)
    if tight_layout:
        plt.tight_layout()
    plt.savefig(path, format=fig_extension, dpi=resolution)

(X_train_full, y_train_full), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()
X_valid, X_train = X_train_full[:60] / 255.0, X_train_full[60:] / 255.0
y_valid, y_train = y_train_full[:60], y_train_full[60:]

pixel_means = X_train.mean(axis=0, keepdims=True)
pixel_stds = X_train.std(axis=0, keepdims=True)
X_train_scaled = (X_train - pixel_means) / (pixel_stds + 1e-7)
X_valid_scaled = (X_valid - pixel_means) / (pixel_stds + 1e-7)

model = keras.models.Sequential()
model.add(keras.layers.Flatten(input_shape=[28, 28]))
model.add(keras.layers.Dense(60, activation="selu", kernel_initializer="lecun_normal"))
for layer in range(3):
    model.add(keras.layers.Dense(20, activation="selu",
                                 kernel_initializer=keras.initializers.lecun_normal()))
model.add(keras.layers.AlphaDropout(rate=0.2))
model.add(keras.layers.Dense(10, activation="softmax"))
model.compile(loss="sparse_categorical_crossentropy",
              optimizer=keras.optimizers.SGD(lr=1e-2, momentum=0.9, nesterov=True),
              metrics=["accuracy"])
history = model.fit(X_train_scaled, y_train, epochs=3, validation_data=(X_valid_scaled, y_valid))
import pandas as pd
pd.DataFrame(history.history).plot(figsize=(8, 5))
plt.grid(True)
plt.gca().set_ylim(0, 1)
save_fig("keras_learning_curves_plot")
plt.show()

hidden1 = model.layers[1]
print(hidden1.name, model.get_layer(hidden1.name) is hidden1)
weights, biases = hidden1.get_weights()
print(weights.shape, biases)

# batch normalization, before the activation
keras.backend.clear_session()
model = keras.models.Sequential([
    keras.layers.Flatten(input_shape=[28, 28]),
    keras.layers.BatchNormalization(),
    keras.layers.Dense(30, use_bias=False),
    keras.layers.BatchNormalization(),
    keras.layers.Activation("relu"),
    keras.layers.Dense(10, activation="softmax")
])
bn1 = model.layers[1]
print([(var.name, var.trainable) for var in bn1.variables])
model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.SGD(lr=1e-3), metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=2, validation_data=(X_valid, y_valid))
print(model.predict(X_test[:3]).round(2))
