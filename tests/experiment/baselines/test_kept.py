"""The files of baselines: the same answers after reading, and nothing but what Fallline writes is read."""

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator
from sklearn.svm import SVC

from fallline.errors import SavedFileError
from fallline.experiment.baselines.kept import TRUSTED, read_baseline, write_baseline


@pytest.fixture(scope="module")
def folder(tmp_path_factory, level, of_level):
    folder = tmp_path_factory.mktemp("kept")
    target = dataclasses.replace(level.target, threshold=0.3)
    for name, baseline in of_level.items():
        write_baseline(baseline, target, folder / f"{name}.skops")
    return folder


def read(folder, prepared, name="linear"):
    return read_baseline(folder / f"{name}.skops", name, prepared.preprocessor, prepared.target)


@pytest.mark.parametrize("name", ["linear", "boosting"])
def test_the_answers_are_the_same_after_reading(folder, level, of_level, name):
    wanted = of_level[name]
    baseline, target = read(folder, level, name)
    np.testing.assert_array_equal(
        baseline.answers(level.test, level.target), wanted.answers(level.test, level.target)
    )
    assert (baseline.name, baseline.rows, baseline.seconds > 0) == (name, wanted.rows, True)
    assert target == dataclasses.replace(level.target, threshold=0.3)


def test_values_are_in_the_unit_of_the_target_after_reading(tmp_path, pay, of_pay):
    for name, baseline in of_pay.items():
        write_baseline(baseline, pay.target, tmp_path / f"{name}.skops")
        answers = read(tmp_path, pay, name)[0].answers(pay.test, pay.target)
        np.testing.assert_array_equal(answers, baseline.answers(pay.test, pay.target))


def test_a_file_says_what_its_columns_are(folder):
    content = skops.io.load(folder / "linear.skops", trusted=list(TRUSTED))
    assert {"name": "age", "kind": "number"} in content["columns"]
    [town] = [column for column in content["columns"] if column["kind"] == "category"]
    assert (town["name"], sorted(town["levels"])) == ("town", ["Bonn", "Kiel", "Ulm"])
    assert content["target"]["classes"] == ["high", "low", "mid"]
    # In the order of the codes: the columns of the matrix.
    assert content["estimator"].n_features_in_ == len(content["columns"])


def test_no_file_is_pickle(folder):
    for path in folder.glob("*.skops"):
        with zipfile.ZipFile(path) as packed:
            assert {Path(name).suffix for name in packed.namelist()} <= {".json", ".npy"}


class Foreign(BaseEstimator):
    """Nothing that Fallline writes."""


def test_what_might_run_code_is_not_read(tmp_path, level):
    skops.io.dump(Foreign(), tmp_path / "linear.skops")
    with pytest.raises(SavedFileError, match=r"holds what no baseline of Fallline holds \(.*Foreign\)"):
        read(tmp_path, level)


def test_harmless_files_of_others_are_told_apart(tmp_path, folder, level):
    skops.io.dump({"estimator": SVC()}, tmp_path / "linear.skops")
    with pytest.raises(SavedFileError, match="is no baseline that this version"):
        read(tmp_path, level)
    content = skops.io.load(folder / "linear.skops", trusted=list(TRUSTED))
    skops.io.dump(content | {"estimator": SVC().fit([[0], [1]], [0, 1])}, tmp_path / "linear.skops")
    with pytest.raises(SavedFileError, match="holds no linear model that Fallline writes"):
        read(tmp_path, level)
    skops.io.dump({key: content[key] for key in ("format", "name")}, tmp_path / "linear.skops")
    with pytest.raises(SavedFileError, match="is damaged"):
        read(tmp_path, level)


def test_a_file_of_another_run_is_told(folder, pay, level):
    with pytest.raises(SavedFileError, match="of another run"):
        read(folder, pay)
    other = dataclasses.replace(level.preprocessor, encoders=level.preprocessor.encoders[1:])
    with pytest.raises(SavedFileError, match="of another run"):
        read(folder, dataclasses.replace(level, preprocessor=other))


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.99])
def test_a_damaged_file_is_told(tmp_path, folder, level, keep):
    data = (folder / "boosting.skops").read_bytes()
    (tmp_path / "boosting.skops").write_bytes(
        data[: keep if isinstance(keep, int) else int(keep * len(data))]
    )
    with pytest.raises(SavedFileError, match="is damaged"):
        read(tmp_path, level, "boosting")


def test_changed_bytes_are_told(tmp_path, folder, level):
    data = bytearray((folder / "linear.skops").read_bytes())
    for place in range(60, len(data), 400):
        data[place] ^= 0xFF
    (tmp_path / "linear.skops").write_bytes(data)
    with pytest.raises(SavedFileError, match="is damaged"):
        read(tmp_path, level)


def test_a_file_that_is_not_there_is_told(tmp_path, level):
    with pytest.raises(SavedFileError, match=r"holds no linear\.skops"):
        read(tmp_path, level)
