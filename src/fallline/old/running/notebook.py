"""A notebook, run cell by cell in one name space."""

from __future__ import annotations

import ast
import linecache
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

from fallline.old.program import Program, Source
from fallline.old.running.rewriting import names_of_python_2, rewritten


def run_notebook(program: Program, main: types.ModuleType, after_cell: Callable[[], None]) -> None:
    """Runs the cells; what the last line of one gives is shown, as Jupyter shows it. What one raises comes out.

    Args:
        program: The notebook.
        main: Its name space.
        after_cell: Called after each cell: the figures drawn in it are shown.
    """
    vars(main).update(display=display, get_ipython=_Shell)
    for source in program.main:
        _run(source, vars(main))
        after_cell()


def name_of(source: Source) -> str:
    """The name of a cell, where Python shows that of a file."""
    return str(source.path) if source.cell is None else f"{source.path}, cell {source.cell}"


def display(*things: Any, **_: Any) -> None:
    """Shows things as text."""
    for thing in things:
        print(thing if isinstance(thing, str) else repr(thing))


class _Shell:
    """What `get_ipython()` gives: its magics do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None


def _run(source: Source, namespace: dict[str, Any]) -> None:
    name = name_of(source)
    lines = source.text.splitlines(keepends=True)
    # Without a time of change: the cache does not look for a file of that name.
    linecache.cache[name] = (len(source.text), None, lines, name)
    namespace.update(names_of_python_2(source.tree))
    statements, last = rewritten(source.text).body, None
    final = statements[-1] if statements else None
    if isinstance(final, ast.Expr) and not source.text.rstrip().endswith(";"):
        statements, last = statements[:-1], final.value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        body = compile(ast.Module(statements, []), name, "exec", dont_inherit=True)
        shown = None if last is None else compile(ast.Expression(last), name, "eval", dont_inherit=True)
    exec(body, namespace)
    if shown is not None:
        value = eval(shown, namespace)
        if value is not None:
            display(value if not isinstance(value, str) else repr(value))
            sys.stdout.flush()
