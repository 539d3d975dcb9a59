"""`fallline compare`: optimizers, activations, initializers or regularizers over many seeds, each tuned."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from fallline.cli.failures import INTERRUPTED
from fallline.cli.output import write_error, write_out
from fallline.cli.parameters import NAMES, given_options
from fallline.cli.recipe import division_options, recipe_options, target_options

if TYPE_CHECKING:
    from fallline.experiment.populations.contrast import Contrasted

EXAMPLES = """\b
Examples:
  fallline compare digits --optimizers sgd,adam
  fallline compare houses.csv --target price --seeds 20 \\
      --optimizers sgd,momentum,nesterov,adagrad,rmsprop,adam
  fallline compare houses.csv --target price --activations relu,tanh,gelu
  fallline compare houses.csv --target price --initializers he_normal,glorot_uniform
  fallline compare houses.csv --target price --regularizers none,l2=0.001,dropout=0.3

\b
Each choice is tuned first: seven learning rates around its default, three decades, each
with --tuning-seeds seeds, and the best by the validation rows is taken. Then each is
trained with --seeds other seeds, the same for all, and judged once by the test rows.
Several of these options are compared one after the other, the rest as by default.
momentum and nesterov are sgd with a momentum of 0.9.

\b
The table has, for each choice, the learning rate that was found, the mean score with its
95 % interval over the seeds, its mean place, how often it beats the best with the same
seed, and the p of a paired test against the best (Holm's correction for all of them).
The folder holds summary.md, comparison_<factor>.png, scores.csv, tuning.csv and
comparison.json, which --json prints.
"""


@click.command(epilog=EXAMPLES, short_help="Compare optimizers, activations, ... over seeds.")
@click.argument("data")
@click.option(
    "--optimizers", type=NAMES, metavar="A,B", help="Optimizers: sgd, momentum, nesterov, adam, ..."
)
@click.option("--activations", type=NAMES, metavar="A,B", help="Activations of the hidden layers.")
@click.option("--initializers", type=NAMES, metavar="A,B", help="How the weights of hidden layers begin.")
@click.option(
    "--regularizers",
    type=NAMES,
    metavar="A,B",
    help="none, l1=X, l2=X, weight_decay=X, dropout=X, batch_norm: each alone.",
)
@click.option("--seeds", type=int, default=20, metavar="N", help="Networks of each.  [default: 20]")
@click.option(
    "--tuning-seeds",
    type=int,
    default=3,
    metavar="N",
    help="Seeds of each learning rate that is tried; 0 to tune nothing.  [default: 3]",
)
@target_options
@division_options
@recipe_options
@click.option("--out", metavar="DIR", help="The folder.  [default: runs/<data>-comparison-<number>]")
@click.option("--force", is_flag=True, help="Write over a folder that exists.")
@click.option("--quiet", is_flag=True, help="Show nothing but errors (and the object of --json).")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def compare(
    seeds: int,
    tuning_seeds: int,
    out: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Compare ways to train on DATA over many seeds, each tuned over its own learning rates.

    DATA and all options of one network are those of `fallline train`.
    """
    # Only here: these load JAX.
    from fallline.experiment.kept.run_folder import COMPARED, without_nonfinite
    from fallline.experiment.populations.contrast import Contrast, contrasted_json, run_contrast
    from fallline.experiment.settings import Settings

    factors = {name: options.pop(name) for name in COMPARED}
    given = {name: names for name, names in factors.items() if names is not None}
    contrast = Contrast(Settings(**given_options(options)), given, seeds, tuning_seeds)
    say = _nothing if quiet else write_error
    done = run_contrast(contrast, out=out, force=force, quiet=quiet, announce=say)
    if not quiet:
        (write_error if as_json else write_out)(_text(done))
    if as_json:
        write_out(json.dumps(without_nonfinite(contrasted_json(contrast, done)), ensure_ascii=False))
    if done.interrupted:
        write_error(f"Interrupted; done: {', '.join(done.found)}.")
    return INTERRUPTED if done.interrupted else 0


def _text(done: Contrasted) -> str:
    parts = [f"{factor}, by {done.words} on the test rows\n{found}" for factor, found in done.found.items()]
    return "\n\n".join([*parts, f"The comparison is in {done.folder}"])


def _nothing(_: str) -> None:
    """Where announcements go with --quiet."""
