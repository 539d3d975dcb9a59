"""Programs as they were written for Keras from 2015 to 2024, run unmodified; their numbers are Keras's.

recorded.json.gz holds what Keras gives for the same weights and rows in the same order (record.py). Programs whose numbers
are drawn are held to their shapes, and to that their losses fall.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from fallline.errors import NotReadyError

HERE = Path(__file__).parent


def _beside(name):
    """A module of this folder, under a name of its own: other folders have their own."""
    specification = importlib.util.spec_from_file_location(f"old_keras_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


data, Watch = _beside("data"), _beside("watch").Watch

PROGRAMS = {
    path.stem: path for path in sorted((HERE / "programs").iterdir()) if path.suffix in (".py", ".ipynb")
}
RECORDED = json.loads(gzip.decompress((HERE / "recorded.json.gz").read_bytes()))
SEED = 7

FITS = {"y2017_iris_wrapper", "y2017_housing_pipeline", "y2018_sonar_grid"}
"""Of these the fits count: how scikit-learn's estimators come to a score is theirs."""

TOLERANCE = {"y2018_digits_weights": 0.02, "y2016_autoencoder": 2e-4}
"""1e-4 else. A bias before a normalisation has a gradient of 0 but for rounding, which Adam makes steps of; the activity
penalty of old Keras is that of a batch, and of validation rows the short last batch counts here as the others."""

DRAWN = {"y2018_vae"}
"""What these give is drawn."""

OLD_KEYS = {"acc": "accuracy", "mean_absolute_error": "mae", "mean_squared_error": "mse"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The data, made once."""
    folder = tmp_path_factory.mktemp("data")
    data.write(folder)
    return folder


def build(model, x):
    """Gives the model its weights, if it has none."""
    try:
        model.get_weights()
    except NotReadyError:
        model.build(np.shape(x))


def put(model, weights):
    """Sets the weights; the optimizer of a model that was read from a file goes on."""
    state = model.optimizer_state
    model.set_weights(weights)
    model.optimizer_state = state


def run(name, folder, made, monkeypatch, capfd):
    """What the program's models give, and its exit code and messages."""
    from fallline.old.keras import layers, models
    from fallline.old.running import run_program

    shutil.copytree(made, folder, dirs_exist_ok=True)
    path = folder / PROGRAMS[name].name
    shutil.copy(PROGRAMS[name], path)
    monkeypatch.setenv("KERAS_HOME", str(folder / ".keras"))
    monkeypatch.chdir(folder)
    np.random.seed(SEED)
    random.seed(SEED)
    watch = Watch(build, put)
    noise = {each: getattr(layers, each) for each in ("Dropout", "AlphaDropout", "GaussianNoise")}
    with watch.on([models.Model, models.Sequential], noise):
        code = run_program(path)
    return watch.seen, code, capfd.readouterr()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_its_year_gives_what_keras_gives(name, made, tmp_path, monkeypatch, capfd):
    seen, code, told = run(name, tmp_path, made, monkeypatch, capfd)
    assert code == 0, told.err[-3000:]
    expected = RECORDED[name]
    if name in FITS:
        seen, expected = ([each for each in calls if each[0] == "fit"] for calls in (seen, expected))
    assert [each[0] for each in seen] == [each[0] for each in expected]
    for number, ((what, ours), (_, theirs)) in enumerate(zip(seen, expected)):
        compare(f"{what} {number}", ours, theirs, np.inf if name in DRAWN else TOLERANCE.get(name, 1e-4))


def compare(where, ours, theirs, tolerance):
    """Equal names and shapes; equal numbers but for rounding."""
    if isinstance(theirs, dict):
        ours, theirs = (
            {_now(key): value for key, value in each.items() if key not in ("lr", "learning_rate")}
            for each in (ours, theirs)
        )
        assert sorted(ours) == sorted(theirs), where
        for key in theirs:
            compare(f"{where} {key}", ours[key], theirs[key], tolerance)
        if np.isinf(tolerance) and "loss" in ours and np.ndim(ours["loss"]):
            assert ours["loss"][-1] < ours["loss"][0]
    elif theirs and isinstance(theirs, list) and isinstance(theirs[0], dict):
        for a, b in zip(ours, theirs, strict=True):
            assert a["shape"] == b["shape"], where
            compare(where, a["values"], b["values"], tolerance)
    else:
        assert np.shape(ours) == np.shape(theirs), where
        assert np.isfinite(ours).all(), where
        if np.isfinite(tolerance):
            np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance / 10, err_msg=where)


def _now(key):
    parts = key.split("_", 1)
    return f"val_{OLD_KEYS.get(parts[1], parts[1])}" if parts[0] == "val" else OLD_KEYS.get(key, key)
