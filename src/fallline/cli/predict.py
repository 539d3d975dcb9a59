"""`fallline predict`: score new rows with a trained model."""

from __future__ import annotations

import atexit
import gc
from pathlib import Path
from typing import Any

import click

from fallline.cli.output import write_error, write_out
from fallline.cli.parameters import given_options, source_options

EXAMPLES = """\b
Examples:
  fallline predict runs/houses-1 new.csv --out scores.csv
  fallline predict runs/adult-1/model.fallline adult-test.csv | head
  zcat new.csv.gz | fallline predict runs/houses-1 -
  fallline predict runs/houses-1 new.csv --intervals
  fallline predict runs/houses-1 new.csv --intervals 0.8
  fallline predict runs/houses-1 new.csv --model boosting

\b
The output is CSV with a row for each row of DATA, in its order:
  prediction           the class as it stood in the data, or the number
  probability_<class>  one column for each class
  lower, upper         with --intervals, of a number: where it lies with that chance
  classes              with --intervals, of classes: those among which it is with that
                       chance, the likeliest first: cat | dog
  outside              with --outside: columns with a value far outside of the training
"""


@click.command(epilog=EXAMPLES)
@click.argument("run_or_model", metavar="RUN_OR_MODEL", type=click.Path(path_type=Path))
@click.argument("data")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write.  [default: standard output]",
)
@click.option("--fill", is_flag=True, help="Go on where a column is missing, as if it had no values.")
@click.option(
    "--outside", is_flag=True, help="Say of each row in which columns it is far outside of the training."
)
@click.option(
    "--intervals",
    type=float,
    is_flag=False,
    flag_value=0.9,
    metavar="[SHARE]",
    help="Give each row an interval, or a set of classes, that holds the truth for this share of new rows; after the option "
    "0.9 where no number follows.",
)
@click.option(
    "--model",
    default="network",
    metavar="NAME",
    help="network, or a simpler one that the run keeps: linear, boosting.  [default: network]",
)
@source_options
def predict(
    run_or_model: Path,
    data: str,
    out: Path | None,
    fill: bool,
    outside: bool,
    intervals: float | None,
    model: str,
    **options: Any,
) -> int:
    """Score the rows of DATA with a run's model.

    RUN_OR_MODEL is a run folder or its model.fallline. DATA needs the columns that the model was trained on,
    in any order; the target may be missing. Values may be missing, and categories may be new. It may be any
    source that `fallline train` reads (- is standard input), and need not be the same kind: an Excel sheet after a CSV.
    """
    # A thousand modules are loaded for a few rows: looking through them for garbage took a tenth of the time.
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    # Only here: these load polars, and JAX.
    from fallline.experiment.prediction import predict_rows, write_predictions

    table = predict_rows(
        run_or_model,
        data,
        fill=fill,
        outside=outside,
        model=model,
        intervals=intervals,
        announce=_note,
        **given_options(options),
    )
    if out is None:
        write_out(table.write_csv().rstrip("\n"))
    else:
        write_predictions(table, out, source=data)
        write_error(f"{table.height:,} predictions in {out}")
    return 0


def _note(note: str) -> None:
    write_error(f"Note: {note}")
