"""Callbacks of other years in a run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import Callback, EarlyStopping, ModelCheckpoint
from fallline.layers import Dense
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
