"""`fallline train`: fit a network to a table or to images, and leave a run folder."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fallline.cli.failures import EXIT_CODES
from fallline.cli.output import standard_error, write_error, write_out
from fallline.cli.parameters import given_options
from fallline.cli.recipe import division_options, recipe_options, target_options

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
  fallline train houses.csv --target price --folds 5
  fallline train houses.csv --target price --effort thorough
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
  calibration of classes: {"temperature": ..., "rows": ..., "log_loss": [before, after],
             "error": [before, after]}: the temperature of the probabilities, the validation
             rows it was chosen on, and what it did on the test rows; else null
  reasons    why the training is as it is, where that was left to Fallline
  coverage   {"task": ..., "level": 0.9, "rows": ..., "held": ..., "size": ...}: the share of
             the test rows that the intervals of `fallline predict --intervals` hold, made
             from so many validation rows; size: half of their median width, or the mean
             number of classes in a set; null where the rows were too few
  population with --folds or --ensemble: {"heading": ..., "table": [[...], ...],
             "sentences": [...]}, what the networks showed alone, together and on rows that
             they have not seen; else null
  notes      what else to know, the worst first
  seconds    time of the training, with compiling
"""


@click.command(epilog=EXAMPLES)
@click.argument("data", required=False)
@target_options
@division_options
@recipe_options
@click.option(
    "--folds",
    type=int,
    metavar="K",
    help="Cross-validate: K networks, each judged by rows that it has not seen; the model is their mean.",
)
@click.option(
    "--ensemble",
    type=int,
    metavar="M",
    help="Train M networks of different seeds (of each fold); the model is their mean.",
)
@click.option(
    "--effort",
    metavar="NAME",
    help="What the training may cost: normal; or thorough, eight networks of different seeds, whose mean is the model "
    "(unless --ensemble or --folds say how many).  [default: normal]",
)
@click.option(
    "--split-seed", type=int, metavar="N", help="Decides the division of the rows alone.  [default: --seed]"
)
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
        (write_error if as_json else write_out)(result_text(experiment))
    if as_json:
        write_out(json.dumps(result_json(experiment), ensure_ascii=False))
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


def result_text(experiment: Experiment) -> str:
    """The result of a run for a terminal."""
    from fallline.report.text import render_results

    return f"{render_results(experiment.report)}\n\nThe run is in {experiment.folder}"


def result_json(experiment: Experiment) -> Any:
    """The result of a run as a JSON value."""
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
            "population": None if report.population is None else dataclasses.asdict(report.population),
            "notes": report.notes,
            "importance": None if report.importance is None else report.importance.to_json(),
            "reasons": list(report.reasons),
            "coverage": None if report.coverage is None else report.coverage.to_json(),
            "calibration": None if report.calibration is None else report.calibration.to_json(),
            "seconds": round(report.seconds, 3),
        }
    )


def _nothing(_: str) -> None:
    """Where announcements go with --quiet."""
