"""A Keras program of any year in the words of today."""

from __future__ import annotations

import ast

from fallline.old import age as ages
from fallline.old.modernise.answers import ask_for_accuracy, check_monitors, rename_keys, rename_methods
from fallline.old.modernise.calls import rename_arguments, rename_everywhere
from fallline.old.modernise.chains import rename_chain
from fallline.old.modernise.defaults import write_defaults
from fallline.old.modernise.edits import Text
from fallline.old.modernise.imports import read_imports, write_imports
from fallline.old.modernise.left import Left, Modern
from fallline.old.modernise.names import NOT_NEEDED
from fallline.old.program import Program, Source
from fallline.old.uses import Uses, read_uses


def modern_keras(program: Program, source: Source) -> Modern:
    """Translates a program's text; comments and layout stay.

    Args:
        program: The program.
        source: Its text, as one source.
    """
    text, left = Text(source.text), list[Left]()
    uses, age = read_uses(Program(program.path, (source,))), ages.read_age(program)
    dropped = _not_needed(source.tree, uses, text)
    imports = read_imports(source.tree, left)
    for use in uses.names:
        if use.node not in dropped:
            rename_chain(use, text, imports, left)
    for call in uses.calls:
        if call.node not in dropped:
            with ages.of(age):
                rename_arguments(call, text, imports, left)
    rename_everywhere(source.tree, text)
    ask_for_accuracy(source.tree, text)
    rename_methods(source.tree, uses, text, left)
    check_monitors(source.tree, uses, left)
    rename_keys(source.tree, text, age)
    write_defaults(source.tree, uses, age, text, imports)
    write_imports(imports, text)
    return Modern(text.changed(), tuple(sorted(set(left))))


def _not_needed(tree: ast.Module, uses: Uses, text: Text) -> set[ast.AST | None]:
    """Takes out statements that only speak to TensorFlow."""
    calls: set[ast.AST | None] = {use.node for use in uses.names if use.name in NOT_NEEDED}
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Expr) and statement.value in calls:
            text.drop(statement)
            calls |= {*ast.walk(statement)}
    return calls
