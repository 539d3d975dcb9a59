"""Keras 3: a build_model() with arguments, tried over a small grid; the best one kept and reported."""

import keras
import numpy as np
from sklearn.datasets import load_wine
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import StratifiedKFold, train_test_split

X, y = load_wine(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)


def build_model(n_hidden=1, n_neurons=16, learning_rate=3e-3, optimizer="sgd"):
    model = keras.models.Sequential()
    model.add(keras.layers.Input(shape=X.shape[1:]))
    for _ in range(n_hidden):
        model.add(keras.layers.Dense(n_neurons, activation="relu"))
    model.add(keras.layers.Dense(3, activation="softmax"))
    chosen = keras.optimizers.get(optimizer)
    chosen.learning_rate = learning_rate
    model.compile(loss="sparse_categorical_crossentropy", optimizer=chosen, metrics=["accuracy"])
    return model


scores = {}
for n_hidden in (1, 2):
    for learning_rate in (1e-3, 1e-2):
        folds = []
        for train, valid in StratifiedKFold(2, shuffle=True, random_state=0).split(X_train, y_train):
            model = build_model(n_hidden, learning_rate=learning_rate, optimizer="adam")
            history = model.fit(
                X_train[train],
                y_train[train],
                epochs=20,
                batch_size=16,
                verbose=0,
                validation_data=(X_train[valid], y_train[valid]),
            )
            folds.append(max(history.history["val_accuracy"]))
        scores[n_hidden, learning_rate] = np.mean(folds)
best = max(scores, key=scores.get)
final = build_model(best[0], learning_rate=best[1], optimizer="adam")
assert abs(float(final.optimizer.learning_rate) - best[1]) < 1e-8
final.fit(X_train, y_train, epochs=30, batch_size=16, verbose=0)
predicted = final.predict(X_test, verbose=0).argmax(axis=-1)
cm = confusion_matrix(y_test, predicted)
assert cm.shape == (3, 3)
assert np.trace(cm) / cm.sum() > 0.85
print(classification_report(y_test, predicted))

outcome = {"accuracy": float(np.trace(cm) / cm.sum())}
