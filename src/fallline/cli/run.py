"""`fallline run`: a script or notebook for TensorFlow or Keras of other years, run as it stands."""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """\b
Examples:
  fallline run mnist_softmax.py
  fallline run train.py --epochs 3
  fallline run --figures pictures --graph graph.svg train.py
  fallline run lecture-3.ipynb
  fallline run --check thesis.py
"""


@click.command(
    epilog=EXAMPLES,
    short_help="Run a TensorFlow or Keras program of other years.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)
@click.option(
    "--check", is_flag=True, help="Only list what the script uses and Fallline lacks; nothing of it runs."
)
@click.option(
    "--figures",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the figures that the script shows: figure-1.png, ...",
)
@click.option(
    "--graph",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="At the end, draw what the script built: graph.svg or .png.",
)
@click.option("--traceback", is_flag=True, help="Show errors with the traceback through the libraries.")
@click.argument("script", metavar="SCRIPT", type=click.Path(path_type=Path))
@click.argument("arguments", metavar="[ARGUMENTS]...", nargs=-1, type=click.UNPROCESSED)
def run(
    script: Path,
    arguments: tuple[str, ...],
    check: bool,
    figures: Path | None,
    graph: Path | None,
    traceback: bool,
) -> int:
    """Run a script or a notebook for TensorFlow 1 or 2 or Keras as it stands, on Fallline.

    `import tensorflow` and `import keras` are Fallline's, in this process only. What follows SCRIPT is the script's own, and
    so is the exit code. A notebook runs cell by cell, in its own folder. With --check nothing runs: what is missing is listed
    with its lines, and the exit code is 1 if anything is.
    """
    if check:
        return _checked(script)
    from fallline.old.running import run_program

    return run_program(script, arguments, figures=figures, graph=graph, traceback=traceback)


def _checked(script: Path) -> int:
    from fallline.cli.output import write_out
    from fallline.old.checking import check
    from fallline.old.program import read_program

    findings = check(read_program(script))
    write_out(str(findings))
    return findings.exit_code
