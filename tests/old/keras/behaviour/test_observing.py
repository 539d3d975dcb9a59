"""Callbacks of other years in a run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import Callback, EarlyStopping, LearningRateScheduler, ModelCheckpoint
from fallline.layers import Dense
from fallline.old.keras.behaviour import callbacks
from fallline.old.keras.behaviour.models import Sequential

Rows = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def model() -> Sequential:
    model = Sequential([fl.Input((4,)), Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


def test_logs_answer_to_both_spellings(model: Sequential, rows: Rows) -> None:
    seen: list[Any] = []

    class Looks(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append((logs["acc"], logs.get("val_acc"), self.params["nb_epoch"], self.model))
            logs["own"] = 3.0

    found = model.fit(*rows, epochs=1, verbose=0, validation_split=0.2, callbacks=[Looks()])
    assert seen == [(found.history["acc"][0], found.history["val_acc"][0], 1, model)]
    assert found.history["own"] == [3.0]


def test_names_of_files_and_what_is_watched_too(model: Sequential, rows: Rows, tmp_path: Path) -> None:
    path = str(tmp_path / "{epoch:02d}-{val_acc:.2f}.fallline")
    saves = ModelCheckpoint(path, monitor="val_acc", mode="max", save_best_only=True)
    stops = EarlyStopping(monitor="val_acc", mode="max", patience=1)
    found = model.fit(*rows, epochs=1, verbose=0, validation_split=0.2, callbacks=[saves, stops])
    assert [file.name for file in tmp_path.iterdir()] == [f"01-{found.history['val_acc'][0]:.2f}.fallline"]


def test_stopping_on_val_loss_without_validation_is_said(
    model: Sequential, rows: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    model.fit(*rows, epochs=2, verbose=0, callbacks=[EarlyStopping(monitor="val_loss")])
    assert "there is no validation" in capsys.readouterr().err


def test_hooks_that_no_run_calls_are_said(
    model: Sequential, rows: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    class Tests(Callback):
        def on_test_end(self, logs: Any = None) -> None: ...

    model.fit(*rows, verbose=0, callbacks=[Tests()])
    assert "on_test_end" in capsys.readouterr().err


def test_early_stopping_tells_how_it_ended(model: Sequential, rows: Rows) -> None:
    stops = callbacks.EarlyStopping("val_loss", min_delta=1.0, patience=2, restore_best_weights=True)
    found = model.fit(*rows, epochs=9, verbose=0, validation_data=rows, callbacks=[stops])
    assert (stops.stopped_epoch, len(found.epoch)) == (2, 3)
    assert stops.best == min(found.history["val_loss"])
    assert callbacks.EarlyStopping().stopped_epoch == 0


def test_what_is_not_recorded_is_said(
    model: Sequential, rows: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saves = callbacks.ModelCheckpoint(tmp_path / "a.h5", monitor="val_auc", save_best_only=True)
    model.fit(*rows, verbose=0, callbacks=[callbacks.EarlyStopping("auc"), saves])
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().err.count("not recorded") == 2


def test_every_second_epoch(model: Sequential, rows: Rows, tmp_path: Path) -> None:
    saves = callbacks.ModelCheckpoint(str(tmp_path / "{epoch}.h5"), verbose=0, period=2)
    model.fit(*rows, epochs=5, verbose=0, callbacks=[saves])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.h5", "4.h5"]


@pytest.mark.filterwarnings("error")
def test_tensorboard_of_other_years(model: Sequential, rows: Rows, tmp_path: Path) -> None:
    board = callbacks.TensorBoard(
        log_dir=str(tmp_path),
        histogram_freq=0,
        write_graph=True,
        write_grads=True,
        write_images=True,
        embeddings_freq=1,
        embeddings_layer_names=None,
        embeddings_metadata=None,
        profile_batch=2,
    )
    model.fit(*rows, verbose=0, callbacks=[board])
    assert list(tmp_path.rglob("events*"))


def test_a_rate_that_a_callback_assigns_is_taken(model: Sequential, rows: Rows) -> None:
    class Once(callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.model.optimizer.lr.assign(0.1 if epoch == 0 else 0.0)

    before, ends = model.get_weights(), []
    for epochs in (1, 3):
        model.set_weights(before)
        model.compile("sgd", "binary_crossentropy")
        model.fit(*rows, epochs=epochs, verbose=0, shuffle=False, callbacks=[Once()])
        ends.append(model.get_weights()[0])
    assert not np.array_equal(before[0], ends[0])
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-6)
    assert model.optimizer.lr == 0.0


def test_callbacks_that_are_not_there_do_no_harm(model: Sequential, rows: Rows) -> None:
    model.fit(*rows, verbose=0, callbacks=[callbacks.RemoteMonitor(root="http://x"), callbacks.BaseLogger()])


def test_a_schedule_writes_over_what_a_plateau_sets(model: Sequential, rows: Rows) -> None:
    both = [callbacks.ReduceLROnPlateau("loss"), LearningRateScheduler(lambda epoch: 0.5**epoch)]
    assert model.fit(*rows, epochs=2, verbose=0, callbacks=both).history["lr"] == [1.0, 0.5]
