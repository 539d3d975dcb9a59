"""`fallline predict`: score new rows with a trained model."""

from __future__ import annotations

from pathlib import Path

import click

from fallline.cli.output import write_error, write_out
from fallline.cli.parameters import delimiter_option, header_option

EXAMPLES = """\b
Examples:
  fallline predict runs/houses-1 new.csv --out scores.csv
  fallline predict runs/adult-1/model.fallline adult-test.csv | head

\b
The output is CSV with a row for each row of DATA, in its order:
  prediction           the class as it stood in the data, or the number
  probability_<class>  one column for each class
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
@header_option
@delimiter_option
def predict(
    run_or_model: Path, data: str, out: Path | None, header: bool | None, delimiter: str | None
) -> int:
    """Score the rows of DATA with a run's model.

    RUN_OR_MODEL is a run folder or its model.fallline. DATA needs the columns that the model was trained on,
    in any order; the target may be missing. Values may be missing, and categories may be new.
    """
    # Only here: these load JAX.
    from fallline.experiment.prediction import predict_rows, write_predictions

    table = predict_rows(run_or_model, data, header=header, delimiter=delimiter)
    if out is None:
        write_out(table.write_csv().rstrip("\n"))
    else:
        write_predictions(table, out, source=data)
        write_error(f"{table.height:,} predictions in {out}")
    return 0
