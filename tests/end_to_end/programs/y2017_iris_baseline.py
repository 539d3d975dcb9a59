"""Keras 2: a baseline_model() in a loop of KFold, as with the wrapper for scikit-learn."""

import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import to_categorical
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold
from sklearn.preprocessing import LabelEncoder

iris = load_iris()
names = iris.target_names[iris.target]
encoded = LabelEncoder().fit(names).transform(names)
dummy_y = to_categorical(encoded)


def baseline_model():
    model = Sequential()
    model.add(Dense(8, input_dim=4, activation="relu"))
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


cvscores = []
for train, test in KFold(n_splits=3, shuffle=True, random_state=3).split(iris.data):
    model = baseline_model()
    model.fit(iris.data[train], dummy_y[train], epochs=100, batch_size=5, verbose=0)
    scores = model.evaluate(iris.data[test], dummy_y[test], verbose=0)
    cvscores.append(scores[1] * 100)

print("%.2f%% (+/- %.2f%%)" % (np.mean(cvscores), np.std(cvscores)))
assert np.mean(cvscores) > 75

outcome = {"folds": len(cvscores)}
