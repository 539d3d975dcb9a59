"""A training that is killed and started again ends as one that was left alone: bitwise."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import (
    BackupAndRestore,
    Callback,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    TerminateOnNaN,
)
from fallline.errors import SavedFileError, UsageError

PROGRAM = textwrap.dedent(
    """
    import sys
    import numpy as np
    import fallline as fl
    from fallline.callbacks import BackupAndRestore, EarlyStopping, LambdaCallback, ReduceLROnPlateau

    folder, out, waits = sys.argv[1], sys.argv[2], sys.argv[3] == "waits"
    x = np.random.default_rng(0).normal(size=(220, 6)).astype(np.float32)
    y = (np.sin(x).sum(1) + 0.5 * np.random.default_rng(1).normal(size=220)).astype(np.float32)
    model = fl.Sequential(
        [
            fl.Input((6,)),
            fl.layers.Dense(32, activation="relu"),
            fl.layers.BatchNormalization(),
            fl.layers.Dropout(0.3),
            fl.layers.Dense(1),
        ],
        seed=int(sys.argv[4]),
    )
    model.compile(fl.optimizers.Adam(0.02), "mse", metrics=["mae"])
    callbacks = [
        EarlyStopping("val_loss", patience=40, restore_best_weights=True),
        ReduceLROnPlateau("val_loss", factor=0.5, patience=3, cooldown=1),
    ]
    if folder:
        callbacks.append(BackupAndRestore(folder))
    if waits:  # after each epoch, until it is told to go on
        callbacks.append(LambdaCallback(on_epoch_end=lambda epoch, logs: (print(epoch, flush=True), sys.stdin.readline())))
    history = model.fit(x, y, epochs=60, batch_size=32, validation_split=0.2, verbose=0, callbacks=callbacks, seed=5)
    named = {f"w{k}": array for k, array in enumerate(model.get_weights())}
    named |= {f"h_{name}": np.array(values) for name, values in history.history.items()}
    named["epoch"] = np.array(history.epoch)
    named["rate"] = np.array(model.optimizer.learning_rate)
    np.savez(out, **named)
    """
)


def start(*arguments):
    # Coverage of imports is not wanted here: only what the program needs is in its environment.
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def test_killed_and_started_again_it_ends_bitwise_as_if_left_alone(tmp_path):
    backup, alone, again = tmp_path / "backup", tmp_path / "alone.npz", tmp_path / "again.npz"
    with start("", alone, "runs", 1) as whole:
        assert whole.wait() == 0
    reached = []
    for kill_after in (7, 23):
        with start(backup, again, "waits", 2 if reached else 1) as process:
            epochs = []
            for line in process.stdout:
                epochs.append(int(line))
                process.stdin.write("go on\n")
                process.stdin.flush()
                if epochs[-1] >= kill_after:
                    break
            # Wherever it is: within the next epoch, or within the writing of the backup; after that it waits.
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        reached.append(epochs)
        assert not again.exists()
    assert reached[0][0] == 0
    assert reached[1][0] >= 6, "the second run goes on where the first was killed"
    # Another seed of the model on the way: what is restored counts, not what the program begins with.
    with start(backup, again, "runs", 3) as rest:
        assert not rest.stdout.read()
        assert rest.wait() == 0
    expected, found = np.load(alone), np.load(again)
    assert sorted(expected) == sorted(found)
    assert len(expected["epoch"]) > 30
    assert len(set(expected["h_learning_rate"])) > 2, "the rate was reduced on the way"
    for name in expected:
        np.testing.assert_array_equal(expected[name], found[name], err_msg=name)
    assert not backup.exists(), "a training that has ended needs no backup"


X = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
Y = X.sum(1)


def model_of(units=4, rate=0.01):
    model = fl.Sequential(
        [fl.Input((3,)), fl.layers.Dense(units), fl.layers.Dropout(0.2), fl.layers.Dense(1)], seed=0
    )
    model.compile(fl.optimizers.Adam(rate), "mse")
    return model


def fit(model, *callbacks, **arguments):
    return model.fit(X, Y, **{"epochs": 8, "verbose": 0, "callbacks": list(callbacks)} | arguments)


class Fail(Callback):
    """Raises an error after an epoch."""

    def __init__(self, epoch, error=None):
        super().__init__()
        self.epoch, self.error = epoch, error or OSError("pulled the plug")

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise self.error


@pytest.mark.parametrize(
    "rules",
    [
        lambda: [EarlyStopping("val_loss", patience=2, restore_best_weights=True)],
        lambda: [LearningRateScheduler(lambda epoch, rate: rate * 0.9)],
    ],
    ids=["early stopping", "scheduler"],
)
@pytest.mark.parametrize("save_freq", ["epoch", 5])
def test_after_an_error_it_goes_on(tmp_path, rules, save_freq):
    whole = model_of()
    expected = fit(whole, *rules(), validation_split=0.2, initial_epoch=1)
    backup = BackupAndRestore(tmp_path / "backup", save_freq)
    with pytest.raises(OSError, match="pulled the plug"):
        fit(model_of(), backup, Fail(4), *rules(), validation_split=0.2, initial_epoch=1)
    seen = []
    looker = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append(("begin", epoch)),
        on_epoch_end=lambda epoch, logs: seen.append(("end", epoch, logs["loss"])),
    )
    model = model_of()
    history = fit(
        model, BackupAndRestore(tmp_path / "backup"), looker, *rules(), validation_split=0.2, initial_epoch=1
    )
    first = 4 if save_freq == "epoch" else 3  # three steps an epoch: five have passed after the second
    assert seen[:2] == [("begin", first), ("end", first, expected.history["loss"][first - 1])]
    assert history.epoch == expected.epoch
    assert history.history == expected.history
    for ours, theirs in zip(model.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_becomes_of_the_backup(tmp_path):
    backup = BackupAndRestore(tmp_path / "a" / "b")
    fit(model_of(), backup)
    assert not (tmp_path / "a" / "b").exists()
    fit(model_of(), BackupAndRestore(tmp_path / "kept", delete_checkpoint=False))
    assert (tmp_path / "kept").is_dir()
    with pytest.raises(KeyboardInterrupt):
        fit(model_of(), BackupAndRestore(tmp_path / "interrupted"), Fail(4, KeyboardInterrupt()))
    assert list((tmp_path / "interrupted").iterdir())
    stop = LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(stop.model, "stop_training", epoch == 3))
    fit(model_of(), BackupAndRestore(tmp_path / "stopped"), stop)
    assert not (tmp_path / "stopped").exists()


def test_other_files_in_the_folder_stay(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    fit(model_of(), BackupAndRestore(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("arguments", "kept"), [({}, False), ({"raise_error": True}, True)])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.filterwarnings("ignore:The loss stopped being finite:fallline.errors.TrainingWarning")
def test_a_training_that_diverges(tmp_path, arguments, kept, first):
    """Keras deletes the backup too, and `raise_error` keeps it, whatever the order of the callbacks."""
    callbacks = [BackupAndRestore(tmp_path / "backup"), TerminateOnNaN(**arguments)]
    explode = LearningRateScheduler(lambda epoch: 0.01 if epoch < 3 else 1e38)
    epochs = LambdaCallback(on_epoch_end=lambda epoch, logs: None)
    model = model_of()
    model.compile(fl.optimizers.SGD(0.01), "mse")
    try:
        fit(model, *callbacks[:: 1 - 2 * first], explode, epochs)
        assert not kept
    except RuntimeError as error:
        assert kept
        assert "stopped being finite in epoch" in str(error)  # noqa: PT017 - both ways are right
    assert (tmp_path / "backup").exists() == kept
    assert model.history.outcome.kind in ("diverged", "early_stopped")


def cut_off(folder, **arguments):
    with pytest.raises(OSError, match="pulled the plug"):
        fit(model_of(), BackupAndRestore(folder), Fail(4), **arguments)


def test_another_training_is_refused(tmp_path):
    cut_off(tmp_path)
    with pytest.raises(
        SavedFileError, match="the run to resume was another one: variables/params/dense/bias"
    ):
        fit(model_of(units=5), BackupAndRestore(tmp_path))
    with pytest.raises(SavedFileError, match="the run to resume was another one: rules"):
        fit(model_of(), BackupAndRestore(tmp_path), EarlyStopping("loss"))
    with pytest.raises(
        SavedFileError, match="is the backup of another training: .*'batch_size': 32.*delete it to begin"
    ):
        fit(model_of(), BackupAndRestore(tmp_path), batch_size=50)
    with pytest.raises(SavedFileError, match="is the backup of another training"):
        fit(model_of(), BackupAndRestore(tmp_path), initial_epoch=2)
    assert len(fit(model_of(), BackupAndRestore(tmp_path), epochs=11).epoch) == 11, (
        "more epochs are no other training"
    )


def test_a_flipped_bit_in_a_backup(tmp_path):
    cut_off(tmp_path)
    (path,) = tmp_path.iterdir()
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(SavedFileError, match="is damaged .* Delete it to begin anew"):
        fit(model_of(), BackupAndRestore(tmp_path))


def test_a_damaged_backup(tmp_path):
    cut_off(tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(
        SavedFileError, match="is no backup of a training, or is damaged .* Delete it to begin anew"
    ):
        fit(model_of(), BackupAndRestore(tmp_path))
    path.write_text(json.dumps({}))
    with pytest.raises(SavedFileError, match="is no backup"):
        fit(model_of(), BackupAndRestore(tmp_path))


def test_what_a_kill_left_half_written_is_cleared_away(tmp_path):
    cut_off(tmp_path)
    (path,) = tmp_path.iterdir()
    Path(tmp_path / f".{path.name}.abc123").write_bytes(b"half")
    fit(model_of(), BackupAndRestore(tmp_path, delete_checkpoint=False))
    assert list(tmp_path.iterdir()) == [path]


def test_two_of_them_are_one_too_many(tmp_path):
    cut_off(tmp_path / "a")
    cut_off(tmp_path / "b")
    with pytest.raises(UsageError, match="two of them resume a run"):
        fit(model_of(), BackupAndRestore(tmp_path / "a"), BackupAndRestore(tmp_path / "b"))


def test_only_restoring(tmp_path):
    fit(model_of(), BackupAndRestore(tmp_path, save_freq=False, delete_checkpoint=False))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backup_dir": ""}, "must be the name of a folder"),
        ({"backup_dir": "x", "save_freq": "batch"}, 'save_freq is "epoch", False, or must be a whole number'),
        ({"backup_dir": "x", "save_freq": 0}, "whole number of at least 1, got 0"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(UsageError, match=message):
        BackupAndRestore(**arguments)


def test_bfloat16_weights_survive(tmp_path):
    def small():
        model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0, dtype_policy="mixed_bfloat16")
        model.compile("adam", "mse")
        return model

    whole = small()
    expected = fit(whole)
    with pytest.raises(OSError, match="pulled the plug"):
        fit(small(), BackupAndRestore(tmp_path), Fail(4))
    model = small()
    assert fit(model, BackupAndRestore(tmp_path)).history == expected.history
    np.testing.assert_array_equal(model.get_weights()[0], whole.get_weights()[0])
