import gzip
import io

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from fallline.data import reading
from fallline.data.forms.table import TableForm
from fallline.data.tables import find_column, read_cells
from fallline.errors import DataError, UsageError


def read_table(data, *, column=None, **options):
    return reading.read_table(data, target=column, **options).frame


from_frame = read_table


def write(folder, content, name="t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(folder, content, **options):
    return read_table(write(folder, content), **options)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", " "])
def test_every_delimiter_is_found(tmp_path, mark):
    lines = ["size,price,city", "1,2.5,Bern", "3,4.0,Basel", "5,6.5,Bern"]
    frame = table(tmp_path, "\n".join(lines).replace(",", mark))
    assert frame.to_dict(as_series=False) == {
        "size": [1, 3, 5],
        "price": [2.5, 4.0, 6.5],
        "city": ["Bern", "Basel", "Bern"],
    }


def test_runs_of_spaces_are_one_delimiter(tmp_path):
    frame = table(tmp_path, "  1.0   2  a\n 2.5  30  b \n\n  3.5   4  a\n")
    assert frame.rows() == [(1.0, 2, "a"), (2.5, 30, "b"), (3.5, 4, "a")]
    assert frame.columns == ["column_1", "column_2", "column_3"]


def test_decimal_commas_in_a_semicolon_file(tmp_path):
    frame = table(tmp_path, "a;b;c\n1,5;2;1,234\n2,25;3;5,678\n")
    assert frame["a"].to_list() == [1.5, 2.25]
    # Every value of c could have a mark between its thousands; its neighbours and the semicolon say what it is.
    assert frame["c"].to_list() == [1.234, 5.678]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("39, State-gov, 77516, <=50K\n50, Private, 83311, >50K\n", None),
        ("Letter,1,2,3,4\nT,2,8,3,5\nI,5,12,3,7\nT,4,11,6,8\n", ["Letter", "1", "2", "3", "4"]),
        ("7.4,0.7,0,5\n7.8,0.88,0,5\n", None),
        ("?,0.7,0,5\n7.8,0.88,0,5\n", None),
        ("p,x,s\ne,x,s\ne,b,s\np,x,s\n", None),
        ("class,shape,surface\ne,x,s\ne,b,s\np,x,s\n", ["class", "shape", "surface"]),
        ("country,2019,2020,2021\nA,1,2,5\nB,2,5,1\n", ["country", "2019", "2020", "2021"]),
        ("0,1,2,3,4,5\n9,8,7,1,3,2\n4,4,1,2,9,9\n", ["0", "1", "2", "3", "4", "5"]),
        ("1,2,3\n4,5,6\n7,8,9\n", None),
        (",x,y\n0,1.5,2.5\n1,2.5,3.5\n", ["unnamed_1", "x", "y"]),
    ],
)
def test_header_is_found(tmp_path, content, names):
    frame = table(tmp_path, content)
    lines = content.count("\n")
    if names is None:
        assert frame.columns == [f"column_{k + 1}" for k in range(frame.width)]
        assert frame.height == lines
    else:
        assert frame.columns == names
        assert frame.height == lines - 1


def test_header_and_delimiter_can_be_given(tmp_path):
    assert table(tmp_path, "a,b\nc,d\ne,f\n", header=False).height == 3
    assert table(tmp_path, "1,2\n3,4\n5,6\n", header=True).columns == ["1", "2"]
    assert table(tmp_path, "a;b,c;d\n1;2,3;4\n5;6,7;8\n", delimiter=",").width == 2
    with pytest.raises(UsageError, match="one ASCII character"):
        table(tmp_path, "a,b\n1,2\n", delimiter="::")


def test_missing_markers_and_spaces(tmp_path):
    frame = table(tmp_path, "n,s\n1, ?\nNA, x \n nan ,None\n4,\n5,null\n,N/A\n")
    assert frame["n"].to_list() == [1, None, None, 4, 5, None]
    assert frame["s"].to_list() == [None, "x", None, None, None, None]


def test_types_see_all_rows(tmp_path):
    rows = ["n,s"] + [f"{k},{k}" for k in range(5000)] + ["0.5,late"]
    frame = table(tmp_path, "\n".join(rows))
    assert frame["n"].dtype == pl.Float64
    # One word among so many numbers is no value of theirs; more than a few, and they are words.
    assert frame["s"].to_list() == [*range(5000), None]
    late = ["n,s"] + [f"{k},{k}" for k in range(5000)] + ["0,late"] * 500
    assert table(tmp_path, "\n".join(late))["s"].dtype == pl.String


def test_codes_with_leading_zeros_stay_text_and_booleans_are_read(tmp_path):
    frame = table(tmp_path, "zip,flag,n\n00501,True,05\n90210,False,7\n")
    assert frame["zip"].to_list() == ["00501", "90210"]
    assert frame["flag"].to_list() == [True, False]
    assert frame["n"].to_list() == ["05", "7"]


def test_quoted_fields(tmp_path):
    content = 'name,n\n"a, b",1\n"say ""hi""",2\n"two\nlines",3\n'
    frame = table(tmp_path, content)
    assert frame.rows() == [("a, b", 1), ('say "hi"', 2), ("two\nlines", 3)]
    # A blank after the delimiter, and inches that are no quotation marks.
    assert table(tmp_path, 'n, name\n1, "a, b"\n2, "c"\n').rows() == [(1, "a, b"), (2, "c")]
    assert table(tmp_path, 'n,name\n1,5" pipe\n2,7" pipe\n').rows() == [(1, '5" pipe'), (2, '7" pipe')]


def test_line_ends_blank_lines_and_byte_order_mark(tmp_path):
    frame = table(tmp_path, b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4\r\n   \r\n5,6")
    assert frame.columns == ["a", "b"]
    assert frame.rows() == [(1, 2), (3, 4), (5, 6)]
    assert table(tmp_path, b"a,b\r1,2\r3,4\r").rows() == [(1, 2), (3, 4)]


def test_gzip_is_known_by_content(tmp_path):
    content = gzip.compress(b"a,b\n1,2\n3,4\n")
    for name in ("t.data.gz", "t.csv"):
        assert read_table(write(tmp_path, content, name)).rows() == [(1, 2), (3, 4)]
    with pytest.raises(DataError, match="damaged gzip"):
        read_table(write(tmp_path, content[:-9], "half.gz"))


def test_parquet(tmp_path):
    frame = pl.DataFrame({"a": pl.Series([1, None], dtype=pl.Int8), "b": ["x", "NA"], "c": [True, False]})
    frame.write_parquet(tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")
    assert read.schema == {"a": pl.Int64, "b": pl.String, "c": pl.Boolean}
    assert read.rows() == [(1, "x", True), (None, None, False)]
    content = (tmp_path / "t.parquet").read_bytes()
    with pytest.raises(DataError, match="damaged Parquet"):
        read_table(write(tmp_path, content[:60], "half.parquet"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("a,b\n", "no data rows"),
        ("a,b\n1,2\n", "one data row; expected at least 2"),
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", r"line 3: expected 3 fields .* got 2"),
        ("a,b,c\n1,2,3\n\n4,5,6\n6,7,8,9\n", r"line 5: expected 3 fields .* got 4"),
        (b"a,b\n1,caf\x8f\n2,x\n", r"not in UTF-8: byte 0x8f at position 9 \(line 2\)[\s\S]*iconv"),
        ("a,b\n1,2\n3,4\n".encode("utf-16")[:-1], "UTF-16[\\s\\S]*iconv"),
        (b"\x00\x01\x02\x03junk", "zero byte at position 0"),
        (b"PK\x03\x04rest", "zip archive"),
        ('a,b\n"x,1\n3,4\n5,6\n', "line 2: a quotation mark opens here and never closes"),
    ],
)
def test_bad_content_is_named(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        table(tmp_path, content)


def test_ragged_line_after_quoted_line_breaks_has_its_physical_number(tmp_path):
    with pytest.raises(DataError, match="line 5: expected 2 fields"):
        table(tmp_path, 'a,b\n"x\ny",1\nz,2\nw\nv,3\n')


def test_missing_file_and_folder(tmp_path):
    write(tmp_path, "a,b\n1,2\n", "houses.csv")
    with pytest.raises(DataError, match=r"Did you mean .*houses\.csv"):
        read_table(tmp_path / "house.csv")
    with pytest.raises(DataError, match=r"Did you mean .*houses\.csv"):
        read_table(tmp_path / "houses.cvs")
    with pytest.raises(DataError, match=r"no file .*houses\.png\.$"):
        read_table(tmp_path / "houses.png")
    with pytest.raises(DataError, match="no folder"):
        read_table(tmp_path / "nowhere" / "t.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="is a folder without files"):
        read_table(tmp_path / "empty")


def test_one_row_may_be_scored(tmp_path):
    assert table(tmp_path, "a,b\n1,x\n", minimum_rows=1).rows() == [(1, "x")]


def test_agrees_with_polars_on_a_plain_file(tmp_path):
    generator = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "n": generator.integers(-5, 5, 300),
            "x": generator.normal(size=300),
            "s": generator.choice(["a", "b c", 'd"e', "f,g"], 300),
        }
    )
    buffer = io.BytesIO()
    frame.write_csv(buffer)
    assert table(tmp_path, buffer.getvalue()).equals(frame)


def test_thousands_of_text_columns_are_read_quickly(tmp_path):
    names = ",".join(f"c{k}" for k in range(3000))
    row = ",".join("xy"[k % 2] for k in range(3000))
    assert table(tmp_path, f"{names}\n{row}\n{row}\n").shape == (2, 3000)


def test_from_frame_takes_frames_of_any_library():
    arrow = pa.table({"a": pa.array([1, None], pa.int32()), "t": pa.array(["x", "y"]).dictionary_encode()})
    assert from_frame(arrow).to_dict(as_series=False) == {"a": [1, None], "t": ["x", "y"]}
    lazy = pl.LazyFrame({"x": [1.0, float("nan")], "d": pl.Series([1500, 2500]).cast(pl.Duration("ms"))})
    assert from_frame(lazy).rows() == [(1.0, 1.5), (None, 2.5)]
    pandas = pytest.importorskip("pandas")
    frame = from_frame(
        pandas.DataFrame({"k": pandas.Series(["u", "v"], dtype="category"), "b": [True, False]})
    )
    assert frame.rows() == [("u", True), ("v", False)]


def test_from_frame_refuses_what_is_no_table():
    with pytest.raises(UsageError, match="expected a data frame"):
        from_frame([1, 2])
    with pytest.raises(DataError, match='column "a" holds List'):
        from_frame(pl.DataFrame({"a": [[1], [2]]}))


def test_spellings_of_infinity_and_nan():
    cells = pl.DataFrame({"x": ["inf", "1"], "y": ["-nan", "2.5"]})
    with pytest.raises(DataError, match=r'column "x": 1 of 2 cells are infinite: "inf" \(row 1\)'):
        TableForm.decide(cells)
    _, frame = TableForm.decide(cells, skip=("x",))
    assert frame.to_dict(as_series=False) == {"x": ["inf", "1"], "y": [None, 2.5]}


def test_rows_of_another_table_take_its_kinds(tmp_path):
    first = reading.read_table(write(tmp_path, "code,n\n01,2\n02,3\n"))
    second = reading.read_rows(write(tmp_path, "n,code\n2,1\n3,NA\n", "new.csv"), first.form)
    assert second.frame.to_dict(as_series=False) == {"n": [2, 3], "code": ["1", None]}


def test_find_column():
    frame = pl.DataFrame({"age": [1], "1": [2], "income": [3]})
    assert find_column(frame, "income") == "income"
    assert find_column(frame, "-1") == "income"
    assert find_column(frame, 0) == "age"
    assert find_column(frame, "0") == "age"
    # A name wins over a position; an integer is never a name.
    assert find_column(frame, "1") == "1"
    assert find_column(pl.DataFrame({"2": [0], "a": [0], "b": [0]}), 2) == "b"
    with pytest.raises(DataError, match='Did you mean "income"'):
        find_column(frame, "incme")
    with pytest.raises(DataError, match="positions 0 to 2"):
        find_column(frame, "3")


@pytest.mark.parametrize(
    "content",
    [
        "350,352.5,355,kind\n1.5,2.5,3.5,oak\n4.5,1.0,2.0,beech\n0.5,0.1,0.2,oak\n",  # wave lengths
        "region,1990,1995,kind\nnorth,1,2,oak\nsouth,3,4,beech\nnorth,5,6,oak\n",  # years
        "male,home,kind\nmale,town,oak\nfemale,land,beech\nmale,town,oak\n",  # a name that is a value too
    ],
)
def test_a_first_line_with_the_name_that_is_asked_for_is_the_header(tmp_path, content):
    path = tmp_path / "d.csv"
    path.write_text(content)
    assert read_table(path, column="kind").columns == content.split("\n")[0].split(",")
    assert read_cells(path, column="kind", header=False).frame.columns[0] == "column_1"
    # A number may be a position; and a name that is not there says nothing.
    assert (
        read_cells(path, column="3").frame.columns
        == read_cells(path, column="other").frame.columns
        == read_table(path).columns
    )
