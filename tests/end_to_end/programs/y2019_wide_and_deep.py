"""tf.keras: the wide and deep network with two inputs and an auxiliary output."""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

X, y = load_diabetes(return_X_y=True)
y = y / 100
X_train_full, X_test, y_train_full, y_test = train_test_split(X, y, random_state=42)
X_train, X_valid, y_train, y_valid = train_test_split(X_train_full, y_train_full, random_state=42)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_valid = scaler.transform(X_valid)
X_test = scaler.transform(X_test)

input_A = keras.layers.Input(shape=[6], name="wide_input")
input_B = keras.layers.Input(shape=[8], name="deep_input")
hidden1 = keras.layers.Dense(30, activation="relu")(input_B)
hidden2 = keras.layers.Dense(30, activation="relu")(hidden1)
concat = keras.layers.concatenate([input_A, hidden2])
output = keras.layers.Dense(1, name="main_output")(concat)
aux_output = keras.layers.Dense(1, name="aux_output")(hidden2)
model = keras.models.Model(inputs=[input_A, input_B], outputs=[output, aux_output])
model.compile(
    loss=["mse", "mse"], loss_weights=[0.9, 0.1], optimizer=keras.optimizers.SGD(learning_rate=1e-2)
)

X_train_A, X_train_B = X_train[:, :6], X_train[:, 2:]
X_valid_A, X_valid_B = X_valid[:, :6], X_valid[:, 2:]
X_test_A, X_test_B = X_test[:, :6], X_test[:, 2:]
history = model.fit(
    [X_train_A, X_train_B],
    [y_train, y_train],
    epochs=30,
    validation_data=([X_valid_A, X_valid_B], [y_valid, y_valid]),
    verbose=0,
)
total_loss, main_loss, aux_loss = model.evaluate([X_test_A, X_test_B], [y_test, y_test], verbose=0)
np.testing.assert_allclose(total_loss, 0.9 * main_loss + 0.1 * aux_loss, rtol=1e-4)
y_pred_main, y_pred_aux = model.predict([X_test_A[:3], X_test_B[:3]])
assert y_pred_main.shape == y_pred_aux.shape == (3, 1)
assert main_loss < y_test.var()

outcome = {"keys": sorted(history.history), "main": main_loss}
