"""From boundaries of the engine to hooks, without a run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fallline.callbacks import Callback, CallbackList, LambdaCallback
from fallline.engine import Boundary
from fallline.engine.endings import Status


def boundary(epoch, fresh, *, epochs=9, step=0, status=Status.RUNNING, losses=(1.0, 2.0), stopped=None):
    state = SimpleNamespace(
        variables=f"variables {epoch}.{step}",
        optimizer=None,
        step_losses=np.array(losses),
        status=np.array(status),
    )
    values = {"loss": np.arange(epoch, dtype=float), "val_loss": 10 * np.arange(epoch, dtype=float)}
    stop = (lambda: None) if stopped is None else (lambda: stopped.append(epoch))
    return Boundary(epoch, epochs, step, 2, 0.0, fresh, state, 0, 0, lambda: values, stop)


def listing(*callbacks, **params):
    model, shown = SimpleNamespace(stop_training=False), []
    params = {"epochs": 9, "validation_freq": 1} | params
    hooks = CallbackList(callbacks, model, params, lambda variables, _: shown.append(variables))
    return hooks, model, shown


def recording(*hooks):
    calls = []
    return LambdaCallback(
        **{hook: (lambda *a, hook=hook: calls.append((hook[3:], *a))) for hook in hooks}
    ), calls


def test_the_finest_that_anyone_needs():
    epoch, step = LambdaCallback(on_epoch_end=print), LambdaCallback(on_train_batch_end=print)
    assert listing()[0].granularity == "boundary"
    assert listing(Callback(), epoch)[0].granularity == "epoch"
    assert listing(step, epoch)[0].granularity == "step"


def test_variables_are_shown_before_anyone_looks():
    order = []
    looker = LambdaCallback(on_epoch_end=lambda epoch, logs: order.append("hook"))
    model = SimpleNamespace(stop_training=False)
    hooks = CallbackList([looker], model, {"epochs": 9}, lambda variables, _: order.append(variables))
    hooks.at_boundary(boundary(1, 1))
    assert order == ["variables 1.0", "hook"]


def test_several_epochs_between_two_looks():
    """A list whose granularity is finer than the run's boundary still hears of each epoch."""
    callback, calls = recording("on_epoch_begin", "on_epoch_end")
    hooks, _, _ = listing(callback, validation_freq=2)
    hooks.begin()
    hooks.at_boundary(boundary(3, 3))
    assert calls == [
        ("epoch_begin", 0, {}),
        ("epoch_end", 0, {"loss": 0.0}),
        ("epoch_end", 1, {"loss": 1.0, "val_loss": 10.0}),
        ("epoch_end", 2, {"loss": 2.0}),
        ("epoch_begin", 3, {}),
    ]


@pytest.mark.parametrize(
    "ending", [{"status": Status.EARLY_STOPPED}, {"status": Status.DIVERGED}, {"epochs": 1}]
)
def test_no_epoch_begins_after_the_last(ending):
    callback, calls = recording("on_epoch_begin")
    hooks, _, _ = listing(callback)
    hooks.begin()
    hooks.at_boundary(boundary(1, 1, **ending))
    assert calls == [("epoch_begin", 0, {})]


def test_steps():
    callback, calls = recording("on_train_batch_begin", "on_train_batch_end")
    hooks, model, _ = listing(callback)
    hooks.begin()
    hooks.at_boundary(boundary(0, 0, step=1))
    assert calls == [
        ("train_batch_begin", 0, {}),
        ("train_batch_end", 0, {"loss": 1.0}),
        ("train_batch_begin", 1, {}),
    ]
    model.stop_training = True
    calls.clear()
    hooks.at_boundary(boundary(1, 1))
    assert calls == [("train_batch_end", 1, {"loss": 0.0})], "the last step's loss is the epoch's"


def test_an_error_is_kept_and_ends_the_run():
    def fail(epoch, logs):
        raise ValueError("mine")

    stopped = []
    hooks, _, shown = listing(LambdaCallback(on_epoch_end=fail))
    hooks.at_boundary(boundary(1, 1, stopped=stopped))
    assert isinstance(hooks.error, ValueError)
    assert (stopped, shown) == ([1], ["variables 1.0"])


def test_asking_to_stop_ends_the_run():
    stopped = []
    hooks, model, _ = listing()
    hooks.at_boundary(boundary(1, 1, stopped=stopped))
    assert stopped == []
    model.stop_training = True
    hooks.at_boundary(boundary(2, 1, stopped=stopped))
    assert stopped == [2]


def test_what_is_written_into_the_logs_is_seen_by_those_after_and_kept():
    seen = []

    def write(epoch, logs):
        logs["val_f1"] = 0.5 + epoch
        logs["note"] = "no number"
        logs["pair"] = [1.0, 2.0]
        if epoch == 1:
            logs["loss"] = np.float32(7.0)

    writer = LambdaCallback(on_epoch_end=write)
    reader = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["val_f1"]))
    histories = []
    looker = LambdaCallback(on_boundary=lambda boundary: histories.append(boundary.history))
    hooks, _, _ = listing(writer, reader, looker)
    hooks.at_boundary(boundary(2, 2))
    assert seen == [0.5, 1.5]
    recorded = hooks.recorded(boundary(3, 1).history)
    assert set(recorded) == {"loss", "val_loss", "val_f1"}
    np.testing.assert_array_equal(recorded["val_f1"], [0.5, 1.5, np.nan])
    np.testing.assert_array_equal(recorded["loss"], [0.0, 7.0, 2.0])
    assert histories[0]["val_f1"].tolist() == [0.5, 1.5]
