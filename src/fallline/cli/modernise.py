"""`fallline modernise`: an old program in today's words, in a file beside it."""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """\b
Examples:
  fallline modernise mnist_mlp.py
  fallline modernise --partial lecture-3.ipynb
"""

LEFT = 1
"""The exit code where lines are left."""


@click.command(
    epilog=EXAMPLES, short_help="Write a TensorFlow or Keras program of other years in today's words."
)
@click.argument("script", metavar="SCRIPT", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--partial", is_flag=True, help="Write it also where lines are left as they are.")
def modernise(script: Path, force: bool, partial: bool) -> int:
    """Write SCRIPT, a script or a notebook, in today's words: SCRIPT_modern.py beside it, which needs Fallline alone.

    Nothing of it runs. Where a line is not understood, it is listed with the reason, nothing is written, and the exit code is
    1; with --partial the rest is written all the same.
    """
    from fallline.cli.output import write_error, write_out
    from fallline.old.modernise import modernise as translated, write_beside
    from fallline.old.program import read_program

    program = read_program(script)
    modern = translated(program)
    for left in modern.left:
        write_out(f"{program.path.name}:{left.line}: left as it is: {left.why}")
    if modern.left and not (partial and modern.in_parts):
        lines = "1 line is" if len(modern.left) == 1 else f"{len(modern.left)} lines are"
        rest = "--partial writes the rest." if modern.in_parts else "A graph is written whole or not at all."
        write_error(f"{lines} left, and nothing is written. {rest}")
        return LEFT
    written = write_beside(program, modern.text, force)
    write_error(f"written: {written}")
    return LEFT if modern.left else 0
