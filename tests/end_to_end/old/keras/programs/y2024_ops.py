import os
os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(812)
(x, y), (x_test, y_test) = keras.datasets.california_housing.load_data(version="small")
mean, std = x.mean(axis=0), x.std(axis=0)
x, x_test = (x - mean) / std, (x_test - mean) / std
y, y_test = y[:, None] / 100000.0, y_test[:, None] / 100000.0


class ScaledDense(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, inputs):
        return ops.relu(ops.matmul(inputs, self.kernel)) * self.scale


def relative(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred) / ops.maximum(ops.abs(y_true), 0.1), axis=-1)


inputs = keras.Input(shape=(8,))
h = ScaledDense(16)(inputs)
h = layers.LayerNormalization()(h)
h = layers.Dense(16, activation="swish")(h)
outputs = layers.Dense(1)(h)
model = keras.Model(inputs, outputs)
model.summary()
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=0.01, weight_decay=0.004),
    loss=keras.losses.Huber(),
    metrics=[keras.metrics.MeanAbsoluteError(), relative],
)
history = model.fit(x, y, epochs=5, batch_size=32, validation_split=0.25, verbose=2)
print(model.evaluate(x_test, y_test, verbose=0, return_dict=True))
print(ops.convert_to_numpy(ops.softmax(ops.array([1.0, 2.0, 3.0]))))
model.save("scaled.keras")
again = keras.models.load_model("scaled.keras", custom_objects={"ScaledDense": ScaledDense, "relative": relative})
assert np.allclose(again.predict(x_test, verbose=0), model.predict(x_test, verbose=0), atol=1e-6)
