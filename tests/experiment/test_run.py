"""The main job from Python: run folders, outcomes, and data of every kind."""

import csv
import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import fallline as fl
from fallline.callbacks.progress import TrainingProgress
from fallline.data.reading import read_table
from fallline.errors import DataError, SavedFileError, UsageError
from fallline.experiment.kept.saved_run import open_run
from fallline.experiment.prediction import predict_rows
from fallline.experiment.preparation import prepare
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings, read_settings

QUICK = {"epochs": 5, "layers": (16,)}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def table(path, rows=240, seed=0, header=True):
    """A table with a number, a category, a date and missing values; the price depends on all but the date."""
    generator = np.random.default_rng(seed)
    with Path(path).open("w", newline="") as file:
        writer = csv.writer(file)
        if header:
            writer.writerow(["size", "town", "when", "price"])
        for k in range(rows):
            size, town = generator.uniform(20, 200), generator.integers(3)
            price = 1000 * size + 20_000 * town + generator.normal(scale=3000)
            cells = [
                "" if k % 17 == 3 else f"{size:.2f}",
                ["Ulm", "Bonn", "Kiel"][town],
                f"2024-0{1 + k % 9}-11",
            ]
            writer.writerow([*cells, f"{price:.1f}"])


def test_classes_end_to_end():
    experiment = run_experiment(Settings("digits", epochs=15))
    report = experiment.report
    assert experiment.folder == Path("runs/digits-1")
    assert sorted(path.name for path in experiment.folder.iterdir()) == [
        "boosting.skops",
        "calibration.png",
        "config.json",
        "confusion_matrix.png",
        "history.csv",
        "history.json",
        "importance.png",
        "learning_curves.png",
        "linear.skops",
        "model.fallline",
        "roc.png",
        "split.csv",
        "summary.md",
        "test_predictions.csv",
    ]
    assert report.rows == {"train": 1168, "validation": 270, "test": 359}
    assert report.outcome == "completed"
    assert report.test["accuracy"] > 0.94
    assert report.baselines["trivial"]["accuracy"] < 0.15
    assert report.baselines["linear"]["accuracy"] > 0.9
    assert len(experiment.history.history["val_loss"]) == report.epochs == 15
    assert (experiment.folder / "summary.md").read_text("utf-8").startswith("# runs/digits-1")


def test_a_number_end_to_end():
    table("houses.csv", 600)
    experiment = run_experiment(Settings("houses.csv", target="price", epochs=60, learning_rate=0.01))
    assert (experiment.folder / "residuals.png").is_file()
    assert experiment.report.test["r2"] > 0.9
    # The error is in the target's own unit: that of always the mean is the target's standard deviation.
    assert 40_000 < experiment.report.baselines["trivial"]["rmse"] < 70_000
    # Sizes from 20 to 200 at 1,000 each are worth ten times what the three towns are.
    assert experiment.report.importance.columns[0].name == "size"
    assert [column.name for column in experiment.report.importance.leaned_on] == ["size", "town"]
    summary = (experiment.folder / "summary.md").read_text("utf-8")
    assert "What it leans on: size and town." in summary
    assert "| column | R² falls by | standard error |" in summary
    assert "![importance](importance.png)" in summary


def test_settings_written_train_the_same_network_again():
    first = run_experiment(Settings("iris", **QUICK))
    settings = Settings.from_json(read_settings(first.folder / "config.json"))
    assert settings.learning_rate is not None
    again = run_experiment(settings)
    assert again.folder == Path("runs/iris-2")
    assert again.history.history == first.history.history
    assert again.report.test == first.report.test
    other = run_experiment(dataclasses.replace(settings, seed=1))
    assert other.history.history != first.history.history


def test_the_model_file_alone_scores_as_the_run_did():
    table("houses.csv")
    experiment = run_experiment(Settings("houses.csv", target="price", **QUICK))
    (experiment.folder / "model.fallline").rename("m.fallline")
    scored = predict_rows("m.fallline", "houses.csv")
    assert scored.columns == ["prediction"]
    run = open_run("m.fallline")
    assert run.report == dataclasses.replace(
        experiment.report, recipe={**experiment.report.recipe, "layers": [16]}
    )
    inputs = run.preprocessor.transform(read_table("houses.csv").frame)
    own = experiment.model.predict(inputs)[:, 0] * run.target.deviation + run.target.mean
    np.testing.assert_allclose(scored["prediction"].to_numpy(), own, rtol=1e-5)


def test_without_test_rows_nothing_is_claimed():
    report = run_experiment(Settings("iris", test=0.0, **QUICK)).report
    assert (report.test, report.baselines) == (None, None)
    assert "not known" in str(report.verdict)


def test_without_validation_rows_all_epochs_are_trained():
    report = run_experiment(Settings("iris", validation=0.0, **QUICK)).report
    assert (report.outcome, report.epochs, report.best_epoch) == ("completed", 5, None)
    assert set(report.rows) == {"train", "test"}


def test_validation_and_test_rows_from_files():
    table("train.csv", 200)
    table("more.csv", 60, seed=1)
    table("test.csv", 50, seed=2)
    settings = Settings("train.csv", target="price", validation="more.csv", test="test.csv", **QUICK)
    assert run_experiment(settings).report.rows == {"train": 200, "validation": 60, "test": 50}


def test_rows_from_files_have_the_types_of_the_training_file():
    lines = [
        f"{code},{k},{label}" for k in range(30) for code, label in [("01", "1"), ("1", "01"), ("A", "x")]
    ]
    Path("train.csv").write_text("code,n,y\n" + "\n".join(lines) + "\n")
    Path("test.csv").write_text("code,n,y\n01,1,1\n1,1,01\n")
    prepared = prepare(Settings("train.csv", target="y", validation="test.csv", test="test.csv"))
    assert prepared.classes == ("01", "1", "x")
    names = list(prepared.preprocessor.feature_names)
    for part in (prepared.validation, prepared.test):
        assert part.y.tolist() == [1, 0]
        assert part.x[:, names.index("code = 01")].tolist() == [1, 0]
        assert part.x[:, names.index("code = 1")].tolist() == [0, 1]


def test_columns_left_out_are_not_inputs():
    table("houses.csv")
    experiment = run_experiment(Settings("houses.csv", target="price", drop=("town", "2"), **QUICK))
    assert {encoder.name for encoder in open_run(experiment.folder).preprocessor.encoders} == {"size"}


def test_the_target_cannot_be_left_out():
    table("houses.csv")
    with pytest.raises(UsageError, match="is the target and cannot be left out"):
        run_experiment(Settings("houses.csv", target="price", drop=("3",)))


def images(dtype=np.uint8):
    """Images whose bright row is their class, with a test part of their own; as arrays too."""
    generator = np.random.default_rng(0)
    y = np.arange(300) % 3
    x = generator.integers(0, 60, (300, 6, 6)).astype(dtype)
    x[np.arange(300), y] += 150
    np.savez("images.npz", x_train=x[:240], y_train=y[:240], x_test=x[240:], y_test=y[240:])
    return x, y


def test_images_stay_bytes_and_their_own_test_part_is_used():
    _, y = images()
    experiment = run_experiment(Settings("images.npz", epochs=30))
    assert experiment.report.rows["test"] == 60
    assert experiment.report.test["accuracy"] > 0.95
    assert open_run(experiment.folder).preprocessor.dtype == "uint8"
    assert (predict_rows(experiment.folder, "images.npz")["prediction"].to_numpy() == y[:240]).mean() > 0.95


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_the_linear_model_sees_images_of_any_type(dtype):
    images(dtype)
    report = run_experiment(Settings("images.npz", **QUICK)).report
    assert report.baselines["trivial"]["accuracy"] < 0.4
    assert report.baselines["linear"]["accuracy"] > 0.95


@pytest.mark.parametrize(
    ("test", "rows", "note"),
    [
        (None, {"train": 204, "validation": 36, "test": 60}, "is the test part"),
        (0.2, {"train": 156, "validation": 36, "test": 48}, "is left out"),
        (0.0, {"train": 204, "validation": 36}, "is left out"),
        ("more.npz", {"train": 204, "validation": 36, "test": 30}, "is left out"),
    ],
)
def test_the_own_test_part_gives_way_to_a_named_one_only(test, rows, note):
    x, y = images()
    np.savez("more.npz", x=x[:30], y=y[:30])
    prepared = prepare(Settings("images.npz", test=test))
    assert prepared.rows == rows
    [said] = [sentence for sentence in prepared.notes if "own test part" in sentence]
    assert note in said


@pytest.mark.parametrize(("data", "test"), [("images.npz", None), ("iris", 0.2)])
def test_the_test_part_is_the_same_again(data, test):
    images()
    first = run_experiment(Settings(data, **QUICK))
    settings = Settings.from_json(read_settings(first.folder / "config.json"))
    assert settings.test == test
    assert prepare(settings).rows == first.report.rows


def test_a_model_that_was_not_trained_here_is_refused():
    fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)]).save("other.fallline")
    with pytest.raises(SavedFileError, match="not written by"):
        open_run("other.fallline")


def test_divergence_leaves_a_whole_run_with_the_last_good_model():
    experiment = run_experiment(Settings("diabetes", optimizer="sgd", learning_rate=1e9))
    report = experiment.report
    assert report.outcome == "diverged"
    assert report.epochs == 0
    assert "--learning-rate 0.01" in report.message
    assert np.isfinite(report.test["rmse"])
    assert (experiment.folder / "summary.md").is_file()
    assert predict_rows(experiment.folder, "diabetes")["prediction"].is_finite().all()


class Interrupting(TrainingProgress):
    """Presses Ctrl-C at the given boundary."""

    def __init__(self, at):
        super().__init__(live=False, delay=1e9)
        self.left = at

    def on_boundary(self, boundary):
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_leaves_a_whole_run():
    experiment = run_experiment(
        Settings("digits", epochs=100_000, patience=100_000), progress=Interrupting(at=3)
    )
    report = experiment.report
    assert report.outcome == "interrupted"
    # A line for the names, and one for each epoch.
    assert report.epochs == len((experiment.folder / "history.csv").read_text().splitlines()) - 1
    assert json.loads((experiment.folder / "history.json").read_text())["outcome"][0]["kind"] == "interrupted"
    assert (experiment.folder / "summary.md").is_file()
    assert open_run(experiment.folder).report.test == report.test


class Failing(TrainingProgress):
    def on_train_begin(self, logs=None):
        raise KeyboardInterrupt


def test_ctrl_c_before_the_first_step_leaves_no_folder():
    with pytest.raises(KeyboardInterrupt):
        run_experiment(Settings("iris", **QUICK), out="out", progress=Failing())
    assert not Path("out").exists()


def test_ctrl_c_during_the_scoring_leaves_a_model_that_scores(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("fallline.experiment.judgement.judge", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_experiment(Settings("iris", **QUICK), out="out")
    assert {path.name for path in Path("out").iterdir()} == {
        "model.fallline",
        "config.json",
        "history.json",
        "history.csv",
        "split.csv",
    }
    assert predict_rows("out", "iris").height == 150
    assert "before its test rows were scored" in str(open_run("out").report.verdict)


def test_force_replaces_a_run_and_its_stale_files():
    table("houses.csv")
    run_experiment(Settings("houses.csv", target="price", **QUICK), out="out")
    with pytest.raises(UsageError, match="exists"):
        run_experiment(Settings("iris", **QUICK), out="out")
    run_experiment(Settings("iris", **QUICK), out="out", force=True)
    assert not Path("out/residuals.png").exists()
    assert open_run("out").report.data == "iris"


def test_a_full_disk_leaves_the_run_that_force_would_have_replaced(monkeypatch):
    run_experiment(Settings("iris", **QUICK), out="out")
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="model.fallline.*the disk is full"):
        run_experiment(Settings("wine", **QUICK), out="out", force=True)
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


def test_bad_data_leave_no_folder():
    Path("bad.csv").write_text("a,y\n1,2\n2,2\n3,2\n")
    with pytest.raises(DataError, match="constant"):
        run_experiment(Settings("bad.csv", target="y"), out="out")
    assert not Path("out").exists()


def test_what_is_found_is_announced():
    said = []
    run_experiment(Settings("iris", **QUICK), announce=said.append)
    assert said[0].startswith("iris: a bundled set; 150 rows, 5 columns")
    assert said[1].startswith('iris: multiclass of 3 classes, target "species"; 4 columns become ')
    assert "-16-3 (" in said[2]


def test_no_file_of_a_run_holds_the_password_of_a_database(tmp_path, monkeypatch):
    rows = pl.DataFrame({"a": [0.5, 1.5] * 30, "y": [1.25, 2.5] * 30})
    monkeypatch.setattr(pl, "read_database_uri", lambda *args, **options: rows)
    said = []
    settings = Settings("postgresql://me:s3cr3t@db/shop", table="t", target="y", epochs=1, layers=(2,))
    folder = run_experiment(settings, out=tmp_path / "run", announce=said.append).folder
    assert any("shop" in sentence for sentence in said)
    assert not any("s3cr3t" in sentence for sentence in said)
    files = [path for path in folder.iterdir() if path.is_file()]
    assert len(files) > 4
    for path in files:
        assert b"s3cr3t" not in path.read_bytes()
        assert not zipfile.is_zipfile(path) or not any(
            b"s3cr3t" in archive.read(name)
            for archive in [zipfile.ZipFile(path)]
            for name in archive.namelist()
        )


def test_lists_and_records_are_left_out_by_name(tmp_path):
    rows = pl.DataFrame({"a": [0.5, 1.5] * 30, "deep": [[1], [2, 3]] * 30, "y": [1.25, 2.5] * 30})
    settings = Settings("rows", target="y", epochs=1, layers=(2,))
    with pytest.raises(DataError, match='"deep" holds List'):
        run_experiment(settings, rows=rows, out=tmp_path / "run")
    settings = dataclasses.replace(settings, drop=("deep",))
    folder = run_experiment(settings, rows=rows, out=tmp_path / "run").folder
    scored = predict_rows(folder, rows)
    assert scored.height == 60
    more = rows.drop("deep", "y").with_columns(new=pl.lit(b"bytes"))
    assert_frame_equal(predict_rows(folder, more), scored)
    with pytest.raises(DataError, match='column "a" holds List'):
        predict_rows(folder, rows.with_columns(a=pl.col("deep")))


def test_names_that_no_font_can_show_are_said_once(tmp_path, monkeypatch):
    monkeypatch.setattr("fallline.report.figures.fonts._installed", list)
    rows = pl.DataFrame({"a": [0.5, 1.5] * 40, "y": ["猫", "犬"] * 40})
    report = run_experiment(
        Settings("rows", target="y", epochs=1, layers=(2,)), rows=rows, out=tmp_path / "run"
    ).report
    assert [note for note in report.notes if "are boxes in the figures" in note] == list(report.notes[-1:])
    assert "are boxes in the figures" in (tmp_path / "run" / "summary.md").read_text(encoding="utf-8")


def test_a_training_begins_before_what_only_its_judgement_needs_is_loaded():
    # scikit-learn and matplotlib take seconds.
    code = (
        "import sys, fallline.experiment.run\n"
        "sys.exit(repr({'sklearn', 'scipy', 'matplotlib', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1  # a text to exit with
    assert done.stderr.strip().endswith("set()"), done.stderr
