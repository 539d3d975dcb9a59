"""Losses and metrics derived from built-in ones, in the same lines for both: alone, in `fit` and in `evaluate`."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 3)).astype(np.float32)
Y = (X.sum(1, keepdims=True) > 0).astype(np.float32)
CLASSES = RNG.integers(0, 3, 70)
WEIGHTS = RNG.uniform(0.2, 2, 70).astype(np.float32)


def metrics_of(keras):
    ops = keras.ops

    class OwnMAE(keras.metrics.Mean):
        def __init__(self, name="own_mae", **kwargs):
            super().__init__(name=name, **kwargs)

        def update_state(self, y_true, y_pred, sample_weight=None):
            return super().update_state(ops.abs(y_true - y_pred), sample_weight)

    class Total(keras.metrics.Sum):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(ops.abs(y_true - y_pred), sample_weight)

    class OnLogits(keras.metrics.BinaryAccuracy):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_true, ops.sigmoid(y_pred), sample_weight)

    class Root(keras.metrics.MeanSquaredError):
        def result(self):
            return ops.sqrt(super().result())

    class Counting(keras.metrics.Mean):
        def __init__(self, name="counting"):
            super().__init__(name=name)
            self.rows = self.add_weight(shape=(), initializer="zeros", name="rows")

        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(ops.square(y_pred), sample_weight)
            self.rows.assign(self.rows + ops.cast(ops.shape(y_pred)[0], "float32"))

        def result(self):
            return self.rows * super().result()

        def reset_state(self):  # Keras's Mean resets its own variables alone
            super().reset_state()
            self.rows.assign(0)

    class Wrapped(keras.metrics.MeanMetricWrapper):
        def __init__(self, name="wrapped", **kwargs):
            super().__init__(
                fn=lambda y_true, y_pred: ops.mean(ops.abs(y_true - y_pred), axis=-1), name=name, **kwargs
            )

    class Low(keras.metrics.Precision):
        def __init__(self, name="low", **kwargs):
            super().__init__(thresholds=0.2, name=name, **kwargs)

    return [OwnMAE, Total, OnLogits, Root, Counting, Wrapped, Low]


def losses_of(keras):
    class Twice(keras.losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    class Thrice(Twice):
        def call(self, y_true, y_pred):
            return 1.5 * super().call(y_true, y_pred)

    class TwiceBinary(keras.losses.BinaryCrossentropy):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    class TwiceSparse(keras.losses.SparseCategoricalCrossentropy):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    class Smooth(keras.losses.BinaryCrossentropy):
        def __init__(self, name="smooth"):
            super().__init__(label_smoothing=0.2, name=name)

    return {
        "twice": (Twice(), 1, None),
        "thrice": (Thrice(), 1, None),
        "binary": (TwiceBinary(), 1, "sigmoid"),
        "sparse": (TwiceSparse(), 3, "softmax"),
        "logits": (TwiceBinary(from_logits=True), 1, None),
        "smooth": (Smooth(), 1, "sigmoid"),
    }


def trained(keras, loss, units, activation, metrics=(), weighted=()):
    y = CLASSES if units == 3 else Y
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, activation=activation)])
    model.set_weights([np.linspace(-1, 1, 3 * units, dtype=np.float32).reshape(3, units), np.zeros(units)])
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=list(metrics), weighted_metrics=list(weighted))
    held_out = (X[:30], y[:30], WEIGHTS[:30])
    history = model.fit(
        X, y, 16, 2, verbose=0, shuffle=False, sample_weight=WEIGHTS, validation_data=held_out
    ).history
    last = model.evaluate(X, y, 16, verbose=0, sample_weight=WEIGHTS, return_dict=True)
    return {**history, **{f"evaluate_{name}": value for name, value in last.items()}}


def test_metrics_train_validate_and_record_as_in_keras(keras):
    def run(package):
        kinds = metrics_of(package)
        weighted = [
            kind(name=f"weighted_{index}") for index, kind in enumerate(kinds) if "Total" not in kind.__name__
        ]
        return trained(package, "mse", 1, None, [kind() for kind in kinds], weighted)

    ours, theirs = run(fl), run(keras)
    assert set(ours) == set(theirs)
    assert {"own_mae", "sum", "binary_accuracy", "mean_squared_error", "counting", "val_wrapped"} < set(ours)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=2e-5, err_msg=name)


def test_metrics_alone(keras):
    guess = X[:, :1]
    for own, other in zip(metrics_of(fl), metrics_of(keras), strict=True):
        ours, theirs = own(), other()
        assert ours.name.startswith(theirs.name.removesuffix("_1"))
        for rows in (slice(0, 40), slice(40, 70)):
            ours.update_state(Y[rows], guess[rows])
            theirs.update_state(Y[rows], guess[rows])
        np.testing.assert_allclose(ours.result(), theirs.result(), rtol=1e-5)
        ours.reset_state()
        theirs.reset_state()
        np.testing.assert_allclose(ours(Y, guess, WEIGHTS), theirs(Y, guess, WEIGHTS), rtol=1e-5)


@pytest.mark.parametrize("case", ["twice", "thrice", "binary", "sparse", "logits", "smooth"])
def test_losses_train_as_in_keras(keras, case):
    ours, theirs = trained(fl, *losses_of(fl)[case]), trained(keras, *losses_of(keras)[case])
    assert set(ours) == set(theirs)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=2e-5, err_msg=name)
