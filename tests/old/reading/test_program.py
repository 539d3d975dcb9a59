"""From files to programs: encodings, notebooks, what is no Python."""

from __future__ import annotations

import json

import pytest

from fallline.errors import UsageError
from fallline.old.program import read_program


@pytest.fixture
def written(tmp_path):
    def write(content, name="program.py"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        "x = 'ä'\r\ny = 1\r\n".encode(),
        b"\xef\xbb\xbfx = 1\ny = 2\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe4'\n",
        b"",
        b"\n",
    ],
)
def test_texts_as_they_lie_on_disks(written, content):
    program = read_program(written(content))
    assert "\r" not in program.main[0].text
    assert len(program.main) == 1
    assert program.beside == ()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("print 'x'", "print without brackets"),
        ("    print x, y", "print without brackets"),
        ("exec 'x = 1'", "exec without brackets"),
        ("raise ValueError, 'x'", "raise Error, text"),
        ("x = `3`", "backticks"),
        ("if 1 <> 2: pass", "<>"),
        ("x = 0777", "numbers that begin with 0"),
        ("x = 10L", "numbers that end with L"),
        ("x = ur'a'", 'ur"..."'),
        ("f = lambda (a, b): a", "arguments in brackets of their own"),
    ],
)
def test_python_2_is_called_so_with_its_line(written, line, what):
    above = "if True:\n" if line.startswith(" ") else "x = 1\n"
    with pytest.raises(UsageError) as caught:
        read_program(written(above + line + "\n"))
    assert "line 2: this is Python 2" in str(caught.value)
    assert what in str(caught.value)


def test_python_2_except_and_tabs(written):
    with pytest.raises(UsageError, match=r"line 3: this is Python 2 \(except Error, name\)"):
        read_program(written("try:\n    pass\nexcept ValueError, e:\n    pass\n"))
    with pytest.raises(UsageError, match="tabs and spaces"):
        read_program(written("if True:\n        x = 1\n\ty = 2\n"))


@pytest.mark.parametrize("line", ["x = (1", "def f(:", "print('a'", "print = = 3", "x = 'abc"])
def test_other_mistakes_are_not_python_2(written, line):
    with pytest.raises(UsageError) as caught:
        read_program(written(line))
    assert "Python 2" not in str(caught.value)
    assert "line 1" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("program.py", b"\x89PNG\0\0\0", "binary"),
        ("program.py", b"x = '\xff\xfe'\n", "Save it as UTF-8"),
        ("program.py", b"# coding: nonsense\n", "not the text that it says"),
        ("a.ipynb", b"x = 1", "no JSON"),
        ("a.ipynb", b"[1, 2]", "has no cells"),
        ("a.ipynb", b'{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}', "notebook of r"),
    ],
)
def test_what_is_no_program(written, name, content, message):
    with pytest.raises(UsageError, match=message):
        read_program(written(content, name))


def test_a_folder_and_a_file_that_is_not_there(written, tmp_path):
    written("x = 1", "train.py")
    with pytest.raises(UsageError, match=r"is a folder; .* It has train.py\."):
        read_program(tmp_path)
    with pytest.raises(UsageError, match=r'no file .* Did you mean "train.py"\?'):
        read_program(tmp_path / "trian.py")
    with pytest.raises(UsageError, match="There is no folder"):
        read_program(tmp_path / "none" / "train.py")


def test_notebooks_of_both_formats(written):
    cells = [{"cell_type": "code", "input": ["x = 1\n", "y"]}, {"cell_type": "heading", "source": "z"}]
    third = read_program(written(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}), "a.ipynb"))
    assert [(source.cell, source.text) for source in third.main] == [(1, "x = 1\ny")]
    cells = [
        {"cell_type": kind, "source": text}
        for kind, text in [("raw", "r"), ("code", "%%html\n<b>"), ("code", "z")]
    ]
    fourth = read_program(written(json.dumps({"nbformat": 4, "cells": cells}), "b.ipynb"))
    assert [(source.cell, source.text) for source in fourth.main] == [(2, "z")]
    assert read_program(written("", "c.ipynb")).main == ()


def test_a_cell_with_a_mistake_is_named(written):
    cells = [{"cell_type": "code", "source": "x"}, {"cell_type": "code", "source": "\nprint 3"}]
    with pytest.raises(UsageError, match="cell 2, line 2: this is Python 2"):
        read_program(written(json.dumps({"nbformat": 4, "cells": cells}), "a.ipynb"))


def test_modules_beside_it(written, tmp_path):
    (tmp_path / "inner").mkdir()
    written("from .deep import x\nfrom .. import nothing", "inner/__init__.py")
    written("import helper", "inner/deep.py")
    written("import numpy", "helper.py")
    written("print 'x'", "old.py")
    program = read_program(written("import inner, sys, old\nfrom sub import x"))
    assert {source.path.relative_to(tmp_path).as_posix() for source in program.beside} == {
        "inner/__init__.py",
        "inner/deep.py",
        "helper.py",
    }


def test_lines_keep_their_numbers(written):
    text = "%matplotlib inline\nx = '''\n%d\n!x\n'''\nif x:\n    !pip install a \\\n    b\ny = (1\n  % 2)\n%time z = 3\n"
    plain = read_program(written(text)).main[0].text
    assert plain == "\nx = '''\n%d\n!x\n'''\nif x:\n    pass\n\ny = (1\n  % 2)\nz = 3\n"
