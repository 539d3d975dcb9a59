"""A notebook runs cell by cell, in one name space and in its own folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fallline.old.running import run_program


@pytest.fixture
def run(tmp_path, capsys):
    def call(*cells, **named):
        path = tmp_path / "lecture.ipynb"
        kinds = [("markdown", "# words"), *(("code", cell) for cell in cells)]
        cells = [{"cell_type": kind, "source": text.splitlines(keepends=True)} for kind, text in kinds]
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
        return run_program(path, **named), *capsys.readouterr()

    return call


def test_what_the_last_line_gives_is_shown(run):
    code, out, err = run(
        "x = 3\nx", "x;", "'text'", "None", "print(x + 1)", "def f():\n    return 1", "display(x, 'y')"
    )
    assert (code, out, err) == (0, "3\n'text'\n4\n3\ny\n", "")


def test_magics_and_shell_lines_are_passed_over_and_told_once(run):
    code, out, err = run(
        "%matplotlib inline\n%load_ext tensorboard\n!pip install x\n!ls\nprint(1)",
        "%%time\nprint(2)",
        "%%bash\nls",
        "if True:\n    !ls\nprint('''\n%d\n''' % 3)",
        "%timeit print(5)\n%time print(6)\nprint?\n?print",
        "get_ipython().magic('matplotlib inline')\nget_ipython().system('ls')\nfiles = !ls\nfiles",
    )
    assert (code, out) == (0, "1\n2\n\n3\n\n6\n[]\n")
    assert err.splitlines() == [
        "fallline run: lines of the shell (!...) are passed over.",
        "fallline run: cells of %%bash are passed over.",
        "fallline run: %timeit is passed over.",
    ]


def test_an_error_names_the_cell_and_the_line(run):
    code, out, err = run("def f(x):\n    return 1 / x", "print(1)", "f(2)\n\nf(0)")
    assert (code, out) == (1, "1\n")
    lines = err.splitlines()
    assert lines[0].endswith("lecture.ipynb, cell 1, line 2, in f:")
    assert lines[1] == "    return 1 / x"
    assert lines[2].endswith("lecture.ipynb, cell 3, line 3: f(0)")
    assert lines[3] == "ZeroDivisionError: division by zero"


def test_files_are_beside_the_notebook(run, tmp_path):
    (tmp_path / "data.txt").write_text("here")
    here = Path.cwd()
    assert run("print(open('data.txt').read())")[1] == "here\n"
    assert Path.cwd() == here


def test_figures_of_a_cell_are_shown_without_being_asked_to(run, tmp_path):
    code, _, err = run(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "plt.plot([1])\nplt.show()",
        figures=tmp_path / "pictures",
    )
    assert (code, err) == (0, "")
    assert sorted(each.name for each in (tmp_path / "pictures").iterdir()) == ["figure-1.png", "figure-2.png"]


def test_inspect_finds_the_source_of_a_cell(run):
    assert (
        run("def f(a):\n    return a", "import inspect\nprint(inspect.getsource(f))")[1]
        == "def f(a):\n    return a\n"
    )
