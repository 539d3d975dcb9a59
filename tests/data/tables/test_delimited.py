"""Encodings, ragged rows, and that the fast ways of reading give what the csv module gives."""

import csv
import io

import numpy as np
import pytest

from fallline.data.tables import scan
from fallline.data.tables.delimited import read_delimited
from fallline.errors import DataError


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings(encoding, end):
    text = end.join(["größe,ort", "1,Köln", "2,Orléans", "3,Bern", ""])
    cells = read_delimited(text.encode(encoding), "d.csv", column="größe")
    assert cells.frame.to_dict(as_series=False) == {
        "größe": ["1", "2", "3"],
        "ort": ["Köln", "Orléans", "Bern"],
    }
    assert bool(cells.notes) == (encoding not in ("utf-8", "utf-8-sig"))
    if encoding in ("cp1252", "latin-1"):
        assert cells.notes[0].startswith("lines 1 to 3 not in UTF-8 and read as Western European")


def test_a_file_joined_from_two_encodings():
    content = "a,b\n1,Köln\n".encode() * 3000 + b"2,caf\xe9 \x80\n"
    cells = read_delimited(content.replace(b"\na,b", b"\n0,c"), "d.csv")
    assert set(cells.frame["b"]) == {"Köln", "c", "café €"}
    assert cells.notes == (
        "line 6001 not in UTF-8 and read as Western European text (CP1252); if letters look wrong, convert the file: "
        "iconv -f ENCODING -t UTF-8 d.csv > converted.csv",
    )


def test_what_is_text_in_no_encoding_is_an_error():
    with pytest.raises(DataError, match=r"not in UTF-8: byte 0x81 at position 6 \(line 2\)"):
        read_delimited(b"a,b\n1,\x81\n2,x\n", "d.csv")
    with pytest.raises(DataError, match="damaged at byte"):
        read_delimited("a,b\n1,2\n".encode("utf-16")[:-1], "d.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("gap", ["", "x"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize(("row", "got"), [("7,8", 2), ("7", 1), ("7,8,9,1", 4), ("7,8,,1", 4), (",", 2)])
def test_a_row_of_another_length_is_an_error_that_names_it(row, got, gap, quoted, separator):
    # Above 500 lines, where the separator and the header are decided; gaps in the last column hide short rows.
    last = '"q,q"' if quoted else gap
    rows = [f"1,2,{gap}"] * 700 + [row] + [f"4,5,{last}"] * 9
    text = "\n".join(["a,b,c", "", *rows, ""]).replace(",", separator)
    if row == ",":  # neither a row nor a shift: blank, but for its separator
        assert "703 blank" in str(read_delimited(text.encode(), "d.csv").notes)
        return
    with pytest.raises(
        DataError, match=rf"d.csv, line 703: expected 3 fields as in the other lines, got {got}\."
    ):
        read_delimited(text.encode(), "d.csv")


def test_several_ragged_rows_are_counted():
    with pytest.raises(DataError, match=r"line 4: expected 2 fields .* got 3 \(2 such lines\)"):
        read_delimited(b"a,b\n1,2\n3,4\n5,6,7\n8,9\n1\n2,3\n", "d.csv")


def test_empty_cells_are_null_and_blanks_around_cells_go():
    cells = read_delimited('a,b ,c\n1,"",x y\n 2 ,NA,\n3,"  ", z\n4,\u00a05\u00a0,"q "\n'.encode(), "d.csv")
    assert cells.frame.to_dict(as_series=False) == {
        "a": ["1", "2", "3", "4"],
        "b": [None, "NA", None, "5"],
        "c": ["x y", None, "z", "q"],
    }


def test_quotation_marks():
    cells = read_delimited(b'a,b\n"x, y",1\n"say ""hi""",2\n"two\n\nlines",3\n5" pipe,4\n', "d.csv")
    assert cells.frame.rows() == [("x, y", "1"), ('say "hi"', "2"), ("two\n\nlines", "3"), ('5" pipe', "4")]
    assert cells.line_numbers.tolist() == [2, 3, 4, 7]
    with pytest.raises(DataError, match="line 4: a quotation mark opens here and never closes"):
        read_delimited(b'a,b\n1,2\n3,"x"\n"y,4\n5,6\n', "d.csv")


def test_marks_within_cells_swallow_no_lines():
    """Polars takes the two inches for a pair of marks, and the rows between them for a part of the cell."""
    text = 'a;b\n1;7in"\n"p;q";"two\nlines"\n3;8in"\n;""\n5;6\n'
    cells = read_delimited(text.encode(), "d.csv")
    assert cells.frame.rows() == [("1", '7in"'), ("p;q", "two\nlines"), ("3", '8in"'), ("5", "6")]
    assert cells.line_numbers.tolist() == [2, 3, 5, 7]
    assert cells.notes == ("line 6 blank: left out",)


def reference(text, separator):
    """The csv module's rows, without blank ones."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    return [[cell.strip() or None for cell in row] for row in rows if any(cell.strip() for cell in row)]


PIECES = [
    "1",
    "2.5",
    "oak",
    "",
    " ",
    '""',
    '"x, y"',
    '"p;q"',
    '"two\nlines"',
    '"in ""marks"""',
    'in"ch',
    " 7 ",
    "é",
    '"a\n\nb"',
    "#9",
]


@pytest.mark.parametrize("seed", range(60))
def test_the_fast_ways_give_what_the_csv_module_gives(monkeypatch, seed):
    """Also where quotation marks stand within cells, lines are blank, and chunks end anywhere."""
    monkeypatch.setattr(scan, "_PIECE", 1 + seed % 5)
    monkeypatch.setattr(scan, "_PART", 2 * (1 + seed % 5))
    generator = np.random.default_rng(seed)
    pieces = generator.choice(PIECES, generator.integers(2, len(PIECES)), replace=False)
    width, separator = int(generator.integers(2, 5)), ",;"[seed % 2]
    lines = [separator.join("abcd"[:width])]
    for _ in range(int(generator.integers(3, 40))):
        lines.append(separator.join(generator.choice(pieces, width)))
        if generator.uniform() < 0.05:
            lines.append(str(generator.choice(["", "  "])))
    text = "\n".join(lines) + "\n" * int(generator.integers(0, 3))
    text = text.replace("\n", "\r\n") if seed % 3 == 0 else text
    expected = reference(text, separator)
    assert len({len(row) for row in expected}) == 1  # else a mark within a cell took in separators: no table
    cells = read_delimited(text.encode(), "d.csv", header=True, delimiter=separator)
    assert [list(row) for row in cells.frame.iter_rows()] == expected[1:]


@pytest.mark.parametrize(("piece", "part"), [(1, 1), (1, 3), (2, 2), (2, 5), (3, 64), (7, 14), (64, 64)])
@pytest.mark.parametrize("quoted", [False, True])
def test_the_layout_of_rows_does_not_depend_on_the_parts(monkeypatch, piece, part, quoted):
    monkeypatch.setattr(scan, "_PIECE", piece)
    monkeypatch.setattr(scan, "_PART", part)
    text = 'a,b\n1,"x\n,y"\n\n"2",\n3,4' if quoted else "a,b\n1,2\n\n3,\n,\n5,6"
    cells = read_delimited(text.encode(), "d.csv")
    if quoted:
        assert cells.frame.rows() == [("1", "x\n,y"), ("2", None), ("3", "4")]
        assert cells.line_numbers.tolist() == [2, 5, 6]
    else:
        assert cells.frame.rows() == [("1", "2"), ("3", None), ("5", "6")]
        assert cells.line_numbers.tolist() == [2, 4, 6]


def test_a_file_of_a_header_alone_has_no_rows():
    cells = read_delimited(b"a,b\n", "d.csv")
    assert cells.frame.columns == ["a", "b"]
    assert cells.frame.height == 0
