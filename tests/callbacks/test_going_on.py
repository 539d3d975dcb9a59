"""What goes on with a training that was cut off, and what is told from it as another one."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import BackupAndRestore, CSVLogger, History, LambdaCallback, ModelCheckpoint
from fallline.errors import SavedFileError

X = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
Y = X.sum(1)


def model_of(loss="mse", metrics=("mae",)):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(0.01), loss, metrics=list(metrics))
    return model


def fit(*callbacks, model=None, **arguments):
    model = model or model_of()
    return model.fit(X, Y, **{"epochs": 6, "verbose": 0, "callbacks": list(callbacks)} | arguments)


def fail(epoch_of_failure):
    def begin(epoch, logs):
        if epoch == epoch_of_failure:
            raise OSError("pulled the plug")

    return LambdaCallback(on_epoch_begin=begin)


def cut_off(folder, *callbacks, epoch=3, **arguments):
    with pytest.raises(OSError, match="pulled the plug"):
        fit(BackupAndRestore(folder), *callbacks, fail(epoch), **arguments)


@pytest.mark.parametrize(
    ("then", "now", "named"),
    [
        ({}, {"shuffle": False}, "shuffle"),
        ({}, {"sample_weight": np.full(100, 2.0)}, "weighted"),
        ({"validation_split": 0.2}, {"validation_split": 0.21, "steps_per_epoch": 3}, "rows"),
        ({"validation_data": (X, Y)}, {}, "validation_rows"),
        ({}, {"validation_data": (X, Y)}, "validation_rows"),
        ({"validation_data": (X, Y)}, {"validation_data": (X[:9], Y[:9])}, "validation_rows"),
        ({}, {"model": "loss"}, "loss"),
        ({}, {"model": "metrics"}, "recorded"),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value) or "plain",
)
def test_another_training_is_refused(tmp_path, then, now, named):
    cut_off(tmp_path, **then)
    if now.get("model") == "loss":
        now = {"model": model_of(loss="huber")}
    elif now.get("model") == "metrics":
        now = {"model": model_of(metrics=("mae", "mse"))}
    with pytest.raises(SavedFileError, match=f"is the backup of another training: .*'{named}'"):
        fit(BackupAndRestore(tmp_path), **now)


def test_fewer_epochs_than_there_are_already(tmp_path):
    cut_off(tmp_path)
    with pytest.raises(SavedFileError, match="of 3 epochs already, and this one ends at epochs=2"):
        fit(BackupAndRestore(tmp_path), epochs=2)


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("save_freq", ["epoch", 8])
def test_each_epoch_stands_in_the_table_once(tmp_path, append, save_freq):
    """With a backup every second epoch, the last one before the cut is run, and written, again."""
    path, folder = tmp_path / "log.csv", tmp_path / "backup"
    with pytest.raises(OSError, match="pulled the plug"):
        fit(
            BackupAndRestore(folder, save_freq),
            CSVLogger(path, append=append),
            fail(3),
            validation_data=(X, Y),
        )
    history = fit(BackupAndRestore(folder), CSVLogger(path, append=append), validation_data=(X, Y))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [0, 1, 2, 3, 4, 5]
    assert [float(row["val_loss"]) for row in rows] == history.history["val_loss"]


def test_an_earlier_training_in_the_same_table_stays(tmp_path):
    path, folder = tmp_path / "log.csv", tmp_path / "backup"
    fit(CSVLogger(path))
    cut_off(folder, CSVLogger(path, append=True))
    fit(BackupAndRestore(folder), CSVLogger(path, append=True))
    with path.open(newline="") as file:
        assert [int(row["epoch"]) for row in csv.DictReader(file)] == [*range(6), *range(6)]


def test_a_history_made_before_training_has_all_epochs(tmp_path):
    cut_off(tmp_path)
    own = History()
    history = fit(BackupAndRestore(tmp_path), own)
    assert own.epoch == history.epoch == list(range(6))
    assert own.history == history.history


@pytest.mark.parametrize(("threshold", "best"), [(1e-9, 1e-9), (1e9, None)])
def test_the_value_to_beat_is_the_best_of_threshold_and_before(tmp_path, threshold, best):
    folder, path = tmp_path / "backup", tmp_path / "best.fallline"
    checkpoint = ModelCheckpoint(path, "loss", save_best_only=True, initial_value_threshold=threshold)
    cut_off(folder, checkpoint)
    again = ModelCheckpoint(path, "loss", save_best_only=True, initial_value_threshold=threshold)
    begun = []
    looker = LambdaCallback(on_epoch_begin=lambda epoch, logs: begun.append(again.best))
    history = fit(BackupAndRestore(folder), again, looker)
    assert begun[0] == (min(history.history["loss"][:3]) if best is None else best)


def test_what_callbacks_wrote_into_the_logs_survives_the_cut(tmp_path):
    def writer():
        return LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(own=0.5 * epoch))

    with pytest.raises(OSError, match="pulled the plug"):
        fit(writer(), BackupAndRestore(tmp_path), fail(3))
    assert fit(writer(), BackupAndRestore(tmp_path)).history["own"] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]


def test_epochs_without_a_written_value_are_nan():
    def write(epoch, logs):
        if epoch % 2:
            logs["val_f1"] = 0.5

    history = fit(LambdaCallback(on_epoch_end=write), epochs=4)
    np.testing.assert_array_equal(history.history["val_f1"], [np.nan, 0.5, np.nan, 0.5])
