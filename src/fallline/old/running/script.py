"""A script, run as Python runs one."""

from __future__ import annotations

import types
import warnings

from fallline.old.program import Program


def run_script(program: Program, main: types.ModuleType) -> None:
    """Runs a script in its main module; what it raises comes out."""
    (source,) = program.main
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        code = compile(source.tree, str(source.path.resolve()), "exec", dont_inherit=True)
    exec(code, vars(main))
