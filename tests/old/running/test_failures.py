"""An error of the program's: its own file and line first."""

from __future__ import annotations

import pytest


def test_the_programs_line_stands_first(run):
    code, _, err = run(
        """
        import numpy as np

        def loaded(path):
            return np.load(path)

        loaded("none.npy")
        """
    )
    lines = err.splitlines()
    assert code == 1
    assert lines[0].endswith("program.py, line 5, in loaded:")
    assert lines[1] == "    return np.load(path)"
    assert lines[2].endswith('program.py, line 7: loaded("none.npy")')
    assert lines[3].startswith("FileNotFoundError:")
    assert "--traceback" in lines[4]
    assert len(lines) == 5


def test_an_error_of_fallline_is_its_message(run):
    _, _, err = run("import keras\nkeras.layers.Dense(-1)")
    lines = err.splitlines()
    assert lines[0].endswith("program.py, line 2:")
    assert lines[2].startswith("UsageError: ")
    assert "Traceback" not in err


def test_the_rest_when_it_is_asked_for(run, monkeypatch):
    assert "Traceback" in run("1 / 0", traceback=True)[2]
    monkeypatch.setenv("FALLLINE_DEBUG", "1")
    assert "Traceback" in run("1 / 0")[2]


def test_a_module_beside_it_of_python_2(run, tmp_path):
    (tmp_path / "helper.py").write_text("x = 1\nprint 'x'\n")
    code, _, err = run("import helper")
    assert code == 1
    assert err.splitlines()[0].endswith("program.py, line 1:")
    assert "helper.py, line 2: this is Python 2 (print without brackets)" in err


def test_what_an_error_came_from(run):
    _, _, err = run(
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('x') from error"
    )
    assert err.splitlines()[-2:] == ["ValueError: x", "  because of ZeroDivisionError: division by zero"]


def test_an_error_of_many_lines_of_callers_is_short(run):
    _, _, err = run("def f(n):\n    return f(n - 1) if n else 1 / 0\nf(50)")
    assert len(err.splitlines()) < 10


def test_senseless_runs_are_said_before(run):
    code, out, err = run("from keras.layers import Conv2D\nprint('begun')\nConv2D(3, (3, 3))")
    assert (code, out) == (1, "begun\n")
    assert err.startswith(
        "fallline run: program.py:3: keras.layers.Conv2D: Fallline is for feedforward networks."
    )


def test_a_library_that_is_not_installed_says_how_it_comes(run):
    _, _, err = run("import cv2_of_nobody")
    assert err.splitlines()[-1] == (
        "ModuleNotFoundError: No module named 'cv2_of_nobody'. pip install cv2_of_nobody, or lay its file beside the program."
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("range(7 / 2)", "7 // 2"),
        ("[1, 2, 3][4 / 2]", "7 // 2"),
        ("{}.has_key(1)", "key in the_dict"),
        ("for k in {}.iteritems(): pass", "now: .items()."),
        ("import sys\nprint >>sys.stderr, 'x'", "file=..."),
        ("zip([1], [2])[0]", "list(...)"),
    ],
)
def test_what_is_perhaps_python_2_is_said(run, text, hint):
    _, _, err = run(text)
    assert err.splitlines()[-1].startswith("  perhaps Python 2: ")
    assert hint in err.splitlines()[-1]
