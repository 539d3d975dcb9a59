"""Settings: what they refuse, and their way through JSON."""

import json

import pytest

from fallline.errors import SavedFileError, UsageError
from fallline.experiment.settings import Settings, read_settings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number of at least 1, got 0"),
        ({"epochs": "3"}, "got '3'"),
        ({"batch_size": 2.5}, "batch size must be a whole number"),
        ({"patience": True}, "patience must be a whole number"),
        ({"layers": (64, 0)}, "units of a layer must be a whole number of at least 1, got 0"),
        ({"learning_rate": 0.0}, "learning rate must be above 0"),
        ({"learning_rate": -1.0}, "learning rate must be a number of at least 0; got -1.0"),
        ({"learning_rate": float("nan")}, "learning rate must be a number"),
        ({"l2": float("inf")}, "l2 must be a number"),
        ({"dropout": 1.0}, "dropout must be a number from 0 to below 1; got 1.0"),
        ({"schedule": "cosin"}, 'unknown schedule "cosin". Did you mean "cosine"?'),
        ({"schedule": 3}, 'unknown schedule "3". Known: constant, cosine, plateau'),
        ({"task": "binry"}, 'unknown task "binry". Did you mean "binary"?'),
        ({"validation": 0.6, "test": 0.4}, "leave no rows to train on"),
        ({"test": 1.0}, "test .a fraction of the rows. must be a number from 0 to below 1"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"seed": 2**31}, "seed must be below"),
        ({"delimiter": ";;"}, "one character"),
        ({"data": ""}, "data must be"),
    ],
)
def test_a_wrong_value_is_refused_in_plain_words(changes, message):
    with pytest.raises(UsageError, match=message.replace("?", "[?]")):
        Settings(**{"data": "iris", **changes})


def test_settings_survive_json():
    settings = Settings(
        "houses.csv",
        target="price",
        drop=("id", "date"),
        layers=(64, 32),
        validation="v.csv",
        l1=1e-5,
        header=False,
    )
    assert Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_unknown_setting_is_refused_with_the_near_name():
    with pytest.raises(SavedFileError, match='unknown setting "epohcs". Did you mean "epochs"'):
        Settings.from_json({"data": "iris", "epohcs": 3})


def test_settings_without_data_are_refused():
    with pytest.raises(SavedFileError, match='no "data"'):
        Settings.from_json({"epochs": 3})


@pytest.mark.parametrize("text", ["{", "[1, 2]", "\x00", '"text"'])
def test_a_file_that_holds_no_settings_is_refused(tmp_path, text):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(SavedFileError, match="is no settings file"):
        read_settings(tmp_path / "c.json")


def test_settings_are_read_bare_or_from_a_runs_config(tmp_path):
    (tmp_path / "bare.json").write_text('{"data": "iris"}')
    (tmp_path / "run.json").write_text('{"fallline": "0.1.0", "settings": {"data": "iris"}}')
    assert read_settings(tmp_path / "bare.json") == read_settings(tmp_path / "run.json") == {"data": "iris"}


def test_a_run_of_before_is_trained_again_as_it_was(tmp_path):
    for more in ({}, {"numbers": "both", "monitor": "calibrated_crossentropy"}):
        complete = {"data": "iris", "learning_rate": 0.001} | more
        (tmp_path / "run.json").write_text(json.dumps({"fallline": "0.1.0", "settings": complete}))
        read = read_settings(tmp_path / "run.json")
        assert read == {"numbers": "bins", "monitor": "loss"} | complete


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("digits", "digits"),
        ("a/b/housing.csv.gz", "housing"),
        ("x.v2.parquet", "x.v2"),
        (".csv", ".csv"),
        ("postgresql://me:se/cr?et@db:5432/shop?x=1", "shop"),
        ("mysql://me:secret@db", "db"),
        ("mysql://db:1/shop", "shop"),
    ],
)
def test_a_run_is_named_after_its_data(data, name):
    assert Settings(data).name == name


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://me:secret@db:5432/shop", "postgresql://me:***@db:5432/shop"),
        ("postgresql://me:se/c@ret@db/shop", "postgresql://me:***@db/shop"),
        ("mysql://db/shop?user=me&password=secret", "mysql://db/shop?user=me&password=***"),
        ("postgresql://me@db:5432/shop", "postgresql://me@db:5432/shop"),
        ("a:b@c.csv", "a:b@c.csv"),
    ],
)
def test_a_password_is_written_into_no_file(address, shown):
    settings = Settings(address, table="t")
    assert settings.to_json()["data"] == settings.shown_data == shown
    assert settings.data == address
