"""tf.keras: XOR by two sigmoid layers, the weights printed."""

import numpy as np
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])

model = Sequential()
model.add(Dense(8, input_dim=2, activation="tanh"))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="mean_squared_error", optimizer=Adam(learning_rate=0.1), metrics=["binary_accuracy"])
model.fit(X, y, epochs=300, batch_size=4, verbose=0)
assert model.predict(X, verbose=0).round().tolist() == [[0], [1], [1], [0]]
for layer in model.layers:
    print(layer.get_config()["name"], layer.get_weights())
assert model.evaluate(X, y, verbose=0)[1] == 1

outcome = {"answers": model.predict(X, verbose=0).round().tolist()}
