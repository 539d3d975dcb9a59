"""Keras's History and TerminateOnNaN, which here are names for what every run does."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import Callback, History, TerminateOnNaN
from fallline.errors import TrainingWarning

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1)


def fit(*callbacks, rate=0.01, **arguments):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(rate), "mse")
    model.fit(X, Y, **{"epochs": 3, "verbose": 0, "callbacks": list(callbacks)} | arguments)
    return model


def test_a_history_made_before_training():
    history = History()
    model = fit(history, epochs=4, validation_data=(X, Y), validation_freq=2)
    assert history.history == model.history.history
    assert history.epoch == [0, 1, 2, 3]
    assert history.granularity() == "boundary"


def test_a_second_training_adds_its_values():
    history = History()
    first = fit(history).history.history["loss"]
    fit(history)
    assert history.history["loss"] == [*first, *first]
    assert history.epoch == [0, 1, 2]


def test_every_run_ends_when_the_loss_is_not_finite():
    with pytest.warns(TrainingWarning, match="stopped being finite") as caught:
        with_it, without = fit(TerminateOnNaN(), rate=1e30), fit(rate=1e30)
    assert len(caught) == 2
    assert with_it.history.outcome == without.history.outcome
    assert with_it.history.outcome.kind == "diverged"
    assert TerminateOnNaN().granularity() == "boundary"


def test_an_error_where_it_is_wanted():
    class Weights(Callback):
        def on_train_begin(self, logs=None):
            self.at_start = self.model.get_weights()[0]

    weights = Weights()
    with pytest.raises(
        RuntimeError, match="stopped being finite in epoch 1, step 2. Try a learning rate ten times"
    ):
        fit(weights, TerminateOnNaN(raise_error=True), rate=1e30)
    np.testing.assert_array_equal(weights.model.get_weights()[0], weights.at_start)
    fit(TerminateOnNaN(raise_error=True))
