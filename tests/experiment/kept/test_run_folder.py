"""The run folder: claimed before the training, never written over by accident, whole files only."""

import errno
import json
from pathlib import Path

import pytest

from fallline.errors import DataError, UsageError
from fallline.experiment.kept import run_folder
from fallline.experiment.kept.run_folder import MODEL, RunFolder, check_free, claim


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_default_folders_are_numbered_from_the_highest():
    Path("runs/digits-7").mkdir(parents=True)
    Path("runs/digits-x").mkdir()
    assert claim(None, "digits").path == Path("runs/digits-8")
    assert claim(None, "digits").path == Path("runs/digits-9")
    assert claim(None, "iris").path == Path("runs/iris-1")


def test_a_name_with_pattern_signs_counts_its_own_runs():
    assert [str(claim(None, "a[1]*").path) for _ in range(2)] == ["runs/a[1]*-1", "runs/a[1]*-2"]


def test_a_folder_with_something_in_it_needs_force():
    Path("out").mkdir()
    Path("out/mine.txt").write_text("mine")
    for refuse in (lambda: check_free("out", force=False), lambda: claim("out", "x")):
        with pytest.raises(UsageError, match='"out" exists.*--force'):
            refuse()
    assert claim("out", "x", force=True).path == Path("out")


def test_force_removes_only_the_files_of_a_run():
    Path("out").mkdir()
    for name in ("mine.txt", MODEL, "residuals.png"):
        Path("out", name).write_text("old")
    folder = claim("out", "x", force=True)
    folder.clear(keep=(MODEL,))
    assert {path.name for path in Path("out").iterdir()} == {"mine.txt", MODEL}
    folder.clear()
    assert [path.name for path in Path("out").iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken_and_not_removed():
    Path("out").mkdir()
    folder = claim("out", "x")
    folder.discard()
    assert Path("out").is_dir()


def test_discard_removes_a_fresh_folder():
    folder = claim("a/b/out", "x")
    assert folder.path.is_dir()
    folder.discard()
    assert not folder.path.exists()


def test_a_file_is_no_folder():
    Path("out").write_text("")
    for force in (False, True):
        with pytest.raises(UsageError, match="is a file"):
            claim("out", "x", force=force)


def test_a_folder_below_a_file_cannot_be_made():
    Path("file").write_text("")
    with pytest.raises(UsageError, match="cannot"):
        claim("file/out", "x")


def test_a_full_disk_names_what_is_kept(monkeypatch):
    folder = claim("out", "x")
    folder.write_text("history.csv", "epoch\n")

    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with pytest.raises(DataError, match="model.fallline.*the disk is full") as caught:
        folder.write(MODEL, full)
    assert 'Kept in "out": history.csv.' in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 3


def test_a_disk_that_is_full_beforehand_leaves_no_folder(monkeypatch):
    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run_folder.tempfile, "TemporaryFile", full)
    with pytest.raises(DataError, match="the disk is full"):
        claim("out", "x")
    assert not Path("out").exists()


def test_json_holds_no_word_that_strict_readers_refuse():
    folder = RunFolder(Path(), fresh=False)
    folder.write_json("config.json", {"a": float("nan"), "b": [1.5, float("-inf")], "c": "é"})

    def refuse(word):
        raise AssertionError(word)

    assert json.loads(Path("config.json").read_text("utf-8"), parse_constant=refuse) == {
        "a": None,
        "b": [1.5, None],
        "c": "é",
    }
