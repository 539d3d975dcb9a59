"""Hooks as a user overrides them: when they are called, with what, and what they see."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import Callback, EarlyStopping, LambdaCallback
from fallline.errors import UsageError
from fallline.layers import Dense
from fallline.optimizers import SGD

X = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
Y = X.sum(1)
STEPS = [32, 32, 32, 4]


def fit(*callbacks, rate=0.05, **arguments):
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    model.compile(SGD(rate), "mse")
    history = model.fit(
        X, Y, **{"verbose": 0, "epochs": 2, "callbacks": list(callbacks), "shuffle": False} | arguments
    )
    return model, history


class Recorder(Callback):
    """Writes down each call as Keras makes it."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def on_train_begin(self, logs=None):
        self.calls.append(("train begin", logs))

    def on_train_end(self, logs=None):
        self.calls.append(("train end", sorted(logs)))

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(("epoch begin", epoch, logs))

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(("epoch end", epoch, sorted(logs)))

    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(("batch begin", batch, logs))

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(("batch end", batch, sorted(logs)))


def expected(epochs, names):
    calls = [("train begin", {})]
    for epoch in epochs:
        calls.append(("epoch begin", epoch, {}))
        for step in range(4):
            calls += [("batch begin", step, {}), ("batch end", step, ["loss"])]
        calls.append(("epoch end", epoch, names))
    return [*calls, ("train end", names if len(epochs) else [])]


@pytest.mark.parametrize(
    ("arguments", "epochs", "names"),
    [
        ({}, range(2), ["loss"]),
        ({"epochs": 5, "initial_epoch": 3}, range(3, 5), ["loss"]),
        ({"validation_split": 0.0, "validation_data": (X, Y)}, range(2), ["loss", "val_loss"]),
        ({"epochs": 0}, range(0), []),
        ({"epochs": 2, "initial_epoch": 2}, range(0), []),
    ],
)
@pytest.mark.filterwarnings("ignore:fit. there was no epoch to train:fallline.errors.TrainingWarning")
def test_hooks_in_keras_order(arguments, epochs, names):
    recorder = Recorder()
    fit(recorder, **arguments)
    assert recorder.calls == expected(epochs, names)


@pytest.mark.filterwarnings("ignore:The loss stopped being finite:fallline.errors.TrainingWarning")
def test_an_epoch_that_never_comes_does_not_begin():
    """Early stopping inside the run, and divergence: the last hook of an epoch is its end."""
    for arguments in ({"rate": 0.0}, {"rate": 1e30}):
        recorder = Recorder()
        _, history = fit(recorder, EarlyStopping("loss", patience=1), epochs=9, **arguments)
        count = len(history.epoch)
        assert history.outcome.kind in ("early_stopped", "diverged")
        assert count < 9
        assert recorder.calls == expected(range(count), ["loss"])


def test_only_epochs_when_no_batch_hook_is_there():
    epochs = []
    fit(LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append((epoch, logs["loss"]))), epochs=3)
    _, history = fit(epochs=3)
    assert epochs == list(enumerate(history.history["loss"]))


def test_values_between_validations():
    seen = []
    looker = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(sorted(logs)))
    fit(looker, epochs=4, validation_data=(X, Y), validation_freq=2)
    assert seen == [["loss"], ["loss", "val_loss"]] * 2


def test_batch_losses_are_means_over_the_rows_so_far():
    """Without learning each batch's loss is known: the short last batch counts by its 4 rows."""
    losses = []
    model, history = fit(
        LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(logs["loss"])), rate=0.0, epochs=1
    )
    error = (model.predict(X)[:, 0].astype(np.float64) - Y) ** 2
    ends = np.cumsum(STEPS)
    np.testing.assert_allclose(losses, [error[:end].mean() for end in ends], rtol=1e-5)
    assert losses[-1] == history.history["loss"][0]


def test_weights_are_those_of_the_moment():
    """At each hook the model answers with what was trained so far: as a run that ends there."""
    kernels: dict[object, np.ndarray] = {}

    class Look(Callback):
        def on_train_begin(self, logs=None):
            kernels["begin"] = self.model.get_weights()[0]

        def on_train_batch_end(self, batch, logs=None):
            kernels[batch] = self.model.get_weights()[0]

        def on_epoch_end(self, epoch, logs=None):
            kernels["epoch"] = self.model.get_weights()[0]
            self.prediction = self.model.predict(X[:2])
            self.loss = self.model.evaluate(X, Y)

    look = Look()
    model, history = fit(look, epochs=1, validation_data=(X, Y))
    x, y = X.astype(np.float64), Y.astype(np.float64)[:, None]
    kernel, bias = kernels["begin"].astype(np.float64), np.zeros(1)
    for step in range(3):
        part = slice(32 * step, 32 * step + 32)
        slope = 2 * (x[part] @ kernel + bias - y[part]) / 32
        kernel, bias = kernel - 0.05 * x[part].T @ slope, bias - 0.05 * slope.sum(0)
        if step < 2:
            np.testing.assert_allclose(kernels[step], kernel, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(kernels["epoch"], model.get_weights()[0])
    np.testing.assert_array_equal(look.prediction, model.predict(X[:2]))
    assert look.loss == pytest.approx(history.history["val_loss"][0], rel=1e-6)


def test_parameters_of_the_run():
    looker = Callback()
    model, _ = fit(looker, epochs=3)
    assert looker.model is model
    assert {name: looker.params[name] for name in ("epochs", "steps", "batch_size")} == {
        "epochs": 3,
        "steps": 4,
        "batch_size": 32,
    }


class Stop(Callback):
    """Asks to stop in one hook, once."""

    def __init__(self, hook, at):
        super().__init__()
        self.hook, self.at = hook, at

    def on_epoch_begin(self, epoch, logs=None):
        self._at("on_epoch_begin", epoch)

    def on_epoch_end(self, epoch, logs=None):
        self._at("on_epoch_end", epoch)

    def _at(self, hook, number):
        if (hook, number) == (self.hook, self.at):
            self.model.stop_training = True


@pytest.mark.parametrize(
    ("hook", "at", "epochs"), [("on_epoch_end", 0, 1), ("on_epoch_end", 2, 3), ("on_epoch_begin", 1, 2)]
)
def test_a_callback_ends_training(hook, at, epochs):
    ends = []
    looker = LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(epoch))
    model, history = fit(Stop(hook, at), looker, epochs=50)
    assert history.outcome.kind == "early_stopped"
    assert history.epoch == ends == list(range(epochs)), "an epoch that has begun ends"
    assert len(model.fit(X, Y, verbose=0, epochs=2).epoch) == 2, "the next fit begins anew"


def test_a_callback_ends_training_within_an_epoch():
    class StopInBatch(Recorder):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            self.model.stop_training = batch == 1
            self.kernel = self.model.get_weights()[0]

    stop = StopInBatch()
    model, history = fit(stop, epochs=50)
    assert stop.calls[-2:] == [("batch end", 1, ["loss"]), ("train end", [])]
    assert history.epoch == []
    np.testing.assert_array_equal(model.get_weights()[0], stop.kernel)


@pytest.mark.parametrize("error", [RuntimeError("mine"), KeyboardInterrupt("mine"), SystemExit(3)])
@pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end", "on_boundary"])
def test_an_error_in_a_callback_loses_nothing(hook, error):
    class Fail(Callback):
        pass

    def fail(self, number, logs=None):
        self.kernel = self.model.get_weights()[0]
        raise error

    setattr(Fail, hook, fail)
    failing = Fail()
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    model.compile(SGD(0.05), "mse")
    start = model.get_weights()[0]
    with pytest.raises(type(error)) as raised:
        model.fit(X, Y, verbose=0, epochs=10_000_000, callbacks=[failing])
    assert raised.value is error
    np.testing.assert_array_equal(model.get_weights()[0], failing.kernel)
    assert not np.array_equal(failing.kernel, start)
    assert model.history is not None
    assert len(model.history.epoch) < 10_000_000
    assert len(model.fit(X, Y, verbose=0).epoch) == 1


@pytest.mark.parametrize("hook", ["on_train_begin", "on_epoch_begin", "on_epoch_end"])
@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.set_weights(model.get_weights()),
        lambda model: model.compile("adam", "mse"),
        lambda model: model.fit(X, Y),
        lambda model: model.add(Dense(1)),
    ],
    ids=["set_weights", "compile", "fit", "add"],
)
def test_a_callback_looks_and_says_so_when_it_would_change(hook, change):
    """Weights set in the middle of a compiled run would be lost without a word."""
    looker = LambdaCallback(**{hook: lambda *arguments: change(looker.model)})
    with pytest.raises(
        UsageError, match="the model is in training, where a callback looks but cannot change it"
    ):
        fit(looker)


def test_weights_may_be_set_at_the_end():
    looker = LambdaCallback(on_train_end=lambda logs: looker.model.set_weights([np.ones((3, 1)), [5]]))
    model, _ = fit(looker)
    assert model.get_weights()[1] == 5


def test_kerass_older_names():
    class Old(Callback):
        calls: list[object] = []  # noqa: RUF012 - one instance

        def on_batch_begin(self, batch, logs=None):
            self.calls.append(batch)

        def on_batch_end(self, batch, logs=None):
            self.calls.append(logs["loss"])

    old = Old()
    fit(old, epochs=1)
    assert old.calls[::2] == [0, 1, 2, 3]
    assert len(old.calls) == 8


def test_a_callback_without_hooks_costs_no_dispatches():
    assert Callback().granularity() == "boundary"
    assert Recorder().granularity() == "step"
    assert Stop("", 0).granularity() == "epoch"


def test_a_subclass_need_not_call_its_parent():
    class Careless(Callback):
        def __init__(self):
            self.seen = 0

        def on_epoch_end(self, epoch, logs=None):
            self.seen += self.params["epochs"]

    careless = Careless()
    fit(careless)
    assert careless.seen == 4


def assign_rate(self, number, logs=None):
    self.model.optimizer.learning_rate = 0.001 * (number + 1)


@pytest.mark.parametrize("hook", ["on_epoch_end", "on_epoch_begin", "on_train_batch_end"])
def test_a_learning_rate_that_would_not_be_taken(hook):
    """It would silently change nothing: the run's numbers are its own."""
    setter = type("Setter", (Callback,), {hook: assign_rate})()
    with pytest.raises(UsageError, match="in the middle of a run.*Use LearningRateScheduler"):
        fit(setter, epochs=3)


def test_a_learning_rate_that_is_taken():
    """Before the run begins, and after it has ended; and where it is no other."""

    class Setter(Callback):
        def on_train_begin(self, logs=None):
            self.model.optimizer.learning_rate = 0.0

        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.0

        def on_train_end(self, logs=None):
            self.model.optimizer.learning_rate = 0.5

    model, history = fit(Setter(), epochs=3)
    losses = history.history["loss"]
    assert losses[0] == losses[1] == losses[2]
    assert model.optimizer.learning_rate == 0.5


def test_logs_that_one_callback_adds_are_seen_by_the_next():
    seen = []

    class Reader(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(logs["mine"])

        def granularity(self):
            return "boundary"

    fit(LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(mine=10 * epoch)), Reader(), epochs=3)
    assert seen == [0, 10, 20]


def test_after_an_error_only_close_is_called():
    calls = []

    class Closing(Callback):
        def on_train_end(self, logs=None):
            calls.append("end")

        def close(self):
            calls.append("close")

    def fail(epoch, logs):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        fit(Closing(), LambdaCallback(on_epoch_end=fail))
    assert calls == ["close"]
    fit(Closing())
    assert calls == ["close", "end", "close"]
