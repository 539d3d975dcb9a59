"""Headers, and what stands around a table. No reader that was measured gets these right (CleverCSV, csv.Sniffer, DuckDB,
polars, pandas, pyarrow)."""

import polars as pl
import pytest

from fallline.data.tables.delimited import read_delimited
from fallline.data.tables.header import find_table
from fallline.errors import DataError


def read(text, **options):
    return read_delimited(text.encode(), "d.csv", **options)


def columns(text, **options):
    return read(text, **options).frame.to_dict(as_series=False)


ROWS = "1.5,2.5,oak\n4.5,1.0,beech\n0.5,0.1,oak\n2.5,0.7,beech\n"
DATA = [("1.5", "2.5", "oak"), ("4.5", "1.0", "beech"), ("0.5", "0.1", "oak"), ("2.5", "0.7", "beech")]


@pytest.mark.parametrize(
    "above", ["", "Trees of 2024\n", "Trees of 2024\n\n", "Trees, measured, by, hand\n# 5 of 9\n\n"]
)
@pytest.mark.parametrize(
    "header", ["350,352.5,species", "1990,1995,species", "oak,beech,species", "a,b,species"]
)
def test_the_line_with_the_asked_for_name_is_the_header(above, header):
    cells = read(above + header + "\n" + ROWS, column="species")
    assert cells.frame.columns == header.split(",")
    assert cells.frame.rows() == DATA
    assert cells.where(0) == f"line {above.count(chr(10)) + 2}"
    assert any("Trees" in note for note in cells.notes) == bool(above)
    assert not cells.generated_names


@pytest.mark.parametrize("name", ["Species", " species ", "SPECIES"])
def test_case_and_blanks_may_differ_in_the_asked_for_name(name):
    assert read(f"350,352.5,{name}\n{ROWS}", column="species").frame.columns[-1] == name.strip()
    # As it stands comes before what is only alike.
    text = f"species,b,c\nx,y,Species\n{ROWS}"
    assert read(text, column="species").frame.columns == ["species", "b", "c"]


def test_the_names_a_model_knows_find_a_header_without_the_target():
    text = "350,352.5,355\n" + "1.5,2.5,7\n4.5,1.0,8\n"
    assert read(text, column=["350", "352.5", "355", "species"]).frame.columns == ["350", "352.5", "355"]
    assert read(text, column=["1.5", "2.5", "352.5", "species"]).generated_names
    assert read("oak,b\noak,1\nash,2\n", column=["oak", "c"]).frame.columns == ["oak", "b"]


def test_a_number_that_is_asked_for_is_a_name_only_at_the_top_and_if_it_is_no_position():
    text = "350,352.5,355\n1.5,2.5,7\n4.5,1.0,8\n"
    for name in ("352.5", "355"):
        assert read(text, column=name).frame.columns == ["350", "352.5", "355"]
    assert read(text, column="4.5").generated_names
    assert read("1,2,0\n1.5,2.5,7\n4.5,1.0,8\n", column="2").generated_names


def test_a_title_that_holds_the_name_is_no_header():
    cells = read(f"species,2024\n\na,b,species\n{ROWS}", column="species")
    assert cells.frame.columns == ["a", "b", "species"]
    assert cells.frame.rows() == DATA


@pytest.mark.parametrize(
    "above",
    [
        "Report 2024\n",
        "Report 2024\n\n",
        "Report 2024,,\n,,\n",
        "# trees, by species, and plot, of 2024\n# by hand\n",
        "Report,2024\n",
        "made by hand, in spring, at noon, in rain\n",
        "% made by hand\n",
        "// made by hand\n",
        "\n\n",
    ],
)
def test_titles_and_comments_above_are_left_out_and_named(above):
    cells = read(f"{above}a,b,c\n{ROWS}")
    assert cells.frame.columns == ["a", "b", "c"]
    assert cells.frame.rows() == DATA
    assert bool(cells.notes) == bool(above.strip())
    assert all("above the table left out" in note for note in cells.notes)


def test_titles_above_rows_without_names():
    cells = read(f"Report 2024\n\n{ROWS}")
    assert cells.frame.columns == ["column_1", "column_2", "column_3"]
    assert cells.frame.rows() == DATA
    assert cells.generated_names


def test_names_in_a_comment():
    """As numpy.savetxt writes them."""
    cells = read(f"# a,b,kind\n{ROWS}")
    assert cells.frame.columns == ["a", "b", "kind"]
    assert cells.frame.rows() == DATA
    assert "comment in line 1" in cells.notes[0]
    assert read(f"# made by hand\n# a,b,kind\n{ROWS}", column="kind").frame.rows() == DATA


def test_the_header_can_be_given_by_its_line():
    text = f"u,v,w\na,b,c\n{ROWS}"
    cells = read(text, header=2)
    assert cells.frame.columns == ["a", "b", "c"]
    assert cells.frame.rows() == DATA
    assert "line 1" in cells.notes[0]
    assert read(text, header=True).frame.columns == ["u", "v", "w"]
    assert read(text, header=False).frame.height == 6
    assert read(f"Title\n{ROWS}", header=True).frame.columns == ["1.5", "2.5", "oak"]
    with pytest.raises(DataError, match="no header in line 9"):
        read(text, header=9)
    with pytest.raises(DataError, match="no header in line 1: .* first with cells is 2"):
        read(f"\n{text}", header=1)


@pytest.mark.parametrize(
    "units", ["(cm),[kg],", "cm,kg,", "mm,m/s,-", "°C,%,", "µg/m3,m²,(text)", "USD,kWh,", "m^2,1/s,"]
)
def test_a_line_of_units_is_left_out_and_named(units):
    cells = read(f"a,b,kind\n{units}\n{ROWS}")
    assert cells.frame.rows() == DATA
    assert cells.where(0) == "line 3"
    assert "line 2 holds units" in cells.notes[0]


@pytest.mark.parametrize("first", ["unknown,n.a.,oak", "-,-,oak", "m,kg,oak", "NA,5,kg", ",,kg"])
def test_gaps_and_words_are_no_units(first):
    cells = read(f"a,b,kind\n{first}\n{ROWS}")
    assert cells.frame.height == 5
    assert not cells.notes


@pytest.mark.parametrize("rule", ["---,---,---", ":--,--:,---", "====,====,===="])
def test_a_rule_below_the_names_is_left_out_and_named(rule):
    cells = read(f"a,b,kind\n{rule}\n{ROWS}")
    assert cells.frame.rows() == DATA
    assert cells.notes == ("line 2 is a rule below the names and is left out",)


def test_a_name_that_polars_takes_for_a_pattern():
    cells = read(f"^a.*$,b,kind\n{ROWS}")
    assert cells.frame.columns == ["a.*", "b", "kind"]
    assert 'the name "^a.*$" of column 1 cannot be used' in cells.notes[0]


def test_a_header_with_one_name_less_than_cells():
    """As R writes it: the first column holds the names of the rows."""
    text = '"mpg" "cyl"\n"Mazda RX4" 21 6\n"Datsun 710" 22.8 4\n"Fiat 128" 32.4 4\n'
    for separator in (" ", ",", ";", "\t"):
        cells = read(
            text.replace('" "', f'"{separator}"')
            .replace('" 2', f'"{separator}2')
            .replace('" 3', f'"{separator}3')
            .replace(" 6\n", f"{separator}6\n")
            .replace(" 4\n", f"{separator}4\n")
        )
        assert cells.frame.to_dict(as_series=False) == {
            "row_names": ["Mazda RX4", "Datsun 710", "Fiat 128"],
            "mpg": ["21", "22.8", "32.4"],
            "cyl": ["6", "4", "4"],
        }
        assert any("row_names" in note for note in cells.notes)
    assert read("a,kind\n1,2,oak\n2,3,ash\n", column="kind").frame.columns == ["row_names", "a", "kind"]


def test_a_separator_at_the_end_of_the_lines_begins_no_column():
    expected = {"a": ["1", "3", "5"], "b": ["2", "4", "6"]}
    for text in ("a,b,\n1,2,\n3,4,\n5,6,\n", "a,b\n1,2,\n3,4,\n5,6,\n", "a,b\n1,2\n3,4,\n5,6,,\n"):
        assert columns(text) == expected
        assert columns(text, column="b") == expected
    # The last column holds something far below what is looked at first.
    text = "a,b,\n" + "1,2,\n" * 2000 + "3,4,5\n"
    assert read(text).frame.columns == ["a", "b", "unnamed_3"]
    with pytest.raises(DataError, match="line 2002: expected 2 fields .* got 3"):
        read(text.replace("a,b,", "a,b", 1))


def test_repeated_and_empty_names():
    cells = read("a,b,a, b ,,a_2\n1,2,3,4,5,6\n7,8,9,10,11,12\n")
    assert cells.frame.columns == ["a", "b", "a_3", "b_2", "unnamed_5", "a_2"]
    assert 'the name "a" comes again: column 3 is called "a_3"' in cells.notes
    assert 'the name "b" comes again: column 4 is called "b_2"' in cells.notes


@pytest.mark.parametrize(
    "name", ["count", "index", "len", "rows", "column0", "prediction", "column_1", "row_names", "literal"]
)
def test_a_column_may_have_any_name(name):
    assert columns(f"{name},x\n1,2\n\n3,4\n{name},x\n5,6\nTotal,9\n") == {
        name: ["1", "3", "5"],
        "x": ["2", "4", "6"],
    }


def test_a_header_within_the_file_is_left_out_and_named():
    text = f"a,b,species\n{ROWS}" * 2
    for kind in (
        text,
        text.replace("a,b,species\n1.5", "\ufeffa,b,species\n1.5"),
        text.replace("oak", "'oak'").replace("'", ""),
    ):
        cells = read(kind)
        assert cells.frame.rows() == DATA * 2
        assert cells.line_numbers.tolist() == [2, 3, 4, 5, 7, 8, 9, 10]
        assert "line 6 the header again: left out" in cells.notes
    units = f"a,b,species\ncm,kg,\n{ROWS}" * 2
    assert read(units).frame.rows() == DATA * 2


@pytest.mark.parametrize(
    ("footer", "lines"),
    [
        ("Total,9,\n", [6]),
        ("Total,9\n", [6]),
        ("Sum:,9,4.3\n", [6]),
        ("grand total,9,\n", [6]),
        (",Total,9\n", [6]),
        ("\nSource: Statistics Office\n", [7]),
        ("Source: Statistics Office, 2024\n", [6]),
        ("Total,9,4.3\n\nNote: made by hand\n* estimated\n", [6, 8, 9]),
        ("(4 rows affected)\n", [6]),
        ("Quelle: Amt, Stand 2024, vorläufig, ohne Bern\n", [6]),
    ],
)
def test_totals_and_notes_at_the_end_are_left_out_and_named(footer, lines):
    cells = read(f"a,b,species\n{ROWS}{footer}")
    assert cells.frame.rows() == DATA
    named = " ".join(cells.notes)
    assert all(f"line {line}" in named for line in lines)


@pytest.mark.parametrize(
    "rows",
    [
        "Total,9,oak\n",  # a class: a row like any other
        "total waste of time,1,2\n",
        "Source,1,2\n",
        "x,Total,oak\n",
    ],
)
def test_what_only_looks_like_a_total_stays(rows):
    assert read(f"a,b,species\n{ROWS}{rows}").frame.height == 5
    assert read("kind,n\nTotal,1\nPart,2\nTotal,3\n").frame.height == 3
    assert read("text\nTotal\nPart\nNote: x\n").frame.height == 3


def test_comments_within_the_rows():
    cells = read("a,b,c\n1,2,3\n# second batch\n4,5,6\n#7,8,9\n")
    assert cells.frame.rows() == [("1", "2", "3"), ("4", "5", "6"), ("#7", "8", "9")]
    assert cells.line_numbers.tolist() == [2, 4, 5]
    assert cells.notes == ("line 3 a comment: left out",)


def test_blank_lines_between_rows_are_named_those_at_the_end_are_not():
    cells = read("a,b\n1,2\n\n3,4\n  \n,\n5,6\n\n\n")
    assert cells.frame.rows() == [("1", "2"), ("3", "4"), ("5", "6")]
    assert cells.line_numbers.tolist() == [2, 4, 7]
    assert "4" not in str(cells.notes)
    assert all(line in str(cells.notes) for line in "356")


def test_rows_of_a_sheet():
    rows = [
        ["Report 2024", None, None, None],
        [None] * 4,
        [None, "spring", None, None],
        ["region", "1990", "1995", "kind"],
        ["north", "1", "2", "oak"],
        ["south", "3", "4", "beech"],
        ["north", "5", "6", "oak"],
    ]
    for column in (None, "kind"):
        start = find_table(rows, header=None, column=column, lines=[2, 3, 4, 5, 6, 7, 8], word="row")
        assert start.names == ("region", "1990", "1995", "kind")
        assert start.first == 4
        assert start.notes == ('rows 2 and 4 above the table left out ("Report 2024")',)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ["a", "b"]),
        ("1,5;2,5\n3,5;4,5\n5,5;2,5\n", None),
        ("day,x\n2024-01-05,1\n2024-01-06,2\n", ["day", "x"]),
        ("2024-01-05,1\n2024-01-06,2\n", None),
        ("price,x\n$5.20,1\n$6.20,2\n", ["price", "x"]),
        ("5,unknown,3\n6,2,4\n7,8,5\n", None),
        ("unknown,2,3\n6,2,4\n7,8,5\n", None),
        ("n,m\n1,2\nunknown,4\n3,5\n6,7\n8,9\n7,7\n", ["n", "m"]),
    ],
)
def test_values_decide_where_no_name_is_asked_for(content, names):
    frame: pl.DataFrame = read(content).frame
    assert frame.columns == (names or [f"column_{k + 1}" for k in range(frame.width)])
