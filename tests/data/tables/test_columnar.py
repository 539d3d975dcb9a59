import datetime as dt
import decimal
import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest

from fallline.data.reading import read_table
from fallline.data.tables import read_cells
from fallline.errors import DataError


def parquet(tmp_path, table):
    pa.parquet.write_table(table, tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


def lines(tmp_path, *rows, name="t.jsonl"):
    path = tmp_path / name
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return path


def test_types_of_parquet(tmp_path):
    table = pa.table(
        {
            "small": pa.array([1, None], pa.int8()),
            "large": pa.array([2**63 + 1, 1], pa.uint64()),
            "fits": pa.array([3, 4], pa.uint64()),
            "id": pa.array([decimal.Decimal(10**30 + 1), None], pa.decimal128(38, 0)),
            "price": pa.array([decimal.Decimal("1.25"), None], pa.decimal128(10, 2)),
            "real": pa.array([float("nan"), 0.5], pa.float32()),
            "at": pa.array([dt.datetime(2024, 7, 1, 10)] * 2, pa.timestamp("ns", "Europe/Berlin")),
            "span": pa.array([dt.timedelta(hours=31)] * 2, pa.duration("ms")),
            "kind": pa.array(["b", "a"]).dictionary_encode(),
            "text": [" NA ", ""],
            "none": pa.nulls(2),
        }
    )
    frame = read_cells(parquet(tmp_path, table)).frame
    assert frame.rows() == [
        (
            1,
            2**63 + 1,
            3,
            str(10**30 + 1),
            1.25,
            None,
            dt.datetime(2024, 7, 1, 10),
            dt.timedelta(hours=31),
            "b",
            "NA",
            None,
        ),
        (None, 1, 4, None, None, 0.5, dt.datetime(2024, 7, 1, 10), dt.timedelta(hours=31), "a", None, None),
    ]
    assert frame.dtypes[:6] == [pl.Int64, pl.UInt64, pl.Int64, pl.String, pl.Float64, pl.Float64]
    assert frame.schema["at"] == pl.Datetime("us")
    assert frame.schema["none"] == pl.String


@pytest.mark.parametrize(("values", "held"), [([[1], [2]], "List"), ([b"\1", b"\2"], "Binary")])
def test_nested_columns_are_named(tmp_path, values, held):
    path = parquet(tmp_path, pa.table({"k": [1, 2], "deep": values}))
    with pytest.raises(DataError, match=f'column "deep" holds {held}.*\n?.*leave it out'):
        read_table(path)
    assert read_table(path, skip=["deep"]).frame["k"].to_list() == [1, 2]


# The cases of the census, section 9: early or late, the outcome is the same.
@pytest.mark.parametrize(
    ("early", "late", "dtype", "values"),
    [
        ({"v": 1}, {"v": 0.4}, pl.Float64, [1.0, 0.4]),
        ({"v": None}, {"v": 0.5}, pl.Float64, [None, 0.5]),
        ({}, {"v": 3}, pl.Int64, [None, 3]),
        ({"v": 1.5}, {"v": "word"}, pl.String, ["1.5", "word"]),
        ({"v": 1.0}, {"v": "word"}, pl.String, ["1", "word"]),
        ({"v": "00007"}, {"v": "00008"}, pl.String, ["00007", "00008"]),
        ({"v": "1.0"}, {"v": "2.0"}, pl.String, ["1.0", "2.0"]),
        ({"v": "05/03/2024"}, {"v": "25/03/2024"}, pl.String, ["05/03/2024", "25/03/2024"]),
        ({"v": True}, {"v": None}, pl.Boolean, [True, None]),
        ({"v": True}, {"v": 2}, pl.String, ["true", "2"]),
        ({"v": 9007199254740993}, {"v": None}, pl.Int64, [9007199254740993, None]),
        ({"v": 2**70}, {"v": 1}, pl.String, [str(2**70), "1"]),
        ({"v": float("nan")}, {"v": 1.5}, pl.Float64, [None, 1.5]),
        ({"v": " x "}, {"v": ""}, pl.String, ["x", None]),
    ],
)
@pytest.mark.parametrize("array", [False, True])
def test_json_decides_by_all_rows(tmp_path, early, late, dtype, values, array):
    rows = [{"k": 0, **early}] * 3000 + [{"k": 1, **late}]
    path = lines(tmp_path, json.dumps(rows)) if array else lines(tmp_path, *rows)
    column = read_cells(path).frame["v"]
    assert column.dtype == dtype
    assert column.to_list() == [values[0]] * 3000 + [values[1]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"a": 1}, '{"a": 2'], "line 2: no JSON"),
        ([{"a": 1}, "", "nonsense"], "line 3: no JSON"),
        ([{"a": 1}, [1]], "line 2: expected an object with a key for each column, got .1."),
        ([{"a": 1, "deep": [1]}, {"a": 2}], 'column "deep" holds List'),
        ([{"a": 1, "deep": 3}, {"a": 2, "deep": {"x": 1}}], 'column "deep" holds records'),
        (['[{"a": 1},', "{'a': 2}]"], "line 2: no JSON"),
        (
            [{"a": {"0": 1, "1": 2}, "b": {"0": 3, "1": 4}}],
            r'one JSON object \("a", "b"\), no table.*orient="records"',
        ),
        ([{"a": [1, 2], "b": [3, 4]}], r'one JSON object \("a", "b"\), no table'),
        (
            [{"deep": {f"k{k}": k for k in range(99)}, "deep.k1": 1}] * 2,
            'column "deep" holds Struct.{51}\\.\\.\\.; expected',
        ),
        ([{"a": 1, "rows": [{"b": 1}, {"b": 2}]}], r'one JSON object \("a", "rows"\), no table'),
        (['{\n "data": [\n  {"a": 1}\n ]\n}'], r'is one JSON object \("data"\), no table'),
    ],
)
def test_json_that_is_no_table(tmp_path, rows, message):
    with pytest.raises(DataError, match=message):
        read_table(lines(tmp_path, *rows))


@pytest.mark.parametrize("array", [False, True])
@pytest.mark.parametrize("more", [[], [{"k": "x", "at": None}]])
def test_fields_within_fields_are_columns(tmp_path, array, more):
    row = {"k": 1, "at": {"town": "Ulm", "place": {"x": 0.5, "y": 2}}, "z": True}
    rows = [row, *more]
    path = lines(tmp_path, json.dumps(rows)) if array else lines(tmp_path, *rows)
    frame = read_cells(path).frame
    assert frame.columns == ["k", "at.town", "at.place.x", "at.place.y", "z"]
    assert frame.row(0)[1:] == ("Ulm", 0.5, 2, True)
    assert not more or frame.row(1) == ("x", None, None, None, None)


def test_fields_of_parquet_are_columns(tmp_path):
    path = parquet(tmp_path, pa.table({"k": [1, 2], "deep": [{"x": 1, "l": [1]}, None], "deep.y": [3, 4]}))
    frame = read_cells(path).frame
    assert frame.columns == ["k", "deep.x", "deep.l", "deep.y"]
    assert frame["deep.x"].to_list() == [1, None]
    with pytest.raises(DataError, match=r'column "deep\.l" holds List'):
        read_table(path)
    taken = pa.table({"deep": [{"x": 1}, {"x": 2}], "deep.x": [3, 4], "k": [1, 2]})
    with pytest.raises(DataError, match='column "deep" holds Struct'):
        read_table(parquet(tmp_path, taken))


@pytest.mark.parametrize("array", [False, True])
def test_lists_of_json_may_be_left_out(tmp_path, array):
    rows = [{"k": 1, "tags": ["a"]}, {"k": 2, "tags": [[1], "b"]}]
    path = lines(tmp_path, json.dumps(rows)) if array else lines(tmp_path, *rows)
    assert read_table(path, skip=["tags"]).frame["k"].to_list() == [1, 2]
    with pytest.raises(DataError, match=r'column "tags" holds .*leave it out'):
        read_table(path)


def test_json_with_a_mark_and_blank_lines(tmp_path):
    path = tmp_path / "t.json"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\r\n\r\n{"a":2}\r\n')
    cells = read_cells(path)
    assert cells.frame.rows() == [(1,), (2,)]
    assert cells.what == "JSON lines"


def test_an_arrow_file_that_polars_does_not_read(tmp_path):
    # pandas marks a gap in a category by the code -1.
    pandas = pytest.importorskip("pandas")
    pandas.DataFrame({"k": pandas.Categorical(["a", None])}).to_feather(tmp_path / "t.feather")
    with pytest.raises(DataError, match="or one that polars does not read: .* save it as Parquet"):
        read_cells(tmp_path / "t.feather")
    pandas.DataFrame({"k": pandas.Categorical(["a", "b"]), "n": [1, 2]}).to_feather(tmp_path / "t.feather")
    assert read_cells(tmp_path / "t.feather").frame.rows() == [("a", 1), ("b", 2)]


def test_dates_of_no_year_are_said(tmp_path):
    last = pa.array([None, 2_932_896], pa.int32()).cast(pa.date32())  # 9999-12-31
    assert read_cells(parquet(tmp_path, pa.table({"d": last}))).frame["d"].to_list() == [None, dt.date.max]
    for days in (2**31 - 1, -(2**31)):
        table = pa.table({"d": pa.array([0, days], pa.int32()).cast(pa.date32())})
        with pytest.raises(DataError, match='column "d" holds dates outside the years 1 to 9999'):
            read_cells(parquet(tmp_path, table))


def test_numbers_wider_than_64_bits_are_numbers_where_they_fit_and_else_named(tmp_path):
    rows = range(3)
    frame = pl.DataFrame(
        [
            pl.Series("small", list(rows), dtype=pl.Int128),
            pl.Series("exact", [decimal.Decimal(f"{row}.25") for row in rows], dtype=pl.Decimal(20, 2)),
            pl.Series("large", [2**100 + row for row in rows], dtype=pl.Int128),
            pl.Series("unsigned", [2**63 + row for row in rows], dtype=pl.UInt64),
        ]
    )
    frame.write_parquet(tmp_path / "t.parquet")
    form = read_table(tmp_path / "t.parquet")
    assert form.frame["small"].to_list() == [0, 1, 2]
    assert form.frame["exact"].to_list() == [0.25, 1.25, 2.25]
    told = " ".join(form.notes)
    for name in ("large", "unsigned"):
        assert form.frame[name].dtype == pl.String
        assert f'"{name}": taken as text; the cells are whole numbers beyond 64 bits' in told
