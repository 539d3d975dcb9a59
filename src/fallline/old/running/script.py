"""A script, run as Python runs one."""

from __future__ import annotations

import types
import warnings

from fallline.old.program import Program
from fallline.old.running.rewriting import names_of_python_2, rewritten


def run_script(program: Program, main: types.ModuleType) -> None:
    """Runs a script in its main module; what it raises comes out."""
    (source,) = program.main
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        code = compile(rewritten(source.text), str(source.path.resolve()), "exec", dont_inherit=True)
    vars(main).update(names_of_python_2(source.tree))
    exec(code, vars(main))
