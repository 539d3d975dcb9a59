"""`fallline train`: fit a network to a table or to images, and leave a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fallline.cli.failures import EXIT_CODES
from fallline.cli.output import standard_error, write_error, write_out
from fallline.cli.parameters import (
    LAYERS,
    NAMES,
    NUMBER_OR_TEXT,
    column_options,
    given_options,
    source_options,
)

if TYPE_CHECKING:
    from fallline.experiment.run import Experiment
    from fallline.experiment.settings import Settings

EXAMPLES = """\b
Examples:
  fallline train digits
  fallline train houses.csv --target price
  fallline train adult.csv.gz --no-header --target -1 --drop 2
  fallline train sales.xlsx --sheet 2024 --target units --type zip=category
  fallline train visits.db --query "select * from visits" --target stay --group patient
  fallline train bike.csv --target cnt --drop casual,registered --test new.csv
  fallline train images.npz --layers 256,128 --dropout 0.2 --epochs 50
  fallline train --config runs/houses-1/config.json --seed 7

\b
With --json, standard output is one object with
  run        the run folder
  data       the data as they were named
  target     the column that is predicted
  task       binary, multiclass or regression
  classes    of a class target: its classes, in the order of the probabilities; else empty
  rows       {"train": ..., "validation": ..., "test": ...}: how many of each
  inputs     what the columns become, in words
  network    the layers and parameters, in words
  recipe     how it was trained: layers, optimizer, learning_rate, schedule, ...
  outcome    completed, early_stopped, diverged or interrupted
  message    the same in words, with what to do
  epochs     epochs that were trained
  best_epoch the epoch whose weights are kept, from 1; null where none was chosen
  test       metric -> value on the test rows; null with --test 0
  baselines  {"trivial": ..., "linear": ..., "boosting": ...}, as test
  intervals  model -> metric -> [low, high], the 95 % interval of its score
  drawn      what the intervals resample: the test rows, or groups or blocks of them
  rare       of two classes: the rare one, of which precision and the like are; else null
  threshold  of two classes: the probability of the second above which it is predicted
  verdict    {"kind": ..., "subject": ..., "numbers": ..., "doubts": [...], "command": ...,
             "sentence": all of it, "best": model, "comparisons": [{"baseline": ...,
             "metric": ..., "network": ..., "other": ..., "value": ..., "low": ..., "high":
             ...}], "caveat": ...}
             kind: earned, undecided, mixed, baseline_better, did_not_learn, not_judged,
             or in_doubt: the scores hold only on the condition that the caveat names
             value: positive where the network is better, with its 95 % interval
  importance what the network leans on: {"columns": [{"name": ..., "mean": ...,
             "standard_error": ...}], "measure": log_loss or r2, ...}; null where unknown
  notes      what else to know, the worst first
  seconds    time of the training, with compiling
"""


@click.command(epilog=EXAMPLES)
@click.argument("data", required=False)
@click.option(
    "--target", metavar="COLUMN", help="Column to predict: a name, or a position from 0 (-1 is the last)."
)
@click.option("--drop", type=NAMES, metavar="A,B", help="Columns to leave out, by name or position.")
@click.option(
    "--task", metavar="TASK", help="binary, multiclass or regression; default: seen from the target."
)
@source_options
@column_options
@click.option(
    "--time", metavar="COLUMN", help="Divide the rows in the order of this column: the latest are the test."
)
@click.option(
    "--group", metavar="COLUMN", help="Rows with one value of this column stay in one part, as a patient's."
)
@click.option(
    "--validation",
    type=NUMBER_OR_TEXT,
    metavar="PART",
    help="Rows that watch the training: a fraction, or a file of them.  [default: 0.15]",
)
@click.option(
    "--test",
    type=NUMBER_OR_TEXT,
    metavar="PART",
    help="Rows kept for the final score: a fraction, a file, or 0 for none.  [default: the test part of an "
    ".npz that has one, else 0.2]",
)
@click.option(
    "--layers",
    type=LAYERS,
    metavar="N,N",
    help='Units of each hidden layer, as 128,64; "none" for none.  [default: 256,128; 32 below 500 training rows]',
)
@click.option(
    "--activation", metavar="NAME", help="Activation of the hidden layers, as tanh.  [default: relu]"
)
@click.option("--optimizer", metavar="NAME", help="sgd, adagrad, rmsprop, adam, adamw.  [default: adamw]")
@click.option(
    "--learning-rate",
    type=float,
    metavar="X",
    help="Step size of the optimizer in the first epoch.  [default: 0.001 for adamw, adam and rmsprop, 0.05 for sgd, "
    "0.02 for adagrad; 0.003 for adamw and adam with --schedule cosine]",
)
@click.option(
    "--schedule",
    metavar="NAME",
    help="How the learning rate goes over the epochs: constant; cosine, falling to a hundredth of itself by the last "
    "of --epochs; plateau, times 0.3 after a third of --patience epochs without a better validation loss.  [default: "
    "cosine in a regression of little noise from 500 training rows on, by adamw or adam, unless --learning-rate is "
    "given; else constant]",
)
@click.option(
    "--epochs",
    type=int,
    metavar="N",
    help="The most passes over the training rows.  [default: 200; with --schedule cosine 100 below 2,000 training rows, "
    "else 40; 30 without validation rows]",
)
@click.option(
    "--batch-size", type=int, metavar="N", help="Rows in a step.  [default: 16 to 256, by the training rows]"
)
@click.option("--l1", type=float, metavar="X", help="Penalty on the sum of absolute weights.  [default: 0]")
@click.option("--l2", type=float, metavar="X", help="Penalty on the sum of squared weights.  [default: 0]")
@click.option(
    "--weight-decay",
    type=float,
    metavar="X",
    help="Decoupled weight decay of the optimizer.  [default: 0.01 for adamw, else 0]",
)
@click.option(
    "--dropout",
    type=float,
    metavar="X",
    help="Fraction of hidden units dropped in training.  [default: 0.1; 0 in a regression of many rows and little "
    "noise]",
)
@click.option(
    "--batch-norm/--no-batch-norm", default=None, help="Batch-normalise each hidden layer.  [default: no]"
)
@click.option(
    "--patience",
    type=int,
    metavar="N",
    help="Epochs without a better validation loss before the training stops.  [default: 20 to 10, by the training rows; "
    "with --schedule cosine at least half of --epochs]",
)
@click.option(
    "--threshold",
    type=NUMBER_OR_TEXT,
    metavar="X",
    help="Of two classes: the probability of the second, in sorted order, above which it is predicted; or f1 (of the "
    "rarer class) or balanced (accuracy): what is to be best on the validation rows.  [default: 0.5; f1 where one class "
    "has less than a fifth of the rows]",
)
@click.option("--seed", type=int, metavar="N", help="Decides split, weights and order.  [default: 0]")
@click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="A run's config.json: train it again."
)
@click.option("--out", metavar="DIR", help="The run folder.  [default: runs/<data>-<number>]")
@click.option("--force", is_flag=True, help="Write over a run folder that exists.")
@click.option("--quiet", is_flag=True, help="Show nothing but errors (and the object of --json).")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def train(
    out: str | None, config: Path | None, force: bool, quiet: bool, as_json: bool, **options: Any
) -> int:
    """Train a network on DATA and write a run folder.

    DATA is a bundled set (digits, breast_cancer, wine, iris, diabetes), a table (CSV and its relatives, Excel, ODS,
    Parquet, Arrow, JSON lines, SQLite, also compressed), a folder or pattern of tables, a database's URL, - for
    standard input, or an .npz file of images (x and y, or x_train, y_train, x_test, y_test). What you leave out is
    chosen from the data; `fallline inspect` shows how a table is read.
    """
    settings = _settings(config, options)
    # Only here: these load JAX.
    from fallline.callbacks.progress import TrainingProgress
    from fallline.experiment.run import run_experiment

    say = _nothing if quiet else write_error
    stream = standard_error()
    progress = None if quiet or stream is None else TrainingProgress(stream=stream, delay=0.0)
    experiment = run_experiment(settings, out=out, force=force, progress=progress, announce=say)
    if not quiet:
        (write_error if as_json else write_out)(_result_text(experiment))
    if as_json:
        write_out(json.dumps(_result_json(experiment), ensure_ascii=False))
    return EXIT_CODES[experiment.report.outcome]


def _settings(config: Path | None, options: dict[str, Any]) -> Settings:
    from fallline.experiment.settings import Settings, read_settings

    given = given_options(options)
    if config is not None:
        return Settings.from_json(read_settings(config) | given)
    if "data" not in given:
        raise click.UsageError(
            "DATA is missing: a bundled set (digits, wine, ...), a table (CSV, Excel, Parquet, ...) or an .npz file. "
            "Or give --config.",
            ctx=click.get_current_context(),
        )
    return Settings(**given)


def _result_text(experiment: Experiment) -> str:
    from fallline.report.text import render_results

    return f"{render_results(experiment.report)}\n\nThe run is in {experiment.folder}"


def _result_json(experiment: Experiment) -> Any:
    from fallline.experiment.kept.run_folder import without_nonfinite

    report = experiment.report
    return without_nonfinite(
        {
            "run": str(experiment.folder),
            "data": report.data,
            "target": report.target,
            "task": report.task,
            "classes": report.classes,
            "rows": report.rows,
            "inputs": report.inputs,
            "network": report.network,
            "recipe": report.recipe,
            "outcome": report.outcome,
            "message": report.message,
            "epochs": report.epochs,
            "best_epoch": report.best_epoch,
            "test": report.test,
            "baselines": report.baselines,
            "intervals": report.intervals,
            "drawn": report.drawn,
            "rare": report.rare,
            "threshold": report.threshold,
            "verdict": report.verdict.to_json(),
            "notes": report.notes,
            "importance": None if report.importance is None else report.importance.to_json(),
            "seconds": round(report.seconds, 3),
        }
    )


def _nothing(_: str) -> None:
    """Where announcements go with --quiet."""
