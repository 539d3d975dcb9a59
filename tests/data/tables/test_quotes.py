"""Single quotation marks around names and cells."""

import pytest

from fallline.data.tables import read_cells
from fallline.data.tables.quotes import NOTE


def cells_of(tmp_path, text, **options):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    return read_cells(path, **options)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("'popul'\t'age'\n0\t36\n190\t20\n", {"popul": ["0", "190"], "age": ["36", "20"]}),
        ("'a','b'\n'x, y',1\n'it''s',2\n'',3\n", {"a": ["x, y", "it's", None], "b": ["1", "2", "3"]}),
        ("'a b'\r\n'x'\r\n'y'\r\n", {"a b": ["x", "y"]}),
        ("'last, first';'age'\n'x; y';3\n", {"last, first": ["x; y"], "age": ["3"]}),
        ("'a', 'b'\n1, 'z'\n", {"a": ["1"], "b": ["z"]}),
        ("'a','b'\n'tis,1\n'x',2\n", {"a": ["'tis", "x"], "b": ["1", "2"]}),
    ],
)
def test_marks_around_all_names_are_no_part_of_them(tmp_path, text, columns):
    cells = cells_of(tmp_path, text)
    assert cells.frame.to_dict(as_series=False) == columns
    assert cells.notes == (NOTE,)


def test_the_delimiter_that_is_given_holds(tmp_path):
    cells = cells_of(tmp_path, "'a':'b'\n1:'2:3'\n", delimiter=":")
    assert cells.frame.to_dict(as_series=False) == {"a": ["1"], "b": ["2:3"]}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("'tis,'b\n1,2\n", ["'tis", "'b"]),
        ("'a',b\n1,2\n", ["'a'", "b"]),
        ("""'a',"b"\n1,2\n""", ["'a'", "b"]),
        ("""'a','b'\n5" nail,2\n""", ["'a'", "'b'"]),
    ],
)
def test_other_apostrophes_stay(tmp_path, text, names):
    cells = cells_of(tmp_path, text)
    assert cells.frame.columns == names
    assert NOTE not in cells.notes
