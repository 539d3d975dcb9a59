"""Flags of the command line. What is left and which values hold was measured with TensorFlow 2.21."""

from __future__ import annotations

import sys

import pytest

from fallline.errors import UnknownNameError, UsageError
from fallline.graph import flags


@pytest.fixture
def values(monkeypatch):
    """The flags of a program."""
    made = flags.FlagValues()
    monkeypatch.setattr(flags, "FLAGS", made)
    flags.DEFINE_string("data", "d", "Folder")
    flags.DEFINE_integer("n", 3, "Rows")
    flags.DEFINE_float("lr", 1, "Rate")
    flags.DEFINE_boolean("quick", False, "Few steps")
    flags.DEFINE_bool("nose", True, "Begins with no")
    flags.DEFINE_enum("kind", "a", ["a", "b"], "Which")
    flags.DEFINE_list("items", "x,y", "Some")
    flags.DEFINE_string("nothing", None, "Text or none")
    flags.DEFINE_integer("up", 1, "Not below 0", lower_bound=0)
    return made


@pytest.mark.parametrize(
    ("given", "changed", "left"),
    [
        ("", {}, ""),
        ("--n=5 --lr 0.5 -data=z --quick", {"n": 5, "lr": 0.5, "data": "z", "quick": True}, ""),
        ("--noquick --nonose", {"nose": False}, ""),
        ("--quick=T", {"quick": True}, ""),
        ("--quick=false --nose=0", {"nose": False}, ""),
        ("--quick no", {"quick": True}, "no"),
        ("pos --n=5", {"n": 5}, "pos"),
        ("--n=5 - pos --n 6", {"n": 6}, "- pos"),
        ("--n=5 -- --n=6 --zz", {"n": 5}, "--n=6 --zz"),
        ("--kind=b", {"kind": "b"}, ""),
        ("--items=a,b", {"items": ["a", "b"]}, ""),
        ("--items=", {"items": []}, ""),
        ("--data=", {"data": ""}, ""),
        ("--n=0x10", {"n": 16}, ""),
        ("--lr -2e-3", {"lr": -2e-3}, ""),
        ("--nothing=None", {"nothing": "None"}, ""),
    ],
)
def test_a_command_line_is_read_as_tensorflow_reads_it(values, given, changed, left):
    before = values.flag_values_dict()
    assert before["lr"] == 1.0
    assert values(["program", *given.split()]) == ["program", *left.split()]
    assert values.flag_values_dict() == before | changed


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("--n=x", "--n=x: a whole number is expected"),
        ("--n=1.5", "a whole number"),
        ("--n", "--n has no value. Write --n=VALUE"),
        ("--lr=x", "a number is expected"),
        ("--kind=c", "one of a, b"),
        ("--quick=maybe", "true or false"),
        ("--noquick=1", "--noquick takes no value. Write --noquick, or --quick=1"),
        ("--up=-1", "from 0 to None"),
    ],
)
def test_a_wrong_value_is_named(values, given, told):
    with pytest.raises(flags.FlagValueError, match=told):
        values(["program", *given.split()])


def test_unknown_flags_are_refused_by_name_or_left(values):
    with pytest.raises(UnknownNameError, match='"dat". Did you mean "data".*"zz"'):
        values(["program", "--dat=3", "--n=5", "--zz"])
    assert not values.is_parsed()
    assert values(["program", "--dat=3", "--n=5", "--", "--n=6"], known_only=True) == [
        "program",
        "--dat=3",
        "--",
        "--n=6",
    ]
    assert values.n == 5


def test_values_are_read_from_the_process_when_first_asked_for(values, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["program", "--n=8"])
    assert not values.is_parsed()
    assert values.n == 8
    monkeypatch.setattr(sys, "argv", ["program", "--n=9"])
    assert values.n == 8
    values.unparse_flags()
    assert values.n == 9


def test_values_may_be_set_and_flags_forgotten(values):
    values.mark_as_parsed()
    values.n = 11
    assert (values.n, values["n"].value, values["n"].default) == (11, 11, 3)
    assert "n" in values
    assert getattr(values, "__flags")["n"] == 11
    assert list(values) == dir(values) == sorted(values.flag_values_dict())
    for name in list(values._flags()):
        delattr(values, name)
    assert len(values) == 0
    for ask in (lambda: values.n, lambda: setattr(values, "n", 3), lambda: delattr(values, "n")):
        with pytest.raises(AttributeError, match='no flag "n" is defined'):
            ask()


def test_what_cannot_be_defined_is_said(values):
    flags.DEFINE_integer("n", 3, "Rows")  # the same again, as a cell of a notebook does
    for define, told in [
        (lambda: flags.DEFINE_integer("n", 9, "Rows"), '"n" is defined twice, with default 3 and 9'),
        (lambda: flags.DEFINE_integer("m", "x", ""), "--m: the default cannot be 'x': a whole number"),
        (lambda: flags.DEFINE_integer("m", True, ""), "cannot be True"),
        (lambda: flags.DEFINE_float("m", "x", ""), "a number is expected"),
        (lambda: flags.DEFINE_string("m", 5, ""), "a text is expected"),
        (lambda: flags.DEFINE_boolean("m", 2, ""), "true or false"),
        (lambda: flags.DEFINE_enum("m", "z", ["a"], ""), "one of a"),
        (lambda: flags.DEFINE_string("is_parsed", "", ""), "is a method"),
        (lambda: flags.DEFINE_string("m"), "a name and a default"),
        (lambda: flags.DEFINE_string("m", "", "", doc=3), "unknown argument doc"),
    ]:
        with pytest.raises(UsageError, match=told):
            define()
    flags.DEFINE_integer(flag_name="old", default_value="7", docstring="First words of TensorFlow")
    assert values(["program"]) == ["program"]
    assert values.old == 7


def test_a_required_flag_has_to_be_given(values):
    flags.mark_flag_as_required("nothing")
    with pytest.raises(flags.FlagValueError, match="--nothing must have a value"):
        values(["program"])
    values(["program", "--nothing=x"])


def test_help_shows_the_flags_and_ends_the_program(values, capsys):
    with pytest.raises(SystemExit) as ended:
        values(["program", "--help"])
    assert ended.value.code == 1
    shown = capsys.readouterr().out
    assert "--n: Rows\n    (default: 3)" in shown
    assert "--[no]quick: Few steps" in shown
