"""What metrics and callbacks of a user's own keep: within containers, unused, declared as a plain dataclass."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError

X, Y = np.ones((4, 3), np.float32), np.zeros((4, 1), np.float32)


def evaluated(metric):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mae", metrics=[metric])
    return model.evaluate(X, Y, verbose=0)


@pytest.mark.parametrize("hold", [lambda item: [item], lambda item: (item,), lambda item: {"a": [item]}])
@pytest.mark.parametrize("make", [lambda metric: metric.add_weight(), lambda _: fl.metrics.Precision()])
def test_variables_and_metrics_in_containers_are_refused(hold, make):
    class Holding(fl.metrics.Metric):
        def __init__(self):
            super().__init__(name="holding")
            self.parts = hold(make(self))

        def update_state(self, y_true, y_pred, sample_weight=None):
            pass

        def result(self):
            return 0.0

    with pytest.raises(UsageError, match='"holding": "parts" is a .* Keep each as an attribute of its own'):
        evaluated(Holding())


def test_a_metric_within_may_stay_unused():
    class Twice(fl.metrics.MeanAbsoluteError):
        def __init__(self):
            super().__init__(name="twice")
            self.extra, self.numbers = fl.metrics.Mean(), [1, 2]

        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_true, 2 * y_pred, sample_weight)

    assert evaluated(Twice()) == [3.0, 6.0]  # three weights of 1, on ones


def test_a_dataclass_of_ones_own_is_a_callback():
    @dataclasses.dataclass
    class Counting(fl.callbacks.Callback):
        epochs: int = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

    class Derived(Counting):
        pass

    counting, derived = Counting(), Derived()
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[counting, derived])
    assert (counting.epochs, derived.epochs) == (2, 2)


def test_a_derived_callback_knows_the_names_of_arguments(tmp_path):
    class Checkpoint(fl.callbacks.ModelCheckpoint):
        pass

    with pytest.raises(UsageError, match='no argument "monitr". Did you mean "monitor"'):
        Checkpoint(tmp_path / "a", monitr="loss")
    with pytest.warns(FutureWarning, match="older spelling"):
        Checkpoint(tmp_path / "a", period=1)
