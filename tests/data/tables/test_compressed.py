import bz2
import gzip
import lzma
import zipfile

import pytest
import zstandard

from fallline.data.tables import read_cells
from fallline.errors import DataError

TEXT = b"k,v\n1,2\n3,4\n"


def archive(path, files, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def test_several_files_in_an_archive_are_named(tmp_path):
    path = archive(
        tmp_path / "t.zip",
        {"sub/a.csv": TEXT, "b.csv": b"p\n5\n6\n", "__MACOSX/b.csv": b"", ".DS_Store": b"x"},
    )
    with pytest.raises(
        DataError, match=r'holds 2 files: "sub/a\.csv", "b\.csv"[\s\S]*/sub/a\.csv", or --table'
    ):
        read_cells(path)
    for cells in (
        read_cells(path / "sub" / "a.csv"),
        read_cells(path, table="a.csv"),
        read_cells(str(path / "a.csv")),
    ):
        assert cells.frame.rows() == [("1", "2"), ("3", "4")]
        assert cells.source == f"{path}/sub/a.csv"
    with pytest.raises(DataError, match=r'no single file "c\.csv" in .* Did you mean "b\.csv"'):
        read_cells(path, table="c.csv")


def test_an_archive_of_one_file_and_what_a_system_adds(tmp_path):
    path = archive(tmp_path / "t.zip", {"a.csv": TEXT, "__MACOSX/._a.csv": b"\0\5", "folder/": b""})
    assert read_cells(path).frame.rows() == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "empty zip archive"),
        ({"a.npy": b"\x93NUMPY", "b.npy": b"\x93NUMPY"}, "NumPy arrays"),
        ({"a.csv": b""}, "a.csv is empty"),
    ],
)
def test_archives_without_a_table(tmp_path, files, message):
    with pytest.raises(DataError, match=message):
        read_cells(archive(tmp_path / "t.zip", files))


def test_members_and_streams_one_after_the_other(tmp_path):
    path = tmp_path / "t.csv"
    for content in (
        gzip.compress(TEXT[:6]) + gzip.compress(TEXT[6:]),
        gzip.compress(TEXT) + bytes(512),
        zstandard.compress(TEXT[:6]) + zstandard.compress(TEXT[6:]),
        lzma.compress(TEXT[:6]) + lzma.compress(TEXT[6:]) + bytes(4),
        gzip.compress(zstandard.compress(TEXT)),
    ):
        path.write_bytes(content)
        assert read_cells(path).frame.rows() == [("1", "2"), ("3", "4")]


def test_a_large_stream_comes_in_blocks(tmp_path):
    lines = [f"{k},{k * k % 977}" for k in range(200_000)]
    (tmp_path / "t.csv.zst").write_bytes(zstandard.compress("\n".join(["k,v", *lines]).encode()))
    frame = read_cells(tmp_path / "t.csv.zst").frame
    assert frame.height == 200_000
    assert frame.row(-1) == ("199999", str(199_999**2 % 977))


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_damage_is_said(tmp_path, name, damage):
    compress = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": checked}[name]
    content = bytearray(compress(bytes(range(256)) * 40))
    if damage == "cut":
        del content[-5:]
    else:
        content[len(content) // 2] ^= 0xFF
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError, match=f"damaged {name} file"):
        read_cells(tmp_path / "t.csv")


def checked(content):
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


def test_a_damaged_and_an_encrypted_member(tmp_path):
    path = archive(tmp_path / "t.zip", {"a.csv": TEXT * 100})
    content = bytearray(path.read_bytes())
    content[45] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match=r'"a\.csv" in .* is damaged'):
        read_cells(path)
    path = archive(tmp_path / "t.zip", {"a.csv": TEXT})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r'"a\.csv" in .* is encrypted'):
        read_cells(path)


def test_what_grows_beyond_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("fallline.data.tables.compressed._ALWAYS", 10_000)
    zeros = b"k,v\n" + b"0,0\n" * 500_000
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(zeros))
    archive(tmp_path / "t.zip", {"t.csv": zeros})
    for name in ("t.csv.gz", "t.zip"):
        with pytest.raises(DataError, match="grows from .* bytes to more than .* unpack it first"):
            read_cells(tmp_path / name)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"k,v\n" + b"0,0\n" * 2_000))
    assert read_cells(tmp_path / "t.csv.gz").frame.height == 2_000
