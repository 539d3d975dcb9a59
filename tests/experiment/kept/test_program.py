"""The program that is kept between processes says what the network says, and whatever does not fit costs time only."""

import dataclasses

import numpy as np
import pytest

from fallline.data.bundled import bundled_set
from fallline.experiment.kept import program
from fallline.experiment.kept.program import keep_prediction, kept_outputs
from fallline.experiment.kept.saved_run import open_run
from fallline.experiment.prediction import predict_rows
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    settings = Settings("iris", epochs=2, layers=(7,), batch_norm=True)
    return run_experiment(settings, out=tmp_path_factory.mktemp("kept") / "run").folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty folder for programs."""
    monkeypatch.setattr(program, "cache_folder", lambda: tmp_path)
    return tmp_path


def inputs(run, rows):
    width = len(run.preprocessor.feature_names)
    return np.random.default_rng(rows).normal(size=(rows, width)).astype(np.float32)


def test_fewer_rows_take_a_program_for_more(folder, cache):
    run = open_run(folder)
    x = inputs(run, 13)
    assert kept_outputs(run.file, x) is None
    keep_prediction(run.model, run.file, x)
    assert [path.name.rpartition("-")[2] for path in cache.rglob("*.safetensors")] == ["16.safetensors"]
    expected = run.model.predict(x, verbose=0)
    np.testing.assert_array_equal(kept_outputs(run.file, x), expected)
    np.testing.assert_allclose(kept_outputs(run.file, x[:3]), expected[:3], rtol=1e-5)
    assert kept_outputs(run.file, inputs(run, 17)) is None
    assert kept_outputs(run.file, x[:0]) is None


def test_a_training_keeps_it_and_no_network_is_read(folder, tmp_path, monkeypatch):
    """`fallline train` predicts its 30 test rows last."""
    expected = predict_rows(folder, "iris")
    new = tmp_path / "new.csv"
    bundled_set("iris").frame.head(5).write_csv(new)
    monkeypatch.setattr("fallline.models.load_model", None)
    assert predict_rows(folder, str(new))["prediction"].to_list() == expected["prediction"][:5].to_list()


@pytest.mark.parametrize("damage", ["empty", "foreign", "flipped"])
def test_a_damaged_program_is_none(folder, cache, damage):
    run = open_run(folder)
    x = inputs(run, 2)
    keep_prediction(run.model, run.file, x)
    [place] = cache.rglob("*.safetensors")
    flipped = bytearray(place.read_bytes())
    flipped[-1000] ^= 1  # of the machine code, which would run
    content = {"empty": b"", "foreign": (folder / "model.fallline").read_bytes(), "flipped": flipped}
    place.write_bytes(content[damage])
    assert kept_outputs(run.file, x) is None


def test_another_network_has_another_program(folder, cache):
    run = open_run(folder)
    x = inputs(run, 2)
    keep_prediction(run.model, run.file, x)
    other = dataclasses.replace(run.file, description=run.file.description | {"precision": "mixed_bfloat16"})
    assert kept_outputs(run.file, x) is not None
    assert kept_outputs(other, x) is None
    assert kept_outputs(run.file, x.astype(np.float64)) is None


def test_nothing_is_kept_where_nothing_is_to_be(folder, monkeypatch):
    monkeypatch.setenv("FALLLINE_CACHE", "off")
    run = open_run(folder)
    x = inputs(run, 2)
    keep_prediction(run.model, run.file, x)
    assert kept_outputs(run.file, x) is None
