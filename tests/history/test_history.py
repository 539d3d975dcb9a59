"""What a run recorded, and its files."""

from __future__ import annotations

import csv
import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from fallline import History
from fallline.errors import SavedFileError
from fallline.history.outcome import Outcome

NAN = float("nan")


def history(values: dict[str, list[Any]], first: int = 0, **params: int) -> History:
    rows = len(next(iter(values.values()), []))
    return History(
        values={name: np.asarray(column, np.float64) for name, column in values.items()},
        epoch=list(range(first, first + rows)),
        outcome=Outcome("completed", rows, "Trained all epochs."),
        seconds=1.5,
        compile_seconds=0.5,
        params={"epochs": rows, "steps": 4, "batch_size": 32, "validation_freq": 1} | params,
    )


def population() -> History:
    outcomes = (Outcome("completed", 2, "a"), Outcome("diverged", 1, "b", step=3))
    solo = history({"loss": [1, 2]})
    return History({"loss": np.array([[1.0, 2.0], [3.0, NAN]])}, [0, 1], outcomes, 1.0, 0.0, solo.params)


def test_lists_per_name():
    recorded = history({"loss": [3, 2], "val_loss": [4, 5]}).history
    assert recorded == {"loss": [3.0, 2.0], "val_loss": [4.0, 5.0]}
    assert all(type(value) is float for value in recorded["loss"])


def test_epochs_without_validation_are_left_out_by_their_number():
    """As Keras: with validation_freq=2 the epochs 2, 4, ... of the whole training are validated."""
    values = {"loss": [1, 2, 3, 4, 5], "val_loss": [NAN, 20, NAN, NAN, NAN]}
    recorded = history(values, validation_freq=2).history
    assert recorded["loss"] == [1, 2, 3, 4, 5]
    assert recorded["val_loss"][0] == 20
    assert np.isnan(recorded["val_loss"][1]), "epoch 4 was validated: its NaN is a result"
    assert len(recorded["val_loss"]) == 2
    assert history({"val_loss": [1, 2, 3]}, first=1, validation_freq=2).history == {"val_loss": [1, 3]}


def test_a_nan_of_a_validated_epoch_is_kept():
    assert len(history({"val_loss": [NAN, 1]}).history["val_loss"]) == 2


def several() -> History:
    """As a metric at two thresholds leaves it, in training and in every second validation."""
    values = {
        "loss": [3, 2],
        "precision": [[0.1, 0.2], [0.3, 0.4]],
        "val_precision": [[NAN, NAN], [0.5, 0.6]],
    }
    return history(values, validation_freq=2)


def several_of_a_population() -> History:
    values = {"loss": np.array([[1.0, 2.0]] * 2), "precision": np.arange(8.0).reshape(2, 2, 2)}
    return dataclasses.replace(population(), values=values)


def test_a_metric_with_several_values_has_a_list_per_epoch():
    assert several().history == {
        "loss": [3, 2],
        "precision": [[0.1, 0.2], [0.3, 0.4]],
        "val_precision": [[0.5, 0.6]],
    }
    assert several_of_a_population().history["precision"] == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]


def test_csv_of_a_metric_with_several_values(tmp_path):
    several().to_csv(tmp_path / "h.csv")
    rows = list(csv.reader((tmp_path / "h.csv").read_text().splitlines()))
    assert rows == [
        ["epoch", "loss", "precision_0", "precision_1", "val_precision_0", "val_precision_1"],
        ["1", "3.0", "0.1", "0.2", "", ""],
        ["2", "2.0", "0.3", "0.4", "0.5", "0.6"],
    ]
    several_of_a_population().to_csv(tmp_path / "h.csv")
    assert (tmp_path / "h.csv").read_text().splitlines()[:3] == [
        "member,epoch,loss,precision_0,precision_1",
        "0,1,1.0,0.0,1.0",
        "0,2,2.0,2.0,3.0",
    ]


def test_nothing_recorded():
    assert history({}).history == {}


@pytest.mark.parametrize(
    "one",
    [history({"loss": [3, NAN], "val_loss": [np.inf, 5]}, first=7), population(), history({}), several()],
)
def test_json_there_and_back(tmp_path, one):
    path = tmp_path / "history.json"
    one.to_json(path)
    content = json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert content["epoch"] == one.epoch
    back = History.from_json(path)
    assert (back.epoch, back.outcome, back.params) == (one.epoch, one.outcome, one.params)
    assert (back.seconds, back.compile_seconds) == (one.seconds, one.compile_seconds)
    assert set(back.values) == set(one.values)
    for name, values in one.values.items():
        np.testing.assert_array_equal(back.values[name], np.where(np.isfinite(values), values, NAN))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "3",
        "{}",
        '{"outcome": []}',
        '{"epoch": [], "values": {}, "outcome": [{"x": 1}]}',
        "\udcff",
    ],
)
def test_a_file_that_is_no_history(tmp_path, text):
    path = tmp_path / "history.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SavedFileError, match="is not a history file"):
        History.from_json(path)


def test_csv(tmp_path):
    history({"loss": [0.1, 2], "val_loss": [NAN, 20]}, first=3, validation_freq=2).to_csv(tmp_path / "h.csv")
    rows = list(csv.reader((tmp_path / "h.csv").read_text().splitlines()))
    assert rows == [["epoch", "loss", "val_loss"], ["4", "0.1", ""], ["5", "2.0", "20.0"]]


def test_csv_of_a_population(tmp_path):
    population().to_csv(tmp_path / "h.csv")
    rows = list(csv.reader((tmp_path / "h.csv").read_text().splitlines()))
    assert rows == [
        ["member", "epoch", "loss"],
        ["0", "1", "1.0"],
        ["0", "2", "2.0"],
        ["1", "1", "3.0"],
        ["1", "2", ""],
    ]
