"""Files under TensorFlow's names. What is given and which error comes was measured with TensorFlow 2.21."""

from __future__ import annotations

from pathlib import Path

import pytest

from fallline.graph import errors, gfile


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The program works in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_text_and_bytes_are_written_and_read():
    with gfile.GFile("f.txt", "w") as file:
        file.write("héllo\n")
        file.write(b"b\n")
    assert gfile.GFile("f.txt").read() == "héllo\nb\n"
    assert gfile.Open("f.txt", "rb").read(3) == b"h\xc3\xa9"
    assert gfile.FastGFile("f.txt").readlines() == ["héllo\n", "b\n"]
    assert list(gfile.GFile(Path("f.txt"))) == ["héllo\n", "b\n"]
    with gfile.GFile("f.txt", "a") as file:
        file.write("c")
    with gfile.GFile("f.txt") as file:
        assert (file.read(3), file.tell(), file.readline(), file.size()) == ("hé", 3, "llo\n", 10)
        file.seek(0)
        assert file.readline() == "héllo\n"
    with gfile.GFile("f.txt", "r+b") as file:
        file.write("J")
        file.flush()
        file.seek(-1, 2)
        assert file.read() == b"c"
    assert Path("f.txt").read_bytes().startswith(b"J")


def test_a_file_is_opened_when_it_is_used():
    with gfile.GFile("empty", "w"):
        pass
    assert not gfile.Exists("empty")
    missing = gfile.GFile("nope")
    with pytest.raises(errors.NotFoundError, match="nope; No such file"):
        missing.read()
    with pytest.raises(errors.PermissionDeniedError, match="File isn't open for reading"):
        gfile.GFile("h", "w").read()
    with pytest.raises(errors.PermissionDeniedError, match="File isn't open for writing"):
        gfile.GFile("h").write("x")
    with pytest.raises(errors.InvalidArgumentError, match="mode is not 'r'"):
        gfile.GFile("h", "x")
    with pytest.raises(TypeError, match="Expected binary or unicode string, got 3"):
        gfile.GFile("h", "w").write(3)
    with pytest.raises(errors.FailedPreconditionError, match="Is a directory"):
        gfile.GFile(".").read()


def test_folders_are_made_listed_and_walked():
    gfile.MakeDirs("a/b/c")
    gfile.MakeDirs("a/b/c")
    gfile.MkDir("a")
    with pytest.raises(errors.NotFoundError):
        gfile.MkDir("q/r")
    for name in ("f.txt", "g.bin"):
        Path("a", name).write_text("123")
    assert (gfile.IsDirectory("a"), gfile.IsDirectory("a/f.txt"), gfile.IsDirectory("zz")) == (
        True,
        False,
        False,
    )
    assert gfile.ListDirectory("a") == ["b", "f.txt", "g.bin"]
    for wrong in ("zz", "a/f.txt"):
        with pytest.raises(errors.NotFoundError, match=f"Could not find directory {wrong}"):
            gfile.ListDirectory(wrong)
    assert gfile.Glob("a/*") == ["a/b", "a/f.txt", "a/g.bin"]
    assert gfile.Glob(["a/*.txt", "a/*.bin", "a/*.zz"]) == ["a/f.txt", "a/g.bin"]
    walked = [("a", ["b"], ["f.txt", "g.bin"]), ("a/b", ["c"], []), ("a/b/c", [], [])]
    assert list(gfile.Walk("a")) == walked
    assert list(gfile.Walk("a", in_order=False)) == walked[::-1]
    assert list(gfile.Walk("zz")) == []
    known = gfile.Stat("a/f.txt")
    assert (known.length, known.is_directory, gfile.Stat("a").is_directory) == (3, False, True)
    assert known.mtime_nsec == Path("a/f.txt").stat().st_mtime_ns
    with pytest.raises(errors.NotFoundError):
        gfile.Stat("zz")


def test_files_are_copied_moved_and_deleted():
    Path("f").write_text("one")
    Path("g").write_text("two")
    gfile.MkDir("d")
    gfile.Copy("f", "h")
    for again in (lambda: gfile.Copy("f", "g"), lambda: gfile.Rename("f", "g")):
        with pytest.raises(errors.AlreadyExistsError, match="file already exists: g"):
            again()
    for missing in (
        lambda: gfile.Copy("zz", "q"),
        lambda: gfile.Rename("zz", "q"),
        lambda: gfile.Remove("zz"),
    ):
        with pytest.raises(errors.NotFoundError, match="zz; No such file"):
            missing()
    with pytest.raises(errors.InvalidArgumentError, match="d; Is a directory"):
        gfile.Copy("d", "e")
    with pytest.raises(errors.FailedPreconditionError, match="d; Is a directory"):
        gfile.Remove("d")
    gfile.Copy("g", "f", overwrite=True)
    gfile.Rename("h", "g", overwrite=True)
    gfile.Remove("d/../f")
    assert gfile.ListDirectory(".") == ["d", "g"]
    assert Path("g").read_text() == "one"


def test_what_is_deleted_with_all_that_is_in_it(folder, monkeypatch):
    gfile.MakeDirs("logs/run")
    Path("kept").mkdir()
    Path("kept/file").write_text("")
    Path("logs/link").symlink_to(folder / "kept")
    gfile.DeleteRecursively("logs/link")
    assert gfile.Exists("kept/file")
    Path("logs/link").symlink_to(folder / "kept")
    gfile.DeleteRecursively("logs")
    gfile.DeleteRecursively("kept/file")
    assert gfile.ListDirectory(".") == ["kept"]
    with pytest.raises(errors.NotFoundError, match="zz not found"):
        gfile.DeleteRecursively("zz")
    monkeypatch.setenv("HOME", str(folder / "kept"))
    for much in (".", "..", "/", folder, "kept"):
        with pytest.raises(errors.PermissionDeniedError, match="is not deleted"):
            gfile.DeleteRecursively(much)
    assert gfile.Exists("kept")


def test_addresses_of_other_machines_are_refused(folder):
    for address in ("gs://bucket/x", "s3://bucket/x", "https://example.org/x"):
        for use in (gfile.Exists, gfile.MakeDirs, gfile.GFile):
            with pytest.raises(errors.UnimplementedError, match="scheme .* not implemented.*Copy the file"):
                use(address)
    assert gfile.Exists(f"file://{folder}")
    assert gfile.Exists(bytes(folder))
    with pytest.raises(TypeError, match="got 3"):
        gfile.Exists(3)
