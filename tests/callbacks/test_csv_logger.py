"""The table of epochs."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import CSVLogger
from fallline.errors import UsageError

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1)


def fit(*callbacks, metrics=(), **arguments):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(0.01), "mse", metrics=list(metrics))
    return model.fit(X, Y, **{"epochs": 3, "verbose": 0, "callbacks": list(callbacks)} | arguments)


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_values_of_each_epoch(tmp_path):
    path = tmp_path / "log.csv"
    history = fit(CSVLogger(path), initial_epoch=1, validation_data=(X, Y))
    assert path.read_text().splitlines()[0] == "epoch,loss,val_loss"
    assert [row["epoch"] for row in rows(path)] == ["1", "2"]
    assert [float(row["loss"]) for row in rows(path)] == history.history["loss"]


def test_it_costs_the_run_nothing():
    assert CSVLogger("x.csv").granularity() == "boundary"


def test_epochs_without_validation(tmp_path):
    path = tmp_path / "log.csv"
    history = fit(CSVLogger(path), epochs=4, validation_data=(X, Y), validation_freq=2)
    found = [row["val_loss"] for row in rows(path)]
    assert found[0] == found[2] == "NA"
    assert [float(found[1]), float(found[3])] == history.history["val_loss"]


def test_a_metric_of_several_values(tmp_path):
    path = tmp_path / "log.csv"
    y = (Y > 0).astype(np.float32)
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile("sgd", "binary_crossentropy", metrics=[fl.metrics.Precision(thresholds=[0.3, 0.7])])
    history = model.fit(X, y, epochs=1, verbose=0, callbacks=[CSVLogger(path)])
    (row,) = rows(path)
    first, second = history.history["precision"][0]
    assert row["precision"] == f'"[{first}, {second}]"'


def test_added_to_or_replaced(tmp_path):
    path = tmp_path / "log.csv"
    for append, count in ((True, 3), (True, 6), (False, 3)):
        fit(CSVLogger(path, append=append))
        assert len(rows(path)) == count
        assert path.read_text().count("epoch") == 1


@pytest.mark.parametrize("separator", ["", ", ", None])
def test_what_is_no_separator(separator):
    with pytest.raises(UsageError, match="separator must be one character"):
        CSVLogger("x.csv", separator)
