"""Runs programs of other years.

script      a script, as Python runs it
notebook    a notebook, cell by cell
process     what a program may take for its own process
imports     `tensorflow` and `keras` are Fallline's
failures    its own errors
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from fallline.old import age as ages, notices
from fallline.old.program import read_program
from fallline.old.running.failures import tell
from fallline.old.running.imports import answering
from fallline.old.running.notebook import run_notebook
from fallline.old.running.process import own_process
from fallline.old.running.script import run_script

INTERRUPTED = 130


def run_program(path: Path | str, arguments: Sequence[str] = (), *, traceback: bool = False) -> int:
    """Runs a script or a notebook; all that it changes in the process is put back.

    Args:
        path: The file.
        arguments: What follows its name on the command line.
        traceback: An error of the program's shows the traceback through the libraries, too.

    Returns:
        Its exit code: 0, 1 after an error that it did not catch, or what it gave to `sys.exit`.

    Raises:
        UsageError: there is no such file, or it is no Python.
    """
    with notices.of_a_run():
        program = read_program(Path(path))
        age = ages.read_age(program)
        with ages.of(age), answering(age.style):
            try:
                with own_process(program, arguments) as main:
                    if program.path.suffix == ".ipynb":
                        run_notebook(program, main, lambda: None)
                    else:
                        run_script(program, main)
            except SystemExit as exit:
                return _code(exit)
            except KeyboardInterrupt as error:
                tell(error, program)
                return INTERRUPTED
            except BaseException as error:
                tell(error, program, traceback)
                return 1
    return 0


def _code(exit: SystemExit) -> int:
    if exit.code is None:
        return 0
    if isinstance(exit.code, int):
        return exit.code
    print(exit.code, file=sys.stderr)
    return 1
