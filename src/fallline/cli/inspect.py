"""`fallline inspect`: what is in a table, before anything is learned from it."""

from __future__ import annotations

import json
import shutil
from typing import Any

import click

from fallline.cli.output import write_out
from fallline.cli.parameters import NAMES, column_options, given_options, source_options

EXAMPLES = """\b
Examples:
  fallline inspect houses.csv
  fallline inspect houses.csv --target price
  fallline inspect report.xlsx --sheet 2024 --header 4
  fallline inspect visits.db --table visits --json

\b
A line a column: what it holds, the share of rows without a value, different values, examples as they stand in the
source, what it becomes, and how many features that is: inputs of the network. Below stands what is odd: cells that do
not fit, words taken for missing, lines left out and, with --target, columns that give the answer away; then how each
sort of features is made.
"""


@click.command(epilog=EXAMPLES, short_help="Say what is in a table, and what is odd.")
@click.argument("data")
@click.option("--target", metavar="COLUMN", help="Column to predict: a name, or a position from 0.")
@click.option("--drop", type=NAMES, metavar="A,B", help="Columns to leave out, by name or position.")
@click.option(
    "--task", metavar="TASK", help="binary, multiclass or regression; default: seen from the target."
)
@source_options
@column_options
@click.option("--json", "as_json", is_flag=True, help="Print what was seen as one JSON object.")
def inspect(as_json: bool, **options: Any) -> int:
    """Look at a table as a careful analyst does, and say column by column what is in it.

    DATA is what `fallline train` takes: a bundled set, a table, a folder or pattern of tables, a database's URL, or -.
    """
    # Only here: these load polars and rich.
    from fallline.experiment.inspection import inspect_table
    from fallline.experiment.settings import Settings
    from fallline.report.table_seen import encoding_text
    from fallline.report.text import WIDTH, render_seen

    seen = inspect_table(Settings(**given_options(options)))
    if as_json:
        write_out(json.dumps(seen.to_json(), ensure_ascii=False))
    else:
        width = max(WIDTH, min(160, shutil.get_terminal_size((WIDTH, 24)).columns))
        parts = (render_seen(seen, width=width), encoding_text(seen, width))
        write_out("\n\n".join(part for part in parts if part))
    return 0
