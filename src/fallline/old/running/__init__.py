"""Runs programs of other years.

script      a script, as Python runs it
notebook    a notebook, cell by cell
process     what a program may take for its own process
imports     `tensorflow` and `keras` are Fallline's
beside      the modules beside the program
rewriting   words of Python that changed
figures     a backend of matplotlib, `gallery` where its figures go
drawing     a picture of what a program built
senseless   what is said before
failures    a program's own errors
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

from fallline.old import age as ages, notices
from fallline.old.companions import given_back
from fallline.old.program import Program, read_program
from fallline.old.running import gallery
from fallline.old.running.beside import own_modules
from fallline.old.running.drawing import checked, draw
from fallline.old.running.failures import tell
from fallline.old.running.imports import answering
from fallline.old.running.notebook import run_notebook
from fallline.old.running.process import own_process
from fallline.old.running.rewriting import old_words
from fallline.old.running.script import run_script
from fallline.old.running.senseless import say_before

INTERRUPTED = 130


def run_program(
    path: Path | str,
    arguments: Sequence[str] = (),
    *,
    figures: Path | None = None,
    graph: Path | None = None,
    traceback: bool = False,
) -> int:
    """Runs a script or a notebook; all that it changes in the process is put back.

    Args:
        path: The file.
        arguments: What follows its name on the command line.
        figures: The folder for the figures that it shows; None: they are closed.
        graph: The file for a picture of what it built, drawn at its end; None: none is drawn.
        traceback: An error of the program's shows the traceback through the libraries, too.

    Returns:
        Its exit code: 0, 1 after an error that it did not catch, or what it gave to `sys.exit`.

    Raises:
        UsageError: there is no such file, it is no Python, or the picture cannot have this name.
    """
    picture = None if graph is None else checked(graph)
    with notices.of_a_run():
        program = read_program(Path(path))
        say_before(program)
        with _surroundings(program, figures):
            return _outcome(program, arguments, traceback, picture)


@contextmanager
def _surroundings(program: Program, figures: Path | None) -> Iterator[None]:
    age = ages.read_age(program)
    with ExitStack() as stack:
        stack.enter_context(ages.of(age))
        stack.enter_context(given_back())
        stack.enter_context(gallery.figures_in(figures))
        stack.enter_context(old_words())
        stack.enter_context(own_modules(program))
        stack.enter_context(answering(age.style))
        yield


def _outcome(program: Program, arguments: Sequence[str], traceback: bool, picture: Path | None) -> int:
    with own_process(program, arguments) as main:
        try:
            code = _run(program, main)
        except KeyboardInterrupt as error:
            tell(error, program)
            return INTERRUPTED
        except BaseException as error:
            tell(error, program, traceback)
            return 1
        if picture is not None:
            draw(main, picture)
        return code


def _run(program: Program, main: ModuleType) -> int:
    try:
        if program.path.suffix == ".ipynb":
            run_notebook(program, main, gallery.show)
        else:
            run_script(program, main)
    except SystemExit as exit:
        return _code(exit)
    return 0


def _code(exit: SystemExit) -> int:
    if exit.code is None:
        return 0
    if isinstance(exit.code, int):
        return exit.code
    print(exit.code, file=sys.stderr)
    return 1
