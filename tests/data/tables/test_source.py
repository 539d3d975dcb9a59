import bz2
import datetime as dt
import gzip
import io
import lzma
import sqlite3
import zipfile
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter
import zstandard

from fallline.data.reading import read_table
from fallline.data.tables import find_column, read_cells
from fallline.errors import DataError, UsageError

ROWS = [
    ("oak", 12, 0.5, dt.date(2024, 3, 1), True),
    ("beech", None, 2.25, dt.date(2024, 2, 29), False),
    ("0007", -3, 1e-3, None, True),
    (None, 2**40, -7.5, dt.date(1999, 12, 31), None),
]
TYPED = pl.DataFrame(
    ROWS,
    schema={"kind": pl.String, "n": pl.Int64, "x": pl.Float64, "day": pl.Date, "ok": pl.Boolean},
    orient="row",
)
TEXTS = TYPED.select(pl.all().cast(pl.String))
CSV = TYPED.write_csv().encode()


def name_of(value):
    """Of a parameter: bytes may hold the time at which they were made."""
    return value if isinstance(value, str) else "bytes"


def workbook(rows, **options):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, options)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for k, row in enumerate(rows):
        for i, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(k, i, cell, day)
            elif cell is not None:
                sheet.write(k, i, cell)
    book.close()
    return buffer.getvalue()


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def parquet():
    buffer = io.BytesIO()
    TYPED.write_parquet(buffer)
    return buffer.getvalue()


def arrow(stream=False):
    buffer = io.BytesIO()
    TYPED.write_ipc_stream(buffer) if stream else TYPED.write_ipc(buffer)
    return buffer.getvalue()


def sqlite(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (kind TEXT, n INTEGER, x REAL, day TEXT, ok INTEGER)")
    connection.executemany(
        "INSERT INTO t VALUES (?, ?, ?, ?, ?)", [(*row[:3], row[3] and str(row[3]), row[4]) for row in ROWS]
    )
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.parquet", parquet()),
        ("t.feather", arrow()),
        ("t.arrows", arrow(stream=True)),
        ("t.xlsx", workbook([TYPED.columns, *ROWS])),
        ("mac.xlsx", workbook([TYPED.columns, *ROWS], date_1904=True)),
        ("t.parquet.zst", zstandard.compress(parquet())),
        ("t.zip", zipped(t_xlsx=workbook([TYPED.columns, *ROWS]))),
    ],
    ids=name_of,
)
def test_typed_forms_read_to_the_same_values(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    cells = read_cells(path)
    assert cells.frame.equals(TYPED)
    assert cells.frame.schema == TYPED.schema
    assert cells.source.startswith(str(path))
    assert not any("though its name" in note for note in cells.notes)


@pytest.mark.parametrize("lines", [True, False])
def test_json_has_all_but_dates(tmp_path, lines):
    path = tmp_path / "t.json"
    path.write_text(TYPED.write_ndjson() if lines else TYPED.write_json())
    assert read_cells(path).frame.equals(TYPED.with_columns(pl.col("day").cast(pl.String)))


def test_sqlite_has_all_but_dates_and_booleans(tmp_path):
    content = sqlite(tmp_path / "t.db")
    expected = TYPED.with_columns(pl.col("day").cast(pl.String), pl.col("ok").cast(pl.Int64))
    assert read_cells(tmp_path / "t.db").frame.equals(expected)
    (tmp_path / "t.db.gz").write_bytes(gzip.compress(content))
    assert read_cells(tmp_path / "t.db.gz", table="t").frame.equals(expected)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", CSV),
        ("t.csv.gz", gzip.compress(CSV, mtime=0)),
        ("t.csv.bz2", bz2.compress(CSV)),
        ("t.csv.xz", lzma.compress(CSV)),
        ("t.csv.zst", zstandard.compress(CSV)),
        ("t.zip", zipped(t_csv=CSV)),
        ("twice.zip", zipped(t_csv_gz=gzip.compress(CSV))),
    ],
    ids=name_of,
)
def test_text_is_the_same_in_every_packing(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    cells = read_cells(path)
    assert cells.frame.equals(TEXTS)
    assert cells.where(0) == "line 2"
    assert not any("though its name" in note for note in cells.notes)


def test_every_form_comes_to_the_same_typed_table(tmp_path):
    contents = {
        "t.csv": CSV,
        "t.tsv": TYPED.write_csv(separator="\t").encode(),
        "t.csv.zst": zstandard.compress(CSV),
        "t.zip": zipped(t_csv=CSV),
        "t.xlsx": workbook([TYPED.columns, *ROWS]),
        "text.xlsx": workbook([TYPED.columns, *TEXTS.rows()]),
        "t.parquet": parquet(),
        "t.feather": arrow(),
        "t.jsonl": TYPED.write_ndjson().encode(),
        "t.json": TYPED.write_json().encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        assert read_table(tmp_path / name).frame.equals(TYPED), name
    sqlite(tmp_path / "t.db")
    read = read_table(tmp_path / "t.db", kinds={"ok": "boolean"}).frame
    assert read.equals(TYPED)
    (tmp_path / "folder").mkdir()
    for k, part in enumerate([TYPED.head(1), TYPED.tail(3)]):
        part.write_csv(tmp_path / "folder" / f"{k}.csv")
    assert read_table(tmp_path / "folder").frame.equals(TYPED)
    assert read_table(TYPED).frame.equals(TYPED)


def test_frames_of_other_libraries(tmp_path):
    pandas = pytest.importorskip("pandas")
    assert read_cells(TYPED).frame.equals(TYPED)
    assert read_cells(TYPED.lazy()).frame.equals(TYPED)
    assert read_cells(TYPED.to_arrow()).frame.equals(TYPED)
    frame = pandas.DataFrame(
        {
            "size": pandas.Categorical(["low", "high", None], categories=["low", "high"], ordered=True),
            "at": pandas.to_datetime(["2024-07-01 12:00", "2024-01-01 12:00", None]).tz_localize(
                "Europe/Berlin"
            ),
            "n": pandas.array([1, None, 3], dtype="Int64"),
            "text": [" a ", "", None],
        }
    )
    cells = read_cells(frame)
    assert cells.frame["size"].dtype == pl.Enum(["low", "high"])
    # Berlin is two hours ahead of UTC in summer, one in winter.
    assert cells.frame["at"].to_list() == [dt.datetime(2024, 7, 1, 10), dt.datetime(2024, 1, 1, 11), None]
    assert cells.frame["n"].to_list() == [1, None, 3]
    assert cells.frame["text"].to_list() == ["a", None, None]
    assert cells.where(1) == "row 2"
    with pytest.raises(UsageError, match="expected a data frame"):
        read_cells([1, 2])
    assert read_cells(pa.table({"a": [[1], [2]]})).frame["a"].to_list() == [[1], [2]]
    numbers = pandas.Categorical([1, 3, 2], categories=[1, 2, 3], ordered=True)
    assert read_cells(pandas.DataFrame({"n": numbers})).frame["n"].to_list() == [1, 3, 2]
    with pytest.raises(DataError, match='column "i" holds pandas.interval; expected'):
        read_cells(pandas.DataFrame({"i": pandas.cut([1, 5, 9], 3)}))


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(CSV))))
    cells = read_cells("-")
    assert cells.frame.equals(TEXTS)
    assert cells.source == "standard input"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    with pytest.raises(DataError, match="standard input is empty"):
        read_cells("-")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.parquet", CSV, "is delimited text, though its name says Parquet"),
        ("t.xlsx", CSV, "is delimited text, though its name says a workbook"),
        ("t.csv.gz", CSV, "is delimited text, though its name says gzip"),
        ("t.csv", gzip.compress(CSV), "is gzip, though its name says delimited text"),
        ("t.csv", parquet(), "is Parquet, though its name says delimited text"),
        ("t.json", workbook([TYPED.columns, *ROWS]), "is a workbook, though its name says JSON"),
    ],
    ids=name_of,
)
def test_a_name_that_lies_is_read_by_content_and_said(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    cells = read_cells(path)
    assert cells.frame.select(pl.all().cast(pl.String)).equals(TEXTS)
    assert [note for note in cells.notes if said in note]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (gzip.compress(b""), "is empty"),
        (parquet()[:60], "damaged Parquet"),
        (arrow()[:200], "damaged Arrow"),
        (workbook([TYPED.columns, *ROWS])[:900], "damaged zip archive or workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged workbook, or none"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "behind a password"),
        (b"SQLite format 3\0" + b"x" * 200, "cannot be read as a SQLite database"),
        (
            b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table>",
            "is HTML or XML[\\s\\S]*spreadsheet program",
        ),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "is HTML or XML"),
        (b"%PDF-1.7 ...", "PDF document. Save its table as CSV"),
        (b"\x89HDF\r\n", "HDF5"),
    ],
    ids=name_of,
)
def test_what_cannot_be_read_is_said(tmp_path, content, message):
    path = tmp_path / "t.xls"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_cells(path)


def test_names_in_angle_brackets_are_no_markup(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("<DATE>,<OPEN>\n2024-01-02,1.5\n2024-01-03,2.5\n")
    assert read_cells(path).frame.columns == ["<DATE>", "<OPEN>"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"sheet": "Prices"}, 'sheet "Prices" was asked of .*only workbooks have sheets'),
        ({"table": "prices"}, "only databases have tables"),
        ({"query": "SELECT 1"}, "only databases take queries"),
    ],
)
def test_what_a_source_has_not_is_refused(tmp_path, option, message):
    (tmp_path / "t.csv").write_bytes(CSV)
    (tmp_path / "t.parquet").write_bytes(parquet())
    for data in (tmp_path / "t.csv", tmp_path / "t.parquet", TYPED):
        with pytest.raises(UsageError, match=message):
            read_cells(data, **option)


def test_missing_files_and_near_names(tmp_path):
    (tmp_path / "houses.csv").write_bytes(CSV)
    with pytest.raises(DataError, match=r"Did you mean .*houses\.csv"):
        read_cells(tmp_path / "house.csv")
    (tmp_path / "towns").mkdir()
    with pytest.raises(DataError, match=r"Did you mean .*towns"):
        read_cells(tmp_path / "town")
    with pytest.raises(DataError, match="There is no folder"):
        read_cells(tmp_path / "nowhere" / "houses.csv")
    with pytest.raises(DataError, match='is no zip archive: there is no "inner.csv" in it'):
        read_cells(tmp_path / "houses.csv" / "inner.csv")


def test_a_large_file_is_mapped(tmp_path, monkeypatch):
    monkeypatch.setattr("fallline.data.tables.content._MAPPED_FROM", 1)
    for name, content in (
        ("t.csv", CSV),
        ("t.parquet", parquet()),
        ("t.gz", gzip.compress(CSV)),
        ("t.zip", zipped(t_csv=CSV)),
    ):
        (tmp_path / name).write_bytes(content)
        assert read_cells(tmp_path / name).frame.select(pl.all().cast(pl.String)).equals(TEXTS)


def test_the_home_folder_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "t.csv").write_bytes(CSV)
    assert read_cells(str(Path("~") / "t.csv")).frame.equals(TEXTS)


def test_find_column():
    frame = pl.DataFrame({"age": [1], "1": [2], "income": [3]})
    assert find_column(frame, "income") == "income"
    assert find_column(frame, "-1") == "income"
    assert find_column(frame, 0) == "age"
    # A name wins over a position; an integer is never a name.
    assert find_column(frame, "1") == "1"
    assert find_column(pl.DataFrame({"nai\u0308ve": [1]}), "na\u00efve") == "nai\u0308ve"
    with pytest.raises(DataError, match='Did you mean "income"'):
        find_column(frame, "incme")
