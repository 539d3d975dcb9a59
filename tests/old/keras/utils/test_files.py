"""Files from the net, kept where Keras keeps them."""

import hashlib
import tarfile
import zipfile
from pathlib import Path

import pytest

from fallline.errors import DataError, UsageError
from fallline.old import age
from fallline.old.age import Age
from fallline.old.keras.utils import get_file


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "from" / "table.csv"
    path.parent.mkdir()
    path.write_text("a,b\n1,2\n")
    return path


def test_a_file_is_fetched_once(table, tmp_path, capsys):
    found = get_file("own.csv", table.as_uri(), cache_dir=tmp_path / "kept", cache_subdir="some")
    assert Path(found) == tmp_path / "kept" / "some" / "own.csv"
    assert Path(found).read_text() == "a,b\n1,2\n"
    assert "Downloading data from file:" in capsys.readouterr().out
    table.write_text("other")
    get_file("own.csv", table.as_uri(), cache_dir=tmp_path / "kept", cache_subdir="some")
    assert not capsys.readouterr().out
    assert Path(get_file(origin=table.as_uri(), cache_dir=tmp_path / "kept")).name == "table.csv"


def test_the_folder_is_keras_s_own(table, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    assert get_file("a.csv", table.as_uri()) == str(tmp_path / "home" / "datasets" / "a.csv")


def test_hashes_are_checked(table, tmp_path):
    md5 = hashlib.md5(table.read_bytes(), usedforsecurity=False).hexdigest()
    sha = hashlib.sha256(table.read_bytes()).hexdigest()
    for given in ({"md5_hash": md5}, {"file_hash": sha}, {"file_hash": sha, "hash_algorithm": "sha256"}):
        get_file("checked.csv", table.as_uri(), cache_dir=tmp_path, **given)
    with pytest.raises(DataError, match="has not the hash"):
        get_file("checked.csv", table.as_uri(), cache_dir=tmp_path, file_hash="0" * 64)


def test_archives_are_unpacked(table, tmp_path):
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(table, "inner/table.csv")
    found = get_file("packed.zip", packed.as_uri(), extract=True, cache_dir=tmp_path)
    assert found == str(tmp_path / "datasets" / "packed.zip")
    assert (tmp_path / "datasets" / "inner" / "table.csv").exists()
    with age.of(Age(keras_from=(3, 0))):
        folder = Path(get_file("packed.zip", packed.as_uri(), extract=True, cache_dir=tmp_path))
    assert (folder / "inner" / "table.csv").exists()


def test_a_tar_archive_beside_its_name(table, tmp_path):
    packed = tmp_path / "some.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(table, "some/table.csv")
    folder = Path(get_file("some", packed.as_uri(), untar=True, cache_dir=tmp_path))
    assert (folder / "table.csv").exists()


def test_what_cannot_be_reached_says_where_to_put_the_file(tmp_path):
    with pytest.raises(DataError, match="Put the file at .*away.csv yourself"):
        get_file("away.csv", (tmp_path / "nowhere.csv").as_uri(), cache_dir=tmp_path)
    with pytest.raises(DataError, match="cannot download http://127.0.0.1:9/a.csv"):
        get_file("a.csv", "http://127.0.0.1:9/a.csv", cache_dir=tmp_path)
    assert not list((tmp_path / "datasets").iterdir())
    with pytest.raises(UsageError, match="origin"):
        get_file("a.csv")
