"""A program as one text, and the file beside it."""

from __future__ import annotations

import ast
from pathlib import Path

from fallline._files import written_whole
from fallline.errors import UsageError
from fallline.old.age import read_age
from fallline.old.modernise.graphs import modern_graph
from fallline.old.modernise.keras import modern_keras
from fallline.old.modernise.left import Modern
from fallline.old.program import Program, Source


def modernise(program: Program) -> Modern:
    """A program in today's words: the same network, data and training.

    Args:
        program: The program, see `fallline.old.program.read_program`.

    Returns:
        Its text, and the lines that are left as they were.
    """
    source = _joined(program)
    age = read_age(program)
    if age.style == "graph" and age.keras_of is None:
        return modern_graph(source)
    return modern_keras(program, source)


def _joined(program: Program) -> Source:
    """The cells of a notebook as one text."""
    if len(program.main) == 1:
        return program.main[0]
    text = "\n\n# %%\n".join(source.text.strip("\n") for source in program.main) + "\n"
    return Source(program.path, text, ast.parse(text))


def write_beside(program: Program, text: str, force: bool = False) -> Path:
    """Writes a text beside a program: `script_modern.py` beside `script.py`.

    Args:
        program: The program.
        text: What it is in today's words.
        force: Whether a file of that name is written over.

    Raises:
        UsageError: there is such a file.
    """
    path = program.path.with_name(f"{program.path.stem}_modern.py")
    if path.exists() and not force:
        raise UsageError(f"{path.name} is there already. Give --force to write over it.")
    with written_whole(path) as file:
        file.write((text.rstrip("\n") + "\n").encode("utf-8"))
    return path
