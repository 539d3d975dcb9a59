"""Names are cut so that they fit and still differ."""

import pytest

from fallline.own.names import short_name, short_names


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("age", "age"),
        ("a  b\nc", "a b c"),
        ("12345678", "12345678"),
        ("123456789", "1234…789"),
    ],
)
def test_a_long_name_is_cut_in_the_middle(name, cut):
    assert short_name(name, 8) == cut


def test_names_with_one_beginning_differ():
    names = ["a hotel in the old town: low", "a hotel in the old town: high", "house"]
    assert short_names(names, 14) == ["a hotel…n: low", "a hotel…: high", "house"]


@pytest.mark.parametrize("most", [12, 16, 18, 24, 28])
@pytest.mark.parametrize(
    "names",
    [
        [f"the same beginning, number {k:03d}" for k in range(200)],
        [f"number {k:03d} with one and the same ending" for k in range(200)],
        [f"beginnings alike {k:03d} and endings alike too" for k in range(200)],
        [f"{'q' * 20}{k}{'z' * 20}{j}{'w' * 20}" for k in range(3) for j in range(3)],
        ["sparse_categorical_accuracy", "sparse_categorical_crossentropy"],
        ["x" * 40, "x" * 41, "x" * 42],
        ["a b", "a  b", "a\nb"],
    ],
)
def test_names_that_differ_look_different(names, most):
    cut = short_names(names, most)
    assert len(set(cut)) == len(names)
    assert max(map(len, cut)) <= most


def test_the_place_where_names_part_is_shown():
    cut = short_names([f"beginnings alike {k} and endings alike too" for k in "ab"], 18)
    assert cut == ["begi… a and endin…", "begi… b and endin…"]


def test_one_name_twice_stays_one_name():
    assert short_names(["the same name", "the same name"], 8) == ["the …ame", "the …ame"]
