"""Cells of sheets as XlsxWriter and odfpy write them; the right values are those that were written."""

import datetime as dt
import io
import zipfile

import numpy as np
import odf.opendocument
import odf.table
import odf.text
import polars as pl
import pytest
import xlsxwriter

from fallline.data.tables import read_cells
from fallline.errors import DataError

DATE, MOMENT = dt.date(2024, 3, 1), dt.datetime(2024, 3, 1, 14, 30)


@pytest.fixture
def book(tmp_path):
    """Writes a workbook of some sheets, each a list of rows or a function of the sheet, and gives its path."""

    def write(*sheets, names=(), **options):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path, options) as workbook:
            for k, rows in enumerate(sheets):
                sheet = workbook.add_worksheet(names[k] if names else None)
                if callable(rows):
                    rows(workbook, sheet)
                else:
                    fill(workbook, sheet, rows)
        return path

    return write


def fill(workbook, sheet, rows, top=0, left=0):
    forms = {
        dt.datetime: "dd/mm/yyyy hh:mm",
        dt.date: "yyyy-mm-dd",
        dt.time: "hh:mm:ss",
        dt.timedelta: "[h]:mm:ss",
    }
    forms = {kind: workbook.add_format({"num_format": form}) for kind, form in forms.items()}
    for k, row in enumerate(rows, top):
        for i, cell in enumerate(row, left):
            if type(cell) in forms:
                sheet.write_datetime(k, i, cell, forms[type(cell)])
            elif cell is not None:
                sheet.write(k, i, cell)


def ods(path, rows):
    document = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="Data")
    for row in rows:
        line = odf.table.TableRow()
        for cell in row:
            line.addElement(ods_cell(cell))
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def ods_cell(cell):
    if cell is None:
        return odf.table.TableCell()
    if isinstance(cell, str) and cell.startswith("PT"):
        return odf.table.TableCell(valuetype="time", timevalue=cell)
    if isinstance(cell, bool):
        return odf.table.TableCell(valuetype="boolean", booleanvalue=str(cell).lower())
    if isinstance(cell, dt.date):
        return odf.table.TableCell(valuetype="date", datevalue=cell.isoformat())
    if isinstance(cell, int | float):
        return odf.table.TableCell(valuetype="float", value=str(cell))
    element = odf.table.TableCell(valuetype="string")
    element.addElement(odf.text.P(text=cell))
    return element


@pytest.mark.parametrize("date_1904", [False, True])
def test_typed_cells_in_both_epochs(book, date_1904):
    rows = [
        ["day", "at", "clock", "span", "n", "x", "ok", "word"],
        [DATE, MOMENT, dt.time(14, 30, 1), dt.timedelta(hours=31, minutes=15), 3, 0.125, True, " oak "],
        [None, dt.datetime(2024, 3, 2), dt.time(0, 0), dt.timedelta(hours=1), 2**40, 2, False, ""],
    ]
    frame = read_cells(book(rows, date_1904=date_1904)).frame
    assert frame.schema == {
        "day": pl.Date,
        "at": pl.Datetime("us"),
        "clock": pl.Time,
        "span": pl.Duration("us"),
        "n": pl.Int64,
        "x": pl.Float64,
        "ok": pl.Boolean,
        "word": pl.String,
    }
    assert frame.row(0) == (*rows[1][:7], "oak")
    assert frame.row(1) == (None, dt.datetime(2024, 3, 2), *rows[2][2:7], None)


def test_formats_leave_the_value(book):
    def write(workbook, sheet):
        for k, form in enumerate(["0.00%", '"$"0.00', '0.0 "kg"', '0 "days"', "00000"]):
            sheet.write(0, k, form.strip('0."'))
            sheet.write_number(1, k, 1234.5, workbook.add_format({"num_format": form}))
            sheet.write_number(2, k, 2, workbook.add_format({"num_format": form}))
        sheet.write(0, 5, "error")
        sheet.write_formula(1, 5, "=1/0", None, "#DIV/0!")
        sheet.write_number(2, 5, 7)

    frame = read_cells(book(write), header=True).frame
    assert frame.row(0) == (1234.5,) * 5 + (None,)
    assert frame.row(1) == (2.0,) * 5 + (7,)


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([1, 0.5, "unknown"], ["1", "0.5", "unknown"]),
        ([1.0, True, "x"], ["1", "true", "x"]),
        ([3, "12.5", None], ["3", "12.5", None]),
        ([1, DATE], ["1", "2024-03-01"]),
        ([DATE, "unknown"], ["2024-03-01", "unknown"]),
        ([MOMENT, dt.datetime(2024, 3, 2), "n/a"], ["2024-03-01 14:30:00", "2024-03-02 00:00:00", "n/a"]),
        ([dt.timedelta(hours=31, minutes=15), "x"], ["31:15:00", "x"]),
        (["12.5 kg", 3], ["12.5 kg", "3"]),
        ([9007199254740991.0, 1e300, "x"], ["9007199254740991", "1e+300", "x"]),
    ],
)
def test_a_mixed_column_is_text_however_late_it_mixes(book, cells, texts):
    fill_up = [["k", "v"]] + [[k, cells[0]] for k in range(700)] + [[k, cell] for k, cell in enumerate(cells)]
    column = read_cells(book(fill_up)).frame["v"]
    assert column.dtype == pl.String
    assert column.to_list() == [texts[0]] * 700 + texts


def test_a_late_fraction_and_early_gaps_keep_numbers(book):
    rows = [["k", "v", "w"]] + [[k, None, k] for k in range(600)] + [[1, 0.5, 0.5]]
    frame = read_cells(book(rows)).frame
    assert frame.dtypes == [pl.Int64, pl.Float64, pl.Float64]
    assert frame["v"].to_list() == [None] * 600 + [0.5]


@pytest.mark.parametrize("left", [0, 1])
def test_a_table_at_b3_below_a_title_with_blank_rows_and_a_total(book, left):
    def write(workbook, sheet):
        sheet.write(0, left, "Report 2024")
        rows = [
            ["kind", "n", "x"],
            ["oak", 1, 0.5],
            ["beech", 2, 1.5],
            None,
            ["ash", 3, 2.5],
            ["Total", 6, 4.5],
        ]
        for k, row in enumerate(rows):
            if row:
                fill(workbook, sheet, [row], top=k + 2, left=1)

    cells = read_cells(book(write))
    assert cells.frame.rows() == [("oak", 1, 0.5), ("beech", 2, 1.5), ("ash", 3, 2.5)]
    assert cells.frame.columns == ["kind", "n", "x"]
    assert cells.line_numbers.tolist() == [4, 5, 7]
    assert cells.where(2) == "row 7"
    notes = " | ".join(cells.notes)
    assert "Report 2024" in notes
    assert '("Total")' in notes


def test_the_header_again_makes_no_text_of_numbers(book):
    rows = [["kind", "n"], ["oak", 1], ["beech", 2], ["kind", "n"], ["ash", 3], ["elm", 4]]
    cells = read_cells(book(rows), column="kind")
    assert cells.frame.schema == {"kind": pl.String, "n": pl.Int64}
    assert cells.frame["n"].to_list() == [1, 2, 3, 4]
    assert [note for note in cells.notes if "row 4 the header again" in note]


def test_names_that_are_numbers_dates_and_repeated(book):
    rows = [["kind", 5, DATE, "a", "a"], *(["oak", k, k / 4, k, k] for k in range(5))]
    assert read_cells(book(rows), column="kind").frame.columns == ["kind", "5", "2024-03-01", "a", "a_2"]


def test_the_row_of_the_header_can_be_given_or_denied(book):
    path = book([["a", "b"], ["c", "d"], ["e", "f"]])
    assert read_cells(path, header=2).frame.rows() == [("e", "f")]
    cells = read_cells(path, header=False)
    assert cells.generated_names
    assert cells.frame.columns == ["column_1", "column_2"]
    assert cells.frame.height == 3


def test_sheets(book):
    table = [["k", "v"], [1, 2], [3, 4]]
    other = [["p", "q"], [5, 6], [7, 8]]
    path = book([], table, other, names=("Notes", "Data", "Prices"))
    cells = read_cells(path)
    assert cells.frame.rows() == [(1, 2), (3, 4)]
    assert cells.what == 'sheet "Data" of a workbook'
    assert cells.notes == (
        'sheet "Data" was taken; there are also "Notes", "Prices" (--sheet takes another)',
    )
    for sheet in ("Prices", 2, -1, "2"):
        cells = read_cells(path, sheet=sheet)
        assert cells.frame.columns == ["p", "q"]
        assert cells.notes == ()
    with pytest.raises(DataError, match='no sheet "Price". Did you mean "Prices"'):
        read_cells(path, sheet="Price")
    with pytest.raises(DataError, match="no sheet at position 3: it has 3, positions 0 to 2"):
        read_cells(path, sheet=3)
    with pytest.raises(DataError, match='sheet "Notes" is empty'):
        read_cells(path, sheet="Notes")
    assert read_cells(book(table)).notes == ()


def test_the_sheet_with_the_name_that_is_asked_for_is_taken(book):
    cover = [["Prices of houses"], ["size and price were measured in 2024"]]
    table = [["size", "price"], [1, 2], [3, 4]]
    other = [["p", "q"], [5, 6], [7, 8]]
    path = book(cover, other, table, names=("Read me", "Other", "Houses"))
    assert read_cells(path, column="price").frame.columns == ["size", "price"]
    assert read_cells(path, column=("q", "size", "price")).frame.columns == ["size", "price"]
    assert read_cells(path, column="q").frame.columns == ["p", "q"]
    # A number may be a position, and a name that stands nowhere says nothing.
    assert (
        read_cells(path, column="5").what
        == read_cells(path, column="none").what
        == 'sheet "Read me" of a workbook'
    )


def test_hidden_sheets_wait_to_be_named(book):
    def hidden(workbook, sheet):
        fill(workbook, sheet, [["a", "b"], [1, 2]])
        sheet.hide()

    def shown(workbook, sheet):
        fill(workbook, sheet, [["k", "v"], [1, 2]])
        sheet.activate()
        sheet.set_first_sheet()

    path = book(hidden, shown, names=("Lists", "Data"))
    assert read_cells(path).frame.columns == ["k", "v"]
    assert read_cells(path, sheet="Lists").frame.columns == ["a", "b"]


def test_merged_groups_are_said_not_filled(book):
    def write(workbook, sheet):
        fill(workbook, sheet, [["region", "n"], *([None, k] for k in range(5))])
        sheet.merge_range(1, 0, 3, 0, "north")
        sheet.merge_range(4, 0, 5, 0, "south")

    cells = read_cells(book(write), header=True)
    assert cells.frame["region"].to_list() == ["north", None, None, "south", None]
    assert [
        n
        for n in cells.notes
        if n.startswith('column "region" has cells merged over several rows (rows 2 and 5)')
    ]


@pytest.mark.parametrize("one_cell_merged_down", [True, False])
def test_headings_merged_over_columns_are_no_names(book, one_cell_merged_down):
    def write(workbook, sheet):
        names = ["oak", "north", "south", "west", "east"]
        fill(workbook, sheet, [names, *([f"t{k % 3}", k, k / 4, -k, k] for k in range(40))], top=1)
        sheet.merge_range(0, 1, 0, 2, "2023")
        sheet.merge_range(0, 3, 0, 4, "2024")
        if one_cell_merged_down:
            sheet.merge_range(0, 0, 1, 0, "tree")

    cells = read_cells(book(write))
    assert cells.frame.columns == [
        "tree" if one_cell_merged_down else "oak",
        "north",
        "south",
        "west",
        "east",
    ]
    assert cells.frame.dtypes == [pl.String, pl.Int64, pl.Float64, pl.Int64, pl.Int64]
    assert cells.frame.row(0) == ("t0", 0, 0.0, 0, 0)
    assert cells.where(0) == "row 3"
    assert cells.notes == ('row 1 with the headings "2023", "2024" above the names was left out',)


def test_a_name_merged_over_two_columns_stays_a_name(book):
    def write(workbook, sheet):
        fill(workbook, sheet, [["tree", None, None], *([f"t{k % 3}", k, k / 4] for k in range(40))])
        sheet.merge_range(0, 1, 0, 2, "size")

    assert read_cells(book(write)).frame.columns == ["tree", "size", "unnamed_3"]


def test_ods(tmp_path):
    rows = [["kind", "n", "day", "at", "ok", "span"]]
    rows += [
        ["oak", 1, DATE, MOMENT, True, "PT31H15M00S"],
        ["beech", 2, DATE, MOMENT, False, "PT01H00M30S"],
        [None, 3.0, None, MOMENT, None, None],
    ]
    cells = read_cells(ods(tmp_path / "t.ods", rows))
    assert cells.frame.dtypes == [
        pl.String,
        pl.Int64,
        pl.Date,
        pl.Datetime("us"),
        pl.Boolean,
        pl.Duration("us"),
    ]
    spans = [dt.timedelta(hours=31, minutes=15), dt.timedelta(hours=1, seconds=30)]
    assert cells.frame.rows() == [
        ("oak", 1, DATE, MOMENT, True, spans[0]),
        ("beech", 2, DATE, MOMENT, False, spans[1]),
        (None, 3, None, MOMENT, None, None),
    ]


def test_many_rows_keep_their_values(book):
    values = np.random.default_rng(0).normal(size=(3000, 3))
    frame = read_cells(book([["a", "b", "c"], *values.tolist()])).frame
    np.testing.assert_allclose(frame.to_numpy(), values, rtol=1e-15)  # the file has 16 digits


def test_an_encrypted_ods_is_said(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"\x01\x02encrypted")
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"><manifest:encryption-data '
            'manifest:checksum-type="SHA1/1K" manifest:checksum="x"/></manifest:file-entry></manifest:manifest>',
        )
    (tmp_path / "t.ods").write_bytes(buffer.getvalue())
    with pytest.raises(DataError, match="behind a password"):
        read_cells(tmp_path / "t.ods")
