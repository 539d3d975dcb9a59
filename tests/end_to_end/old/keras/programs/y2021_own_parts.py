import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras import backend as K

class MyDense(layers.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, batch_input_shape):
        self.kernel = self.add_weight(name="kernel", shape=[batch_input_shape[-1], self.units], initializer="glorot_normal")
        self.bias = self.add_weight(name="bias", shape=[self.units], initializer="zeros")
        super().build(batch_input_shape)

    def call(self, X):
        return self.activation(X @ self.kernel + self.bias)

    def get_config(self):
        base_config = super().get_config()
        return {**base_config, "units": self.units, "activation": keras.activations.serialize(self.activation)}

def huber_fn(y_true, y_pred):
    error = y_true - y_pred
    is_small_error = tf.abs(error) < 1
    squared_loss = tf.square(error) / 2
    linear_loss = tf.abs(error) - 0.5
    return tf.where(is_small_error, squared_loss, linear_loss)

def rmse(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true)))

class PrintValTrainRatioCallback(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        print("\nval/train: {:.2f}".format(logs["val_loss"] / logs["loss"]))

(X_train, y_train), (X_test, y_test) = keras.datasets.boston_housing.load_data()
mean, std = X_train.mean(axis=0), X_train.std(axis=0)
X_train = ((X_train - mean) / std).astype('float32')
X_test = ((X_test - mean) / std).astype('float32')
y_train = y_train.astype('float32').reshape(-1, 1)
y_test = y_test.astype('float32').reshape(-1, 1)

keras.backend.clear_session()
tf.random.set_seed(42)
model = keras.models.Sequential([
    MyDense(30, activation="relu", input_shape=X_train.shape[1:]),
    keras.layers.Dense(10, activation="elu", kernel_regularizer=keras.regularizers.l2(0.01)),
    MyDense(1)
])
model.compile(loss=huber_fn, optimizer=keras.optimizers.Adamax(learning_rate=0.01, beta_1=0.9, beta_2=0.999), metrics=[rmse, "mae"])
history = model.fit(X_train, y_train, epochs=4, validation_data=(X_test, y_test), callbacks=[PrintValTrainRatioCallback()])
print(sorted(history.history))
print(model.evaluate(X_test, y_test))
model.save("my_model_with_a_custom_layer.h5")
model = keras.models.load_model("my_model_with_a_custom_layer.h5",
                                custom_objects={"MyDense": MyDense, "huber_fn": huber_fn, "rmse": rmse})
print(model.predict(X_test[:3]))
