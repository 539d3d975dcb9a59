import math

import numpy as np
import polars as pl
import pytest

from fallline.data.forms.number_form import NumberForm
from fallline.data.forms.numbers import find_numbers, why_text


def column(*cells):
    return pl.Series("x", cells, dtype=pl.String)


def read(*cells, **known):
    found = find_numbers(column(*cells), **known)
    return None if found is None else found.values.to_list()


# The lines of a census of readers: each cell beside one that settles its column, and its value.
CELLS = [
    ("-3,656.36", "1.5", -3656.36),
    ("-3.656,36", "1,5", -3656.36),
    ("-3,656", "1,234.5", -3656.0),
    ("-3,656", "0,5", -3.656),
    ("0,125", "1,5", 0.125),
    ("0.125", "1,234.5", 0.125),
    ("1 234,50", "0,5", 1234.5),
    ("1\u00a0234,50", "0,5", 1234.5),
    ("1\u202f234,50", "0,5", 1234.5),
    ("1'234.50", "0.5", 1234.5),
    ("1\u2019234.50", "0.5", 1234.5),
    ("1,23,456.78", "1,234.5", 123456.78),
    ("12%", "5.5%", 12.0),
    ("$5.20", "$1.5", 5.2),
    ("-$5.20", "$1.5", -5.2),
    ("$-5.20", "$1.5", -5.2),
    ("5,20 €", "1,5 €", 5.2),
    ("5,20\u00a0€", "1,5\u00a0€", 5.2),
    ("USD 5.20", "USD 1.5", 5.2),
    ("(5.20)", "1.5", -5.2),
    ("($5.20)", "$1.5", -5.2),
    ("5.2-", "1.5", -5.2),
    ("\u22125.2", "1.5", -5.2),
    ("12 kg", "1.5 kg", 12.0),
    ("12kg", "1.5kg", 12.0),
    ("-5 °C", "1.5 °C", -5.0),
    ("15 km/h", "1.5 km/h", 15.0),
    ("12,5 kg", "1,25 kg", 12.5),
    ("1'234.5 m", "1.5 m", 1234.5),
    ("100 m2", "1.5 m2", 100.0),
    ("1.5e3", "1.5", 1500.0),
    ("1e5", "1.5", 100000.0),
    ("1,5E+03", "1,5", 1500.0),
    (" 1.5 ", "2.5", 1.5),
    ("+5", "1.5", 5.0),
    (".5", "1.5", 0.5),
]


@pytest.mark.parametrize(("cell", "beside", "value"), CELLS)
def test_cells_of_the_census(cell, beside, value):
    assert read(cell, beside, cell)[::2] == [value, value]


@pytest.mark.parametrize(
    "cell", ["1,2,3", "192.168.1.1", "--5", "(5", "5-10", "<0.1", "5-10 kg", "5 ft 3 in", "0x1F", "1_000"]
)
def test_what_is_no_number(cell):
    assert read(cell, "7", "8", "9") == [None, 7, 8, 9]


@pytest.mark.parametrize(
    "cell", ["ID007", "a3f2", "550e8400-e29b-41d4-a716-446655440000", "oak", "48.8, 2.3"]
)
def test_columns_without_numbers(cell):
    values = read(cell, cell)
    assert values is None or values == [None, None]


def test_groups_stand_in_threes():
    # Commas between thousands would make 125 of 12,5, and 3656000 of 3.656e+03.
    assert read("12,5", "1,234") == [12.5, 1.234]
    assert read("-3.656e+03", "1.234,5", "2.345,5", "1,5") == [None, 1234.5, 2345.5, 1.5]
    assert read("-3656.36", "1.234,50", "2.345,50") == [None, 1234.5, 2345.5]


@pytest.mark.parametrize("spelling", ["{:,.2f}", "${:,.2f}", "{:,.2f} kg", "{:,.2f}%", "{:.2f}", "{:.2e}"])
def test_numbers_come_back_from_any_spelling(spelling):
    numbers = np.exp(np.random.default_rng(0).normal(6, 3, 2000))
    texts = pl.Series("x", [spelling.format(number) for number in numbers])
    digits = [float(spelling.format(n).strip("$%kg ").replace(",", "")) for n in numbers]
    assert find_numbers(texts).values.to_list() == digits
    assert not find_numbers(texts).doubt
    swapped = texts.str.replace_many([",", "."], [".", ","])
    found = find_numbers(swapped)
    assert found.values.to_list() == digits
    assert found.form.decimal == ","


def test_a_late_cell_decides():
    cells = ["1,234"] * 5000
    assert read(*cells, "12,5")[::5000] == [1.234, 12.5]
    assert read(*cells, "1,234,567")[::5000] == [1234, 1234567]
    assert read(*["1.234"] * 5000, "1.234.567")[::5000] == [1234, 1234567]
    assert read(*["7"] * 5000, "0.4")[::5000] == [7.0, 0.4]


def test_what_the_cells_do_not_decide_is_said():
    comma = find_numbers(column("1,234", "2,345"))
    assert comma.values.to_list() == [1234, 2345]
    assert '"1,234"' in comma.doubt
    assert "--type x=decimal-comma" in comma.doubt
    point = find_numbers(column("1.234", "2.345", "unknown"))
    assert point.values.to_list() == [1.234, 2.345, None]
    assert "--type x=decimal-comma" in point.doubt
    # Of numbers with three decimals one in ten is shorter, and none whole; so are thousands beside hundreds.
    thousands = find_numbers(column("567", *[f"{k}.{k}00" for k in range(1, 7)]))
    assert thousands.values.to_list() == [567, 1100, 2200, 3300, 4400, 5500, 6600]
    assert "--type x=decimal-point" in thousands.doubt


def test_the_other_columns_decide():
    for cells, values in ((("1,234", "5,678"), [1.234, 5.678]), (("1.234", "5.678"), [1234, 5678])):
        found = find_numbers(column(*cells), decimal=",")
        assert (found.values.to_list(), found.doubt) == (values, "")
    assert find_numbers(column("1,234"), decimal=".").values.to_list() == [1234]
    assert find_numbers(column("1.234"), decimal=".").values.to_list() == [1.234]
    # Cells that decide for themselves do not ask.
    assert read("0.5", decimal=",") == [0.5]
    assert read("0,5", decimal=".") == [0.5]


def test_units():
    bare = find_numbers(column("12 kg", "3 KG", "4"))
    assert bare.values.to_list() == [12, 3, 4]
    assert bare.form == NumberForm(unit="kg")
    assert '"kg" stands at 2 of 3 numbers' in bare.doubt
    mixed = find_numbers(column("12 kg", "300 g", "4 kg"))
    assert mixed.values.to_list() == [None, None, None]
    assert mixed.doubt == 'units differ ("kg", "g")'
    # A unit at few of many numbers is a stray, not the unit of all.
    assert read(*["7"] * 99, "5 kg")[98:] == [7, None]


def test_whole_numbers_stay_whole():
    assert find_numbers(column("1", "2")).values.dtype == pl.Int64
    assert find_numbers(column("1,234", "1,234,567")).values.dtype == pl.Int64
    assert find_numbers(column("1", "2.0")).values.dtype == pl.Float64
    assert read("9223372036854775807", "-9223372036854775808") == [2**63 - 1, -(2**63)]
    assert read("9007199254740993", None) == [9007199254740993, None]


def test_never_infinite():
    assert read("inf", "-Infinity", "1e999", "nan", "2.5") == [None, None, None, None, 2.5]
    assert NumberForm(thousands=",").read(column("1e999", "1,000")).to_list() == [None, 1000.0]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("01234", "90210"), 'codes with leading zeros ("01234")'),
        (("10000", "10001", "01234"), 'codes with leading zeros ("01234")'),
        (("007", "12345"), 'codes with leading zeros ("007")'),
        (("0", "7", "10"), ""),
        (("0", "0.5"), ""),
        (("00.5", "07.5"), ""),
        (("18446744073709551617", "3"), "whole numbers beyond 64 bits"),
        (("18446744073709551617", "0.5"), ""),
        (("1e30", "3"), ""),
    ],
)
def test_ids_are_no_numbers(cells, reason):
    texts = column(*cells)
    assert why_text(texts, find_numbers(texts)) == (reason, "")


def test_a_stray_zero_in_front_makes_no_codes():
    texts = column(*(str(k) for k in range(1, 101)), "05")
    reason, odd = why_text(texts, find_numbers(texts))
    assert not reason
    assert odd == '1 cell begins with a zero ("05"); read as numbers all the same'


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (NumberForm(), "numbers"),
        (NumberForm(thousands=",", unit="$", before=True), "numbers, comma between thousands, $ before"),
        (NumberForm(",", " ", "€"), "numbers, space between thousands, decimal comma, € behind"),
    ],
)
def test_words(form, words):
    assert form.words == words


def test_reading_never_raises():
    odd = column("", " ", "-", "$", "kg", "1,", ",", ".", "e5", "1e", "\u0661", "½", "1" * 400, None)
    for form in (
        NumberForm(),
        NumberForm(",", "."),
        NumberForm(unit="kg"),
        NumberForm(unit="$", before=True, thousands=","),
    ):
        values = form.read(odd)
        assert values.len() == odd.len()
        assert all(value is None or math.isfinite(value) for value in values)
