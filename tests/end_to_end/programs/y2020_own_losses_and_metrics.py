"""Keras: loss, metric, regulariser, constraint, initialiser and schedule as classes, saved under their names."""

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_breast_cancer, load_diabetes

keras.utils.set_random_seed(3)
X, y = load_diabetes(return_X_y=True)
X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype("float32")
y = ((y - y.mean()) / y.std()).astype("float32").reshape(-1, 1)


class HuberLoss(keras.losses.Loss):
    def __init__(self, threshold=1.0, **kwargs):
        self.threshold = threshold
        super().__init__(**kwargs)

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        is_small_error = ops.abs(error) < self.threshold
        squared_loss = ops.square(error) / 2
        linear_loss = self.threshold * ops.abs(error) - self.threshold**2 / 2
        return ops.where(is_small_error, squared_loss, linear_loss)

    def get_config(self):
        base_config = super().get_config()
        return {**base_config, "threshold": self.threshold}


class MyL1Regularizer(keras.regularizers.Regularizer):
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, weights):
        return ops.sum(ops.abs(self.factor * weights))

    def get_config(self):
        return {"factor": self.factor}


class BetweenConstraint(keras.constraints.Constraint):
    def __init__(self, limit):
        self.limit = limit

    def __call__(self, weights):
        return ops.clip(weights, -self.limit, self.limit)

    def get_config(self):
        return {"limit": self.limit}


class HuberMetric(keras.metrics.Metric):
    def __init__(self, threshold=1.0, name="huber_metric", **kwargs):
        super().__init__(name=name, **kwargs)
        self.threshold = threshold
        self.loss = HuberLoss(threshold)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = self.loss.call(y_true, y_pred)
        self.total.assign_add(ops.sum(values))
        self.count.assign_add(ops.cast(ops.shape(y_true)[0], "float32"))

    def result(self):
        return self.total / self.count

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


class F1(keras.metrics.Metric):
    def __init__(self, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.precision = keras.metrics.Precision()
        self.recall = keras.metrics.Recall()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.precision.update_state(y_true, y_pred, sample_weight)
        self.recall.update_state(y_true, y_pred, sample_weight)

    def result(self):
        precision, recall = self.precision.result(), self.recall.result()
        return 2 * precision * recall / (precision + recall + keras.backend.epsilon())

    def reset_state(self):
        self.precision.reset_state()
        self.recall.reset_state()


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, rate, steps):
        self.rate, self.steps = rate, steps

    def __call__(self, step):
        return self.rate * 0.5 ** (ops.cast(step, "float32") / self.steps)

    def get_config(self):
        return {"rate": self.rate, "steps": self.steps}


model = keras.Sequential(
    [
        keras.Input((10,)),
        layers.Dense(
            30, "relu", kernel_regularizer=MyL1Regularizer(1e-3), kernel_constraint=BetweenConstraint(0.2)
        ),
        layers.Dense(1),
    ]
)
model.compile(
    loss=HuberLoss(2.0),
    optimizer=keras.optimizers.Adam(Halving(0.01, 200)),
    metrics=["mae", HuberMetric(2.0)],
)
history = model.fit(X[:350], y[:350], epochs=15, validation_data=(X[350:], y[350:]), verbose=0)
assert np.abs(model.layers[0].get_weights()[0]).max() <= 0.2 + 1e-6

metric = HuberMetric(2.0)
predictions = model.predict(X, verbose=0)
metric.update_state(y[:100], predictions[:100])
metric.update_state(y[100:], predictions[100:])
whole = HuberLoss(2.0)(y, predictions)
assert abs(float(metric.result()) - float(whole)) < 1e-4

model.save("own.keras")
own = {
    "HuberLoss": HuberLoss,
    "HuberMetric": HuberMetric,
    "MyL1Regularizer": MyL1Regularizer,
    "BetweenConstraint": BetweenConstraint,
    "Halving": Halving,
}
loaded = keras.models.load_model("own.keras", custom_objects=own)
np.testing.assert_allclose(loaded.evaluate(X, y, verbose=0), model.evaluate(X, y, verbose=0), rtol=1e-4)
assert loaded.loss.get_config()["name"] == model.loss.get_config()["name"]

X2, y2 = load_breast_cancer(return_X_y=True)
X2 = ((X2 - X2.mean(axis=0)) / X2.std(axis=0)).astype("float32")
classifier = keras.Sequential([keras.Input((30,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
classifier.compile("adam", "binary_crossentropy", metrics=[F1(), "accuracy"])
learned = classifier.fit(X2, y2.reshape(-1, 1), epochs=8, validation_split=0.2, verbose=0)
assert learned.history["val_f1"][-1] > 0.9

outcome = {
    "keys": sorted(history.history),
    "loss": history.history["val_loss"][-1],
    "huber": history.history["val_huber_metric"][-1],
    "f1": learned.history["val_f1"][-1],
}
