"""tf.keras: rare positives: metrics of the confusion matrix, a starting bias, class weights."""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import confusion_matrix
from tensorflow import keras

X, y = load_breast_cancer(return_X_y=True)
X = np.clip((X - X.mean(axis=0)) / X.std(axis=0), -5, 5)
keep = np.concatenate([np.flatnonzero(y == 1), np.flatnonzero(y == 0)[:60]])
keep = np.random.RandomState(0).permutation(keep)
X, y = X[keep], 1 - y[keep]  # malignant is 1
neg, pos = np.bincount(y)
total = neg + pos

METRICS = [
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.FalsePositives(name="fp"),
    keras.metrics.TrueNegatives(name="tn"),
    keras.metrics.FalseNegatives(name="fn"),
    keras.metrics.BinaryAccuracy(name="accuracy"),
    keras.metrics.Precision(name="precision"),
    keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(name="auc"),
    keras.metrics.AUC(name="prc", curve="PR"),
]


def make_model(metrics=METRICS, output_bias=None):
    if output_bias is not None:
        output_bias = keras.initializers.Constant(output_bias)
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu", input_shape=(X.shape[-1],)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid", bias_initializer=output_bias),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-3),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=metrics,
    )
    return model


initial_bias = np.log([pos / neg])
model = make_model(output_bias=initial_bias)
np.testing.assert_allclose(model.layers[-1].bias, initial_bias, rtol=1e-5)
early_stopping = keras.callbacks.EarlyStopping(
    monitor="val_prc", verbose=0, patience=10, mode="max", restore_best_weights=True
)
class_weight = {0: (1 / neg) * (total / 2.0), 1: (1 / pos) * (total / 2.0)}
history = model.fit(
    X[:300],
    y[:300],
    batch_size=32,
    epochs=25,
    callbacks=[early_stopping],
    validation_data=(X[300:], y[300:]),
    class_weight=class_weight,
    verbose=0,
)
results = model.evaluate(X[300:], y[300:], batch_size=64, verbose=0, return_dict=True)
predictions = model.predict(X[300:], batch_size=64)
cm = confusion_matrix(y[300:], predictions > 0.5)
assert cm.ravel().tolist() == [results["tn"], results["fp"], results["fn"], results["tp"]]
assert results["auc"] > 0.9
assert results["prc"] > 0.8

outcome = {"keys": sorted(history.history), "results": sorted(results), "auc": results["auc"]}
