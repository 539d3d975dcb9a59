"""Options that `train`, `sweep` and `compare` share: which data, how they are divided, which network, how it is trained."""

from __future__ import annotations

import click

from fallline.cli.parameters import (
    LAYERS,
    NAMES,
    NUMBER_OR_TEXT,
    Command,
    column_options,
    source_options,
    with_options,
)


def target_options(command: Command) -> Command:
    """What is predicted, and from what: target, drop, task, how the source is read, what columns are."""
    options = (
        click.option(
            "--target",
            metavar="COLUMN",
            help="Column to predict: a name, or a position from 0 (-1 is the last).",
        ),
        click.option("--drop", type=NAMES, metavar="A,B", help="Columns to leave out, by name or position."),
        click.option(
            "--task", metavar="TASK", help="binary, multiclass or regression; default: seen from the target."
        ),
    )
    return with_options(source_options(column_options(command)), options)


def division_options(command: Command) -> Command:
    """How the rows are divided: time, group, validation, test."""
    options = (
        click.option(
            "--time",
            metavar="COLUMN",
            help="Divide the rows in the order of this column: the latest are the test.",
        ),
        click.option(
            "--group",
            metavar="COLUMN",
            help="Rows with one value of this column stay in one part, as a patient's.",
        ),
        click.option(
            "--validation",
            type=NUMBER_OR_TEXT,
            metavar="PART",
            help="Rows that watch the training: a fraction, or a file of them.  [default: 0.15]",
        ),
        click.option(
            "--test",
            type=NUMBER_OR_TEXT,
            metavar="PART",
            help="Rows kept for the final score: a fraction, a file, or 0 for none.  [default: the test part of an "
            ".npz that has one, else 0.2]",
        ),
    )
    return with_options(command, options)


def recipe_options(command: Command) -> Command:
    """The network and its training."""
    options = (
        click.option(
            "--layers",
            type=LAYERS,
            metavar="N,N",
            help='Units of each hidden layer, as 128,64; "none" for none.  [default: 256,128; 32 below 500 training rows]',
        ),
        click.option(
            "--numbers",
            metavar="NAME",
            help="How the network takes columns of numbers, beside their scaled values: bins (piecewise-linear); periodic "
            "(learned waves); both.  [default: bins below 1,500 training rows; above them periodic for classes with 8 or more "
            "such columns, else both; bins with --folds]",
        ),
        click.option(
            "--activation", metavar="NAME", help="Activation of the hidden layers, as tanh.  [default: relu]"
        ),
        click.option(
            "--optimizer", metavar="NAME", help="sgd, adagrad, rmsprop, adam, adamw.  [default: adamw]"
        ),
        click.option(
            "--learning-rate",
            type=float,
            metavar="X",
            help="Step size of the optimizer in the first epoch.  [default: 0.001 for adamw, adam and rmsprop, 0.05 for sgd, "
            "0.02 for adagrad; 0.003 for adamw and adam with --schedule cosine]",
        ),
        click.option(
            "--schedule",
            metavar="NAME",
            help="How the learning rate goes over the epochs: constant; cosine, falling to a hundredth of itself by the last "
            "of --epochs; plateau, times 0.3 after a third of --patience epochs without a better validation loss.  [default: "
            "cosine by adamw or adam, unless --learning-rate is given: in a regression of little noise from 500 training rows "
            "on, of classes from 1,500 with 200 validation rows; else constant]",
        ),
        click.option(
            "--epochs",
            type=int,
            metavar="N",
            help="The most passes over the training rows.  [default: 200; with --schedule cosine 100 below 2,000 training rows, "
            "else 40; 30 without validation rows]",
        ),
        click.option(
            "--batch-size",
            type=int,
            metavar="N",
            help="Rows in a step.  [default: 16 to 256, by the training rows]",
        ),
        click.option(
            "--l1", type=float, metavar="X", help="Penalty on the sum of absolute weights.  [default: 0]"
        ),
        click.option(
            "--l2", type=float, metavar="X", help="Penalty on the sum of squared weights.  [default: 0]"
        ),
        click.option(
            "--weight-decay",
            type=float,
            metavar="X",
            help="Decoupled weight decay of the optimizer.  [default: 0.01 for adamw, else 0]",
        ),
        click.option(
            "--dropout",
            type=float,
            metavar="X",
            help="Fraction of hidden units dropped in training.  [default: 0.1; 0 in a regression of many rows and little "
            "noise]",
        ),
        click.option(
            "--batch-norm/--no-batch-norm",
            default=None,
            help="Batch-normalise each hidden layer.  [default: no]",
        ),
        click.option(
            "--patience",
            type=int,
            metavar="N",
            help="Epochs in which the validation rows show nothing better (--monitor) before the training stops.  [default: 20 "
            "to 10, by the training rows; with --schedule cosine at least half of --epochs]",
        ),
        click.option(
            "--monitor",
            metavar="NAME",
            help="What of the validation rows ends the training and chooses the epoch: loss; or calibrated_crossentropy, the "
            "loss that classes have at the best temperature.  [default: that one of classes with 200 validation rows or "
            "more, else loss]",
        ),
        click.option(
            "--threshold",
            type=NUMBER_OR_TEXT,
            metavar="X",
            help="Of two classes: the probability of the second, in sorted order, above which it is predicted; or f1 (of the "
            "rarer class) or balanced (accuracy): what is to be best on the validation rows.  [default: 0.5; f1 where one class "
            "has less than a fifth of the rows]",
        ),
        click.option("--seed", type=int, metavar="N", help="Decides split, weights and order.  [default: 0]"),
    )
    return with_options(command, options)
