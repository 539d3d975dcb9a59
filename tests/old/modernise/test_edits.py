"""Changes of spans of a text."""

from __future__ import annotations

import ast

from fallline.old.modernise.edits import Text


def changed(source: str, change) -> str:
    text = Text(source)
    change(text, ast.parse(source).body[0])
    return text.changed()


def test_positions_count_signs_of_more_than_one_byte():
    assert (
        changed('f("é", a=1)  # ü\n', lambda text, node: text.rename(node.value.keywords[0], "b"))
        == 'f("é", b=1)  # ü\n'
    )


def test_an_argument_goes_with_its_comma():
    def first(text, node):
        text.without(node.value, node.value.keywords[0])

    assert changed("f(a=1, b=2)", first) == "f(b=2)"
    assert changed("f(0, a=1)", first) == "f(0)"
    assert changed("f(a=1)", first) == "f()"


def test_an_argument_more_is_the_last():
    def more(text, node):
        text.more(node.value, "c=3")

    assert changed("f(1, *a)", more) == "f(1, *a, c=3)"
    assert changed("f()", more) == "f(c=3)"


def test_a_statement_goes_with_its_line_only_where_it_stands_alone():
    assert changed("f()\ng()\n", lambda text, node: text.drop(node)) == "g()\n"
    assert changed("f(); g()\n", lambda text, node: text.drop(node)) == "; g()\n"
    assert changed("f()  # why\n", lambda text, node: text.drop(node)) == "  # why\n"


def test_of_changes_that_overlap_the_outer_one_holds():
    source = "a.b.c"
    text = Text(source)
    outer = ast.parse(source).body[0].value
    text.replace(outer.value, "x")
    text.replace(outer, "y")
    assert text.changed() == "y"
