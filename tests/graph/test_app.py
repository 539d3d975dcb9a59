"""A program that is run: its flags, its main, its exit."""

from __future__ import annotations

import sys
import types

import pytest

from fallline.errors import FalllineWarning, UsageError
from fallline.graph import app, flags


@pytest.fixture
def values(monkeypatch):
    """The flags of a program."""
    made = flags.FlagValues()
    monkeypatch.setattr(flags, "FLAGS", made)
    flags.DEFINE_float("rate", 0.1, "Rate")
    return made


def test_main_is_called_with_what_is_left_and_its_result_is_the_exit(values):
    seen = []

    def main(argv):
        seen.append((argv, values.rate))
        return 3

    with pytest.raises(SystemExit) as ended:
        app.run(main, ["program", "--rate=0.5", "file"])
    assert ended.value.code == 3
    assert seen == [(["program", "file"], 0.5)]


def test_the_script_s_main_and_command_line_are_taken(values, monkeypatch):
    seen = []
    script = types.SimpleNamespace(main=seen.append)
    monkeypatch.setitem(sys.modules, "__main__", script)
    monkeypatch.setattr(sys, "argv", ["script", "--rate", "2"])
    with pytest.raises(SystemExit) as ended:
        app.run()
    assert ended.value.code is None
    assert (seen, values.rate) == ([["script"]], 2.0)
    monkeypatch.setitem(sys.modules, "__main__", types.SimpleNamespace())
    with pytest.raises(UsageError, match="no function main"):
        app.run()


def test_an_unknown_flag_is_left_to_main_with_a_warning(values):
    seen = []
    with (
        pytest.raises(SystemExit),
        pytest.warns(FalllineWarning, match='"rat". Did you mean "rate".* left to main'),
    ):
        app.run(seen.append, ["program", "--rat=3"])
    assert seen == [["program", "--rat=3"]]


def test_a_wrong_value_ends_the_program_without_a_traceback(values, capsys):
    with pytest.raises(SystemExit) as ended:
        app.run(print, ["program", "--rate=x"])
    assert ended.value.code == 1
    assert "Flags parsing error: flag --rate=x: a number is expected" in capsys.readouterr().err


def test_the_flags_lie_in_app_too():
    assert app.flags is flags
