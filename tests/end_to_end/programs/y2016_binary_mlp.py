"""Keras 1: a multilayer perceptron for two classes, in the argument names of 2016."""

import numpy as np
from keras.layers import Activation, Dense, Dropout
from keras.models import Sequential
from keras.optimizers import SGD
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X)
X_train, X_test, y_train, y_test = X[:400], X[400:], y[:400], y[400:]

np.random.seed(1337)

model = Sequential()
model.add(Dense(64, input_dim=30, init="uniform", activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(output_dim=64, init="glorot_uniform"))
model.add(Activation("tanh"))
model.add(Dropout(0.5))
model.add(Dense(1, activation="sigmoid"))

sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss="binary_crossentropy", optimizer=sgd, metrics=["accuracy"])
history = model.fit(X_train, y_train, nb_epoch=15, batch_size=16, verbose=0)
score = model.evaluate(X_test, y_test, batch_size=16, verbose=0)

assert len(history.history["loss"]) == 15
assert score[1] > 0.9

outcome = {"test loss": score[0], "test accuracy": score[1]}
