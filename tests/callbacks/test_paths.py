"""Where callbacks write: mistakes are said when they are made, or before training."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import BackupAndRestore, CSVLogger, ModelCheckpoint, TensorBoard, TerminateOnNaN
from fallline.errors import UsageError

X = np.ones((8, 1), np.float32)


@pytest.mark.parametrize("kind", [BackupAndRestore, CSVLogger, ModelCheckpoint, TensorBoard])
@pytest.mark.parametrize("wrong", [3, None, ""])
def test_what_is_no_path(kind, wrong):
    with pytest.raises(UsageError, match=rf"{kind.__name__}: \w+ must be the name of a (file|folder), got"):
        kind(wrong)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda folder, file: CSVLogger(folder / "missing" / "a.csv"),
            "cannot be written .* folder must be there",
        ),
        (lambda folder, file: CSVLogger(folder), "CSVLogger: .* cannot be written"),
        (lambda folder, file: BackupAndRestore(file), "BackupAndRestore: backup_dir: .* is a file"),
        (lambda folder, file: TensorBoard(file), "TensorBoard: log_dir: .* is a file"),
        (lambda folder, file: ModelCheckpoint(file / "x"), "ModelCheckpoint: filepath: .* is a file"),
        (lambda folder, file: ModelCheckpoint(file / "{epoch}"), "ModelCheckpoint: filepath: .* is a file"),
        (lambda folder, file: ModelCheckpoint(folder), "ModelCheckpoint: filepath .* is a folder"),
    ],
)
def test_what_cannot_be_written_is_known_before_training(tmp_path, make, message):
    file = tmp_path / "file"
    file.write_text("mine")
    model = fl.Sequential([fl.Input((1,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", "mse")
    with pytest.raises(UsageError, match=message):
        model.fit(X, X, epochs=1, verbose=0, callbacks=[make(tmp_path, file)])
    assert model.history is None
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "make",
    [
        lambda: CSVLogger("a.csv", append="x"),
        lambda: ModelCheckpoint("a", save_best_only="yes"),
        lambda: ModelCheckpoint("a", save_weights_only=1),
        lambda: BackupAndRestore("a", delete_checkpoint="no"),
        lambda: TensorBoard("a", write_graph=2),
        lambda: TerminateOnNaN("yes"),
    ],
)
def test_what_is_no_truth_value(make):
    with pytest.raises(UsageError, match="must be True or False"):
        make()
