"""Keras 2: the first network of many a tutorial, with an automatic validation split."""

import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import load_breast_cancer

np.random.seed(7)
dataset = load_breast_cancer()
X = (dataset.data - dataset.data.mean(axis=0)) / dataset.data.std(axis=0)
Y = dataset.target

model = Sequential()
model.add(Dense(12, input_dim=30, kernel_initializer="uniform", activation="relu"))
model.add(Dense(8, kernel_initializer="uniform", activation="relu"))
model.add(Dense(1, kernel_initializer="uniform", activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["acc"])
history = model.fit(X, Y, validation_split=0.33, epochs=30, batch_size=10, verbose=0)

assert sorted(history.history) == ["acc", "loss", "val_acc", "val_loss"]
scores = model.evaluate(X, Y, verbose=0)
assert scores[1] > 0.9
rounded = [round(x[0]) for x in model.predict(X)]
assert np.mean(np.array(rounded) == Y) > 0.9

outcome = {"keys": sorted(history.history), "accuracy": scores[1], "val_acc": history.history["val_acc"][-1]}
