"""Hooks and early stopping against Keras."""

from __future__ import annotations

import io
import itertools
import math
import random
import re

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.engine import EarlyStopping, ReduceLROnPlateau, Variables

X = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
Y = X.sum(1)
KERAS_READS_ARRAYS = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
"""Keras 3.15 converts its variables in a way that NumPy 2 warns of."""
HOOKS = ("train_begin", "train_end", "epoch_begin", "epoch_end", "train_batch_begin", "train_batch_end")


def recorder(base):
    """A callback of either library that writes down each hook with its arguments."""
    calls = []

    def hook(name):
        def called(self, *arguments, logs=None):
            *place, given = (*arguments, logs)[: 1 if name in HOOKS[:2] else 2]
            calls.append((name, *place, {key: float(value) for key, value in sorted((given or {}).items())}))

        return called

    return type("Recorder", (base,), {f"on_{name}": hook(name) for name in HOOKS})(), calls


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"validation_data": (X, Y), "validation_freq": 2, "epochs": 4},
        {"initial_epoch": 1, "validation_split": 0.25},
        {"validation_data": (X[:9], Y[:9]), "validation_split": 0.5, "validation_freq": [1, 3], "epochs": 4},
    ],
    ids=["plain", "every second epoch", "split", "data and split, after epochs 1 and 3"],
)
def test_the_same_hooks_with_the_same_values(keras, arguments):
    ours = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    theirs.set_weights(ours.get_weights())
    ours.compile(fl.optimizers.SGD(0.05), "mse")
    theirs.compile(keras.optimizers.SGD(0.05), "mse")
    our_callback, our_calls = recorder(fl.callbacks.Callback)
    their_callback, their_calls = recorder(keras.callbacks.Callback)
    common = {"batch_size": 32, "epochs": 3, "verbose": 0, "shuffle": False} | arguments
    history = ours.fit(X, Y, callbacks=[our_callback], **common)
    their_history = theirs.fit(X, Y, callbacks=[their_callback], **common)
    assert [call[:-1] for call in our_calls] == [call[:-1] for call in their_calls]
    for our_call, their_call in zip(our_calls, their_calls, strict=True):
        assert our_call[-1] == pytest.approx(their_call[-1], rel=1e-4, abs=1e-6), our_call[:-1]
    assert history.epoch == their_history.epoch
    assert sorted(history.history) == sorted(their_history.history)
    for name, values in their_history.history.items():
        assert history.history[name] == pytest.approx(values, rel=1e-4, abs=1e-6)


class FakeModel:
    """What Keras's EarlyStopping asks of a model: weights, here the number of the epoch."""

    def __init__(self):
        self.stop_training = False
        self.weights = -1

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def as_keras(keras, values, arguments):
    stopping = keras.callbacks.EarlyStopping("val_loss", **arguments)
    model = FakeModel()
    stopping.set_model(model)
    stopping.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = epoch
        stopping.on_epoch_end(epoch, {"val_loss": value})
        if model.stop_training:
            break
    stopping.on_train_end()
    return epoch, model.stop_training, model.weights


def as_fallline(values, arguments):
    rule = EarlyStopping("val_loss", **arguments)
    variables = Variables({"epoch": jnp.asarray(-1.0)}, {})
    state, stop = rule.init(variables), False
    for epoch, value in enumerate(values):
        variables = Variables({"epoch": jnp.asarray(float(epoch))}, {})
        results = {"val_loss": jnp.asarray(value, jnp.float32)}
        state, stop = rule.observe(state, jnp.asarray(epoch), results, jnp.asarray(True), variables)
        if stop:
            break
    return epoch, bool(stop), int(rule.finish(state, variables).params["epoch"])


TABLE = [
    {
        "patience": p,
        "min_delta": d,
        "mode": m,
        "baseline": b,
        "start_from_epoch": s,
        "restore_best_weights": r,
    }
    for p, d, m, b, s, r in itertools.product(
        (0, 1, 3), (0.0, 0.25), ("min", "max"), (None, 0.5), (0, 2), (False, True)
    )
]


@pytest.mark.references("callbacks.EarlyStopping")
@pytest.mark.parametrize("arguments", TABLE, ids=lambda arguments: ",".join(map(str, arguments.values())))
def test_early_stopping_stops_and_restores_as_keras(keras, arguments):
    """Eighths are exact in float32, so that ties with min_delta and baseline are true ties."""
    draw = random.Random(str(arguments))
    for kind in range(4):
        values = [draw.randrange(-4, 12) / 8 for _ in range(9)]
        if kind == 1:
            values = sorted(values, reverse=arguments["mode"] == "min")
        if kind == 2:
            values[draw.randrange(3, 9)] = math.nan
        if kind == 3:
            values[draw.randrange(3, 9)] = math.inf
        assert as_fallline(values, arguments) == as_keras(keras, values, arguments), values


@pytest.mark.references("callbacks.EarlyStopping")
@pytest.mark.parametrize("values", [[1.0], [1.0] * 9, [1.0, *[math.nan] * 8], [1.0, *[math.inf] * 8]])
@pytest.mark.parametrize("restore", [False, True])
def test_values_that_never_improve(keras, values, restore):
    arguments = {"patience": 2, "mode": "min", "restore_best_weights": restore}
    assert as_fallline(values, arguments) == as_keras(keras, values, arguments)


class FakeOptimizer:
    """What Keras's ReduceLROnPlateau asks of an optimizer."""

    def __init__(self, rate):
        self.learning_rate = np.float32(rate)


PLATEAUS = [
    {"factor": f, "patience": p, "cooldown": c, "min_delta": d, "min_lr": m, "mode": mode}
    for f, p, c, d, m, mode in itertools.product(
        (0.5, 0.25), (0, 1, 2), (0, 2), (0.0, 0.25), (0.0, 0.125), ("min", "max")
    )
]


@pytest.mark.references("callbacks.ReduceLROnPlateau")
@pytest.mark.parametrize("arguments", PLATEAUS, ids=lambda arguments: ",".join(map(str, arguments.values())))
def test_plateaus_reduce_the_rate_as_keras(keras, arguments):
    """Eighths and powers of two are exact in float32, so that the rates are equal and ties are true ties."""
    draw = random.Random(str(arguments))
    for kind in range(3):
        values = [draw.randrange(-4, 12) / 8 for _ in range(14)]
        if kind == 1:
            values = sorted(values, reverse=arguments["mode"] == "min")
        if kind == 2:
            values[draw.randrange(3, 9)], values[10] = math.nan, math.inf
        theirs = keras.callbacks.ReduceLROnPlateau("val_loss", **arguments)
        model = FakeModel()
        model.optimizer = FakeOptimizer(1.0)
        theirs.set_model(model)
        theirs.on_train_begin()
        ours = ReduceLROnPlateau("val_loss", **arguments)
        state, rate = ours.init(Variables({}, {})), jnp.asarray(1.0, jnp.float32)
        for epoch, value in enumerate(values):
            logs = {"val_loss": value}
            theirs.on_epoch_end(epoch, logs)
            assert logs["learning_rate"] == rate
            results = {"val_loss": jnp.asarray(value, jnp.float32), "learning_rate": rate}
            state, _ = ours.observe(state, jnp.asarray(epoch), results, jnp.asarray(True), Variables({}, {}))
            rate = ours.rate(state, rate)
            assert float(rate) == float(model.optimizer.learning_rate), (epoch, values)


def trained_alike(keras, our_callbacks, their_callbacks, **arguments):
    """The histories of the same network under both libraries, with the rates that the optimizers end with."""
    ours = fl.Sequential([fl.Input((3,)), fl.layers.Dense(4, activation="tanh"), fl.layers.Dense(1)], seed=0)
    theirs = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)]
    )
    theirs.set_weights(ours.get_weights())
    ours.compile(fl.optimizers.SGD(0.3), "mse", metrics=["mae"])
    theirs.compile(keras.optimizers.SGD(0.3), "mse", metrics=["mae"])
    common = {"epochs": 12, "verbose": 0, "shuffle": False, "validation_split": 0.3} | arguments
    our_history = ours.fit(X, Y, callbacks=our_callbacks, **common).history
    their_history = theirs.fit(X, Y, callbacks=their_callbacks, **common).history
    rates = float(ours.optimizer.learning_rate), float(theirs.optimizer.learning_rate)
    return ours, our_history, their_history, rates


@pytest.mark.references("callbacks.ReduceLROnPlateau", "callbacks.LearningRateScheduler", "callbacks.History")
@KERAS_READS_ARRAYS
@pytest.mark.parametrize(
    "make",
    [
        lambda callbacks: callbacks.ReduceLROnPlateau(
            "val_loss", factor=0.5, patience=1, min_delta=0.1, cooldown=1, min_lr=0.1
        ),
        lambda callbacks: callbacks.ReduceLROnPlateau("mae", factor=0.1, patience=1, min_delta=0.05),
        lambda callbacks: callbacks.LearningRateScheduler(lambda epoch: 0.3 / (1 + epoch)),
        lambda callbacks: callbacks.LearningRateScheduler(lambda epoch, lr: lr * math.exp(-0.1)),
    ],
    ids=["plateau", "plateau of a metric", "schedule of the epoch", "schedule of the rate"],
)
def test_a_run_with_a_changing_rate(keras, make):
    our_callback, their_callback = fl.callbacks.History(), keras.callbacks.History()
    _, ours, theirs, rates = trained_alike(
        keras, [make(fl.callbacks), our_callback], [make(keras.callbacks), their_callback]
    )
    assert sorted(ours) == sorted(theirs)
    for name in theirs:
        assert ours[name] == pytest.approx(theirs[name], rel=1e-4), name
    assert len(set(ours["learning_rate"])) > 1
    assert rates[0] == pytest.approx(rates[1], rel=1e-6)
    assert our_callback.history == ours
    assert our_callback.epoch == their_callback.epoch
    assert sorted(our_callback.history) == sorted(their_callback.history)


@pytest.mark.references("callbacks.CSVLogger")
@pytest.mark.parametrize("separator", [",", ";"])
def test_the_same_table(keras, tmp_path, separator):
    """The same head and epochs, and Keras's numbers; a second training is appended by both."""
    for epochs, append in ((3, False), (2, True)):
        trained_alike(
            keras,
            [fl.callbacks.CSVLogger(tmp_path / "ours.csv", separator, append)],
            [keras.callbacks.CSVLogger(str(tmp_path / "theirs.csv"), separator, append)],
            epochs=epochs,
        )
    ours, theirs = (
        [line.split(separator) for line in (tmp_path / f"{who}.csv").read_text().splitlines()]
        for who in ("ours", "theirs")
    )
    assert ours[0] == theirs[0] == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    assert len(ours) == len(theirs) == 6
    np.testing.assert_allclose(np.array(ours[1:], float), np.array(theirs[1:], float), rtol=1e-4)


@pytest.mark.references("callbacks.ModelCheckpoint")
@KERAS_READS_ARRAYS
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"save_best_only": True},
        {"save_best_only": True, "monitor": "mae", "mode": "max"},
        {"save_best_only": True, "initial_value_threshold": 0.55},
        {"save_freq": 3, "batch_size": 35},
    ],
    ids=lambda arguments: ",".join(arguments) or "every epoch",
)
@pytest.mark.filterwarnings("ignore:ModelCheckpoint. .* holds Fallline:fallline.errors.FalllineWarning")
def test_the_same_checkpoints(keras, tmp_path, arguments):
    """The same files at the same moments, with the same weights in them."""
    name = "{epoch:02d}-{loss:.1f}.weights.h5"
    arguments = dict(arguments)
    batch_size = arguments.pop("batch_size", 32)
    ours, *_ = trained_alike(
        keras,
        [fl.callbacks.ModelCheckpoint(tmp_path / "ours" / name, save_weights_only=True, **arguments)],
        [keras.callbacks.ModelCheckpoint(tmp_path / "theirs" / name, save_weights_only=True, **arguments)],
        epochs=6,
        batch_size=batch_size,
    )
    our_files, their_files = (sorted((tmp_path / who).iterdir()) for who in ("ours", "theirs"))
    assert [file.name for file in our_files] == [file.name for file in their_files]
    assert our_files
    theirs = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)]
    )
    for our_file, their_file in zip(our_files, their_files, strict=True):
        ours.load_weights(our_file)
        theirs.load_weights(their_file)
        for our_array, their_array in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(our_array, their_array, rtol=1e-3, atol=1e-5)


@pytest.mark.references("callbacks.LambdaCallback")
def test_functions_are_called_alike(keras):
    def recording(library):
        calls = []
        hooks = {
            f"on_{name}": (lambda *a, name=name, **k: calls.append((name, *a[:-1])))
            for name in ("epoch_begin", "epoch_end")
        }
        return library.callbacks.LambdaCallback(**hooks), calls

    (ours, our_calls), (theirs, their_calls) = recording(fl), recording(keras)
    trained_alike(keras, [ours], [theirs], epochs=3)
    assert our_calls == their_calls
    assert len(our_calls) == 6


@pytest.mark.references("callbacks.TerminateOnNaN")
@pytest.mark.filterwarnings("ignore:The loss stopped being finite:fallline.errors.TrainingWarning")
@KERAS_READS_ARRAYS
def test_a_diverging_run_ends_in_the_same_batch(keras):
    """The rate of epoch 3 makes weights of 1e20 in its first batch, and a loss beyond float32 in the second."""
    batches = []

    def making(library, **hooks):
        explode = library.callbacks.LearningRateScheduler(lambda epoch: 0.05 if epoch < 3 else 1e20)
        return [explode, library.callbacks.TerminateOnNaN(), library.callbacks.LambdaCallback(**hooks)]

    model, ours, theirs, _ = trained_alike(
        keras, making(fl), making(keras, on_train_batch_end=lambda batch, logs: batches.append(batch))
    )
    outcome = model.history.outcome
    assert outcome.kind == "diverged"
    # Keras has called the hook after every batch, the one with the infinite loss included.
    assert 3 * outcome.epoch + outcome.step + 1 == len(batches) == 11
    for name, values in theirs.items():
        assert len(ours[name]) == len(values) == 4
        assert ours[name][:3] == pytest.approx(values[:3], rel=1e-4), name
    assert not math.isfinite(ours["loss"][3])
    assert not math.isfinite(theirs["loss"][3])


class PulledPlug(Exception):
    """What ends a training in the middle."""


@pytest.mark.references("callbacks.BackupAndRestore")
def test_a_training_cut_off_ends_as_one_left_alone(tmp_path):
    """No other library's training goes on exactly: the reference is the training that nothing cuts off."""

    def trained(*callbacks):
        model = fl.Sequential([fl.Input((3,)), fl.layers.Dropout(0.2), fl.layers.Dense(1)], seed=0)
        model.compile(fl.optimizers.Adam(0.05), "mse", metrics=["mae"])
        arguments = {"epochs": 8, "validation_split": 0.25, "verbose": 0, "seed": 3}
        history = model.fit(X, Y, callbacks=[EarlyStopping("loss", patience=9), *callbacks], **arguments)
        return history.history, model.get_weights()

    def pull(epoch, logs):
        if epoch == 4:
            raise PulledPlug

    begun = []
    look = fl.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: begun.append(epoch))
    expected, weights = trained()
    with pytest.raises(PulledPlug):
        trained(fl.callbacks.BackupAndRestore(tmp_path), fl.callbacks.LambdaCallback(on_epoch_end=pull))
    found, ended = trained(fl.callbacks.BackupAndRestore(tmp_path), look)
    assert begun == [4, 5, 6, 7]
    assert found == expected
    for one, other in zip(ended, weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.references("callbacks.TensorBoard")
def test_tensorboard_reads_the_values_of_keras(keras, tmp_path):
    """The event files are read by TensorBoard; the values under Keras's tags are those of Keras's history."""
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    _, ours, theirs, _ = trained_alike(keras, [fl.callbacks.TensorBoard(tmp_path)], [], epochs=4)
    for name, values in theirs.items():
        part = "validation" if name.startswith("val_") else "train"
        events = reading.EventAccumulator(str(tmp_path / part))
        events.Reload()
        found = events.Scalars(f"epoch_{name.removeprefix('val_')}")
        assert [event.step for event in found] == list(range(4))
        assert [event.value for event in found] == pytest.approx(values, rel=1e-4), name
        assert [event.value for event in found] == pytest.approx(ours[name], rel=1e-7), name


@pytest.mark.references("callbacks.TrainingProgress")
def test_the_display_shows_what_keras_prints(keras, capsys):
    """A line has the numbers of the line that Keras's ProgbarLogger prints (verbose=2), within their last digit."""
    stream = io.StringIO()
    ours = fl.callbacks.TrainingProgress(stream=stream, delay=0.0, live=False)
    trained_alike(keras, [ours], [], epochs=4, verbose=2)
    printed = [line for line in capsys.readouterr().out.splitlines() if "loss: " in line]
    shown = stream.getvalue().splitlines()
    assert len(printed) == 4
    assert shown[-1].startswith("epoch 4/4 ")
    for line in shown:
        theirs = dict(re.findall(r"(\w+): (\d+\.\d{4})", printed[int(line.split()[1].split("/")[0]) - 1]))
        numbers = dict(re.findall(r"(\w+) (\d+\.\d{4})\b", line))
        assert sorted(numbers) == sorted(theirs) == ["loss", "mae", "val_loss", "val_mae"]
        for name, number in numbers.items():
            assert float(number) == pytest.approx(float(theirs[name]), abs=1.01e-4, rel=0), (line, name)
