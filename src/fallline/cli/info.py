"""`fallline info`: what a trained model is, how it was trained, and how good it is."""

from __future__ import annotations

from pathlib import Path

import click

from fallline.cli.output import write_out

EXAMPLES = """\b
Examples:
  fallline info runs/houses-1
  fallline info model.fallline
"""


@click.command(epilog=EXAMPLES, short_help="Say what a model is and how good.")
@click.argument("run_or_model", metavar="RUN_OR_MODEL", type=click.Path(path_type=Path))
def info(run_or_model: Path) -> int:
    """Say what a model is: its task, inputs, layers, parameters, training and scores.

    RUN_OR_MODEL is a run folder or its model.fallline.
    """
    # Only here: this loads rich.
    from fallline.experiment.kept.saved_file import describe

    write_out(describe(run_or_model))
    return 0
