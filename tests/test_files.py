"""Files are whole or not there."""

from __future__ import annotations

import os
import stat

import pytest

from fallline._files import written_whole


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path):
    with written_whole(tmp_path / "a") as file:
        file.write(b"new")
    (tmp_path / "b").write_bytes(b"")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "b").stat().st_mode)


def test_nothing_is_to_be_seen_until_all_is_written(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with written_whole(str(path)) as file:
        file.write(b"new" * 100_000)
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new" * 100_000
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, OSError])
@pytest.mark.parametrize("exists", [True, False])
def test_a_failure_leaves_what_was_there(tmp_path, error, exists):
    path = tmp_path / "a"
    if exists:
        path.write_bytes(b"old")

    def write_half():
        with written_whole(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert [path.name for path in tmp_path.iterdir()] == (["a"] if exists else [])
    assert not exists or path.read_bytes() == b"old"


def test_a_failure_to_take_the_place_leaves_what_was_there(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError), written_whole(tmp_path / "folder") as file:  # noqa: PT011 - the system's own
        file.write(b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk(tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), written_whole(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_umask_of_the_process_stays_as_it_is(tmp_path, monkeypatch):
    # To ask for it is to set it: for a moment every thread's new file would have the rights of that moment.
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail(f"umask({mask:o})"))
    with written_whole(tmp_path / "a") as file:
        file.write(b"new")


def test_the_name_is_on_the_disk_too(tmp_path, monkeypatch):
    asked, sync = [], os.fsync

    def noted(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        asked.append((is_folder, (tmp_path / "a").exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    with written_whole(tmp_path / "a") as file:
        file.write(b"new")
    assert asked == [(False, False), (True, True)]  # the file before it takes its place, the folder after
