from keras.layers import Input, Dense
from keras.models import Model
from keras.callbacks import ModelCheckpoint
import numpy as np
f = np.load('digits.npz')
x_train = f['x_train'].reshape(-1, 784).astype('float32') / 255.
x_test = f['x_test'].reshape(-1, 784).astype('float32') / 255.
input_img = Input(shape=(784,))
encoded = Dense(32, activation='relu')(input_img)
decoded = Dense(784, activation='sigmoid')(encoded)
autoencoder = Model(input_img, decoded)
encoder = Model(input_img, encoded)
autoencoder.compile(optimizer='adam', loss='binary_crossentropy')
autoencoder.fit(x_train, x_train, epochs=4, batch_size=256, shuffle=True, validation_data=(x_test, x_test), verbose=2)
print(encoder.predict(x_test, verbose=0).shape, autoencoder.evaluate(x_test, x_test, verbose=0))
