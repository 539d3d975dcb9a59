from pathlib import Path

import polars as pl
import pytest

from fallline.data.forms.words import (
    MISSING_WORDS,
    NO_VALUE_WORDS,
    BooleanForm,
    OrderedForm,
    find_booleans,
    find_order,
    find_words,
    stands_for_missing,
)


def column(*cells):
    return pl.Series("x", cells, dtype=pl.String)


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        *(
            ("yes", "no"),
            ("Yes", "No"),
            ("Y", "N"),
            ("y", "n"),
            ("true", "false"),
            ("TRUE", "FALSE"),
            ("T", "F"),
        ),
        *(("on", "OFF"), ("ja", "nein"), ("Ja", "nee"), ("oui", "non"), ("si", "no"), ("S\u00ed", "No")),
    ],
)
def test_yes_and_no(yes, no):
    found = find_booleans(column(yes, no, None, no))
    assert found.values.to_list() == [True, False, None, False]
    assert found.form.read(column(no.upper(), yes.lower(), "maybe", None)).to_list() == [
        False,
        True,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "cells", [("yes", "no", "maybe"), ("yes", "yes"), ("male", "female"), ("1", "0"), ("yes", "false")]
)
def test_what_is_not_yes_and_no(cells):
    assert find_booleans(column(*cells)) is None


def test_one_of_the_two_is_enough_where_that_is_known():
    assert find_booleans(column("no", "no"), known=True).values.to_list() == [False, False]
    assert find_booleans(column("1", "NA"), known=True).values.to_list() == [True, None]
    assert find_booleans(column("oak"), known=True) is None
    assert find_booleans(column("NA"), known=True) is None
    assert find_booleans(column("Y", "N")).form.words == "y or n"


def test_words_for_missing_beside_yes_and_no():
    assert find_booleans(column("yes", "no", "NA", "-", "Unknown")).values.to_list() == [
        True,
        False,
        None,
        None,
        None,
    ]
    assert find_booleans(column("yes", "no", "who knows"), ("who knows",)).values.to_list() == [
        True,
        False,
        None,
    ]
    assert find_booleans(column("1", "0", "1"), known=True).values.to_list() == [True, False, True]


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (("high", "low", "medium"), ("low", "medium", "high")),
        (("Large", "small", "Medium"), ("small", "Medium", "Large")),
        (("XL", "S", "XS", "M", "L", "XXL"), ("XS", "S", "M", "L", "XL", "XXL")),
        (
            ("good", "poor", "excellent", "fair", "very good"),
            ("poor", "fair", "good", "very good", "excellent"),
        ),
        (
            ("always", "never", "often", "sometimes", "rarely"),
            ("never", "rarely", "sometimes", "often", "always"),
        ),
        (
            ("Agree", "Strongly disagree", "Neutral", "Strongly agree", "Disagree"),
            ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"),
        ),
        (("Mar", "Jan", "Dec"), ("Jan", "Mar", "Dec")),
        (("M\u00e4rz", "Januar", "Dezember"), ("Januar", "M\u00e4rz", "Dezember")),
        (("Sunday", "Monday", "Tuesday"), ("Monday", "Tuesday", "Sunday")),
        (("20-30", "<10", "65+", "10-20"), ("<10", "10-20", "20-30", "65+")),
        (("25-34", "18-24", ">=45", "35-44"), ("18-24", "25-34", "35-44", ">=45")),
        (("$20k-$30k", "under $20k", "over $30k"), ("under $20k", "$20k-$30k", "over $30k")),
        (("(20, 30]", "(0, 10]", "(10, 20]"), ("(0, 10]", "(10, 20]", "(20, 30]")),
        (("6-10", "0", "1-5"), ("0", "1-5", "6-10")),
        (("100-200", "5-10", "20-50"), ("5-10", "20-50", "100-200")),
        (
            (">16years", "12years", "<9years", "16years", "9-11years"),
            ("<9years", "9-11years", "12years", "16years", ">16years"),
        ),
        (("3rd class", "1st class", "2nd class"), ("1st class", "2nd class", "3rd class")),
    ],
)
def test_scales(cells, levels):
    found = find_order(column(*cells, None))
    assert found.form == OrderedForm(levels)
    assert found.values.dtype == pl.Enum(levels)
    assert found.values.to_list() == [*cells, None]
    # The order is that of the levels, not of the alphabet.
    assert found.values.drop_nulls().sort().to_list() == list(levels)


@pytest.mark.parametrize(
    "cells",
    [
        ("low", "high", "high"),  # two steps are no scale
        ("low", "medium", "high", "red"),
        ("oak", "beech", "fir"),
        ("1-2", "0-3", "2-3"),  # scores overlap
        ("2020-03", "2020-04", "2020-05"),
        ("1", "2", "3"),
        ("10-20", "30", "40", "50"),  # mostly numbers
        ("1st class", "2nd class", "3rd row"),
    ],
)
def test_what_is_no_scale(cells):
    assert find_order(column(*cells)) is None


def test_one_level_in_several_spellings():
    found = find_order(column("low", "Low", "HIGH", "medium", "unknown"))
    assert found.form.levels == ("low", "medium", "HIGH")
    assert found.values.to_list() == ["low", "low", "HIGH", "medium", None]
    assert found.form.read(column("high", "Medium ", "gigantic")).to_list() == ["HIGH", "medium", None]


def test_numbers_are_steps_where_that_is_said():
    assert find_order(column("10", "9", "1"), numbers=True).form.levels == ("1", "9", "10")


def test_some_cells_rule_most_columns_out():
    texts = column("yes", "no", "perhaps")
    assert find_words(texts, ["yes", "no"], MISSING_WORDS) is None
    assert find_words(texts.head(2), ["yes", "no"], MISSING_WORDS).form == BooleanForm(
        ("yes", "y"), ("no", "n")
    )
    assert find_words(texts, ["perhaps"], MISSING_WORDS) is None


def test_words_for_missing():
    # pandas' ten and skrub's, by the census.
    pandas = {"None", "NA", "N/A", "null", "NULL", "nan", "NaN", "n/a", "#N/A", "<NA>"}
    assert pandas | {"?", "none", "...", ""} <= set(MISSING_WORDS)
    assert {
        "-",
        "--",
        ".",
        "unknown",
        "missing",
        "n.a.",
        "#div/0!",
        "#value!",
        "#ref!",
        "nil",
        "tbd",
    } <= NO_VALUE_WORDS
    assert all(word == word.lower() for word in NO_VALUE_WORDS)
    assert stands_for_missing(" #DIV/0! ", ())
    assert not stands_for_missing("oak", MISSING_WORDS)


def test_words_of_forms():
    assert BooleanForm(("ja",), ("nein",)).words == "ja or nein"
    assert OrderedForm(("low", "medium", "high")).words == "in order: low, medium, high"
    assert OrderedForm(tuple("abcdefghij")).words == "in order: a, b, c, ..., j"


def test_the_guide_lists_the_words_for_missing():
    page = (Path(__file__).parents[3] / "docs" / "guides" / "tables.md").read_text("utf-8")
    assert not [word for word in MISSING_WORDS if word and f"`{word}`" not in page]
