import re

import polars as pl
import pytest

from fallline.data.tables import read_cells
from fallline.errors import DataError


@pytest.fixture
def folder(tmp_path):
    """Writes files of a folder `data` and gives its path."""

    def write(**files):
        for name, content in files.items():
            path = tmp_path / "data" / re.sub(r"(?<=\w)_(?=\w)", ".", name.replace("__", "/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, pl.DataFrame):
                content.write_parquet(path)
            else:
                path.write_text(content)
        return tmp_path / "data"

    return write


def test_csv_files_are_joined_as_text_in_natural_order(folder):
    path = folder(
        part10_csv="k,v\n5,late\n",
        part2_csv="v,k\n0.5,3\nx,4\n",
        part1_csv="k,v\n1,01\n2,2\n",
        _SUCCESS="",
        **{".hidden": "junk"},
    )
    for data in (path, str(path / "*.csv"), path / "part[0-9]*.csv"):
        cells = read_cells(data)
        assert cells.frame.rows() == [("1", "01"), ("2", "2"), ("3", "0.5"), ("4", "x"), ("5", "late")]
        assert cells.notes[0] == "3 files were joined, from part1.csv to part10.csv"
        assert cells.where(1) == f"{path / 'part1.csv'}, line 3"
        assert cells.where(2) == f"{path / 'part2.csv'}, line 2"
        assert cells.where(4) == f"{path / 'part10.csv'}, line 2"


def test_parquet_files_have_the_types_of_all(folder):
    path = folder(
        p1_parquet=pl.DataFrame({"n": [1, 2], "m": [1, 2], "w": [None, None], "c": [1.0, 0.5]}),
        p2_parquet=pl.DataFrame({"n": [0.5], "m": [3], "w": ["x"], "c": ["high"]}),
    )
    cells = read_cells(path)
    assert cells.frame.schema == {"n": pl.Float64, "m": pl.Int64, "w": pl.String, "c": pl.String}
    assert cells.frame.rows() == [(1.0, 1, None, "1"), (2.0, 2, None, "0.5"), (0.5, 3, "x", "high")]
    assert cells.where(2) == f"{path / 'p2.parquet'}, row 1"


def test_folders_of_keys_are_columns(folder):
    part = pl.DataFrame({"n": [1]})
    path = folder(**{f"year=20{k}__part_parquet": part.with_columns(n=k) for k in (10, 9)})
    assert read_cells(path).frame.rows() == [(9, "209"), (10, "2010")]
    assert read_cells(path).frame.columns == ["n", "year"]


def test_later_files_without_header_take_the_names_of_the_first(folder):
    path = folder(a_csv="k,v\n1,2\n3,4\n", b_csv="5,6\n7,8\n")
    cells = read_cells(path)
    assert cells.frame.rows() == [("1", "2"), ("3", "4"), ("5", "6"), ("7", "8")]
    assert [note for note in cells.notes if "it names no columns; those of" in note]


def test_a_header_of_words_is_known_from_the_first_file(folder):
    # Alone, the second file could be three rows of words.
    path = folder(a_csv="kind,n\noak,1\nash,2\n", b_csv="kind,n\nkind,elm\nn,kind\n")
    assert read_cells(path).frame["kind"].to_list() == ["oak", "ash", "kind", "n"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a_csv": "k,v\n1,2\n", "b_csv": "k,w\n1,2\n"}, r'b\.csv has no column "v", which .*a\.csv has'),
        (
            {"a_csv": "k,v\n1,2\n", "b_csv": "k,v,w\n1,2,3\n"},
            r'b\.csv has a column "w", which .*a\.csv has not',
        ),
        ({"a_csv": "price,v\n1,2\n", "b_csv": "v,prices\n1,2\n"}, 'no column "price".*Did you mean "prices"'),
        ({"a_csv": "k,v\n1,2\n", "b_csv": ""}, r"b\.csv is empty"),
        (
            {"a_csv": "k,v\n1,2\n", "b_md": "text", "c_csv": "k,v\n1,2\n"},
            r"several forms \(2 \.csv, 1 \.md\).*/\*\.csv",
        ),
        ({"a_csv": "k,v\n1,2\n", "old__b_csv": "k,v\n1,2\n"}, r"holds folders \(old\)"),
    ],
)
def test_what_does_not_belong_together_is_said(folder, files, message):
    with pytest.raises(DataError, match=message):
        read_cells(folder(**files))


def test_the_separator_is_known_where_all_have_it(folder):
    path = folder(a_csv="k;v\n1,5;2\n", b_csv="k;v\n2,5;3\n")
    assert read_cells(path).separator == ";"
    assert read_cells(folder(c_csv="k,v\n1,2\n")).separator == ""


def test_an_underscore_alone_hides_no_file(folder):
    assert read_cells(folder(_a_csv="k,v\n1,2\n", b_csv="k,v\n3,4\n")).frame.rows() == [
        ("1", "2"),
        ("3", "4"),
    ]


def test_a_delta_table_is_no_folder_of_files(folder):
    path = folder(a_parquet=pl.DataFrame({"k": [1]}))
    (path / "_delta_log").mkdir()
    with pytest.raises(DataError, match="is a Delta table, some of whose files may be out of date"):
        read_cells(path)


def test_no_files_and_one(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="is a folder without files"):
        read_cells(tmp_path / "empty")
    with pytest.raises(DataError, match=r'no file matches ".*\*\.tsv"'):
        read_cells(tmp_path / "*.tsv")
    path = folder(a_csv="k,v\n1,2\n3,4\n")
    cells = read_cells(path)
    assert cells.where(0) == "line 2"
    assert cells.notes == (f"{path / 'a.csv'} is the one file of {path}",)


def test_a_name_with_the_marks_of_a_pattern_is_a_file_first(tmp_path):
    (tmp_path / "t[1].csv").write_text("k,v\n1,2\n3,4\n")
    assert read_cells(tmp_path / "t[1].csv").frame.height == 2
    pl.DataFrame({"k": [1]}).write_parquet(tmp_path / "t[1].parquet")
    assert read_cells(tmp_path / "t[1].parquet").frame.rows() == [(1,)]
