"""The separator of text files. Where libraries fail on these: Python's csv.Sniffer raises or takes a letter on one
column, DuckDB reads decimal commas as separators, CleverCSV splits single columns."""

import csv
import datetime as dt
import io

import numpy as np
import pytest

from fallline.data.tables.delimited import read_delimited
from fallline.data.tables.separator import ONE_COLUMN, find_separator

WORDS = ["oak", "beech", "ash", "pine", "elm"]


def german(number, thousands=""):
    return f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", thousands)


def contents(rows):
    generator = np.random.default_rng(7)
    numbers = generator.normal(0, 9000, (rows, 3)).round(2)
    words = generator.choice(WORDS, (rows, 3))
    word = words[:, 0]
    x, y = numbers[:, 0], numbers[:, 1]
    moments = [dt.datetime(2024, 1, 1) + dt.timedelta(minutes=997 * k) for k in range(rows)]
    return {
        "numbers": [[f"{number:.2f}" for number in row] for row in numbers],
        "decimal commas": [[german(number) for number in row] for row in numbers],
        "decimal commas and words": [[german(a), german(b), w] for a, b, w in zip(x, y, word, strict=True)],
        "words": words.tolist(),
        "sentences with commas": [[f"the {a}, or a {b}", f"a {c}, a tree", a] for a, b, c in words],
        "sentences with semicolons": [[f"the {a}; or a {b}", f"a {c}; a tree", a] for a, b, c in words],
        "1,234.50": [[f"{a:,.2f}", f"{b:,.2f}", w] for a, b, w in zip(x, y, word, strict=True)],
        "1.234,50": [[german(a, "."), german(b, "."), w] for a, b, w in zip(x, y, word, strict=True)],
        "date-times": [
            [f"{t:%Y-%m-%d %H:%M}", f"{a:.2f}", w] for t, a, w in zip(moments, x, word, strict=True)
        ],
        "dotted dates": [[f"{t:%d.%m.%Y}", f"{a:.2f}", w] for t, a, w in zip(moments, x, word, strict=True)],
        "currency": [[f"${abs(a):.2f}", f"{abs(b):.2f} €", w] for a, b, w in zip(x, y, word, strict=True)],
        "lists": [[f"{a}|{b}", f"{b}|{c}|{a}", c] for a, b, c in words],
        "gaps": [
            [f"{a:.2f}" if k % 3 else "", f"{b:.2f}" if k % 4 else "", w if k % 5 else ""]
            for k, (a, b, w) in enumerate(zip(x, y, word, strict=True))
        ],
    }


@pytest.mark.parametrize("column", [None, "third"])
@pytest.mark.parametrize("rows", [5, 300])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("content", list(contents(1)))
def test_the_separator_is_found_and_every_cell_comes_back(content, separator, rows, column):
    cells = contents(rows)[content]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\n")
    writer.writerows([["first", "second", "third"], *cells])
    read = read_delimited(buffer.getvalue().encode(), "d.csv", column=column)
    assert read.frame.columns == ["first", "second", "third"]
    # A row of three empty cells is blank.
    assert read.frame.rows() == [tuple(cell or None for cell in row) for row in cells if any(row)]


ONE = {
    "words": WORDS * 4,
    "ids": [f"A-{k:04d}" for k in range(20)],
    "numbers": [f"{k / 7:.3f}" for k in range(20)],
    "date-times": [f"2024-01-{k + 1:02d} 10:3{k % 10}" for k in range(20)],
    "sentences": ["an oak grows here", "the beech, a tree, is old", "ash", "we saw a pine and an elm"] * 5,
    "two words": ["red oak", "copper beech", "white pine", "wych elm"] * 5,
    "decimal commas": [f"{k},{k % 10}5" for k in range(20)],
    "1,234.50": [f"{k + 1},{k % 10}34.50" for k in range(20)],
    "times": [f"1{k % 10}:3{k % 7}" for k in range(20)],
}


@pytest.mark.parametrize("column", [None, "value"])
@pytest.mark.parametrize("content", list(ONE))
def test_one_column_is_one_column(content, column):
    read = read_delimited("\n".join(["value", *ONE[content], ""]).encode(), "d.csv", column=column)
    assert read.frame.columns == ["value"]
    assert read.frame["value"].to_list() == ONE[content]
    assert read.what == "CSV, one column"


@pytest.mark.parametrize("mark", [" ", ":"])
def test_spaces_and_colons(mark):
    lines = ["n kind x", *(f"{k} {WORDS[k % 5]} {k / 8}" for k in range(9))]
    assert find_separator([line.replace(" ", mark) for line in lines]) == mark


def test_a_declared_separator_is_taken_and_its_line_left_out():
    read = read_delimited(b"sep=;\na;b,c;d\n1,5;2;x\n2,5;3;y\n", "d.csv")
    assert read.frame.to_dict(as_series=False) == {"a": ["1,5", "2,5"], "b,c": ["2", "3"], "d": ["x", "y"]}
    assert read.line_numbers.tolist() == [3, 4]


def test_the_separator_under_which_the_asked_for_name_is_a_cell_wins():
    # Under the comma, the two columns of decimal commas are three columns of numbers.
    text = b"size;price\n1,5;2,25\n3,5;4,75\n"
    assert read_delimited(text, "d.csv", column="price").frame.rows() == [("1,5", "2,25"), ("3,5", "4,75")]
    lines = ["a|b, c|d", "1|2, 3|4"]
    assert find_separator(lines, "d") == "|"
    assert find_separator(["a b,kind of c", "1 2,3 4 5"], "kind of c") == ","


def test_a_line_that_only_holds_the_name_is_one_column():
    assert find_separator(["price", "1,5", "2,25"], "price") == ONE_COLUMN
    assert find_separator(["price", "a;b;c", "1;2;3", "4;5;6"], "price") == ";"
