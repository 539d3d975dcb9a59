"""Keras 3: an autoencoder of an encoder and a decoder model, a sparsity penalty, a denoising one."""

import keras
import numpy as np
from keras import layers, regularizers
from sklearn.datasets import load_digits

X = load_digits().data.astype("float32") / 16
x_train, x_test = X[:1400], X[1400:]

encoding_dim = 16
input_img = keras.Input(shape=(64,))
encoded = layers.Dense(encoding_dim, activation="relu", activity_regularizer=regularizers.l1(1e-6))(input_img)
decoded = layers.Dense(64, activation="sigmoid")(encoded)
autoencoder = keras.Model(input_img, decoded)
encoder = keras.Model(input_img, encoded)
encoded_input = keras.Input(shape=(encoding_dim,))
decoder_layer = autoencoder.layers[-1]
decoder = keras.Model(encoded_input, decoder_layer(encoded_input))
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
history = autoencoder.fit(
    x_train, x_train, epochs=15, batch_size=32, shuffle=True, validation_data=(x_test, x_test), verbose=0
)
encoded_imgs = encoder.predict(x_test, verbose=0)
decoded_imgs = decoder.predict(encoded_imgs, verbose=0)
assert encoded_imgs.shape == (397, encoding_dim)
np.testing.assert_allclose(decoded_imgs, autoencoder.predict(x_test, verbose=0), rtol=1e-4, atol=1e-5)
error = float(np.mean((decoded_imgs - x_test) ** 2))
assert error < 0.06

stacked_encoder = keras.Sequential([layers.Dense(32, activation="selu"), layers.Dense(8, activation="selu")])
stacked_decoder = keras.Sequential(
    [layers.Dense(32, activation="selu"), layers.Dense(64, activation="sigmoid")]
)
denoising = keras.Sequential(
    [keras.Input((64,)), layers.GaussianNoise(0.1), stacked_encoder, stacked_decoder]
)
denoising.compile(loss="mse", optimizer="nadam", metrics=[keras.metrics.RootMeanSquaredError()])
denoising.fit(x_train, x_train, epochs=8, validation_data=(x_test, x_test), verbose=0)
codings = stacked_encoder.predict(x_test, verbose=0)
assert codings.shape == (397, 8)
np.testing.assert_allclose(
    stacked_decoder.predict(codings, verbose=0), denoising.predict(x_test, verbose=0), rtol=1e-4, atol=1e-5
)

outcome = {"keys": sorted(history.history), "error": error, "loss": history.history["val_loss"][-1]}
