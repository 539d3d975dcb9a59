"""`fallline convert`: what is in a checkpoint, and TensorFlow's checkpoints as Fallline's own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fallline.cli.output import write_error, write_out
from fallline.cli.parameters import NAMES

if TYPE_CHECKING:
    from fallline.graph.files import TensorSpec

EXAMPLES = """\b
Examples:
  fallline convert logs/model.ckpt-1000
  fallline convert logs
  fallline convert logs/model.ckpt-1000 new/model.ckpt-1000
  fallline convert logs new/ --drop global_step,beta1_power,beta2_power

\b
The new checkpoint is one file, OUT.safetensors: arrays under the names of their variables, and no code. A program on
fallline.graph restores it as it restores TensorFlow's own, safetensors.numpy.load_file reads it too.
"""

KINDS = {
    "own": "Fallline's own",
    "V2": "TensorFlow's",
    "V1": "TensorFlow's, of before 2017 (V1)",
}
MARGINS = 60
"""Signs of a line beside the longest name."""


@click.command(epilog=EXAMPLES, short_help="List a checkpoint of TensorFlow; make it Fallline's own.")
@click.argument("checkpoint")
@click.argument("out", required=False)
@click.option("--drop", type=NAMES, metavar="A,B", help="Variables to leave out, by name.")
def convert(checkpoint: str, out: str | None, drop: tuple[str, ...] | None) -> int:
    """List the variables of a checkpoint, and write them as a checkpoint of Fallline's own. TensorFlow is not needed.

    CHECKPOINT is the name that a Saver gave it, without ending, one of its files, their folder for the newest, or the folder
    of a SavedModel. OUT is the name of the new one, or a folder; without it, the variables are listed and nothing is written.
    """
    # Only here: these load NumPy and rich.
    from fallline.graph.files import read_checkpoint
    from fallline.graph.files.conversion import convert_checkpoint, kept_variables

    reader = read_checkpoint(checkpoint)
    names = kept_variables(reader, drop or ())
    specs = {name: reader.spec(tensor) for name, tensor in names.items()}
    write_out(f"{reader.prefix}: a checkpoint of {KINDS[reader.kind]}\n\n{_table(specs)}\n")
    write_out(_total(specs))
    if out is not None:
        prefix = convert_checkpoint(reader, out, drop or ())
        size = Path(f"{prefix}.safetensors").stat().st_size
        write_error(f"{len(specs):,} variables ({size:,} bytes) in {prefix}.safetensors")
    return 0


def _table(specs: dict[str, TensorSpec]) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("variable", no_wrap=True)
    table.add_column("shape", no_wrap=True)
    table.add_column("type", no_wrap=True)
    for name, spec in specs.items():
        table.add_row(Text(name), Text(str(spec.shape)), Text(spec.type_name))
    # Names are to be searched and copied: none is cut, whatever the terminal.
    width = max(map(len, specs), default=0) + MARGINS
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(table)
    return "\n".join(line for each in stream.getvalue().splitlines() if (line := each.rstrip()))


def _total(specs: dict[str, TensorSpec]) -> str:
    numbers = sum(spec.size for spec in specs.values())
    return f"{len(specs):,} variables, {numbers:,} values"
