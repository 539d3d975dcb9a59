"""A folder for programs, and running them in this process."""

from __future__ import annotations

import textwrap

import pytest

from fallline.old.running import run_program


@pytest.fixture
def run(tmp_path, capsys):
    """Writes a script, runs it, and gives its exit code and what it said."""

    def call(text, *arguments, name="program.py", **named):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        code = run_program(path, arguments, **named)
        return code, *capsys.readouterr()

    return call
