"""`fallline sweep`: train many networks that differ in their settings, and keep the best as a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fallline.cli.failures import DIVERGED, EXIT_CODES
from fallline.cli.output import write_error, write_out
from fallline.cli.parameters import given_options
from fallline.cli.recipe import division_options, recipe_options, target_options

if TYPE_CHECKING:
    from fallline.experiment.populations.sweep import Swept
    from fallline.experiment.populations.swept import Sweeping

EXAMPLES = """\b
Examples:
  fallline sweep digits
  fallline sweep houses.csv --target price
  fallline sweep houses.csv --target price --space learning_rate=log:1e-4:1e-1 \\
      --space dropout=0,0.2,0.5 --space units=32,64,128 --members 64 --seeds 4
  fallline sweep houses.csv --target price --search halving --members 81
  fallline sweep houses.csv --target price --folds 5 --budget 5000
  fallline sweep adult.csv --target income --space optimizer=sgd,adamw \\
      --space "learning_rate=log:1e-3:1 if optimizer=sgd" --layers 64
  fallline sweep --resume runs/houses-1

\b
What may vary, by --space NAME=VALUES:
  learning_rate, dropout, l1, l2, weight_decay   numbers; one program for all of them
  patience                                       whole numbers; likewise
  units, depth    width and number of the hidden layers; each pair is a program to compile
  layers          in their place: 64,256x128,none are one layer, two, and no hidden layer
  activation, optimizer, batch_size, batch_norm, schedule   each value is a program
VALUES are
  0,0.2,0.5            one of these
  uniform:0:0.5        a number between; uniform:0:0.5:0.1 in steps
  log:1e-4:1e-1        a number between, evenly over the orders of magnitude
  int:16:256           a whole number; intlog:16:256 evenly over the orders of magnitude
  ... if optimizer=sgd   only where another axis has this value
Without --space a good default space is searched: learning rate, dropout, layers, and
weight decay where the optimizer has it.

\b
Searches:
  grid       every combination (the default where all values can be counted)
  random     settings drawn at random (the default else); sobol: spread more evenly
  halving    many for a few epochs, the better third for three times as many, and so on
  hyperband  halving from several beginnings; asha: halving that never waits
  pbt        the worst go on from the weights of the best, with settings changed a little
  optuna     what Optuna's sampler proposes (pip install optuna)

\b
The run folder holds the best network as `fallline train` leaves it, for `fallline predict`
and `info`, and beside it
  members.csv, curves.csv   a row for each network, and for each value of each epoch
  member_curves.png, ranks.png, effects.png, parallel_coordinates.png
  population/               the networks themselves: fallline.Population.load reads them
  sweep.json                what --resume goes on with
Test rows are scored once, for the network that was chosen by the validation rows.

\b
With --json, standard output is the object of `fallline train --json` for that network, with
  population {"heading": ..., "table": [[...], ...], "sentences": [...]}
  sweep      {"outcome": completed, interrupted or diverged, "message": ...,
             "networks": ..., "settings": the best ones, "statuses": {status: count}}
"""


@click.command(epilog=EXAMPLES, short_help="Train many networks, keep the best.")
@click.argument("data", required=False)
@click.option("--space", multiple=True, metavar="NAME=VALUES", help="What varies, once for each; see below.")
@click.option(
    "--members",
    type=int,
    metavar="N",
    help="How many candidates are drawn.  [default: all of a grid, else 32]",
)
@click.option(
    "--seeds",
    type=int,
    metavar="N",
    help="Networks of each candidate, which differ by chance alone.  [default: 3; 1 with --folds]",
)
@click.option("--folds", type=int, metavar="K", help="Compare by K folds instead of the validation rows.")
@click.option("--search", metavar="NAME", help="Who is trained, and how far; see below.")
@click.option(
    "--budget", type=float, metavar="N", help="Begin nothing new after N epochs of all networks together."
)
@click.option("--minutes", type=float, metavar="N", help="Begin nothing new after N minutes.")
@target_options
@division_options
@recipe_options
@click.option("--out", metavar="DIR", help="The run folder.  [default: runs/<data>-<number>]")
@click.option("--force", is_flag=True, help="Write over a run folder that exists.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Go on with a sweep that was cut off, with the same results; only --budget and --minutes may be others.",
)
@click.option("--quiet", is_flag=True, help="Show nothing but errors (and the object of --json).")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def sweep(
    out: str | None, force: bool, resume: Path | None, quiet: bool, as_json: bool, **options: Any
) -> int:
    """Train many networks on DATA that differ in some settings, and keep the best as a run.

    DATA and all options of one network are those of `fallline train`; what --space does not name has its defaults. All
    networks train as one run, in as many programs as they have different structures.
    """
    if resume is not None and (out is not None or force):
        raise click.UsageError("--resume goes on in its own folder; leave out --out and --force.")
    sweeping = _sweeping(resume, options)
    # Only here: these load JAX.
    from fallline.experiment.populations.sweep import run_sweep

    say = _nothing if quiet else write_error
    swept = run_sweep(sweeping, out=out, force=force, resume=resume, quiet=quiet, announce=say)
    if swept.experiment is not None and not quiet:
        from fallline.cli.train import result_text

        (write_error if as_json else write_out)(result_text(swept.experiment))
    if swept.message:
        write_error(swept.message)
    if as_json:
        write_out(json.dumps(_result_json(swept), ensure_ascii=False))
    if swept.experiment is None:
        return EXIT_CODES.get(swept.outcome, DIVERGED)
    return EXIT_CODES[swept.outcome]


OWN = ("space", "members", "seeds", "folds", "search", "budget", "minutes")


def _sweeping(resume: Path | None, options: dict[str, Any]) -> Sweeping:
    from fallline.experiment.populations.swept import Sweeping
    from fallline.experiment.settings import Settings

    given = given_options({name: value for name, value in options.items() if name not in OWN})
    own = {name: options[name] for name in OWN if options[name] not in (None, ())}
    if resume is not None:
        return Sweeping.resumed(resume, own, given)
    if "data" not in given:
        raise click.UsageError(
            "DATA is missing: a bundled set (digits, wine, ...), a table (CSV, Excel, Parquet, ...) or an .npz file. "
            "Or give --resume.",
            ctx=click.get_current_context(),
        )
    return Sweeping(Settings(**given), **own)


def _result_json(swept: Swept) -> Any:
    from fallline.cli.train import result_json
    from fallline.experiment.kept.run_folder import without_nonfinite

    counts: dict[str, int] = {}
    for member in swept.population.members:
        counts[member.status] = counts.get(member.status, 0) + 1
    told = {
        "outcome": swept.outcome,
        "message": swept.message,
        "networks": len(swept.population.members),
        "statuses": counts,
        "settings": None if swept.experiment is None else swept.settings,
    }
    run = {"run": str(swept.folder)} if swept.experiment is None else result_json(swept.experiment)
    return without_nonfinite({**run, "sweep": told})


def _nothing(_: str) -> None:
    """Where announcements go with --quiet."""
